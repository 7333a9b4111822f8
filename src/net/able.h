#ifndef NET_ABLE_H
#define NET_ABLE_H

#include "haul/error.h"
#include "haul/options.h"

/* What a libcurl was built with, of all that depends on it. */
struct able {
    const char *version;
    bool http3;
    bool dns_servers;
    bool doh;
    bool public_suffixes; /* knows that no site may set cookies for all of co.uk */
};

/* HAUL_E_BAD_OPTION with a sentence that names what is missing, when OPTIONS ask for more. */
HAUL_CHECKED enum haul_err able_check(const struct able *able, const struct haul_options *options,
                                      struct haul_error *err);

/* The same of the libcurl that this process has. */
HAUL_CHECKED enum haul_err net_able(const struct haul_options *options, struct haul_error *err);

#endif
