#ifndef NET_NETERR_H
#define NET_NETERR_H

#include "haul/error.h"

/* A finished libcurl transfer in haul's words. CURLCODE is a CURLcode; DETAIL is libcurl's error
 * buffer (may be empty; raw), HOST the clean host that was asked. Returns the code it fills in. */
enum haul_err neterr_from_curl(int curlcode, const char *detail, const char *host, long sys_errno,
                               struct haul_error *err);

/* A proxy's answer to CONNECT that is none of 2xx. */
enum haul_err neterr_from_proxy(int status, const char *host, struct haul_error *err);

/* An HTTP status of 400 and above. retryable is set for the ones that pass by themselves. */
enum haul_err neterr_from_status(int status, const char *host, struct haul_error *err);

#endif
