// Events as lines of JSON. Times are whole microseconds, so that an incident read back is the same byte for
// byte; the readable time beside them is for people.
#include "core/door/json.h"
#include "core/session/export.h"

void export_add_event(struct str *out, const struct event *e)
{
    struct json_writer w;
    char at[32];
    json_writer_init(&w, out, false);
    json_open(&w, NULL, '{');
    json_write_i64(&w, "seq", (int64_t)e->seq);
    json_write(&w, "at", clock_format(e->time, at));
    json_write_i64(&w, "time", e->time);
    json_write(&w, "kind", event_kind_name(e->kind));
    json_write(&w, "step", e->step);
    json_write(&w, "text", e->text);
    json_write(&w, "value", e->value);
    json_write_i64(&w, "number", e->number);
    json_close(&w, '}');
    str_add_char(out, '\n');
}

static const char *text_of(struct arena *arena, const struct json_value *root, const char *name)
{
    struct span text = json_text(json_get(root, name));
    return text.at ? arena_span(arena, text) : NULL;
}

bool export_read_event(struct arena *arena, struct span line, struct event *ret, struct error *err)
{
    const struct json_value *root = json_parse(arena, line, err);
    int64_t seq;
    if (!root)
        return false;
    *ret = (struct event){
        .step = text_of(arena, root, "step"),
        .text = text_of(arena, root, "text"),
        .value = text_of(arena, root, "value"),
    };
    if (!json_to_i64(json_get(root, "seq"), &seq) || seq < 1 ||
        !json_to_i64(json_get(root, "time"), &ret->time) ||
        !json_to_i64(json_get(root, "number"), &ret->number) ||
        !event_kind_parse(json_text(json_get(root, "kind")), &ret->kind))
        return error_set(err, "not an event: " SPAN_FMT, SPAN_ARG(span_first(line, 80)));
    ret->seq = (uint64_t)seq;
    return true;
}
