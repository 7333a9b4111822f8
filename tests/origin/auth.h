#ifndef ORIGIN_AUTH_H
#define ORIGIN_AUTH_H

#include <stdbool.h>

#include "request.h"

/* True when VALUE (of Authorization or Proxy-Authorization) is the basic login USER, "name:pass".
 */
bool auth_basic_ok(const char *value, const char *user);

/* The same for digest access (RFC 7616, MD5 or SHA-256, qop=auth) of METHOD on the login's uri. */
bool auth_digest_ok(const char *value, const char *user, const char *method);

#define AUTH_REALM "haul tests"
#define AUTH_NONCE "b7c1d2e3f4051627"
#define AUTH_CHALLENGE                                                                             \
    "WWW-Authenticate: Digest realm=\"" AUTH_REALM "\", nonce=\"" AUTH_NONCE                       \
    "\", qop=\"auth\", algorithm=SHA-256"

#endif
