// What events do to an incident. One small function an event kind, found by a table; checking is
// incident_check.c's.
#include "core/model/incident.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/mem.h"

// ------------------------------------------------------------------ from nothing, to nothing

static void add_steps(struct incident *in, const struct sop_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *MEM_PUSH(in->steps, in->n_steps, in->cap_steps) = (struct incident_step){
            .id = mem_strdup(items[i].id),
            .level = items[i].level,
            .gate = items[i].gate,
            .status = STEP_TODO,
            .started = TIME_UNKNOWN,
            .ended = TIME_UNKNOWN,
        };
        add_steps(in, items[i].nested, items[i].n_nested);
    }
}

struct incident *incident_new(const char *case_id, const struct sop *sop)
{
    struct incident *in = mem_alloc(sizeof *in);
    in->case_id = case_id ? mem_strdup(case_id) : NULL;
    in->sop = mem_strdup(sop->id);
    in->verified_at = TIME_UNKNOWN;
    in->exported.at = TIME_UNKNOWN;
    in->last_time = TIME_UNKNOWN;
    for (size_t i = 0; i < sop->n_phases; i++)
        add_steps(in, sop->phases[i].items, sop->phases[i].n_items);
    return in;
}

static void free_lists(struct incident *in)
{
    for (size_t i = 0; i < in->n_steps; i++) {
        struct incident_step *s = &in->steps[i];
        free(s->id);
        free(s->said);
        free(s->note);
        free(s->answer);
        free(s->passed_why);
    }
    for (size_t i = 0; i < in->n_findings; i++) {
        free(in->findings[i].id);
        free(in->findings[i].why);
    }
    for (size_t i = 0; i < in->n_sources; i++) {
        free(in->sources[i].path);
        free(in->sources[i].stamp);
    }
    for (size_t i = 0; i < in->n_cited; i++) {
        free(in->cited[i].path);
        free(in->cited[i].sum);
    }
    for (size_t i = 0; i < in->n_probes; i++) {
        struct incident_probe *p = &in->probes[i];
        free(p->id);
        free(p->step);
        free(p->command);
        free(p->why);
    }
    free(in->probes);
    free(in->cited);
    free(in->steps);
    free(in->findings);
    free(in->sources);
}

void incident_free(struct incident *in)
{
    if (!in)
        return;
    free_lists(in);
    free(in->case_id);
    free(in->sop);
    free(in->target_yaml);
    free(in->note);
    free(in->detail_edit);
    free(in->fix_edit);
    free(in->report_json);
    free(in->verified);
    free(in->exported.path);
    free(in->exported.format);
    free(in);
}

// ------------------------------------------------------------------ looking things up

static struct incident_step *find_step(const struct incident *in, const char *id)
{
    for (size_t i = 0; id && i < in->n_steps; i++) {
        if (strcmp(in->steps[i].id, id) == 0)
            return &in->steps[i];
    }
    return NULL;
}

const struct incident_step *incident_step(const struct incident *in, const char *id)
{
    return find_step(in, id);
}

usec_t incident_step_took(const struct incident *in, const char *id)
{
    size_t len = strlen(id);
    usec_t took = 0;
    for (size_t i = 0; i < in->n_steps; i++) {
        const struct incident_step *s = &in->steps[i];
        bool under = strncmp(s->id, id, len) == 0 && (s->id[len] == '\0' || s->id[len] == '.');
        took += under ? s->took : 0;
    }
    return took;
}

// The last ones first: those are asked for.
static struct incident_probe *find_probe(const struct incident *in, const char *id)
{
    for (size_t i = in->n_probes; id && i-- > 0;) {
        if (strcmp(in->probes[i].id, id) == 0)
            return &in->probes[i];
    }
    return NULL;
}

const struct incident_probe *incident_probe(const struct incident *in, const char *id)
{
    return find_probe(in, id);
}

static struct incident_finding *find_finding(const struct incident *in, const char *id)
{
    for (size_t i = 0; id && i < in->n_findings; i++) {
        if (strcmp(in->findings[i].id, id) == 0)
            return &in->findings[i];
    }
    return NULL;
}

const struct incident_finding *incident_finding(const struct incident *in, const char *id)
{
    return find_finding(in, id);
}

static struct incident_finding *touch_finding(struct incident *in, const char *id)
{
    struct incident_finding *f = find_finding(in, id);
    if (!f) {
        f = MEM_PUSH(in->findings, in->n_findings, in->cap_findings);
        *f = (struct incident_finding){.id = mem_strdup(id)};
    }
    return f;
}

// ------------------------------------------------------------------ what each event does

// NULL and "" both stand for "nothing there".
static void set_text(char **at, const char *text)
{
    char *copy = text && text[0] ? mem_strdup(text) : NULL;
    free(*at);
    *at = copy;
}

static void apply_opened(struct incident *in, const struct event *e)
{
    set_text(&in->target_yaml, e->text);
    in->guided = in->began_guided = e->number == 1;
}

static void apply_taken_over(struct incident *in, const struct event *e)
{
    (void)e;
    in->guided = false;
}

static void apply_target(struct incident *in, const struct event *e)
{
    set_text(&in->target_yaml, e->text);
}

static void apply_source(struct incident *in, const struct event *e)
{
    for (size_t i = 0; i < in->n_sources; i++) {
        if (strcmp(in->sources[i].path, e->text) == 0) {
            set_text(&in->sources[i].stamp, e->value);
            return;
        }
    }
    struct incident_source *s = MEM_PUSH(in->sources, in->n_sources, in->cap_sources);
    *s = (struct incident_source){.path = mem_strdup(e->text)};
    set_text(&s->stamp, e->value);
}

static void apply_cited(struct incident *in, const struct event *e)
{
    for (size_t i = 0; i < in->n_cited; i++) {
        if (strcmp(in->cited[i].path, e->text) == 0) {
            set_text(&in->cited[i].sum, e->value);
            return;
        }
    }
    struct incident_cited *c = MEM_PUSH(in->cited, in->n_cited, in->cap_cited);
    *c = (struct incident_cited){.path = mem_strdup(e->text)};
    set_text(&c->sum, e->value);
}

static void apply_step_started(struct incident *in, const struct event *e)
{
    struct incident_step *s = find_step(in, e->step);
    s->status = STEP_RUNNING;
    s->anew = true;
    s->started = e->time;
    s->ended = TIME_UNKNOWN;
    set_text(&s->said, NULL);
}

static void apply_step_ended(struct incident *in, const struct event *e)
{
    struct incident_step *s = find_step(in, e->step);
    s->status = (enum step_status)e->number;
    s->anew = false;
    s->ended = e->time;
    set_text(&s->said, e->text);
}

static void apply_step_skipped(struct incident *in, const struct event *e)
{
    struct incident_step *s = find_step(in, e->step);
    s->status = STEP_SKIPPED;
    s->ended = e->time;
    set_text(&s->said, e->text);
}

static void apply_gate_passed(struct incident *in, const struct event *e)
{
    set_text(&find_step(in, e->step)->passed_why, e->text);
}

static void apply_answered(struct incident *in, const struct event *e)
{
    struct incident_step *s = find_step(in, e->step);
    s->status = strcmp(e->value, "yes") == 0 ? STEP_FINDING : STEP_DONE;
    s->ended = e->time;
    set_text(&s->answer, e->value);
    set_text(&s->said, e->text);
}

static void apply_note(struct incident *in, const struct event *e)
{
    set_text(e->step ? &find_step(in, e->step)->note : &in->note, e->text);
}

static void apply_pinned(struct incident *in, const struct event *e)
{
    touch_finding(in, e->value)->pinned = e->number == 1;
}

static void apply_excluded(struct incident *in, const struct event *e)
{
    struct incident_finding *f = touch_finding(in, e->value);
    f->excluded = e->number == 1;
    set_text(&f->why, f->excluded ? e->text : NULL);
}

static void apply_detail_edited(struct incident *in, const struct event *e)
{
    set_text(&in->detail_edit, e->text);
}

static void apply_fix_edited(struct incident *in, const struct event *e)
{
    set_text(&in->fix_edit, e->text);
}

static void apply_judged(struct incident *in, const struct event *e)
{
    set_text(&in->report_json, e->text);
}

static void apply_verified(struct incident *in, const struct event *e)
{
    set_text(&in->verified, e->value);
    in->verified_at = e->time;
}

static void apply_closed(struct incident *in, const struct event *e)
{
    (void)e;
    in->closed = true;
}

static struct incident_probe *add_probe(struct incident *in, const struct event *e)
{
    struct incident_probe *p = MEM_PUSH(in->probes, in->n_probes, in->cap_probes);
    *p = (struct incident_probe){.id = mem_strdup(e->value), .started = TIME_UNKNOWN, .ended = TIME_UNKNOWN};
    set_text(&p->step, e->step);
    return p;
}

static void apply_probe_started(struct incident *in, const struct event *e)
{
    struct incident_probe *p = add_probe(in, e);
    struct incident_step *s = find_step(in, e->step);
    if (s && s->anew) { // a new reading, which has a time of its own
        s->took = 0;
        s->anew = false;
    }
    p->state = PROBE_RUNNING;
    p->started = e->time;
    set_text(&p->command, e->text);
}

static void apply_probe_ended(struct incident *in, const struct event *e)
{
    struct incident_probe *p = find_probe(in, e->value);
    if (!p)
        p = add_probe(in, e);
    struct incident_step *s = find_step(in, p->step);
    if (s && p->started != TIME_UNKNOWN)
        s->took += e->time - p->started;
    p->state = (enum probe_state)e->number;
    p->ended = e->time;
    set_text(&p->why, e->text);
}

// Of an archive, which holds more than the report, and of what went elsewhere than into a file, only the
// trail is kept.
static void apply_exported(struct incident *in, const struct event *e)
{
    if (strcmp(e->value, "archive") == 0 || e->text[0] != '/')
        return;
    set_text(&in->exported.path, e->text);
    set_text(&in->exported.format, e->value);
    in->exported.size = e->number;
    in->exported.at = e->time;
}

void incident_apply(struct incident *in, const struct event *event)
{
    static void (*const apply[EVENT_KIND_COUNT])(struct incident *, const struct event *) = {
        [EVENT_OPENED] = apply_opened,
        [EVENT_SOURCE] = apply_source,
        [EVENT_TARGET] = apply_target,
        [EVENT_STEP_STARTED] = apply_step_started,
        [EVENT_STEP_ENDED] = apply_step_ended,
        [EVENT_STEP_SKIPPED] = apply_step_skipped,
        [EVENT_GATE_PASSED] = apply_gate_passed,
        [EVENT_ANSWERED] = apply_answered,
        [EVENT_NOTE] = apply_note,
        [EVENT_PINNED] = apply_pinned,
        [EVENT_EXCLUDED] = apply_excluded,
        [EVENT_DETAIL_EDITED] = apply_detail_edited,
        [EVENT_FIX_EDITED] = apply_fix_edited,
        [EVENT_JUDGED] = apply_judged,
        [EVENT_CITED] = apply_cited,
        [EVENT_EXPORTED] = apply_exported,
        [EVENT_VERIFIED] = apply_verified,
        [EVENT_CLOSED] = apply_closed,
        [EVENT_PROBE_STARTED] = apply_probe_started,
        [EVENT_PROBE_ENDED] = apply_probe_ended,
        [EVENT_TAKEN_OVER] = apply_taken_over,
    };
    in->closed = false;
    in->last_seq++;
    in->last_time = event->time;
    if (apply[event->kind])
        apply[event->kind](in, event);
}

// ------------------------------------------------------------------ as text

static void dump_text(struct str *out, const char *name, const char *text)
{
    if (text)
        str_printf(out, "%s %zu:%s\n", name, strlen(text), text);
    else
        str_printf(out, "%s -\n", name);
}

static void dump_number(struct str *out, const char *name, int64_t number)
{
    str_printf(out, "%s %" PRId64 "\n", name, number);
}

static void dump_step(struct str *out, const struct incident_step *s)
{
    dump_text(out, "step", s->id);
    str_printf(out, " level %d gate %d status %s\n", (int)s->level, (int)s->gate,
               step_status_name(s->status));
    dump_text(out, " said", s->said);
    dump_text(out, " note", s->note);
    dump_text(out, " answer", s->answer);
    dump_text(out, " passed_why", s->passed_why);
    dump_number(out, " started", s->started);
    dump_number(out, " ended", s->ended);
    dump_number(out, " took", s->took);
    dump_number(out, " anew", s->anew);
}

static void dump_probe(struct str *out, const struct incident_probe *p)
{
    dump_text(out, "probe", p->id);
    dump_text(out, " step", p->step);
    dump_text(out, " command", p->command);
    dump_text(out, " why", p->why);
    str_printf(out, " state %s\n", probe_state_names[p->state]);
    dump_number(out, " started", p->started);
    dump_number(out, " ended", p->ended);
}

static void dump_finding(struct str *out, const struct incident_finding *f)
{
    dump_text(out, "finding", f->id);
    str_printf(out, " pinned %d excluded %d\n", f->pinned, f->excluded);
    dump_text(out, " why", f->why);
}

void incident_dump(const struct incident *in, struct str *ret)
{
    dump_text(ret, "case", in->case_id);
    dump_text(ret, "sop", in->sop);
    dump_text(ret, "target", in->target_yaml);
    dump_text(ret, "note", in->note);
    dump_text(ret, "detail_edit", in->detail_edit);
    dump_text(ret, "fix_edit", in->fix_edit);
    dump_text(ret, "report", in->report_json);
    dump_text(ret, "verified", in->verified);
    dump_number(ret, "verified_at", in->verified_at);
    dump_text(ret, "exported", in->exported.path);
    dump_text(ret, "exported_format", in->exported.format);
    dump_number(ret, "exported_size", in->exported.size);
    dump_number(ret, "exported_at", in->exported.at);
    dump_number(ret, "last_seq", (int64_t)in->last_seq);
    dump_number(ret, "last_time", in->last_time);
    str_printf(ret, "guided %d began_guided %d closed %d\n", in->guided, in->began_guided, in->closed);
    for (size_t i = 0; i < in->n_sources; i++) {
        dump_text(ret, "source", in->sources[i].path);
        dump_text(ret, " stamp", in->sources[i].stamp);
    }
    for (size_t i = 0; i < in->n_cited; i++) {
        dump_text(ret, "cited", in->cited[i].path);
        dump_text(ret, " sum", in->cited[i].sum);
    }
    for (size_t i = 0; i < in->n_steps; i++)
        dump_step(ret, &in->steps[i]);
    for (size_t i = 0; i < in->n_probes; i++)
        dump_probe(ret, &in->probes[i]);
    for (size_t i = 0; i < in->n_findings; i++)
        dump_finding(ret, &in->findings[i]);
}
