/* Diagnoses: what holds an item up, in plain words.
 *
 * The causes are asked one after the other, the surest first: what haul does itself (a limit, a
 * rest, a full queue), then the disk, then what a connection's pace shows. Connections that all
 * bring the same, second after second, are held to that by somebody; connections that fight over a
 * line waver. */

#include "engine/diagnose.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"

#define HELD_PERCENT   20u   /* held up for so much of the time: that is what it is */
#define SILENT_MS      5000u /* without a byte: worth a word */
#define STEADY_SECONDS 4u    /* a shorter past is no pattern */
#define EVEN_PERCENT   12u   /* so far from the mean may a second, or a connection, be */
#define NEAR_PERCENT   90u   /* of a limit: reached */

typedef bool cause(const struct diagnosis_case *facts, char *buf);

static bool say(char *buf, const char *format, ...) HAUL_PRINTF(2, 3);
static bool say(char *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(buf, DIAGNOSIS_SIZE, format, args);
    va_end(args);
    return true;
}

/* "12 s", "3:20": how long something has lasted. */
static const char *duration(uint64_t ms, char buf[FMT_SIZE])
{
    uint64_t seconds = ms / 1000;

    if (seconds >= 60)
        return fmt_seconds((int64_t)MIN(seconds, (uint64_t)INT64_MAX), buf);
    snprintf(buf, FMT_SIZE, "%u s", (unsigned)seconds);
    return buf;
}

/* Waiting for its turn. */

static bool host_rests(const struct diagnosis_case *facts, char *buf)
{
    char until[FMT_SIZE];

    if (facts->host.until <= facts->now)
        return false;
    return say(buf, "waiting: host is backing off until %s", fmt_clock(facts->host.until, until));
}

static bool waits_for_its_time(const struct diagnosis_case *facts, char *buf)
{
    char when[WHEN_SIZE];

    return facts->start_at > 0 && say(buf, "queued: it was told to start %s; resume starts it now",
                                      when_phrase(facts->start_at, facts->now, when));
}

/* It is named when the later one of both, the hours and its own time, is theirs. */
static bool waits_for_hours(const struct diagnosis_case *facts, char *buf)
{
    char when[WHEN_SIZE];

    if (!facts->off_hours || (facts->hours_until > 0 && facts->start_at > facts->hours_until))
        return false;
    if (facts->hours_until == 0)
        return say(buf, "waiting: the schedule allows no downloads; resume starts it now");
    return say(buf, "waiting: no downloads before %s (schedule); resume starts it now",
               when_text(facts->hours_until, facts->now, when));
}

static bool queue_is_held(const struct diagnosis_case *facts, char *buf)
{
    return facts->held && say(buf, "queued: the daemon was only asked a question; nothing starts "
                                   "until something is added or resumed");
}

static bool is_ending(const struct diagnosis_case *facts, char *buf)
{
    return facts->ending && say(buf, "queued: its last run is being put away");
}

static bool jobs_are_taken(const struct diagnosis_case *facts, char *buf)
{
    if (facts->running >= facts->jobs)
        return say(buf, "queued: %" PRIu64 " of %" PRIu64 " jobs run", facts->running, facts->jobs);
    return facts->running >= facts->slots &&
           say(buf, "queued: open files are short, so only %" PRIu64 " run at once", facts->slots);
}

static bool folder_is_silent(const struct diagnosis_case *facts, char *buf)
{
    return facts->folder_silent && say(buf, "queued: its folder does not answer yet");
}

static bool host_is_full(const struct diagnosis_case *facts, char *buf)
{
    const struct diagnosis_host *host = &facts->host;

    if (host->allowed > 0 && host->connections >= host->allowed)
        return say(buf, "queued: the host refuses more than %u connections", host->allowed);
    if (host->most > 0 && host->connections >= host->most)
        return say(buf, "queued: %u connections are the cap of this host (--per-host)",
                   host->connections);
    return host->probing && say(buf, "queued: the host had a rest, one item is tried first");
}

static bool starts_soon(const struct diagnosis_case *facts, char *buf)
{
    (void)facts;
    return say(buf, "queued: about to start");
}

/* Waiting for its next try. */

static bool disk_is_full(const struct diagnosis_case *facts, char *buf)
{
    return facts->err == HAUL_E_DISK_FULL &&
           say(buf, "waiting: the disk is full; goes on by itself when there is room");
}

static bool next_try(const struct diagnosis_case *facts, char *buf)
{
    char at[FMT_SIZE], why[128], which[64] = "";

    if (facts->http_status > 0)
        snprintf(why, sizeof why, "waiting after %d:", facts->http_status);
    else
        snprintf(why, sizeof why, "waiting: %s;", haul_err_sentence(facts->err));
    if (facts->retries >= 0 && facts->tries > 0)
        snprintf(which, sizeof which, " (retry %u of %" PRId64 ")", facts->tries, facts->retries);
    return say(buf, "%s tries again at %s%s", why, fmt_clock(facts->retry_at, at), which);
}

/* Running. */

static const struct diagnosis_connection *last_heard(const struct diagnosis_case *facts)
{
    const struct diagnosis_connection *least = NULL;

    /* The one that brought a byte last says how long all have been silent. */
    for (size_t i = 0; i < facts->connection_count; i++) {
        if (!least || facts->connections[i].silent_ms < least->silent_ms)
            least = &facts->connections[i];
    }
    return least;
}

static bool waits_for_host(const struct diagnosis_case *facts, char *buf)
{
    return facts->waits && say(buf, "%s", facts->note);
}

static bool is_connecting(const struct diagnosis_case *facts, char *buf)
{
    const struct diagnosis_connection *first = last_heard(facts);
    char since[FMT_SIZE];

    if (facts->phase != HAUL_PHASE_CONNECTING)
        return false;
    if (!first)
        return say(buf, "looking at what is here already");
    duration(first->silent_ms, since);
    if (first->connected)
        return say(buf, "connected: the server has thought about its answer for %s", since);
    return say(buf, "connecting to %s for %s", facts->host.name, since);
}

static bool is_checking(const struct diagnosis_case *facts, char *buf)
{
    return facts->phase == HAUL_PHASE_CHECKING &&
           say(buf, "all bytes are here: the digest is computed, %u%%",
               fmt_percent(facts->hashed, facts->total));
}

static bool is_finishing(const struct diagnosis_case *facts, char *buf)
{
    return facts->phase == HAUL_PHASE_FINISHING &&
           say(buf, "all bytes are here: the disk is told to keep them");
}

static bool is_limited(const struct diagnosis_case *facts, char *buf)
{
    char rate[FMT_SIZE], when[WHEN_SIZE], until[WHEN_SIZE + 8] = "", shared[40] = "";

    if (facts->item_limit > 0 && facts->held_by_item_limit >= HELD_PERCENT)
        return say(buf, "limited by --item-limit: %s", fmt_rate(facts->item_limit, rate));
    if (facts->limit == 0 || facts->held_by_limit < HELD_PERCENT)
        return false;
    fmt_rate(facts->limit, rate);
    if (facts->limit_scheduled && facts->hours_until > 0)
        snprintf(until, sizeof until, " until %s", when_text(facts->hours_until, facts->now, when));
    if (facts->rate * 100 < facts->limit * NEAR_PERCENT && facts->running >= 2)
        snprintf(shared, sizeof shared, ", shared by %" PRIu64 " items", facts->running);
    return say(buf, "limited by %s: %s%s%s", facts->limit_scheduled ? "the schedule" : "--limit",
               rate, until, shared);
}

static bool disk_is_slow(const struct diagnosis_case *facts, char *buf)
{
    return facts->held_by_disk >= HELD_PERCENT &&
           say(buf, "disk is the limit: connections wait for it %u%% of the time",
               MIN(facts->held_by_disk, 100u));
}

static bool is_silent(const struct diagnosis_case *facts, char *buf)
{
    const struct diagnosis_connection *last = last_heard(facts);
    char since[FMT_SIZE], most[FMT_SIZE];

    if (!last || last->silent_ms < SILENT_MS)
        return false;
    duration(last->silent_ms, since);
    if (facts->stall_ms == 0)
        return say(buf, "no byte has come for %s", since);
    return say(buf, "no byte has come for %s; it is asked for anew after %s (--stall-timeout)",
               since, duration(facts->stall_ms, most));
}

/* Mean of the last full seconds; false when they waver, or are too few. */
static bool is_steady(const struct recent *recent, uint64_t *ret_mean)
{
    uint64_t sum = 0, mean;

    if (recent->count < STEADY_SECONDS)
        return false;
    for (unsigned i = 0; i < recent->count; i++)
        sum += recent->rates[i];
    mean = sum / recent->count;
    for (unsigned i = 0; i < recent->count; i++) {
        uint64_t rate = recent->rates[i];
        uint64_t off = rate > mean ? rate - mean : mean - rate;

        if (off * 100 > mean * EVEN_PERCENT)
            return false;
    }
    *ret_mean = mean;
    return mean > 0;
}

/* Every connection brings the same, all the time: *ret_each. */
static bool all_are_even(const struct diagnosis_case *facts, uint64_t *ret_each)
{
    uint64_t least = UINT64_MAX, most = 0, sum = 0;

    for (size_t i = 0; i < facts->connection_count; i++) {
        uint64_t mean;

        if (!is_steady(facts->connections[i].recent, &mean))
            return false;
        least = MIN(least, mean);
        most = MAX(most, mean);
        sum += mean;
    }
    if (facts->connection_count == 0 || (most - least) * 100 > most * EVEN_PERCENT)
        return false;
    *ret_each = sum / facts->connection_count;
    return true;
}

/* Why there are not more connections than there are; "" when it has all that it may have. */
static void why_no_more(const struct diagnosis_case *facts, char *buf)
{
    const struct diagnosis_host *host = &facts->host;

    buf[0] = '\0';
    if (facts->connection_count >= facts->wanted || facts->phase == HAUL_PHASE_SENDING)
        return;
    if (facts->no_ranges)
        say(buf, "server does not take ranges: one connection");
    else if (facts->single)
        say(buf, "only one connection works here");
    else if (facts->total < 0)
        say(buf, "its length is not known, so it is not split");
    else if (host->until > facts->now)
        host_rests(facts, buf);
    else if (host->allowed > 0 && host->connections >= host->allowed)
        say(buf, "the host refuses more than %u connections", host->allowed);
    else if (host->most > 0 && host->connections >= host->most)
        say(buf, "%u connections are the cap of this host (--per-host)", host->connections);
    else if (facts->small_rest)
        say(buf, "the rest is too small to be split (--min-split)");
}

static bool connections_are_held(const struct diagnosis_case *facts, char *buf)
{
    char rate[FMT_SIZE], more[DIAGNOSIS_SIZE];
    uint64_t each;

    if (!all_are_even(facts, &each))
        return false;
    why_no_more(facts, more);
    return say(buf, "server allows about %s per connection, %zu in use%s%s", fmt_rate(each, rate),
               facts->connection_count, more[0] ? "; " : "", more);
}

static bool has_few_connections(const struct diagnosis_case *facts, char *buf)
{
    why_no_more(facts, buf);
    return buf[0] != '\0';
}

/* Nothing of ours holds it up, and its connections waver: what is left is the way there. */
static bool runs_freely(const struct diagnosis_case *facts, char *buf)
{
    if (facts->connection_count == 0 || facts->connections[0].recent->count < STEADY_SECONDS)
        return false;
    return say(buf,
               "nothing here holds it up: the line or the server gives no more over %zu "
               "connection%s",
               facts->connection_count, facts->connection_count == 1 ? "" : "s");
}

/* Over. */

/* What a user can do about it. */
static const char *remedy(enum haul_err err)
{
    switch (err) {
    case HAUL_E_EXPIRED:
        return "paste a new one";
    case HAUL_E_LOGIN:
        return "give it the right --user with a new link";
    case HAUL_E_DISK_FULL:
        return "make room, then retry";
    case HAUL_E_DISK:
        return "see to the folder, then retry";
    case HAUL_E_EXISTS:
        return "move that file away, or use --if-exists";
    case HAUL_E_BUSY:
        return "end the other one, then retry";
    case HAUL_E_CHECKSUM:
        return "the partial is kept to be looked at; retry fetches it anew";
    case HAUL_E_TLS:
        return "see to its certificate (--cacert)";
    case HAUL_E_BAD_URL:
    case HAUL_E_REMOTE_FILE:
        return "give it another link";
    default:
        return haul_err_class(err) == HAUL_CLASS_NETWORK ? "retry when the network is back" : "";
    }
}

static void failed(const struct diagnosis_case *facts, char *buf)
{
    const char *what = facts->note[0] ? facts->note : haul_err_sentence(facts->err);
    const char *then = remedy(facts->err);

    if (facts->err == HAUL_E_EXPIRED)
        say(buf, "expired link (%d): paste a new one", facts->http_status);
    else if ((facts->http_status == 404 || facts->http_status == 410) && then[0] == '\0')
        say(buf, "the server has no such file (%d): give it another link", facts->http_status);
    else
        say(buf, "%.240s%s%s", what, then[0] ? ": " : "", then);
}

static void done(const struct diagnosis_case *facts, char *buf)
{
    char took[FMT_SIZE], rate[FMT_SIZE];

    buf[0] = '\0';
    if (facts->took <= 0 || facts->done == 0)
        return;
    say(buf, "came in %s, %s on average", duration((uint64_t)facts->took, took),
        fmt_rate(facts->done * 1000 / (uint64_t)facts->took, rate));
}

static void first_of(const struct diagnosis_case *facts, cause *const *causes, char *buf)
{
    buf[0] = '\0';
    while (*causes && !(*causes)(facts, buf))
        causes++;
}

const char *diagnose(const struct diagnosis_case *facts, char buf[DIAGNOSIS_SIZE])
{
    static cause *const queued[] = {
        waits_for_hours, waits_for_its_time, host_rests,   queue_is_held, is_ending,
        jobs_are_taken,  folder_is_silent,   host_is_full, starts_soon,   NULL};
    static cause *const waiting[] = {disk_is_full, host_rests, next_try, NULL};
    static cause *const active[] = {
        waits_for_host,      is_connecting, is_checking, is_finishing,
        is_limited,          disk_is_slow,  is_silent,   connections_are_held,
        has_few_connections, runs_freely,   NULL};

    buf[0] = '\0';
    switch (facts->state) {
    case HAUL_QUEUED:
        first_of(facts, queued, buf);
        break;
    case HAUL_ACTIVE:
        first_of(facts, active, buf);
        break;
    case HAUL_WAITING:
        first_of(facts, waiting, buf);
        break;
    case HAUL_PAUSED:
        say(buf, "paused: goes on when it is resumed");
        break;
    case HAUL_CANCELLED:
        say(buf, "cancelled: what came is kept until it is removed");
        break;
    case HAUL_FAILED:
        failed(facts, buf);
        break;
    case HAUL_DONE:
        done(facts, buf);
        break;
    case HAUL_STATE_COUNT:
        break;
    }
    return buf;
}
