/* Hosts: what they allow, when they rest, and who goes first. Time is given. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/host.h"
#include "net/neterr.h"

struct world {
    struct lanes lanes;
    struct hosts hosts;
    struct host *host;
    unsigned told;
    unsigned learned; /* how often there was something to remember */
};

static void on_rest_changed(void *ctx, struct host *host)
{
    struct world *world = ctx;

    (void)host;
    world->told++;
}

static void on_learned(void *ctx, const struct host *host)
{
    struct world *world = ctx;

    (void)host;
    world->learned++;
}

static void world_init(struct world *world)
{
    struct hosts_events events = {on_rest_changed, on_learned, world};

    *world = (struct world){0};
    lanes_init(&world->lanes);
    hosts_init(&world->hosts, &world->lanes, &events);
    world->hosts.most = 16;
    world->host = host_of(&world->hosts, "http://example.org/a");
}

static struct haul_error status_error(int status)
{
    struct haul_error err = {0};

    (void)neterr_from_status(status, "example.org", &err);
    return err;
}

static struct haul_error network_error(enum haul_err code)
{
    struct haul_error err = {0};

    (void)haul_fail(&err, code, "it failed");
    return err;
}

static void a_host_is_a_name_and_a_port(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    assert_ptr_equal(host_of(&world.hosts, "https://me:pw@EXAMPLE.org:443/b?c"), world.host);
    assert_ptr_equal(host_find(&world.hosts, "http://example.org:80/"), world.host);
    assert_null(host_find(&world.hosts, "http://example.org:8080/"));
    assert_null(host_find(&world.hosts, "http://example.com/"));
    assert_ptr_not_equal(host_of(&world.hosts, "http://example.org:8080/"), world.host);
    hosts_fini(&world.hosts);
}

static void refusals_are_judged_by_whether_others_work(void **state)
{
    struct haul_error busy = status_error(503), gone = status_error(404);
    struct haul_error reset = network_error(HAUL_E_RESET), disk = network_error(HAUL_E_DISK);
    struct world world;

    (void)state;
    world_init(&world);
    assert_int_equal(host_judge(world.host, &busy, false, false), HOST_IS_DOWN);
    assert_int_equal(host_judge(world.host, &reset, true, false), HOST_IS_DOWN);
    assert_int_equal(host_judge(world.host, &reset, false, false), HOST_IS_FINE);
    assert_int_equal(host_judge(world.host, &gone, false, false), HOST_IS_FINE);
    assert_int_equal(host_judge(world.host, &disk, true, false), HOST_IS_FINE);
    assert_int_equal(host_judge(world.host, &busy, false, true), HOST_IS_FULL);
    assert_int_equal(host_judge(world.host, &gone, false, true), HOST_IS_FINE);
    host_enter(world.host);
    host_works(world.host);
    assert_int_equal(host_judge(world.host, &busy, false, false), HOST_IS_FULL);
    assert_int_equal(host_judge(world.host, &reset, true, false), HOST_IS_FULL);
    assert_int_equal(host_judge(world.host, &gone, false, false), HOST_IS_FINE);
    host_worked(world.host);
    host_leave(world.host);
    hosts_fini(&world.hosts);
}

static void what_it_allows_is_learned_and_tried_again_more_and_more_rarely(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    for (int i = 0; i < 3; i++)
        host_enter(world.host);
    assert_null(host_wait(world.host));
    host_refused(world.host, 1000);
    assert_int_equal(world.host->allowed, 3);
    assert_ptr_equal(host_wait(world.host), &world.host->lane);
    hosts_tick(&world.hosts, 60999);
    assert_int_equal(world.host->allowed, 3);
    hosts_tick(&world.hosts, 61000);
    assert_int_equal(world.host->allowed, 4);
    assert_null(host_wait(world.host));
    host_refused(world.host, 61000); /* in vain: twice the time from now on */
    assert_int_equal(world.host->allowed, 3);
    hosts_tick(&world.hosts, 61000 + 119999);
    assert_int_equal(world.host->allowed, 3);
    for (int i = 0; i < 64; i++)
        host_heard(world.host);
    hosts_tick(&world.hosts, 61000 + 119999);
    assert_int_equal(world.host->allowed, 4);
    for (uint64_t now = 200000; world.host->allowed > 0; now += 120000)
        hosts_tick(&world.hosts, now);
    assert_true(LIST_EMPTY(&world.hosts.restrained));
    hosts_fini(&world.hosts);
}

static void a_rest_ends_with_one_that_goes_first(void **state)
{
    struct haul_error busy = status_error(503);
    struct world world;
    int probe, other;

    (void)state;
    world_init(&world);
    assert_true(host_failed(world.host, &busy));
    assert_int_equal(world.host->rounds, 1);
    host_rest(world.host, 5000);
    host_rest(world.host, 3000); /* the longest holds */
    assert_int_equal(world.told, 1);
    assert_false(host_failed(world.host, &busy)); /* one that began before */
    assert_ptr_equal(host_wait(world.host), &world.host->lane);
    assert_int_equal(host_room(world.host, 0), 0);
    assert_int_equal(hosts_due(&world.hosts), UINT64_MAX); /* nobody waits for it */
    lane_add(&world.host->lane, 7);
    assert_int_equal(hosts_due(&world.hosts), 5000);
    hosts_tick(&world.hosts, 4999);
    assert_ptr_equal(host_wait(world.host), &world.host->lane);
    hosts_tick(&world.hosts, 5000);
    assert_true(world.host->lane.is_open);
    assert_null(host_wait(world.host));
    host_begin(world.host, &probe);
    assert_ptr_equal(host_wait(world.host), &world.host->lane);
    host_end(world.host, &other);
    assert_ptr_equal(host_wait(world.host), &world.host->lane);
    host_end(world.host, &probe); /* without an answer: the next one goes first */
    assert_null(host_wait(world.host));
    host_begin(world.host, &other);
    assert_true(host_failed(world.host, &busy));
    assert_int_equal(world.host->rounds, 2);
    host_heard(world.host);
    assert_null(host_wait(world.host));
    assert_int_equal(world.host->rounds, 0);
    host_end(world.host, &other);
    hosts_fini(&world.hosts);
}

static void an_item_that_runs_is_bound_by_the_same(void **state)
{
    struct haul_error busy = status_error(503);
    struct world world;
    int mine, other;

    (void)state;
    world_init(&world);
    world.hosts.most = 2;
    host_enter(world.host);
    assert_true(host_takes(world.host, &mine, 0));
    host_enter(world.host);
    assert_false(host_takes(world.host, &mine, 0));
    assert_int_equal(host_room(world.host, 0), 0);
    assert_true(host_takes(world.host, &mine, 1)); /* one of the two is its own */
    assert_int_equal(host_room(world.host, 1), 1);
    host_want(world.host);
    assert_false(world.hosts.opened);
    host_leave(world.host);
    assert_true(world.hosts.opened);
    assert_true(host_failed(world.host, &busy));
    host_rest(world.host, 5000);
    assert_false(host_takes(world.host, &mine, 0));
    world.hosts.opened = false;
    host_want(world.host);
    hosts_tick(&world.hosts, 5000);
    assert_true(world.hosts.opened);
    /* One goes first, and it may be one that runs: no item may ever come for this host. */
    assert_int_equal(host_room(world.host, 0), 1);
    assert_true(host_takes(world.host, &mine, 0));
    host_begin(world.host, &mine);
    assert_int_equal(host_room(world.host, 0), 0);
    assert_true(host_takes(world.host, &mine, 0));
    assert_false(host_takes(world.host, &other, 0));
    host_heard(world.host);
    assert_true(host_takes(world.host, &other, 0));
    hosts_fini(&world.hosts);
}

static void one_connection_that_fails_is_no_reason_to_rest(void **state)
{
    struct haul_error refused = network_error(HAUL_E_CONNECT);
    struct world world;

    (void)state;
    world_init(&world);
    assert_false(host_failed(world.host, &refused));
    assert_false(host_failed(world.host, &refused));
    host_heard(world.host);
    assert_false(host_failed(world.host, &refused));
    assert_false(host_failed(world.host, &refused));
    assert_true(host_failed(world.host, &refused));
    hosts_fini(&world.hosts);
}

static void the_user_ends_a_rest(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    host_rest(world.host, 5000);
    host_forgive(world.host);
    assert_null(host_wait(world.host));
    hosts_fini(&world.hosts);
}

/* Takes up what `from` knows of its host, REST ms before the rest ends. */
static void world_after(struct world *world, const struct world *from, uint64_t rest, uint64_t now)
{
    const struct host *host = from->host;
    struct host_memory memory = {host->name, host->no_ranges, host->allowed, host->rounds, rest};

    world_init(world);
    hosts_remember(&world->hosts, &memory, now);
}

static void what_was_learned_holds_in_the_next_engine(void **state)
{
    struct world world, next;

    (void)state;
    world_init(&world);
    host_refuses_ranges(world.host);
    host_enter(world.host);
    host_enter(world.host);
    host_refused(world.host, 1000);
    world_after(&next, &world, 0, 5);
    assert_int_equal(next.host->allowed, 2);
    assert_true(next.host->no_ranges);
    host_enter(next.host);
    assert_null(host_wait(next.host));
    host_enter(next.host);
    assert_ptr_equal(host_wait(next.host), &next.host->lane);
    hosts_tick(&next.hosts, 5 + 60000);
    assert_int_equal(next.host->allowed, 3);
    hosts_fini(&world.hosts);
    hosts_fini(&next.hosts);
}

static void a_rest_goes_on_in_the_next_engine(void **state)
{
    struct haul_error busy = status_error(503);
    struct world world, next;

    (void)state;
    world_init(&world);
    assert_true(host_failed(world.host, &busy));
    host_rest(world.host, 9000);
    world_after(&next, &world, 4000, 100);
    assert_ptr_equal(host_wait(next.host), &next.host->lane);
    hosts_tick(&next.hosts, 4099);
    assert_ptr_equal(host_wait(next.host), &next.host->lane);
    hosts_tick(&next.hosts, 4100);
    assert_null(host_wait(next.host));
    assert_true(host_failed(next.host, &busy));
    assert_int_equal(next.host->rounds, 2);
    hosts_fini(&world.hosts);
    hosts_fini(&next.hosts);
}

/* Each is written down: it must not be told for nothing. */
static void it_is_told_when_there_is_something_to_remember(void **state)
{
    struct haul_error busy = status_error(503);
    struct world world;

    (void)state;
    world_init(&world);
    host_heard(world.host);
    host_works(world.host);
    host_worked(world.host);
    assert_int_equal(world.learned, 0);
    host_refuses_ranges(world.host);
    host_refuses_ranges(world.host);
    assert_int_equal(world.learned, 1);
    host_refused(world.host, 0);
    host_refused(world.host, 0);
    assert_int_equal(world.learned, 2);
    assert_true(host_failed(world.host, &busy));
    host_rest(world.host, 50);
    host_rest(world.host, 40);
    assert_int_equal(world.learned, 3);
    hosts_tick(&world.hosts, 50);
    assert_int_equal(world.learned, 4);
    host_heard(world.host);
    host_heard(world.host);
    assert_int_equal(world.learned, 5);
    hosts_fini(&world.hosts);
}

static void only_so_many_connect_at_once(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.hosts.most = 0; /* no limit of their number */
    for (unsigned i = 0; i < HOST_CONNECTING; i++) {
        assert_null(host_wait(world.host));
        assert_true(host_may_ask(world.host));
        host_enter(world.host);
        host_connecting(world.host);
    }
    assert_non_null(host_wait(world.host));
    assert_false(host_may_ask(world.host));
    host_want(world.host);
    world.hosts.opened = false;
    host_connected(world.host);
    assert_true(world.hosts.opened); /* who waits looks again */
    assert_null(host_wait(world.host));
    hosts_fini(&world.hosts);
}

static void one_body_of_several_keeps_a_host_at_work(void **state)
{
    struct haul_error busy = status_error(503);
    struct world world;

    (void)state;
    world_init(&world);
    host_works(world.host);
    host_works(world.host);
    host_worked(world.host);
    assert_int_equal(host_judge(world.host, &busy, false, false), HOST_IS_FULL);
    host_worked(world.host);
    assert_int_equal(host_judge(world.host, &busy, false, false), HOST_IS_DOWN);
    hosts_fini(&world.hosts);
}

/* Who was held up for want of a connection that another item has too many of is written down, once,
 * and only then. */
static void a_full_host_is_noted_where_an_item_has_several(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.hosts.most = 1;
    host_enter(world.host);
    assert_non_null(host_wait(world.host));
    assert_true(LIST_EMPTY(&world.hosts.full)); /* every item has one: nobody can give any back */
    world.host->spread = true;
    assert_non_null(host_wait(world.host));
    assert_non_null(host_wait(world.host));
    assert_ptr_equal(LIST_FIRST(&world.hosts.full), world.host);
    assert_null(LIST_NEXT(world.host, full));
    assert_true(world.host->is_full);
    hosts_fini(&world.hosts);
}

/* Answers from before a refusal say nothing of what it allows since. */
static void answers_count_from_the_last_refusal_on(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    for (int i = 0; i < 3; i++)
        host_enter(world.host);
    host_refused(world.host, 1000);
    for (int i = 0; i < 31; i++)
        host_heard(world.host);
    host_refused(world.host, 2000);
    host_heard(world.host);
    hosts_tick(&world.hosts, 2001);
    assert_int_equal(world.host->allowed, 3);
    for (int i = 0; i < 31; i++)
        host_heard(world.host);
    hosts_tick(&world.hosts, 2002);
    assert_int_equal(world.host->allowed, 4);
    for (int i = 0; i < 31; i++) /* nor do those from before it got one more */
        host_heard(world.host);
    hosts_tick(&world.hosts, 2003);
    assert_int_equal(world.host->allowed, 4);
    hosts_fini(&world.hosts);
}

/* What it gets more is remembered too, and who reached the limit again is as any other. */
static void a_number_that_is_raised_is_told_and_may_be_lowered_again(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.hosts.most = 3;
    host_enter(world.host);
    host_refused(world.host, 0);
    assert_int_equal(world.learned, 1);
    hosts_tick(&world.hosts, 60000);
    assert_int_equal(world.host->allowed, 2);
    assert_int_equal(world.learned, 2);
    hosts_tick(&world.hosts, 120000);
    assert_int_equal(world.host->allowed, 0);
    assert_int_equal(world.learned, 3);
    assert_false(world.host->is_restrained);
    hosts_tick(&world.hosts, 180000); /* there is nothing to raise */
    assert_int_equal(world.host->allowed, 0);
    host_refused(world.host, 200000);
    assert_int_equal(world.host->allowed, 1);
    assert_ptr_equal(LIST_FIRST(&world.hosts.restrained), world.host);
    hosts_tick(&world.hosts, 200000 + 120000);
    assert_int_equal(world.host->allowed, 2);
    hosts_fini(&world.hosts);
}

/* Whoever waits in its lane is looked at again. */
static void each_thing_that_may_make_room_opens_its_lane(void **state)
{
    struct haul_error busy = status_error(503);
    struct world world;
    int first;

    (void)state;
    world_init(&world);
    lane_add(&world.host->lane, 7);
    host_enter(world.host);
    host_leave(world.host);
    assert_true(world.host->lane.is_open);
    lane_close(&world.host->lane);
    host_connecting(world.host);
    host_connected(world.host);
    assert_true(world.host->lane.is_open);
    lane_close(&world.host->lane);
    assert_true(host_failed(world.host, &busy));
    host_rest(world.host, 10);
    host_heard(world.host); /* of one that was asked before */
    host_end(world.host, &first);
    assert_false(world.host->lane.is_open);
    hosts_tick(&world.hosts, 10);
    assert_true(world.host->lane.is_open);
    lane_close(&world.host->lane);
    host_begin(world.host, &first);
    host_end(world.host, &first);
    assert_true(world.host->lane.is_open);
    lane_close(&world.host->lane);
    host_begin(world.host, &first);
    host_heard(world.host);
    assert_true(world.host->lane.is_open);
    lane_close(&world.host->lane);
    host_heard(world.host); /* nobody goes first any more */
    assert_false(world.host->lane.is_open);
    hosts_fini(&world.hosts);
}

/* Further connections give way to whole items, where some wait for this very host and have a slot.
 */
static void whole_items_go_before_further_connections(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    assert_false(host_is_awaited(world.host));
    assert_int_equal(host_room(world.host, 0), 16);
    lane_add(&world.host->lane, 7);
    assert_false(host_is_awaited(world.host)); /* what waits has no slot */
    assert_int_equal(host_room(world.host, 0), 16);
    world.hosts.hungry = true;
    assert_true(host_is_awaited(world.host));
    assert_int_equal(host_room(world.host, 0), 0);
    lane_drop_first(&world.host->lane);
    assert_false(host_is_awaited(world.host)); /* they wait for others */
    assert_int_equal(host_room(world.host, 0), 16);
    hosts_fini(&world.hosts);
}

/* One that runs is told once, for each time that it asked, and by any host. */
static void who_waits_for_room_is_told_once(void **state)
{
    struct world world;
    struct host *other;

    (void)state;
    world_init(&world);
    other = host_of(&world.hosts, "http://example.com/");
    host_enter(world.host);
    host_enter(other);
    host_want(world.host);
    host_leave(world.host);
    host_leave(other); /* for which nobody waits */
    assert_true(world.hosts.opened);
    world.hosts.opened = false;
    host_enter(world.host);
    host_leave(world.host);
    assert_false(world.hosts.opened);
    hosts_fini(&world.hosts);
}

/* A request that belongs to no item gets what is left, and never makes one of them wait. */
static void a_request_of_no_item_is_bound_by_the_same(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.hosts.most = 1;
    assert_true(host_may_ask(world.host));
    host_enter(world.host);
    assert_false(host_may_ask(world.host));
    host_leave(world.host);
    host_rest(world.host, 5000);
    assert_false(host_may_ask(world.host));
    hosts_tick(&world.hosts, 5000);
    assert_false(host_may_ask(world.host)); /* an item goes first */
    host_heard(world.host);
    assert_true(host_may_ask(world.host));
    hosts_fini(&world.hosts);
}

/* What the last link told is used for the next one only as far as it is the same. */
static void links_one_after_the_other_find_their_hosts(void **state)
{
    struct world world;
    struct host *other;

    (void)state;
    world_init(&world);
    assert_ptr_equal(host_of(&world.hosts, "http://example.org/b"), world.host);
    other = host_of(&world.hosts, "http://example.org.test/");
    assert_ptr_not_equal(other, world.host);
    assert_ptr_equal(host_of(&world.hosts, "http://example.org/"), world.host);
    assert_ptr_not_equal(host_of(&world.hosts, "http://example.org:81/"), world.host);
    assert_string_equal(host_of(&world.hosts, "no link")->name, "");
    assert_string_equal(host_of(&world.hosts, "nor this one")->name, "");
    assert_ptr_equal(host_of(&world.hosts, "http://example.org.test/x"), other);
    hosts_fini(&world.hosts);
}

static void a_refusal_never_raises_what_is_allowed(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.host->connections = 2;
    host_refused(world.host, 1000);
    world.host->connections = 5; /* begun before that was known */
    host_refused(world.host, 1000);
    assert_int_equal(world.host->allowed, 2);
    hosts_fini(&world.hosts);
}

/* However often it refused what was tried again, it is tried again some day. */
static void patience_has_an_end(void **state)
{
    const uint64_t most = UINT64_C(60000) << 6;
    struct world world;
    uint64_t now = 1000;

    (void)state;
    world_init(&world);
    world.host->connections = 2;
    for (int i = 0; i < 20; i++) {
        host_refused(world.host, now);
        assert_int_equal(world.host->allowed, 2);
        now += most;
        hosts_tick(&world.hosts, now);
        assert_int_equal(world.host->allowed, 3);
    }
    hosts_fini(&world.hosts);
}

static void what_a_proxy_says_is_not_its_hosts_word(void **state)
{
    struct haul_error err = network_error(HAUL_E_PROXY);
    struct world world;

    (void)state;
    world_init(&world);
    err.http_status = 503;
    assert_int_equal(host_judge(world.host, &err, true, false), HOST_IS_FINE);
    hosts_fini(&world.hosts);
}

static void the_first_to_ask_after_a_rest_stays_the_one(void **state)
{
    int first, second;
    struct world world;

    (void)state;
    world_init(&world);
    world.host->rounds = 3;
    host_rest(world.host, 2000);
    assert_int_equal(host_room(world.host, 0), 0);
    host_forgive(world.host);
    assert_int_equal(world.host->rounds, 0);
    assert_int_equal(host_room(world.host, 0), 1); /* it is not known to be well yet */
    host_begin(world.host, &first);
    host_begin(world.host, &second);
    assert_true(host_takes(world.host, &first, 0));
    assert_false(host_takes(world.host, &second, 0));
    host_heard(world.host);
    assert_int_equal(host_room(world.host, 0), 16);
    host_refuses_ranges(world.host);
    assert_int_equal(host_room(world.host, 0), 0); /* a further one could not be used */
    hosts_fini(&world.hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_a_name_and_a_port),
        cmocka_unit_test(refusals_are_judged_by_whether_others_work),
        cmocka_unit_test(what_it_allows_is_learned_and_tried_again_more_and_more_rarely),
        cmocka_unit_test(a_rest_ends_with_one_that_goes_first),
        cmocka_unit_test(an_item_that_runs_is_bound_by_the_same),
        cmocka_unit_test(one_connection_that_fails_is_no_reason_to_rest),
        cmocka_unit_test(the_user_ends_a_rest),
        cmocka_unit_test(what_was_learned_holds_in_the_next_engine),
        cmocka_unit_test(a_rest_goes_on_in_the_next_engine),
        cmocka_unit_test(it_is_told_when_there_is_something_to_remember),
        cmocka_unit_test(only_so_many_connect_at_once),
        cmocka_unit_test(one_body_of_several_keeps_a_host_at_work),
        cmocka_unit_test(a_full_host_is_noted_where_an_item_has_several),
        cmocka_unit_test(answers_count_from_the_last_refusal_on),
        cmocka_unit_test(a_number_that_is_raised_is_told_and_may_be_lowered_again),
        cmocka_unit_test(each_thing_that_may_make_room_opens_its_lane),
        cmocka_unit_test(whole_items_go_before_further_connections),
        cmocka_unit_test(who_waits_for_room_is_told_once),
        cmocka_unit_test(a_request_of_no_item_is_bound_by_the_same),
        cmocka_unit_test(a_refusal_never_raises_what_is_allowed),
        cmocka_unit_test(patience_has_an_end),
        cmocka_unit_test(what_a_proxy_says_is_not_its_hosts_word),
        cmocka_unit_test(the_first_to_ask_after_a_rest_stays_the_one),
        cmocka_unit_test(links_one_after_the_other_find_their_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
