/* What is kept besides items: settings, tokens of adds, and what is known of hosts. */

#include "store_bench.h"

static void settings_are_kept(void **state)
{
    struct store_bench *bench = *state;
    char *value;

    open_store(bench);
    assert_null(store_get(bench->store, "jobs"));
    store_set(bench->store, "jobs", "8");
    store_set(bench->store, "jobs", "16");
    store_set(bench->store, "limit", "");
    reopen_store(bench);
    value = store_get(bench->store, "jobs");
    assert_string_equal(value, "16");
    free(value);
    value = store_get(bench->store, "limit");
    assert_string_equal(value, "");
    free(value);
    store_set(bench->store, "jobs", NULL);
    reopen_store(bench);
    assert_null(store_get(bench->store, "jobs"));
}

struct tokens_seen {
    size_t count;
    uint64_t first, last, last_count; /* ids */
    char name[64];                    /* of the last */
};

static void see_token(void *ctx, const struct store_token *token)
{
    struct tokens_seen *seen = ctx;

    if (seen->count++ == 0)
        seen->first = token->first;
    seen->last = token->first;
    seen->last_count = token->count;
    snprintf(seen->name, sizeof seen->name, "%s", token->token);
}

static struct tokens_seen load_tokens(struct store_bench *bench)
{
    struct tokens_seen seen = {0};

    assert_int_equal(store_load_tokens(bench->store, see_token, &seen, &bench->err), HAUL_OK);
    return seen;
}

static void the_newest_tokens_are_kept_with_their_adds(void **state)
{
    struct store_bench *bench = *state;
    struct tokens_seen seen;
    uint64_t id = 1;

    open_store(bench);
    for (; id <= STORE_TOKENS_MAX + 10; id++) {
        struct store_item item = plain_item(id);
        char name[32];

        (void)snprintf(name, sizeof name, "t-%u", (unsigned)id);
        store_token(bench->store, &(struct store_token){name, id, id % 7});
        store_add(bench->store, &item, 1, NULL, NULL);
    }
    reopen_store(bench);
    seen = load_tokens(bench);
    assert_int_equal(seen.count, STORE_TOKENS_MAX);
    assert_int_equal(seen.first, 11);
    assert_int_equal(seen.last, id - 1);
    assert_int_equal(seen.last_count, (id - 1) % 7);
    assert_string_equal(seen.name, "t-4106");
}

struct hosts_seen {
    struct store_host last;
    char name[64];
    size_t count;
};

static void see_host(void *ctx, const struct store_host *host)
{
    struct hosts_seen *seen = ctx;

    seen->count++;
    seen->last = *host;
    snprintf(seen->name, sizeof seen->name, "%s", host->name);
}

static struct hosts_seen load_hosts(struct store_bench *bench, int64_t since)
{
    struct hosts_seen seen = {0};

    assert_int_equal(store_load_hosts(bench->store, since, see_host, &seen, &bench->err), HAUL_OK);
    return seen;
}

static void hosts_are_remembered(void **state)
{
    struct store_bench *bench = *state;
    struct store_host host = {"a.example:8080", true, 3, 2, INT64_C(1) << 41, 500};
    struct hosts_seen seen;

    open_store(bench);
    store_host(bench->store, &host);
    host.allowed = 4; /* the newer one counts */
    store_host(bench->store, &host);
    reopen_store(bench);
    seen = load_hosts(bench, 500);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.name, host.name);
    seen.last.name = host.name;
    assert_true(seen.last.no_ranges);
    assert_int_equal(seen.last.allowed, 4);
    assert_int_equal(seen.last.rounds, 2);
    assert_int_equal(seen.last.rest_until, host.rest_until);
    assert_int_equal(seen.last.noted_at, 500);
}

static void hosts_of_which_there_is_nothing_to_say_are_forgotten(void **state)
{
    struct store_bench *bench = *state;
    struct store_host plain = {"plain.example", false, 1, 0, 0, 500};
    struct store_host old = {"old.example", true, 0, 0, 0, 499};

    open_store(bench);
    store_host(bench->store, &plain);
    store_host(bench->store, &old);
    reopen_store(bench);
    plain.allowed = 0;
    store_host(bench->store, &plain);
    reopen_store(bench);
    assert_string_equal(load_hosts(bench, 0).name, "old.example");
    assert_int_equal(load_hosts(bench, 500).count, 0);
    assert_int_equal(load_hosts(bench, 0).count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(settings_are_kept),
        TEST(the_newest_tokens_are_kept_with_their_adds),
        TEST(hosts_are_remembered),
        TEST(hosts_of_which_there_is_nothing_to_say_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
