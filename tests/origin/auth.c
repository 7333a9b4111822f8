/* Checks logins, basic (RFC 7617) and digest (RFC 7616). The nonce is fixed: the origin proves what
 * a client sends, it protects nothing. */

#include "auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

bool auth_basic_ok(const char *value, const char *user)
{
    if (!value || strncasecmp(value, "Basic ", 6) != 0)
        return false;
    size_t len = strlen(user);
    unsigned char *expected = malloc(4 * (len / 3 + 1) + 1);
    if (!expected)
        abort();
    EVP_EncodeBlock(expected, (const unsigned char *)user, (int)len);
    bool ok = strcmp(value + 6, (const char *)expected) == 0;
    free(expected);
    return ok;
}

#define FIELD_SIZE 256

/* The value of NAME in a digest login, without quotes; "" when it is not there or too long. */
static void field_get(const char *value, const char *name, char field[FIELD_SIZE])
{
    size_t name_len = strlen(name);
    field[0] = '\0';
    for (const char *at = value; (at = strcasestr(at, name)); at += name_len) {
        if (at[name_len] != '=' || (at[-1] != ' ' && at[-1] != ','))
            continue;
        at += name_len + 1;
        bool quoted = *at == '"';
        at += quoted;
        size_t len = strcspn(at, quoted ? "\"" : ", ");
        if (len < FIELD_SIZE)
            snprintf(field, FIELD_SIZE, "%.*s", (int)len, at);
        return;
    }
}

#define HEX_SIZE (2 * EVP_MAX_MD_SIZE + 1)

static void hash_hex(const EVP_MD *algorithm, const char *text, char hex[HEX_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    hex[0] = '\0';
    if (EVP_Digest(text, strlen(text), digest, &len, algorithm, NULL) != 1)
        return;
    for (unsigned i = 0; i < len; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
}

bool auth_digest_ok(const char *value, const char *user, const char *method)
{
    if (!value || strncasecmp(value, "Digest ", 7) != 0)
        return false;
    char uri[FIELD_SIZE], nonce[FIELD_SIZE], count[FIELD_SIZE], client[FIELD_SIZE];
    char response[FIELD_SIZE], algorithm[FIELD_SIZE], name[FIELD_SIZE];
    field_get(value, "uri", uri);
    field_get(value, "nonce", nonce);
    field_get(value, "nc", count);
    field_get(value, "cnonce", client);
    field_get(value, "response", response);
    field_get(value, "algorithm", algorithm);
    field_get(value, "username", name);
    const char *password = strchr(user, ':');
    if (!password || strlen(name) != (size_t)(password - user) ||
        strncmp(name, user, strlen(name)) != 0 || strcmp(nonce, AUTH_NONCE) != 0)
        return false;

    const EVP_MD *hash = strcasecmp(algorithm, "SHA-256") == 0 ? EVP_sha256() : EVP_md5();
    char text[6 * FIELD_SIZE], secret[HEX_SIZE], target[HEX_SIZE], expected[HEX_SIZE];
    snprintf(text, sizeof(text), "%s:%s:%s", name, AUTH_REALM, password + 1);
    hash_hex(hash, text, secret);
    snprintf(text, sizeof(text), "%s:%s", method, uri);
    hash_hex(hash, text, target);
    snprintf(text, sizeof(text), "%s:%s:%s:%s:auth:%s", secret, nonce, count, client, target);
    hash_hex(hash, text, expected);
    return strcmp(expected, response) == 0;
}
