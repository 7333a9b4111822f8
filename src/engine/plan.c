/* The planner: one rule, applied each time connections are free. Cutting evenly at the start,
 * stealing from the slowest at the end and taking up what a broken connection left all follow from
 * it.
 *
 * All that may begin at once are planned together (cut in half again and again, a file for three
 * connections would fall into 1/2, 1/4 and 1/4), but only one move is told: the next call, with one
 * connection less and the ranges as they are then, comes to the same plan for the rest. */

#include "engine/plan.h"

#include <stdlib.h>

#include "base/mem.h"

#define ALIGN ((uint64_t)64 * 1024) /* cuts fall on whole blocks of the disk */
#define FINE_ALIGN                                                                                 \
    ((uint64_t)4 * 1024) /* unless pieces are small and must be even all the same                  \
                          */
#define SLOW_SHARE  2    /* slow: less than 1/2 of what a new one brings */
#define CRAWL_SHARE 8    /* crawling: less than 1/8 */
#define GAIN_MIN    0.25 /* seconds that a small piece must save */
#define HELD_MS     10.0 /* this much later than it should, nothing is on its way */

/* A range while it is being dealt to. */
struct hand {
    double rest;    /* bytes to come, and those that came at once */
    double own;     /* bytes per second of its connection */
    unsigned taken; /* new connections that help it */
};

static bool comes_before(const struct plan_case *now, const struct plan_range *one,
                         const struct plan_range *other)
{
    if (one->begun != other->begun)
        return one->begun;
    return (one->pos < other->pos) == (one->begun || now->room == 1);
}

static bool find_idle(const struct plan_case *now, size_t *ret_range)
{
    const struct plan_range *ranges = now->ranges;
    bool found = false;

    for (size_t i = 0; i < now->count; i++) {
        if (ranges[i].active || ranges[i].pos >= ranges[i].end)
            continue;
        if (!found || comes_before(now, &ranges[i], &ranges[*ret_range]))
            *ret_range = i;
        found = true;
    }
    return found;
}

/* Bytes per second of a new connection: as told, else as the present ones on average, else any
 * number, so that bytes decide. */
static double pace_of(const struct plan_case *now)
{
    double sum = 0.0;
    unsigned known = 0;

    if (now->pace > 0)
        return (double)now->pace;
    for (size_t i = 0; i < now->count; i++) {
        if (now->ranges[i].active && now->ranges[i].rate > 0) {
            sum += (double)now->ranges[i].rate;
            known++;
        }
    }
    return known > 0 ? sum / known : 1.0;
}

/* The first bytes come in a burst: servers that limit a connection's rate hand out whole quotas. So
 * what came in the first moment counts as a part of what the connection shall bring, as it will
 * with those that begin now. */
static struct hand hand_of(const struct plan_case *now, size_t i, double pace)
{
    const struct plan_range *range = &now->ranges[i];
    bool closed = !range->active || range->pos >= range->end || range->end == UINT64_MAX;
    uint64_t rest = closed ? 0 : range->end - range->pos;
    uint64_t had = MIN(range->had, rest / 2 / (now->room + 1));

    return (struct hand){.rest = (double)rest + (double)had,
                         .own = range->rate > 0 ? (double)range->rate : pace};
}

/* Seconds until the rest is here, with HELP new connections beside its own. */
static double time_with(const struct hand *hand, double pace, unsigned help)
{
    return hand->rest / (hand->own + pace * help);
}

/* Both speeds are known: what is cut follows from what was measured, not from a guess. */
static bool is_measured(const struct plan_case *now, size_t range)
{
    return now->pace > 0 && now->ranges[range].rate > 0;
}

/* May one more connection help RANGE? */
static bool may_help(const struct plan_case *now, size_t range, const struct hand *hand,
                     double pace)
{
    unsigned help = hand->taken + 1;
    double after = time_with(hand, pace, help);
    double piece = pace * after, stays = hand->own * after;
    bool slow = is_measured(now, range) && hand->own < pace / SLOW_SHARE;
    double wait = (double)now->wait_ms / 1000.0;

    if (piece >= (double)now->min_split && (slow || stays >= (double)now->min_split))
        return true;
    return is_measured(now, range) && help == 1 && piece >= (double)PLAN_TAIL_MIN &&
           time_with(hand, pace, 0) - after - 2 * wait >= GAIN_MIN;
}

/* Deals the connections that may begin to the ranges, each to the one that would end last. */
static void deal(const struct plan_case *now, struct hand *hands, double pace)
{
    for (unsigned n = 0; n < now->room; n++) {
        size_t last = now->count;

        for (size_t i = 0; i < now->count; i++) {
            if (hands[i].rest > 0.0 && may_help(now, i, &hands[i], pace) &&
                (last == now->count || time_with(&hands[i], pace, hands[i].taken) >
                                           time_with(&hands[last], pace, hands[last].taken)))
                last = i;
        }
        if (last == now->count)
            return;
        hands[last].taken++;
    }
}

/* The byte where the last piece of RANGE begins. */
static uint64_t cut_at(const struct plan_range *range, const struct hand *hand, double pace)
{
    uint64_t piece = (uint64_t)(pace * time_with(hand, pace, hand->taken));
    uint64_t align = piece >= 64 * ALIGN ? ALIGN : FINE_ALIGN;
    uint64_t rest = range->end - range->pos;
    uint64_t at = range->end - MIN(piece, rest);

    return MIN((at + align / 2) / align * align, range->end);
}

static bool find_cut(const struct plan_case *now, double pace, struct plan_next *ret_next)
{
    struct hand *hands = xcalloc(now->count, sizeof *hands);
    bool found = false;

    for (size_t i = 0; i < now->count; i++)
        hands[i] = hand_of(now, i, pace);
    deal(now, hands, pace);
    for (size_t i = 0; i < now->count && !found; i++) {
        uint64_t at = hands[i].taken > 0 ? cut_at(&now->ranges[i], &hands[i], pace) : 0;

        found = hands[i].taken > 0 && at > now->ranges[i].pos && at < now->ranges[i].end;
        if (found)
            *ret_next = (struct plan_next){.move = PLAN_CUT, .range = i, .at = at};
    }
    free(hands);
    return found;
}

/* A connection that crawls keeps nothing when no cut helps, or when what it kept would not even be
 * a block. */
static bool crawls(const struct plan_case *now, size_t range, double pace)
{
    struct hand hand = hand_of(now, range, pace);
    double wait = (double)now->wait_ms / 1000.0;

    if (hand.rest <= 0.0 || !is_measured(now, range) || hand.own >= pace / CRAWL_SHARE ||
        time_with(&hand, pace, 0) < hand.rest / pace + 2 * wait + GAIN_MIN)
        return false;
    return !may_help(now, range, &hand, pace) ||
           hand.own * time_with(&hand, pace, 1) < (double)FINE_ALIGN;
}

/* A server sends whole packets as long as its answer is not over, so the last bytes before END may
 * wait in its kernel (TCP_CORK) or for its next quota. The connection is lost behind them anyway.
 * Where bytes come in quotas, silence says that one is over, and the next may be far. */
static bool is_held_back(const struct plan_case *now, size_t range, double pace)
{
    const struct plan_range *one = &now->ranges[range];
    struct hand hand = hand_of(now, range, pace);
    double silent = (double)one->silent_ms, again = (double)now->wait_ms + HELD_MS;
    bool is_late = silent >= 1000.0 * hand.rest / hand.own + again;
    bool is_between = silent >= again && (double)one->gap_ms >= silent + again;

    return one->runs_on && now->pace > 0 && hand.rest > 0.0 && hand.rest <= (double)PLAN_TAIL_MIN &&
           (is_late || is_between);
}

static bool find_crawling(const struct plan_case *now, double pace, struct plan_next *ret_next)
{
    for (size_t i = 0; i < now->count; i++) {
        if (crawls(now, i, pace) || is_held_back(now, i, pace)) {
            *ret_next =
                (struct plan_next){.move = PLAN_REPLACE, .range = i, .at = now->ranges[i].pos};
            return true;
        }
    }
    return false;
}

bool plan_next(const struct plan_case *now, struct plan_next *ret_next)
{
    double pace = pace_of(now);
    size_t range = 0;

    if (find_idle(now, &range)) {
        *ret_next =
            (struct plan_next){.move = PLAN_TAKE, .range = range, .at = now->ranges[range].pos};
        return true;
    }
    return find_crawling(now, pace, ret_next) || find_cut(now, pace, ret_next);
}
