/* Client and daemon of different ages.
 *
 * Who is younger knows more, so it is always the younger one's place that is taken or given: an
 * older daemon hands its queue over to the younger program, and an older client is to be replaced.
 * What each side says stands here, so that both say the same. */

#include "control/skew.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "haul/version.h"

#define HANDOVER_MINOR 4u /* of the protocol: before it a daemon can't give its queue on */

/* How the daemon at PLACE, of a haul that hands over or not, becomes as young as we are, and where
 * to type that. */
static const char *remedy(const struct haul_place *place, bool hands_over, char text[256])
{
    bool named = strcmp(place->session, "default") != 0;
    const char *with = hands_over ? ", with a newer one there" : "";

    (void)snprintf(text, 256, "%s: %s%.64s%s%shaul %s%s%s",
                   hands_over ? "let this one take its place"
                              : "end it, and the next one goes on where it was",
                   place->host ? "on " : "", place->host ? place->host : "",
                   place->host ? with : "", place->host ? ": " : "",
                   hands_over ? "daemon --replace" : "stop", named ? " --session " : "",
                   named ? place->session : "");
    return text;
}

enum haul_err skew_read(const json_t *hello, const struct haul_place *place, struct skew *ret_skew,
                        struct haul_error *err)
{
    const char *version = json_string_value(json_object_get(hello, "version"));
    json_int_t major = json_integer_value(json_object_get(hello, "major"));
    json_int_t minor = json_integer_value(json_object_get(hello, "minor"));
    struct skew skew = {.major = major > 0 ? (uint64_t)major : 0,
                        .minor = minor > 0 ? (uint64_t)minor : 0};
    char what[256];

    (void)str_copy(skew.version, sizeof skew.version, version ? version : "?");
    if (skew.major > HAUL_PROTOCOL_MAJOR)
        return haul_fail(err, HAUL_E_VERSION,
                         "the daemon is of a newer haul (%s) than this one (" HAUL_VERSION
                         "): use that one, or update this one",
                         skew.version);
    if (skew.major < HAUL_PROTOCOL_MAJOR)
        return haul_fail(err, HAUL_E_VERSION,
                         "the daemon is of an older haul (%s) than this one (" HAUL_VERSION "); %s",
                         skew.version, remedy(place, true, what));
    *ret_skew = skew;
    return HAUL_OK;
}

void skew_explain(const struct skew *daemon, const struct haul_place *place, enum proto_code code,
                  struct haul_error *err)
{
    struct haul_error refused = *err;
    bool hands_over = daemon->minor >= HANDOVER_MINOR;
    char what[256];

    if (daemon->version[0] == '\0' || daemon->minor >= HAUL_PROTOCOL_MINOR)
        return;
    if (code == PROTO_NO_METHOD)
        (void)haul_fail(err, HAUL_E_VERSION,
                        "the daemon is of an older haul (%s) that can't do this; %s",
                        daemon->version, remedy(place, hands_over, what));
    else if (code == PROTO_BAD_PARAMS || refused.code == HAUL_E_BAD_OPTION)
        (void)haul_fail(err, refused.code,
                        "%.120s (the daemon is of an older haul, %s; if that is why, %s)",
                        refused.text, daemon->version, remedy(place, hands_over, what));
}

enum haul_err skew_refuse(uint64_t major, uint64_t minor, const char *version,
                          struct haul_error *err)
{
    if (major > HAUL_PROTOCOL_MAJOR)
        return haul_fail(err, HAUL_E_VERSION,
                         "the daemon (haul " HAUL_VERSION ", process %d) is older than this client "
                         "(%.31s, protocol %llu.%llu); let a newer one take its place: "
                         "haul daemon --replace",
                         (int)getpid(), version, (unsigned long long)major,
                         (unsigned long long)minor);
    return haul_fail(err, HAUL_E_VERSION,
                     "the daemon (haul " HAUL_VERSION ", process %d) is newer than this client "
                     "(%.31s, protocol %llu.%llu): use that haul, or update this one",
                     (int)getpid(), version, (unsigned long long)major, (unsigned long long)minor);
}
