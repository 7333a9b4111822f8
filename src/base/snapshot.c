/* Lifetimes of the snapshot structs. */

#include "haul/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void haul_item_fini(struct haul_item *item)
{
    free(item->name);
    free(item->dir);
    free(item->url);
    free(item->note);
    *item = (struct haul_item){0};
}

void haul_item_copy(struct haul_item *to, const struct haul_item *from)
{
    *to = *from;
    to->name = xstrdup(from->name);
    to->dir = xstrdup(from->dir);
    to->url = xstrdup(from->url);
    to->note = xstrdup(from->note);
}

void haul_host_copy(struct haul_host *to, const struct haul_host *from)
{
    *to = *from;
    to->name = xstrdup(from->name);
}

void haul_host_fini(struct haul_host *host)
{
    free(host->name);
    *host = (struct haul_host){0};
}

static char *copy_text(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

void haul_past_fini(struct haul_past *past)
{
    free(past->url);
    free(past->final_url);
    free(past->host);
    free(past->dir);
    free(past->name);
    free(past->digest);
    *past = (struct haul_past){0};
}

void haul_past_copy(struct haul_past *to, const struct haul_past *from)
{
    *to = *from;
    to->url = copy_text(from->url);
    to->final_url = copy_text(from->final_url);
    to->host = copy_text(from->host);
    to->dir = copy_text(from->dir);
    to->name = copy_text(from->name);
    to->digest = copy_text(from->digest);
}

/* A copy of COUNT records of SIZE bytes, NULL for none. */
static void *copy_array(const void *from, size_t count, size_t size)
{
    void *to;

    if (count == 0)
        return NULL;
    to = xreallocarray(NULL, count, size);
    memcpy(to, from, count * size);
    return to;
}

static struct haul_fact *copy_facts(const struct haul_fact *from, size_t count)
{
    struct haul_fact *facts = copy_array(from, count, sizeof *from);

    for (size_t i = 0; i < count; i++)
        facts[i] = (struct haul_fact){xstrdup(from[i].name), xstrdup(from[i].value)};
    return facts;
}

/* The values of options may be secret. */
static void free_facts(struct haul_fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(facts[i].name);
        secret_free(facts[i].value);
    }
    free(facts);
}

void haul_detail_copy(struct haul_detail *to, const struct haul_detail *from)
{
    *to = *from;
    haul_item_copy(&to->item, &from->item);
    to->facts = copy_facts(from->facts, from->fact_count);
    to->options = copy_facts(from->options, from->option_count);
    to->spans = copy_array(from->spans, from->span_count, sizeof *from->spans);
    to->events = copy_array(from->events, from->event_count, sizeof *from->events);
    for (size_t i = 0; i < from->event_count; i++)
        to->events[i].text = xstrdup(from->events[i].text);
    to->connections =
        copy_array(from->connections, from->connection_count, sizeof *from->connections);
    for (size_t i = 0; i < from->connection_count; i++) {
        to->connections[i].source = xstrdup(from->connections[i].source);
        to->connections[i].doing = xstrdup(from->connections[i].doing);
    }
    to->rates = copy_array(from->rates, from->rate_count, sizeof *from->rates);
    to->diagnosis = from->diagnosis ? xstrdup(from->diagnosis) : NULL;
}

void haul_detail_fini(struct haul_detail *detail)
{
    haul_item_fini(&detail->item);
    for (size_t i = 0; i < detail->event_count; i++)
        free(detail->events[i].text);
    for (size_t i = 0; i < detail->connection_count; i++) {
        free(detail->connections[i].source);
        free(detail->connections[i].doing);
    }
    free_facts(detail->facts, detail->fact_count);
    free_facts(detail->options, detail->option_count);
    free(detail->spans);
    free(detail->events);
    free(detail->connections);
    free(detail->rates);
    free(detail->diagnosis);
    *detail = (struct haul_detail){0};
}
