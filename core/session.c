// The session's life, and the one function that changes an incident. The rest stands in core/session/:
// opening and making cases, the analysis, running steps, and the report.
#include "core/session.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "core/session/inside.h"

// ------------------------------------------------------------------ beginning and end

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

struct target session_copy_target(struct arena *a, const struct target *target)
{
    return (struct target){
        .context = copy_text(a, target->context),
        .namespace_ = copy_text(a, target->namespace_),
        .pod = copy_text(a, target->pod),
        .node = copy_text(a, target->node),
        .instance = copy_text(a, target->instance),
        .query = copy_text(a, target->query),
        .symptom = copy_text(a, target->symptom),
        .window = target->window,
    };
}

static void copy_config(struct session *s, const struct session_config *config)
{
    static const struct target nothing = {.window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    const char **from = arena_alloc(&s->arena, config->n_from * sizeof *from);
    for (size_t i = 0; i < config->n_from; i++)
        from[i] = arena_strdup(&s->arena, config->from[i]);
    s->from = from;
    s->n_from = config->n_from;
    s->state_dir = copy_text(&s->arena, config->state_dir);
    policy_load(&s->policy, config->policy ? config->policy : policy_file);
    s->guided = config->guided || policy_mode_of_me(&s->policy) == POLICY_GUIDED;
    s->keep = config->keep;
    s->keep_words = config->keep_words;
    s->on_saved = config->on_saved;
    s->on_saved_context = config->on_saved_context;
    s->target = session_copy_target(&s->target_arena, config->target ? config->target : &nothing);
}

struct session *session_new(const struct session_config *config, struct error *err)
{
    struct session *s = mem_alloc(sizeof *s);
    copy_config(s, config);
    if (config->open_case ? session_open_case(s, config, err) : session_open_new(s, config, err))
        return s;
    session_free(s);
    return NULL;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    store_close(s->store);
    arena_done(&s->held.arena);
    report_free(s->report);
    looked_free(s->looked);
    incident_free(s->incident);
    step_list_done(&s->list);
    sop_free(s->sop);
    case_path_done(&s->path);
    tempdir_free(s->room);
    policy_done(&s->policy);
    arena_done(&s->target_arena);
    arena_done(&s->arena);
    free(s->read_only_why);
    free(s);
}

// ------------------------------------------------------------------ looking

const struct sop *session_sop(const struct session *s)
{
    return s->sop;
}

const struct incident *session_incident(const struct session *s)
{
    return s->incident;
}

const struct analysis *session_analysis(const struct session *s)
{
    return s->looked ? &s->looked->analysis : NULL;
}

bool session_is_guided(const struct session *s)
{
    return s->guided || s->incident->guided;
}

const struct policy *session_policy(const struct session *s)
{
    return &s->policy;
}

bool session_is_live(const struct session *s)
{
    return s->incident->n_probes > 0;
}

const char *session_read_only_why(const struct session *s)
{
    return s->read_only_why;
}

const struct target *session_target(const struct session *s)
{
    return s->looked ? &s->looked->facts->target : &s->target;
}

const char *session_case_id(const struct session *s)
{
    return s->path.id;
}

const char *session_case_dir(const struct session *s)
{
    return s->path.dir;
}

const struct report *session_report(struct session *s)
{
    if (s->report)
        return s->report;
    if (s->looked)
        s->report = session_judge(s);
    else if (s->incident->report_json)
        s->report = report_read_json(span_of(s->incident->report_json), NULL);
    if (s->report && !s->looked)
        session_add_titles(&s->list, s->report);
    if (s->report)
        session_add_words(s->incident, s->report);
    return s->report;
}

// ------------------------------------------------------------------ changing

static usec_t next_time(const struct session *s)
{
    usec_t now = clock_now();
    return now > s->incident->last_time ? now
                                        : s->incident->last_time; // a clock set back orders nothing anew
}

bool session_do(struct session *s, struct event event, struct error *err)
{
    if (s->read_only_why)
        return error_set(err, "the case is open to read only: %s", s->read_only_why);
    if (event.kind == EVENT_GATE_PASSED && session_is_guided(s))
        return error_set(err, "guided mode does not go past a gate; hand the case over instead");
    if (event.kind == EVENT_TAKEN_OVER && s->guided)
        return error_set(err, "guided mode is not left: somebody else takes the case over");
    if (s->incident->last_seq == 0 && event.kind != EVENT_OPENED && !session_begin(s, err))
        return false;
    event.seq = 0;
    if (!incident_check(s->incident, &event, err))
        return false;
    if (s->keep_words && event_is_a_persons(event.kind) && !session_keep_case(s, err))
        return false;
    event.seq = s->incident->last_seq + 1;
    event.time = next_time(s);
    incident_apply(s->incident, &event);
    if (s->store)
        store_append(s->store, &event);
    else if (s->keep_words)
        session_hold(s, &event);
    if (event.kind == EVENT_TARGET) {
        arena_done(&s->target_arena);
        session_read_target(&s->target_arena, event.text, &s->target);
    }
    report_free(s->report);
    s->report = NULL;
    return true;
}

bool session_is_saved(const struct session *s)
{
    return !s->store || store_saved(s->store) >= s->incident->last_seq;
}

bool session_wait_saved(struct session *s, usec_t wait, struct error *err)
{
    return !s->store || store_wait(s->store, s->incident->last_seq, wait, err);
}
