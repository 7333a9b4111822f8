/* Lines of the log as JSON. A line says "item 3: …"; who reads it knows the item by its name, which
 * is looked up here, where the items are. */

#include "control/follow_log.h"

#include "control/json.h"

static json_t *from_line(const struct haul_log_line *line, const struct view_source *source)
{
    json_t *object = json_object();
    struct haul_brief brief;
    size_t position;

    json_object_set_new(object, "number", json_from_u64(line->number));
    json_object_set_new(object, "at", json_integer(line->at));
    json_object_set_new(object, "level", json_string(haul_log_level_name(line->level)));
    json_object_set_new(object, "room", json_from_text(line->room));
    json_object_set_new(object, "text", json_from_text(line->text));
    if (line->item != 0 && source->look(source->ctx, line->item, &brief, &position)) {
        json_object_set_new(object, "item", json_from_u64(line->item));
        json_object_set_new(object, "name", json_from_text(brief.name));
    }
    return object;
}

json_t *log_look(struct log_look *look, const struct view_source *source, bool only_new)
{
    size_t count;
    struct haul_log_line *lines =
        haul_log_tail(look->after, look->level, look->most, &count, &look->after);
    json_t *rows, *result = NULL;

    if (count > 0 || !only_new) {
        rows = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(rows, from_line(&lines[i], source));
        result = json_object();
        json_object_set_new(result, "last", json_from_u64(look->after));
        json_object_set_new(result, "lines", rows);
    }
    haul_log_lines_free(lines, count);
    return result;
}
