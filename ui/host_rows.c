/* What the screen holds of the hosts: a few screens of rows, however many there are. */

#include "ui/host_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static void rows_free(struct haul_hosts *hosts)
{
    for (size_t i = 0; i < hosts->row_count; i++)
        free(hosts->rows[i].name);
    free((void *)(uintptr_t)hosts->rows);
    *hosts = (struct haul_hosts){0};
}

static void view_free(struct haul_hosts_view *view)
{
    free((void *)(uintptr_t)view->search);
    free((void *)(uintptr_t)view->follow);
    *view = (struct haul_hosts_view){0};
}

void host_rows_take(struct host_rows *rows, const struct haul_hosts *hosts)
{
    struct haul_host *copy = xcalloc(hosts->row_count + 1, sizeof(*copy));
    for (size_t i = 0; i < hosts->row_count; i++)
        haul_host_copy(&copy[i], &hosts->rows[i]);
    rows_free(&rows->now);
    rows->now = *hosts;
    rows->now.rows = copy;
    rows->loaded = true;
    rows->fresh = rows->asks_open == 0;
}

bool host_rows_ask(struct host_rows *rows, const struct haul_hosts_view *view)
{
    struct haul_hosts_view *last = &rows->view;
    if (rows->watching && last->sort == view->sort && last->descending == view->descending &&
        last->offset == view->offset && last->rows == view->rows &&
        str_same(last->search, view->search) && str_same(last->follow, view->follow))
        return false;
    struct haul_hosts_view copy = *view;
    copy.search = xstrdup(view->search ? view->search : "");
    copy.follow = xstrdup(view->follow ? view->follow : "");
    view_free(last);
    *last = copy;
    rows->watching = true;
    rows->fresh = false;
    rows->asks_open++;
    return true;
}

void host_rows_clear(struct host_rows *rows)
{
    rows_free(&rows->now);
    view_free(&rows->view);
    *rows = (struct host_rows){.asks_open = rows->asks_open};
}
