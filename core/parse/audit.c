// Two layers of JSON: the answer of the aws CLI, and in each message a document of its own.
#include "core/parse/audit.h"

#include "core/door/json.h"

struct reading {
    struct arena *arena;
    uint32_t file;
    struct audit *audit;
    size_t cap;
};

static const char *copy(const struct reading *r, const struct json_value *v)
{
    struct span s = json_text(v);
    return s.at ? arena_span(r->arena, s) : NULL;
}

static bool is_write(struct span verb)
{
    return span_is(verb, "create") || span_is(verb, "update") || span_is(verb, "patch") ||
           span_starts(verb, "delete");
}

// The event's own time, else that of the log entry.
static usec_t event_time(const struct json_value *event, const struct json_value *entry)
{
    usec_t t;
    int64_t ms;
    if (clock_parse_rfc3339(json_text(json_get(event, "requestReceivedTimestamp")), &t))
        return t;
    return json_to_i64(json_get(entry, "timestamp"), &ms) && ms > 0 && ms < INT64_MAX / 1000 ? ms * 1000
                                                                                             : TIME_UNKNOWN;
}

// A message that is no audit event (the log group holds other streams, too) is passed over.
static void read_event(struct reading *r, const struct json_value *entry, const struct json_value *event)
{
    const struct json_value *message = json_get(entry, "message");
    const struct json_value *object = json_get(event, "objectRef");
    struct span stage = json_text(json_get(event, "stage"));
    if (!object || !is_write(json_text(json_get(event, "verb"))) ||
        (stage.at && !span_is(stage, "ResponseComplete")))
        return;
    int64_t code;
    struct audit_event *e = ARENA_PUSH(r->arena, r->audit->items, r->audit->n, r->cap);
    *e = (struct audit_event){
        .time = event_time(event, entry),
        .verb = copy(r, json_get(event, "verb")),
        .resource = copy(r, json_get(object, "resource")),
        .namespace_ = copy(r, json_get(object, "namespace")),
        .name = copy(r, json_get(object, "name")),
        .user = copy(r, json_path(event, "user.username")),
        .allowed = !json_to_i64(json_path(event, "responseStatus.code"), &code) || code < 400,
        .place = {.file = r->file, .line = message->line, .last = message->line, .column = message->column},
    };
}

static void read_entry(struct reading *r, const struct json_value *entry)
{
    struct arena scratch = {0};
    read_event(r, entry, json_parse(&scratch, json_text(json_get(entry, "message")), NULL));
    arena_done(&scratch);
}

bool audit_parse(struct arena *arena, struct text text, struct audit *ret, struct error *err)
{
    struct reading r = {.arena = arena, .file = text.file, .audit = ret, .cap = ret->n};
    struct arena scratch = {0};
    const struct json_value *top = json_parse(&scratch, text.bytes, err);
    const struct json_value *events = json_get(top, "events");
    for (size_t i = 0; events && events->kind == JSON_LIST && i < events->n; i++)
        read_entry(&r, &events->items[i]);
    // The API's own word for it, and that of the CLI, which has a token of its own for --max-items.
    ret->whole =
        top && !json_text(json_get(top, "nextToken")).at && !json_text(json_get(top, "NextToken")).at;
    arena_done(&scratch);
    return top != NULL;
}
