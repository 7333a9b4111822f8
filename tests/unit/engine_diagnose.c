/* What is said of a slow or waiting item: one row a cause, with the facts that show it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/diagnose.h"

#define NOW INT64_C(1732190651000) /* 2024-11-21 12:04:11 UTC */
#define MIB UINT32_C(1048576)

static const struct recent none = {{0}, 0, 0};
static const struct recent steady = {
    {2 * MIB, 2 * MIB + 9000, 2 * MIB - 9000, 2 * MIB, 2 * MIB, 2 * MIB}, 6, 1};
static const struct recent slower = {{MIB, MIB, MIB, MIB, MIB}, 5, 1};
static const struct recent wavering = {{3 * MIB, MIB, 2 * MIB, 3 * MIB, MIB}, 5, 1};
static const struct recent young = {{2 * MIB, 2 * MIB}, 2, 1};

#define ONE(recent_)                                                                               \
    {                                                                                              \
        {                                                                                          \
            true, 10, recent_                                                                      \
        }                                                                                          \
    }
#define FOUR(recent_)                                                                              \
    {                                                                                              \
        {true, 10, recent_}, {true, 9, recent_}, {true, 8, recent_},                               \
        {                                                                                          \
            true, 7, recent_                                                                       \
        }                                                                                          \
    }
#define ACTIVE(...)                                                                                \
    {                                                                                              \
        .state = HAUL_ACTIVE, .phase = HAUL_PHASE_RECEIVING, .total = 1 << 30, __VA_ARGS__         \
    }

struct row {
    const char *sentence;
    struct diagnosis_case facts;
    struct diagnosis_connection connections[4];
    size_t count;
};

static const struct row rows[] = {
    /* Queued. */
    {"queued: 8 of 8 jobs run",
     {.state = HAUL_QUEUED, .running = 8, .jobs = 8, .slots = 99},
     {{0}},
     0},
    {"waiting: host is backing off until 12:05:11",
     {.state = HAUL_QUEUED, .running = 8, .jobs = 8, .slots = 99, .host = {.until = NOW + 60000}},
     {{0}},
     0},
    {"queued: about to start", /* a rest that is over is none */
     {.state = HAUL_QUEUED, .jobs = 8, .slots = 99, .host = {.until = NOW}},
     {{0}},
     0},
    {"queued: 4 connections are the cap of this host (--per-host)",
     {.state = HAUL_QUEUED, .jobs = 8, .slots = 99, .host = {.connections = 4, .most = 4}},
     {{0}},
     0},
    {"queued: the host refuses more than 2 connections",
     {.state = HAUL_QUEUED,
      .jobs = 8,
      .slots = 99,
      .host = {.connections = 2, .most = 16, .allowed = 2}},
     {{0}},
     0},
    {"queued: the host had a rest, one item is tried first",
     {.state = HAUL_QUEUED, .jobs = 8, .slots = 99, .host = {.connections = 1, .probing = true}},
     {{0}},
     0},
    {"queued: open files are short, so only 3 run at once",
     {.state = HAUL_QUEUED, .running = 3, .jobs = 8, .slots = 3},
     {{0}},
     0},
    {"queued: its folder does not answer yet",
     {.state = HAUL_QUEUED, .jobs = 8, .slots = 99, .folder_silent = true},
     {{0}},
     0},
    {"queued: it was told to start at 12:34:11; resume starts it now",
     {.state = HAUL_QUEUED, .jobs = 8, .slots = 99, .running = 8, .start_at = NOW + 1800000},
     {{0}},
     0},
    {"waiting: no downloads before 12:34:11 (schedule); resume starts it now",
     {.state = HAUL_QUEUED, .off_hours = true, .hours_until = NOW + 1800000},
     {{0}},
     0},
    {"waiting: the schedule allows no downloads; resume starts it now",
     {.state = HAUL_QUEUED, .off_hours = true, .start_at = NOW + 1800000},
     {{0}},
     0},
    {"waiting: no downloads before 12:34:11 (schedule); resume starts it now",
     {.state = HAUL_QUEUED,
      .off_hours = true,
      .hours_until = NOW + 1800000,
      .start_at = NOW + 1799000},
     {{0}},
     0},
    {"queued: it was told to start at 12:34:11; resume starts it now",
     {.state = HAUL_QUEUED,
      .off_hours = true,
      .hours_until = NOW + 1799000,
      .start_at = NOW + 1800000},
     {{0}},
     0},
    {"queued: its last run is being put away",
     {.state = HAUL_QUEUED, .jobs = 8, .slots = 99, .ending = true},
     {{0}},
     0},
    {"queued: the daemon was only asked a question; nothing starts until something is added or "
     "resumed",
     {.state = HAUL_QUEUED, .jobs = 8, .slots = 99, .held = true},
     {{0}},
     0},
    /* Waiting. */
    {"waiting after 503: tries again at 12:04:21 (retry 2 of 5)",
     {.state = HAUL_WAITING,
      .err = HAUL_E_HTTP,
      .http_status = 503,
      .tries = 2,
      .retries = 5,
      .retry_at = NOW + 10000},
     {{0}},
     0},
    {"waiting: no connection to the server; tries again at 12:04:21",
     {.state = HAUL_WAITING,
      .err = HAUL_E_CONNECT,
      .tries = 2,
      .retries = -1,
      .retry_at = NOW + 10000},
     {{0}},
     0},
    {"waiting: host is backing off until 12:04:31",
     {.state = HAUL_WAITING,
      .err = HAUL_E_HTTP,
      .http_status = 503,
      .retry_at = NOW + 20000,
      .host = {.until = NOW + 20000}},
     {{0}},
     0},
    {"waiting: the disk is full; goes on by itself when there is room",
     {.state = HAUL_WAITING, .err = HAUL_E_DISK_FULL, .retry_at = NOW + 9000},
     {{0}},
     0},
    /* Beginning and ending. */
    {"looking at what is here already",
     {.state = HAUL_ACTIVE, .phase = HAUL_PHASE_CONNECTING},
     {{0}},
     0},
    {"connecting to example.org for 3 s",
     {.state = HAUL_ACTIVE, .phase = HAUL_PHASE_CONNECTING, .host = {.name = "example.org"}},
     {{false, 3200, &none}},
     1},
    {"connected: the server has thought about its answer for 01:20",
     {.state = HAUL_ACTIVE, .phase = HAUL_PHASE_CONNECTING, .host = {.name = "example.org"}},
     {{true, 80000, &none}},
     1},
    {"all bytes are here: the digest is computed, 40%",
     {.state = HAUL_ACTIVE, .phase = HAUL_PHASE_CHECKING, .total = 1000, .hashed = 400},
     {{0}},
     0},
    {"all bytes are here: the disk is told to keep them",
     {.state = HAUL_ACTIVE, .phase = HAUL_PHASE_FINISHING},
     {{0}},
     0},
    /* Limits of ours go before what the connections look like. */
    {"limited by --limit: 2.0 MB/s", ACTIVE(.limit = 2 * MIB, .rate = 2 * MIB, .held_by_limit = 90),
     FOUR(&steady), 4},
    {"limited by --limit: 2.0 MB/s, shared by 5 items",
     ACTIVE(.limit = 2 * MIB, .rate = MIB / 4, .held_by_limit = 90, .running = 5), FOUR(&steady),
     4},
    {"limited by the schedule: 2.0 MB/s until 12:34:11, shared by 5 items",
     ACTIVE(.limit = 2 * MIB, .rate = MIB / 4, .held_by_limit = 90, .running = 5,
            .limit_scheduled = true, .hours_until = NOW + 1800000),
     FOUR(&steady), 4},
    {"limited by the schedule: 2.0 MB/s",
     ACTIVE(.limit = 2 * MIB, .rate = 2 * MIB, .held_by_limit = 90, .limit_scheduled = true),
     FOUR(&steady), 4},
    {"limited by --limit: 2.0 MB/s",
     ACTIVE(.limit = 2 * MIB, .rate = 2 * MIB, .held_by_limit = 90, .hours_until = NOW + 1800000),
     FOUR(&steady), 4},
    {"limited by --item-limit: 1.0 MB/s",
     ACTIVE(.limit = 2 * MIB, .item_limit = MIB, .rate = MIB, .held_by_item_limit = 90),
     ONE(&steady), 1},
    {"disk is the limit: connections wait for it 55% of the time", ACTIVE(.held_by_disk = 55),
     FOUR(&wavering), 4},
    /* A limit that holds nothing up is not the reason. */
    {"server allows about 2.0 MB/s per connection, 4 in use",
     ACTIVE(.limit = 100 * MIB, .rate = 8 * MIB, .held_by_limit = 3, .held_by_disk = 5),
     FOUR(&steady), 4},
    {"server allows about 2.0 MB/s per connection, 1 in use; server does not take ranges: one "
     "connection",
     ACTIVE(.no_ranges = true), ONE(&steady), 1},
    {"server allows about 2.0 MB/s per connection, 4 in use; 4 connections are the cap of this "
     "host "
     "(--per-host)",
     ACTIVE(.wanted = 8, .host = {.connections = 4, .most = 4}), FOUR(&steady), 4},
    /* Uneven or wavering connections are nobody's limit. */
    {"nothing here holds it up: the line or the server gives no more over 4 connections", ACTIVE(),
     FOUR(&wavering), 4},
    {"nothing here holds it up: the line or the server gives no more over 2 connections",
     ACTIVE(.wanted = 2),
     {{true, 1, &steady}, {true, 1, &slower}},
     2},
    {"", ACTIVE(.wanted = 1), ONE(&young), 1},
    /* Why it has not more of them. */
    {"4 connections are the cap of this host (--per-host)",
     ACTIVE(.wanted = 8, .host = {.connections = 4, .most = 4}), FOUR(&wavering), 4},
    {"the host refuses more than 1 connections",
     ACTIVE(.host = {.connections = 1, .most = 16, .allowed = 1}), ONE(&wavering), 1},
    {"server does not take ranges: one connection", ACTIVE(.no_ranges = true), ONE(&wavering), 1},
    {"only one connection works here", ACTIVE(.single = true), ONE(&wavering), 1},
    {"its length is not known, so it is not split",
     {.state = HAUL_ACTIVE, .phase = HAUL_PHASE_RECEIVING, .total = -1, .wanted = 4},
     ONE(&wavering),
     1},
    {"the rest is too small to be split (--min-split)", ACTIVE(.small_rest = true), ONE(&wavering),
     1},
    /* What is sent is never split. */
    {"nothing here holds it up: the line or the server gives no more over 1 connection",
     {.state = HAUL_ACTIVE,
      .phase = HAUL_PHASE_SENDING,
      .total = 9,
      .wanted = 4,
      .small_rest = true},
     ONE(&wavering),
     1},
    /* Silence. */
    {"no byte has come for 12 s; it is asked for anew after 30 s (--stall-timeout)",
     ACTIVE(.wanted = 2, .stall_ms = 30000),
     {{true, 12000, &steady}, {true, 14000, &steady}},
     2},
    {"no byte has come for 12 s",
     {.state = HAUL_ACTIVE, .phase = HAUL_PHASE_RECEIVING, .total = 9, .wanted = 1},
     {{true, 12000, &wavering}},
     1},
    {"server allows about 2.0 MB/s per connection, 2 in use", /* one of them brings bytes */
     ACTIVE(.wanted = 2),
     {{true, 12000, &steady}, {true, 14, &steady}},
     2},
    /* Over. */
    {"paused: goes on when it is resumed", {.state = HAUL_PAUSED}, {{0}}, 0},
    {"cancelled: what came is kept until it is removed", {.state = HAUL_CANCELLED}, {{0}}, 0},
    {"expired link (403): paste a new one",
     {.state = HAUL_FAILED, .err = HAUL_E_EXPIRED, .http_status = 403, .note = "long words"},
     {{0}},
     0},
    {"the server has no such file (404): give it another link",
     {.state = HAUL_FAILED, .err = HAUL_E_HTTP, .http_status = 404, .note = "not found"},
     {{0}},
     0},
    {"no space on /dl: make room, then retry",
     {.state = HAUL_FAILED, .err = HAUL_E_DISK_FULL, .note = "no space on /dl"},
     {{0}},
     0},
    {"no connection to the server: retry when the network is back",
     {.state = HAUL_FAILED, .err = HAUL_E_CONNECT},
     {{0}},
     0},
    {"came in 10 s, 1.0 MB/s on average",
     {.state = HAUL_DONE, .done = 10 * MIB, .took = 10000},
     {{0}},
     0},
    {"", {.state = HAUL_DONE}, {{0}}, 0},
};

static void each_cause_has_its_sentence(void **state)
{
    char buf[DIAGNOSIS_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct diagnosis_case facts = rows[i].facts;

        facts.now = NOW;
        facts.connections = rows[i].connections;
        facts.connection_count = rows[i].count;
        facts.note = facts.note ? facts.note : "";
        if (facts.state == HAUL_ACTIVE) {
            facts.wanted = facts.wanted > 0 ? facts.wanted : 4;
            facts.running = facts.running > 0 ? facts.running : 1;
        }
        facts.host.name = facts.host.name ? facts.host.name : "example.org";
        assert_string_equal(diagnose(&facts, buf), rows[i].sentence);
    }
}

/* Whatever the errors are, something is said of a failed item, and it fits. */
static void every_failure_has_words(void **state)
{
    char note[1000], buf[DIAGNOSIS_SIZE];

    (void)state;
    memset(note, 'x', sizeof note - 1);
    note[sizeof note - 1] = '\0';
    for (int err = 1; err < HAUL_E_COUNT; err++) {
        struct diagnosis_case facts = {
            .state = HAUL_FAILED, .err = (enum haul_err)err, .note = note};

        diagnose(&facts, buf);
        assert_true(strlen(buf) > 10 && strlen(buf) < sizeof buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cause_has_its_sentence),
        cmocka_unit_test(every_failure_has_words),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
