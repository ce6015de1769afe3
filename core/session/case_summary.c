// What a list shows of a case, read from its events without its procedure, which may be gone by now.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/session/cases.h"

struct summing {
    struct case_summary *summary;
    char *report; // the last one judged
};

static bool sum_event(const struct event *e, void *context, struct error *err)
{
    (void)err;
    struct summing *summing = context;
    struct case_summary *s = summing->summary;
    if (e->kind == EVENT_OPENED) {
        s->opened = e->time;
        s->sop = e->value ? arena_strdup(&s->arena, e->value) : NULL;
    }
    if ((e->kind == EVENT_OPENED || e->kind == EVENT_TARGET) && e->text)
        s->target = arena_strdup(&s->arena, e->text);
    if (e->kind == EVENT_JUDGED && e->text) {
        free(summing->report);
        summing->report = mem_strdup(e->text);
    }
    s->closed = e->kind == EVENT_CLOSED;
    s->last = e->time;
    s->events = e->seq;
    return true;
}

static const char *text_of(struct arena *arena, const struct json_value *root, const char *name)
{
    struct span text = json_text(json_get(root, name));
    return text.at ? arena_span(arena, text) : NULL;
}

static void sum_report(struct case_summary *s, const char *report)
{
    const struct json_value *root = report ? json_parse(&s->arena, span_of(report), NULL) : NULL;
    s->root_cause = text_of(&s->arena, root, "root_cause");
    s->verdict = text_of(&s->arena, root, "verdict");
    s->diagnosis = text_of(&s->arena, root, "diagnosis");
}

void case_summarize(const struct case_path *path, struct case_summary *ret)
{
    struct error err = {{0}};
    *ret = (struct case_summary){.opened = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    struct summing summing = {.summary = ret};
    char *db = case_file(path, "case.db");
    ret->written = store_is_written(db, &ret->owner);
    struct store *store = store_open(&(struct store_config){.path = db, .mode = STORE_READ}, NULL, &err);
    if (!store || !store_read(store, sum_event, &summing, &err))
        ret->damage = arena_strdup(&ret->arena, err.text);
    store_close(store);
    sum_report(ret, summing.report);
    free(summing.report);
    free(db);
}

const char *case_summary_state(const struct case_summary *c)
{
    if (c->damage)
        return "damaged";
    if (c->written)
        return "open";
    return c->closed ? "closed" : "cut off";
}

void case_summary_done(struct case_summary *summary)
{
    arena_done(&summary->arena);
}
