/* Items in the order of a list: a search tree that knows how many are below each node, and a table
 * of its nodes by id.
 *
 * The tree is a randomised one: of two trees that are merged either becomes the upper one with a
 * chance in proportion to its size, which keeps it balanced whatever is put in. Nodes are numbers
 * in one array, 0 is none. What is sorted by a number is sorted by ->key; of a text ->key is only a
 * digest that tells whether it changed, and the text is looked up. Equal ones stand in queue order,
 * which is looked up too: it changes without the items. (No library in Debian has trees that count,
 * but for GLib, which nothing else here needs.) */

#include "control/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/url.h"

#define CHANCE_SEED UINT64_C(0x9e3779b97f4a7c15)

struct node {
    uint64_t id;
    uint64_t key;
    uint32_t left, right, parent;
    uint32_t size; /* of the tree below, with itself; of a free node the next free one */
    enum haul_state state;
};

/* A text that is read byte by byte. */
struct reading {
    const char *text;
    size_t len, at;
    uint32_t digits; /* of a number, which are still to come */
    bool is_long;    /* that number's length is still to come */
    bool padded;     /* a number had zeros in front */
    bool again;      /* it is read a second time */
};

/* An item while all are sorted. */
struct entry {
    uint64_t id;
    uint64_t key;
    struct reading reading;
    uint32_t place;
    enum haul_state state;
};

struct order {
    enum haul_sort sort;
    bool descending;
    order_look_fn *look;
    void *ctx;

    struct node *nodes; /* the first one is none */
    size_t node_count, node_size;
    uint32_t free_node;
    uint32_t root;
    uint64_t chance;

    uint32_t *table; /* nodes by id: a power of two, at most half full; 0: free */
    size_t table_size;

    struct entry *entries; /* only while it is made */
    size_t entry_count, entry_size;
};

struct order *order_new(enum haul_sort sort, bool descending, order_look_fn *look, void *ctx)
{
    struct order *order = xcalloc(1, sizeof *order);

    order->sort = sort;
    order->descending = descending;
    order->look = look;
    order->ctx = ctx;
    order->chance = CHANCE_SEED;
    order->node_size = 64;
    order->nodes = xcalloc(order->node_size, sizeof *order->nodes);
    order->node_count = 1;
    order->table_size = 64;
    order->table = xcalloc(order->table_size, sizeof *order->table);
    return order;
}

void order_free(struct order *order)
{
    if (!order)
        return;
    free(order->nodes);
    free(order->table);
    free(order->entries);
    free(order);
}

bool order_moves(enum haul_sort sort)
{
    return sort == HAUL_SORT_RATE || sort == HAUL_SORT_DONE || sort == HAUL_SORT_ETA ||
           sort == HAUL_SORT_CONNECTIONS;
}

/* ---- what is compared ---- */

static bool by_text(const struct order *order)
{
    return order->sort == HAUL_SORT_NAME || order->sort == HAUL_SORT_HOST;
}

/* The order of states in a list: what moves first, what is over last. */
static uint64_t state_rank(enum haul_state state)
{
    static const uint8_t ranks[HAUL_STATE_COUNT] = {
        [HAUL_ACTIVE] = 0, [HAUL_WAITING] = 1, [HAUL_QUEUED] = 2,    [HAUL_PAUSED] = 3,
        [HAUL_FAILED] = 4, [HAUL_DONE] = 5,    [HAUL_CANCELLED] = 6,
    };
    return ranks[state];
}

/* Share that is here, of 2^32; an unknown length sorts below everything. */
static uint64_t share_of(const struct haul_brief *brief)
{
    if (brief->total < 0)
        return 0;
    if (brief->total == 0)
        return (UINT64_C(1) << 32) + 1;
    return (uint64_t)((double)brief->done / (double)brief->total * 4294967296.0) + 1;
}

/* What is not known, or has not been yet, stands last whichever way the list is turned. */
static uint64_t known_or_last(int64_t value, bool known, bool descending)
{
    if (!known)
        return UINT64_MAX;
    return descending ? UINT64_MAX - 1 - (uint64_t)value : (uint64_t)value;
}

static const char *text_of(const struct order *order, const struct haul_brief *brief,
                           size_t *ret_len)
{
    if (order->sort == HAUL_SORT_HOST)
        return url_host_within(brief->url, ret_len);
    *ret_len = strlen(brief->name);
    return brief->name;
}

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* FNV-1a. */
static uint64_t digest(const char *text, size_t len)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        sum = (sum ^ fold(text[i])) * UINT64_C(0x100000001b3);
    return sum;
}

static uint64_t number_of(const struct haul_brief *brief, enum haul_sort sort)
{
    switch (sort) {
    case HAUL_SORT_STATE:
        return state_rank(brief->state);
    case HAUL_SORT_SIZE:
        return (uint64_t)(brief->total + 1);
    case HAUL_SORT_DONE:
        return share_of(brief);
    case HAUL_SORT_RATE:
        return brief->rate;
    case HAUL_SORT_CONNECTIONS:
        return brief->connections;
    default:
        return 0;
    }
}

/* The lower the earlier, for all but texts. */
static uint64_t key_of(const struct order *order, const struct haul_brief *brief)
{
    const char *text;
    uint64_t number;
    size_t len;

    switch (order->sort) {
    case HAUL_SORT_QUEUE:
        return 0;
    case HAUL_SORT_NAME:
    case HAUL_SORT_HOST:
        text = text_of(order, brief, &len);
        return digest(text, len);
    case HAUL_SORT_ETA:
        return known_or_last(brief->eta, brief->eta >= 0, order->descending);
    case HAUL_SORT_ADDED:
        return known_or_last(brief->added_at, brief->added_at > 0, order->descending);
    case HAUL_SORT_FINISHED:
        return known_or_last(brief->finished_at, brief->finished_at > 0, order->descending);
    default:
        number = number_of(brief, order->sort);
        return order->descending ? ~number : number;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Skips the zeros in front of a number and returns what stands for its length: like a digit, more
 * than any shorter number. */
static unsigned char number_begin(struct reading *reading)
{
    for (; reading->at + 1 < reading->len && reading->text[reading->at] == '0' &&
           is_digit(reading->text[reading->at + 1]);
         reading->at++)
        reading->padded = true;
    while (reading->at + reading->digits < reading->len &&
           is_digit(reading->text[reading->at + reading->digits]))
        reading->digits++;
    reading->is_long = reading->digits > 8;
    return (unsigned char)('0' + MIN(reading->digits, 9u));
}

/* The next byte of what the text is sorted by, 0 for ever at its end. People count: 9 stands before
 * 10, and so numbers begin with their length. Behind a text with zeros in front of a number follows
 * the text as it stands, since what differs by them is not the same; only its case does not matter.
 */
static unsigned char next_byte(struct reading *reading)
{
    if (reading->is_long) {
        reading->is_long = false;
        return (unsigned char)MIN(reading->digits, 255u); /* a name has no more */
    }
    if (reading->digits > 0) {
        reading->digits--;
        return (unsigned char)reading->text[reading->at++];
    }
    if (reading->at < reading->len) {
        if (!reading->again && is_digit(reading->text[reading->at]))
            return number_begin(reading);
        return fold(reading->text[reading->at++]);
    }
    if (reading->again || !reading->padded)
        return 0;
    reading->again = true;
    reading->at = 0;
    return 1;
}

static int compare_texts(const char *a, size_t a_len, const char *b, size_t b_len)
{
    struct reading left = {.text = a, .len = a_len}, right = {.text = b, .len = b_len};
    unsigned char one, other;

    do {
        one = next_byte(&left);
        other = next_byte(&right);
    } while (one == other && one != 0);
    return (one > other) - (one < other);
}

/* Something to be put in, or looked for. */
struct place {
    uint64_t key;
    const struct haul_brief *brief;
    size_t position;
};

/* Whether NODE stands before PLACE. */
static bool stands_before(const struct order *order, uint32_t node, const struct place *place)
{
    struct haul_brief brief;
    size_t position, len, other_len;
    const char *text, *other;
    int compared = 0;

    if (!by_text(order) && order->nodes[node].key != place->key)
        return order->nodes[node].key < place->key;
    if (!order->look(order->ctx, order->nodes[node].id, &brief, &position))
        return true;
    if (by_text(order)) {
        text = text_of(order, &brief, &len);
        other = text_of(order, place->brief, &other_len);
        compared = compare_texts(text, len, other, other_len);
    }
    if (compared != 0)
        return (compared < 0) != order->descending;
    if (order->sort == HAUL_SORT_QUEUE && order->descending)
        return position > place->position;
    return position < place->position;
}

/* ---- nodes by id ---- */

static size_t slot_of(const struct order *order, uint64_t id)
{
    return (size_t)((id * CHANCE_SEED) >> 20) & (order->table_size - 1);
}

/* The slot of ID, or the free one where it belongs. */
static size_t slot_find(const struct order *order, uint64_t id)
{
    size_t slot = slot_of(order, id);

    while (order->table[slot] != 0 && order->nodes[order->table[slot]].id != id)
        slot = (slot + 1) & (order->table_size - 1);
    return slot;
}

static uint32_t node_find(const struct order *order, uint64_t id)
{
    return order->table[slot_find(order, id)];
}

static void table_grow(struct order *order, size_t count)
{
    uint32_t *old = order->table;
    size_t old_size = order->table_size;

    while (order->table_size < count * 2)
        order->table_size *= 2;
    if (order->table_size == old_size)
        return;
    order->table = xcalloc(order->table_size, sizeof *order->table);
    for (size_t i = 0; i < old_size; i++) {
        if (old[i] != 0)
            order->table[slot_find(order, order->nodes[old[i]].id)] = old[i];
    }
    free(old);
}

/* Those behind it move up, so that none is looked for in vain. */
static void table_drop(struct order *order, uint64_t id)
{
    size_t mask = order->table_size - 1;
    size_t hole = slot_find(order, id);

    for (size_t slot = (hole + 1) & mask; order->table[slot] != 0; slot = (slot + 1) & mask) {
        size_t home = slot_of(order, order->nodes[order->table[slot]].id);

        if (((slot - home) & mask) < ((slot - hole) & mask))
            continue;
        order->table[hole] = order->table[slot];
        hole = slot;
    }
    order->table[hole] = 0;
}

/* ---- the tree ---- */

static uint32_t size_of(const struct order *order, uint32_t node)
{
    return node == 0 ? 0 : order->nodes[node].size;
}

/* After a child was changed. */
static void node_update(struct order *order, uint32_t node)
{
    struct node *self = &order->nodes[node];

    self->size = 1 + size_of(order, self->left) + size_of(order, self->right);
    if (self->left != 0)
        order->nodes[self->left].parent = node;
    if (self->right != 0)
        order->nodes[self->right].parent = node;
}

static bool left_goes_up(struct order *order, uint32_t left, uint32_t right)
{
    uint64_t all = (uint64_t)size_of(order, left) + size_of(order, right);

    order->chance ^= order->chance << 13;
    order->chance ^= order->chance >> 7;
    order->chance ^= order->chance << 17;
    return (order->chance >> 16) % all < size_of(order, left);
}

/* All of LEFT stand before all of RIGHT. */
static uint32_t merge(struct order *order, uint32_t left, uint32_t right)
{
    if (left == 0 || right == 0)
        return left + right;
    if (left_goes_up(order, left, right)) {
        order->nodes[left].right = merge(order, order->nodes[left].right, right);
        node_update(order, left);
        return left;
    }
    order->nodes[right].left = merge(order, left, order->nodes[right].left);
    node_update(order, right);
    return right;
}

static void split(struct order *order, uint32_t node, const struct place *place, uint32_t *ret_left,
                  uint32_t *ret_right)
{
    if (node == 0) {
        *ret_left = 0;
        *ret_right = 0;
        return;
    }
    if (stands_before(order, node, place)) {
        split(order, order->nodes[node].right, place, &order->nodes[node].right, ret_right);
        *ret_left = node;
    } else {
        split(order, order->nodes[node].left, place, ret_left, &order->nodes[node].left);
        *ret_right = node;
    }
    node_update(order, node);
}

static void root_set(struct order *order, uint32_t root)
{
    order->root = root;
    if (root != 0)
        order->nodes[root].parent = 0;
}

static uint32_t node_new(struct order *order, uint64_t id, uint64_t key, enum haul_state state)
{
    uint32_t node = order->free_node;

    if (node != 0) {
        order->free_node = order->nodes[node].size;
    } else {
        order->nodes =
            array_reserve(order->nodes, order->node_count, &order->node_size, sizeof *order->nodes);
        node = (uint32_t)order->node_count++;
    }
    order->nodes[node] = (struct node){.id = id, .key = key, .size = 1, .state = state};
    table_grow(order, order_count(order) + 1);
    order->table[slot_find(order, id)] = node;
    return node;
}

void order_put(struct order *order, const struct haul_brief *brief, size_t position)
{
    struct place place = {key_of(order, brief), brief, position};
    uint32_t node = node_new(order, brief->id, place.key, brief->state);
    uint32_t left, right;

    split(order, order->root, &place, &left, &right);
    root_set(order, merge(order, merge(order, left, node), right));
}

void order_drop(struct order *order, uint64_t id)
{
    uint32_t node = node_find(order, id);
    uint32_t parent, below;

    if (node == 0)
        return;
    table_drop(order, id);
    parent = order->nodes[node].parent;
    below = merge(order, order->nodes[node].left, order->nodes[node].right);
    if (parent == 0)
        root_set(order, below);
    else if (order->nodes[parent].left == node)
        order->nodes[parent].left = below;
    else
        order->nodes[parent].right = below;
    for (; parent != 0; parent = order->nodes[parent].parent)
        node_update(order, parent);
    order->nodes[node] = (struct node){.size = order->free_node};
    order->free_node = node;
}

/* ---- making it ---- */

void order_offer(struct order *order, const struct haul_brief *brief, size_t position)
{
    struct entry *entry;

    order->entries = array_reserve(order->entries, order->entry_count, &order->entry_size,
                                   sizeof *order->entries);
    entry = &order->entries[order->entry_count++];
    *entry = (struct entry){.id = brief->id, .place = (uint32_t)position, .state = brief->state};
    if (by_text(order))
        entry->reading.text = text_of(order, brief, &entry->reading.len);
    else
        entry->key = key_of(order, brief);
}

/* By ->key, byte by byte from the lowest: equal ones stay as they stood, and bytes that are the
 * same in all cost nothing. */
static void sort_numbers(struct entry *entries, size_t count)
{
    struct entry *from = entries, *to = xcalloc(count + 1, sizeof *to), *own = to;

    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t starts[257] = {0};

        for (size_t i = 0; i < count; i++)
            starts[(from[i].key >> shift & 0xff) + 1]++;
        if (count == 0 || starts[(from[0].key >> shift & 0xff) + 1] == count)
            continue;
        for (size_t i = 1; i < 257; i++)
            starts[i] += starts[i - 1];
        for (size_t i = 0; i < count; i++)
            to[starts[from[i].key >> shift & 0xff]++] = from[i];
        to = from;
        from = from == entries ? own : entries;
    }
    if (from != entries)
        memcpy(entries, from, count * sizeof *entries);
    free(own);
}

/* The next eight bytes of each text. */
static void load_bytes(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t key = 0;

        for (unsigned byte = 0; byte < 8; byte++)
            key = key << 8 | next_byte(&entries[i].reading);
        entries[i].key = key;
    }
}

static void swap_entries(struct entry *a, struct entry *b)
{
    struct entry kept = *a;

    *a = *b;
    *b = kept;
}

static uint64_t middle_of(uint64_t a, uint64_t b, uint64_t c)
{
    return MAX(MIN(a, b), MIN(MAX(a, b), c));
}

static int compare_places(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;

    return (left->place > right->place) - (left->place < right->place);
}

/* Sorts texts by eight bytes at a time: those that are the same in them by the next eight (Bentley
 * and Sedgewick's multikey quicksort). */
static void sort_texts(struct entry *entries, size_t count)
{
    while (count > 1) {
        uint64_t pivot = middle_of(entries[0].key, entries[count / 2].key, entries[count - 1].key);
        size_t less = 0, more = count;

        for (size_t i = 0; i < more;) {
            if (entries[i].key < pivot)
                swap_entries(&entries[i++], &entries[less++]);
            else if (entries[i].key > pivot)
                swap_entries(&entries[i], &entries[--more]);
            else
                i++;
        }
        if ((pivot & 0xff) == 0) {
            qsort(entries + less, more - less, sizeof *entries, compare_places);
        } else if (more - less > 1) {
            load_bytes(entries + less, more - less);
            sort_texts(entries + less, more - less);
        }
        /* The smaller side by a call, the larger one by going on: the stack stays small. */
        if (less < count - more) {
            sort_texts(entries, less);
            entries += more;
            count -= more;
        } else {
            sort_texts(entries + more, count - more);
            count = less;
        }
    }
}

static void reverse(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count / 2; i++)
        swap_entries(&entries[i], &entries[count - 1 - i]);
}

static bool same_text(const struct entry *a, const struct entry *b)
{
    return compare_texts(a->reading.text, a->reading.len, b->reading.text, b->reading.len) == 0;
}

/* Turned round, equal ones still stand in queue order. */
static void reverse_texts(struct entry *entries, size_t count)
{
    reverse(entries, count);
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && same_text(&entries[start], &entries[end]);)
            end++;
        reverse(entries + start, end - start);
    }
}

static void sort_entries(struct order *order)
{
    struct entry *entries = order->entries;
    size_t count = order->entry_count;

    if (by_text(order)) {
        load_bytes(entries, count);
        sort_texts(entries, count);
        if (order->descending)
            reverse_texts(entries, count);
        for (size_t i = 0; i < count; i++)
            entries[i].key = digest(entries[i].reading.text, entries[i].reading.len);
    } else if (order->sort == HAUL_SORT_QUEUE) {
        if (order->descending)
            reverse(entries, count);
    } else {
        sort_numbers(entries, count);
    }
}

/* The tree of the nodes FIRST to FIRST + COUNT - 1, as flat as can be. */
static uint32_t build(struct order *order, uint32_t first, uint32_t count)
{
    uint32_t node = first + count / 2;

    if (count == 0)
        return 0;
    order->nodes[node].left = build(order, first, count / 2);
    order->nodes[node].right = build(order, node + 1, count - count / 2 - 1);
    node_update(order, node);
    return node;
}

void order_settle(struct order *order)
{
    size_t count = order->entry_count;

    sort_entries(order);
    order->node_count = 1;
    order->free_node = 0;
    order->root = 0;
    memset(order->table, 0, order->table_size * sizeof *order->table);
    table_grow(order, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &order->entries[i];

        (void)node_new(order, entry->id, entry->key, entry->state);
    }
    root_set(order, build(order, 1, (uint32_t)count));
    free(order->entries);
    order->entries = NULL;
    order->entry_count = 0;
    order->entry_size = 0;
}

/* ---- asking ---- */

size_t order_count(const struct order *order)
{
    return size_of(order, order->root);
}

uint64_t order_at(const struct order *order, size_t index)
{
    uint32_t node = order->root;

    for (;;) {
        uint32_t before = size_of(order, order->nodes[node].left);

        if (index == before)
            return order->nodes[node].id;
        if (index < before) {
            node = order->nodes[node].left;
        } else {
            index -= before + 1;
            node = order->nodes[node].right;
        }
    }
}

size_t order_index(const struct order *order, uint64_t id)
{
    uint32_t node = node_find(order, id);
    size_t index;

    if (node == 0)
        return SIZE_MAX;
    index = size_of(order, order->nodes[node].left);
    for (uint32_t up = order->nodes[node].parent; up != 0; up = order->nodes[node].parent) {
        if (order->nodes[up].right == node)
            index += size_of(order, order->nodes[up].left) + 1;
        node = up;
    }
    return index;
}

size_t order_rank(const struct order *order, const struct haul_brief *brief, size_t position)
{
    struct place place = {key_of(order, brief), brief, position};
    uint32_t node = order->root;
    size_t rank = order_index(order, brief->id);

    if (rank != SIZE_MAX)
        return rank;
    rank = 0;
    while (node != 0) {
        if (stands_before(order, node, &place)) {
            rank += size_of(order, order->nodes[node].left) + 1;
            node = order->nodes[node].right;
        } else {
            node = order->nodes[node].left;
        }
    }
    return rank;
}

bool order_has(const struct order *order, uint64_t id, enum haul_state *ret_state)
{
    uint32_t node = node_find(order, id);

    if (node != 0)
        *ret_state = order->nodes[node].state;
    return node != 0;
}

bool order_differs(const struct order *order, const struct haul_brief *brief)
{
    uint32_t node = node_find(order, brief->id);

    return node != 0 && order->nodes[node].key != key_of(order, brief);
}
