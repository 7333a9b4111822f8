/* Which pieces of a partial are compared. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/sample.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

static size_t pieces_of(struct disk_range *ranges, size_t count, struct sample_piece *pieces)
{
    struct disk_state state = {.ranges = ranges, .range_count = count};

    return sample_pieces(&state, pieces);
}

/* Every piece lies within bytes that are here, is not empty and not too large. */
static void assert_here(const struct disk_range *ranges, size_t count,
                        const struct sample_piece *piece)
{
    bool here = false;

    for (size_t i = 0; i < count; i++)
        here |= ranges[i].start <= piece->from && piece->to <= ranges[i].written;
    assert_true(here);
    assert_true(piece->from < piece->to && piece->to - piece->from <= SAMPLE_BYTES);
}

static void nothing_here_gives_no_piece(void **state)
{
    struct disk_range range = {.end = MIB};
    struct sample_piece pieces[SAMPLE_PIECES];

    (void)state;
    assert_int_equal(pieces_of(&range, 1, pieces), 0);
}

static void little_is_compared_whole(void **state)
{
    static const uint64_t sizes[] = {1, 1000, 64 * KIB, 64 * KIB + 1, 200 * KIB, 384 * KIB};
    struct sample_piece pieces[SAMPLE_PIECES];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct disk_range range = {.end = MIB, .written = sizes[i]};
        size_t count = pieces_of(&range, 1, pieces);
        uint64_t covered = 0;

        for (size_t n = 0; n < count; n++) {
            assert_here(&range, 1, &pieces[n]);
            assert_true(pieces[n].from <= covered);
            covered = MAX(covered, pieces[n].to);
        }
        assert_int_equal(covered, sizes[i]);
    }
}

static void much_is_compared_at_its_ends_and_between(void **state)
{
    struct disk_range range = {.end = 1000 * MIB, .written = 700 * MIB + 123};
    struct sample_piece pieces[SAMPLE_PIECES];

    (void)state;
    assert_int_equal(pieces_of(&range, 1, pieces), SAMPLE_PIECES);
    assert_int_equal(pieces[0].from, 0);
    assert_int_equal(pieces[SAMPLE_PIECES - 1].to, range.written);
    for (size_t i = 0; i < SAMPLE_PIECES; i++) {
        assert_here(&range, 1, &pieces[i]);
        assert_true(i == 0 || pieces[i].from - pieces[i - 1].from > 100 * MIB);
    }
}

static void pieces_lie_in_what_is_here_of_several_ranges(void **state)
{
    struct disk_range ranges[] = {
        {0, 100 * MIB, 30, 0}, /* as indexes are, not in the file's order */
        {300 * MIB, 400 * MIB, 310 * MIB, 0},
        {100 * MIB, 200 * MIB, 100 * MIB, 0},
        {200 * MIB, 300 * MIB, 200 * MIB + 5, 0},
    };
    struct sample_piece pieces[SAMPLE_PIECES];
    size_t count;

    (void)state;
    count = pieces_of(ranges, COUNT_OF(ranges), pieces);
    assert_int_equal(count, SAMPLE_PIECES);
    for (size_t i = 0; i < count; i++)
        assert_here(ranges, COUNT_OF(ranges), &pieces[i]);
    assert_int_equal(pieces[0].from, 0);
}

/* What is in front of the last piece fills the ranges before it to their last byte. */
static void the_last_piece_may_be_a_range_of_its_own(void **state)
{
    struct disk_range ranges[] = {{0, 100 * MIB, 10 * MIB, 0},
                                  {100 * MIB, 200 * MIB, 100 * MIB + SAMPLE_BYTES, 0}};
    struct sample_piece pieces[SAMPLE_PIECES];

    (void)state;
    assert_int_equal(pieces_of(ranges, COUNT_OF(ranges), pieces), SAMPLE_PIECES);
    assert_int_equal(pieces[SAMPLE_PIECES - 1].from, ranges[1].start);
    assert_int_equal(pieces[SAMPLE_PIECES - 1].to, ranges[1].written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_here_gives_no_piece),
        cmocka_unit_test(little_is_compared_whole),
        cmocka_unit_test(much_is_compared_at_its_ends_and_between),
        cmocka_unit_test(pieces_lie_in_what_is_here_of_several_ranges),
        cmocka_unit_test(the_last_piece_may_be_a_range_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
