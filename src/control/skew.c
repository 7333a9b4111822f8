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

/* The command that makes the daemon at PLACE as young as we are, with where to type it. */
static const char *remedy(const struct haul_place *place, char text[160])
{
    bool named = strcmp(place->session, "default") != 0;

    (void)snprintf(text, 160, "%s%.64s%shaul daemon --replace%s%s", place->host ? "on " : "",
                   place->host ? place->host : "", place->host ? ", with a newer one there: " : "",
                   named ? " --session " : "", named ? place->session : "");
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
    char what[160];

    (void)str_copy(skew.version, sizeof skew.version, version ? version : "?");
    if (skew.major > HAUL_PROTOCOL_MAJOR)
        return haul_fail(err, HAUL_E_VERSION,
                         "the daemon is of a newer haul (%s) than this one (" HAUL_VERSION
                         "): use that one, or update this one",
                         skew.version);
    if (skew.major < HAUL_PROTOCOL_MAJOR)
        return haul_fail(err, HAUL_E_VERSION,
                         "the daemon is of an older haul (%s) than this one (" HAUL_VERSION
                         "); let this one take its place: %s",
                         skew.version, remedy(place, what));
    *ret_skew = skew;
    return HAUL_OK;
}

void skew_explain(const struct skew *daemon, const struct haul_place *place, enum proto_code code,
                  struct haul_error *err)
{
    struct haul_error refused = *err;
    char what[160];

    if (daemon->version[0] == '\0' || daemon->minor >= HAUL_PROTOCOL_MINOR)
        return;
    if (code == PROTO_NO_METHOD)
        (void)haul_fail(err, HAUL_E_VERSION,
                        "the daemon is of an older haul (%s) that can't do this; "
                        "let this one take its place: %s",
                        daemon->version, remedy(place, what));
    else if (code == PROTO_BAD_PARAMS)
        (void)haul_fail(err, refused.code,
                        "%.120s (the daemon is of an older haul, %s; if that is why: %s)",
                        refused.text, daemon->version, remedy(place, what));
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
