// Events in the redactor's words. The report inside EVENT_JUDGED is redacted as a report, so that its quotes
// still stand letter by letter in the redacted tree.
#include "core/report/format.h"
#include "core/report/places.h"
#include "core/session/export.h"

static const char *redact_text(struct redactor *r, struct arena *arena, const char *text)
{
    if (!text)
        return NULL;
    struct str out = {0};
    redactor_text(r, span_of(text), &out);
    const char *ret = arena_span(arena, str_span(&out));
    str_done(&out);
    return ret;
}

// One that cannot be read back is taken for plain text: it is redacted all the same.
static const char *redact_report(struct redactor *r, struct evidence *ev, struct arena *arena,
                                 const char *text)
{
    struct report *report = report_read_json(span_of(text), NULL);
    if (!report)
        return redact_text(r, arena, text);
    struct str out = {0};
    report_find_places(report, ev);
    struct report *redacted = redactor_report(r, ev, report);
    report_write_json(redacted, &out);
    const char *ret = arena_span(arena, str_span(&out));
    report_free(redacted);
    report_free(report);
    str_done(&out);
    return ret;
}

struct event export_redact_event(struct redactor *r, struct evidence *ev, struct arena *arena,
                                 const struct event *event)
{
    struct event ret = *event;
    bool is_report = event->kind == EVENT_JUDGED && event->text;
    bool is_word = event->kind == EVENT_OPENED; // the procedure's id
    ret.text = is_report ? redact_report(r, ev, arena, event->text) : redact_text(r, arena, event->text);
    ret.value = is_word ? event->value : redact_text(r, arena, event->value);
    return ret;
}
