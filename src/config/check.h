#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

/* The checks of the option table's rows: what is wrong with a value, to follow the option's name in
 * a sentence; NULL: nothing. */

const char *check_line(const char *value);
const char *check_filled(const char *value);
const char *check_filled_line(const char *value);
const char *check_checksum(const char *value);
const char *check_session(const char *value);
const char *check_host(const char *value);
const char *check_out(const char *value);
const char *check_proxy(const char *value);
const char *check_resolve(const char *value);
const char *check_dns_servers(const char *value);
const char *check_doh(const char *value);
const char *check_header(const char *value);
const char *check_user(const char *value);
const char *check_cookie(const char *value);
const char *check_bearer(const char *value);
const char *check_method(const char *value);
const char *check_body(const char *value);
const char *check_form(const char *value);

#endif
