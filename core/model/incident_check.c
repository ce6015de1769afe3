// Which events an incident takes. Every rule is a sentence that a person may read: these are the refusals
// that the screen shows. A case on disk passes through here, too, so nothing may be taken for granted.
#include <inttypes.h>

#include "core/model/consent.h"
#include "core/model/incident.h"

typedef bool check_fn(const struct incident *in, const struct event *e, struct error *err);

static bool has_text(const char *text)
{
    return text && span_trim(span_of(text)).len > 0;
}

static const struct incident_step *known_step(const struct incident *in, const struct event *e,
                                              struct error *err)
{
    const struct incident_step *s = incident_step(in, e->step);
    if (!s)
        error_set(err, "procedure %s has no step \"%s\"", in->sop, e->step ? e->step : "");
    return s;
}

static bool check_opened(const struct incident *in, const struct event *e, struct error *err)
{
    if (in->last_seq != 0)
        return error_set(err, "the case is open already");
    if (!e->value || strcmp(e->value, in->sop) != 0)
        return error_set(err, "the case follows procedure \"%s\", not %s", e->value ? e->value : "", in->sop);
    return true;
}

static bool check_source(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    return has_text(e->text) || error_set(err, "a source needs a path");
}

static bool check_target(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    return has_text(e->text) || error_set(err, "a target needs a text");
}

static bool check_step_started(const struct incident *in, const struct event *e, struct error *err)
{
    return known_step(in, e, err);
}

static bool check_step_ended(const struct incident *in, const struct event *e, struct error *err)
{
    const struct incident_step *s = known_step(in, e, err);
    if (!s)
        return false;
    if (s->status != STEP_RUNNING)
        return error_set(err, "step %s is not running", s->id);
    if (e->number < STEP_DONE || e->number > STEP_NOT_RUN || e->number == STEP_SKIPPED)
        return error_set(err, "step %s cannot end as %" PRId64, s->id, e->number);
    if (e->number != STEP_DONE && e->number != STEP_FINDING && !has_text(e->text))
        return error_set(err, "step %s: \"%s\" needs a reason", s->id,
                         step_status_phrase((enum step_status)e->number));
    return true;
}

static bool check_step_skipped(const struct incident *in, const struct event *e, struct error *err)
{
    const struct incident_step *s = known_step(in, e, err);
    if (!s)
        return false;
    bool must = s->level == SOP_LEVEL_MUST || s->level == SOP_LEVEL_FIRST;
    if (s->status == STEP_RUNNING)
        return error_set(err, "step %s is running; stop it first", s->id);
    if (must && !has_text(e->text))
        return error_set(err, "step %s is a %s: skipping it needs a reason", s->id, sop_level_name(s->level));
    return true;
}

static bool check_gate_passed(const struct incident *in, const struct event *e, struct error *err)
{
    const struct incident_step *s = known_step(in, e, err);
    if (!s)
        return false;
    if (s->gate == SOP_GATE_NONE)
        return error_set(err, "step %s is no gate", s->id);
    if (in->guided)
        return error_set(err, "guided mode does not go past gate %s; hand the case over instead", s->id);
    return has_text(e->text) || error_set(err, "going past gate %s needs a reason", s->id);
}

static bool check_answered(const struct incident *in, const struct event *e, struct error *err)
{
    if (!known_step(in, e, err))
        return false;
    if (!e->value ||
        (strcmp(e->value, "yes") != 0 && strcmp(e->value, "no") != 0 && strcmp(e->value, "note") != 0))
        return error_set(err, "an answer is yes, no or note");
    return strcmp(e->value, "note") != 0 || has_text(e->text) || error_set(err, "the note is empty");
}

static bool check_note(const struct incident *in, const struct event *e, struct error *err)
{
    return !e->step || known_step(in, e, err);
}

static bool check_finding(const struct event *e, struct error *err)
{
    struct span id = span_of(e->value);
    uint64_t n;
    if (!span_skip(&id, "F-") || !span_to_u64(id, &n))
        return error_set(err, "\"%s\" is not the id of a finding", e->value ? e->value : "");
    return e->number == 0 || e->number == 1 || error_set(err, "a finding is set or unset, by 1 or 0");
}

static bool check_pinned(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    return check_finding(e, err);
}

static bool check_excluded(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    if (!check_finding(e, err))
        return false;
    return e->number == 0 || has_text(e->text) || error_set(err, "excluding %s needs a reason", e->value);
}

static bool check_any(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    (void)e;
    (void)err;
    return true;
}

static bool check_judged(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    return has_text(e->text) || error_set(err, "the report is empty");
}

static bool check_cited(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    return has_text(e->text) || error_set(err, "a citation needs a path");
}

static bool check_exported(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    return (has_text(e->text) && has_text(e->value)) || error_set(err, "an export needs a path and a format");
}

static bool check_taken_over(const struct incident *in, const struct event *e, struct error *err)
{
    (void)e;
    return in->guided || error_set(err, "only a guided run is taken over");
}

static bool check_consented(const struct incident *in, const struct event *e, struct error *err)
{
    unsigned bit;
    if (!consent_parse(span_of(e->value), &bit))
        return error_set(err, "\"%s\" is nothing that can be consented to", e->value ? e->value : "");
    if (in->guided && e->number == 1)
        return error_set(err, "guided mode only reads: it takes no consent to %s", e->value);
    return e->number == 0 || e->number == 1 || error_set(err, "a consent is given or refused, by 1 or 0");
}

static bool check_verified(const struct incident *in, const struct event *e, struct error *err)
{
    (void)in;
    static const char *const results[] = {"gone", "still_there", "cannot_tell"};
    for (size_t i = 0; e->value && i < sizeof results / sizeof *results; i++) {
        if (strcmp(e->value, results[i]) == 0)
            return true;
    }
    return error_set(err, "a recheck ends as gone, still_there or cannot_tell");
}

static bool is_probe_id(const char *id)
{
    struct span rest = span_of(id);
    uint64_t n;
    return span_skip(&rest, "E-") && span_to_u64(rest, &n);
}

static const struct incident_probe *probe_of(const struct incident *in, const struct event *e,
                                             struct error *err)
{
    if (!is_probe_id(e->value))
        error_set(err, "\"%s\" is not the id of a probe", e->value ? e->value : "");
    return incident_probe(in, e->value);
}

static bool check_probe_started(const struct incident *in, const struct event *e, struct error *err)
{
    if (probe_of(in, e, err))
        return error_set(err, "probe %s was run already", e->value);
    return is_probe_id(e->value) && (!e->step || known_step(in, e, err)) &&
           (has_text(e->text) || error_set(err, "probe %s needs its command", e->value));
}

static bool check_probe_ended(const struct incident *in, const struct event *e, struct error *err)
{
    const struct incident_probe *p = probe_of(in, e, err);
    if (!is_probe_id(e->value) || (e->step && !known_step(in, e, err)))
        return false;
    if (p && p->state != PROBE_RUNNING)
        return error_set(err, "probe %s has ended already", e->value);
    if (e->number < PROBE_DONE || e->number >= PROBE_STATE_COUNT)
        return error_set(err, "probe %s cannot end as %" PRId64, e->value, e->number);
    return e->number == PROBE_DONE || has_text(e->text) ||
           error_set(err, "probe %s: \"%s\" needs a reason", e->value, probe_state_names[e->number]);
}

static check_fn *const checks[EVENT_KIND_COUNT] = {
    [EVENT_OPENED] = check_opened,
    [EVENT_SOURCE] = check_source,
    [EVENT_TARGET] = check_target,
    [EVENT_STEP_STARTED] = check_step_started,
    [EVENT_STEP_ENDED] = check_step_ended,
    [EVENT_STEP_SKIPPED] = check_step_skipped,
    [EVENT_GATE_PASSED] = check_gate_passed,
    [EVENT_ANSWERED] = check_answered,
    [EVENT_NOTE] = check_note,
    [EVENT_PINNED] = check_pinned,
    [EVENT_EXCLUDED] = check_excluded,
    [EVENT_DETAIL_EDITED] = check_any,
    [EVENT_FIX_EDITED] = check_any,
    [EVENT_JUDGED] = check_judged,
    [EVENT_CITED] = check_cited,
    [EVENT_EXPORTED] = check_exported,
    [EVENT_VERIFIED] = check_verified,
    [EVENT_CLOSED] = check_any,
    [EVENT_PROBE_STARTED] = check_probe_started,
    [EVENT_PROBE_ENDED] = check_probe_ended,
    [EVENT_TAKEN_OVER] = check_taken_over,
    [EVENT_CONSENTED] = check_consented,
};

static bool check_length(const struct event *e, struct error *err)
{
    if (e->kind == EVENT_JUDGED || !e->text || strlen(e->text) <= INCIDENT_TEXT_MAX)
        return true;
    return error_set(err, "the text is longer than %d KiB", INCIDENT_TEXT_MAX >> 10);
}

static bool check_order(const struct incident *in, const struct event *e, struct error *err)
{
    if (e->seq != 0 && e->seq != in->last_seq + 1)
        return error_set(err, "event %" PRIu64 " stands where %" PRIu64 " belongs", e->seq, in->last_seq + 1);
    if (in->last_seq == 0 && e->kind != EVENT_OPENED)
        return error_set(err, "a case begins with \"%s\"", event_kind_name(EVENT_OPENED));
    return true;
}

bool incident_check(const struct incident *in, const struct event *event, struct error *err)
{
    if ((unsigned)event->kind >= EVENT_KIND_COUNT)
        return error_set(err, "unknown kind of event %d", (int)event->kind);
    return check_order(in, event, err) && check_length(event, err) && checks[event->kind](in, event, err);
}
