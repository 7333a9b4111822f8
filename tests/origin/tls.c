/* TLS for the origin: memory BIOs, so that the connection keeps hold of every byte and can cut the
 * stream wherever a test wants. Certificate and key live in memory and are new in each run. */

#include "tls.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static bool certificate_extend(X509 *cert, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension && X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}

static X509 *certificate_new(EVP_PKEY *key, const char *names, long expires)
{
    X509 *cert = X509_new();
    if (!cert)
        return NULL;
    X509_NAME *name = X509_get_subject_name(cert);
    bool ok = X509_set_version(cert, X509_VERSION_3) &&
              ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
              X509_gmtime_adj(X509_getm_notBefore(cert), -864000) &&
              X509_gmtime_adj(X509_getm_notAfter(cert), expires) &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                         (const unsigned char *)"haul test origin", -1, -1, 0) &&
              X509_set_issuer_name(cert, name) && X509_set_pubkey(cert, key) &&
              certificate_extend(cert, NID_basic_constraints, "critical,CA:TRUE") &&
              certificate_extend(cert, NID_subject_alt_name, names) &&
              X509_sign(cert, key, EVP_sha256());
    if (ok)
        return cert;
    X509_free(cert);
    return NULL;
}

static bool certificate_save(X509 *cert, const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return false;
    bool ok = PEM_write_X509(file, cert) == 1;
    return fclose(file) == 0 && ok;
}

SSL_CTX *tls_context_new(const char *names, long expires, const char *pem_path)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? certificate_new(key, names, expires) : NULL;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    bool ok = context && cert && SSL_CTX_use_certificate(context, cert) == 1 &&
              SSL_CTX_use_PrivateKey(context, key) == 1 &&
              (!pem_path || certificate_save(cert, pem_path));
    if (context)
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    X509_free(cert);
    EVP_PKEY_free(key);
    if (ok)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

bool tls_ask_clients(SSL_CTX *context, const char *pem_path, bool must)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (must ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       NULL);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(pem_path));
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"origin", 6);
    return SSL_CTX_load_verify_locations(context, pem_path, NULL) == 1;
}

bool tls_knows_client(const struct tls *tls)
{
    return SSL_get0_peer_certificate(tls->ssl) != NULL;
}

bool tls_init(struct tls *tls, SSL_CTX *context)
{
    *tls = (struct tls){
        .ssl = SSL_new(context), .in = BIO_new(BIO_s_mem()), .out = BIO_new(BIO_s_mem())};
    if (!tls->ssl || !tls->in || !tls->out)
        return false;
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_accept_state(tls->ssl);
    return true;
}

void tls_fini(struct tls *tls)
{
    SSL_free(tls->ssl);
    *tls = (struct tls){0};
}

bool tls_feed(struct tls *tls, const char *data, size_t len)
{
    if (BIO_write(tls->in, data, (int)len) != (int)len)
        return false;
    if (SSL_is_init_finished(tls->ssl))
        return true;
    int result = SSL_do_handshake(tls->ssl);
    return result == 1 || SSL_get_error(tls->ssl, result) == SSL_ERROR_WANT_READ;
}

size_t tls_read(struct tls *tls, char *buf, size_t size)
{
    if (!SSL_is_init_finished(tls->ssl))
        return 0;
    int got = SSL_read(tls->ssl, buf, (int)size);
    return got > 0 ? (size_t)got : 0;
}

bool tls_write(struct tls *tls, const void *data, size_t len)
{
    return len == 0 || SSL_write(tls->ssl, data, (int)len) == (int)len;
}

void tls_close_notify(struct tls *tls)
{
    if (SSL_is_init_finished(tls->ssl))
        SSL_shutdown(tls->ssl);
}

char *tls_take_output(struct tls *tls, size_t *ret_len)
{
    char *view = NULL;
    long len = BIO_get_mem_data(tls->out, &view);
    if (len <= 0)
        return NULL;
    char *copy = malloc((size_t)len);
    if (!copy)
        abort();
    *ret_len = (size_t)BIO_read(tls->out, copy, (int)len);
    return copy;
}
