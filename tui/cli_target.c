// TARGET, SOURCE and MODE: what is being looked at, where the evidence is, and what may be done.
#include "tui/cli_target.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/session/policy.h"

// ------------------------------------------------------------------ TARGET

static bool take_text(const char **at, const char *value, struct error *err)
{
    if (!value[0])
        return error_set(err, "the value is empty");
    *at = value;
    return true;
}

static bool take_namespace(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_text(&t->target.namespace_, value, err);
}

static bool take_pod(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_text(&t->target.pod, value, err);
}

static bool take_node(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_text(&t->target.node, value, err);
}

static bool take_context(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_text(&t->target.context, value, err);
}

static bool take_query(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_text(&t->target.query, value, err);
}

static bool take_symptom(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_text(&t->target.symptom, value, err);
}

static bool take_time(const struct cli_target *t, const char *value, usec_t *ret, struct error *err)
{
    return clock_parse_human(span_of(value), t->now, ret) ||
           error_set(err, "\"%s\" is not a time; write 2026-11-23T07:00:00Z, 07:00 (today, UTC) or -30m",
                     value);
}

static bool take_since(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_time(t, value, &t->target.window.from, err);
}

static bool take_until(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_time(t, value, &t->target.window.to, err);
}

struct cli_flags cli_target_flags(struct cli_target *t)
{
    static const struct cli_flag flags[] = {
        {"--namespace", "-n", "NAMESPACE", "of the pod that complains", take_namespace},
        {"--pod", "-p", "POD", "the pod that complains", take_pod},
        {"--node", NULL, "NODE", "its node", take_node},
        {"--context", NULL, "CTX", "the kubeconfig context", take_context},
        {"--query", NULL, "NAME", "the name that fails", take_query},
        {"--symptom", NULL, "TEXT", "what was reported, in its words", take_symptom},
        {"--since", NULL, "TIME", "when it began to hurt: RFC 3339, HH:MM (today, UTC), -30m", take_since},
        {"--until", NULL, "TIME", "when it stopped", take_until},
    };
    return (struct cli_flags){flags, ARRAY_LEN(flags), t, "Target (wins over the evidence's target.yaml):"};
}

// ------------------------------------------------------------------ SOURCE

static bool take_from(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    const char *path = NULL;
    if (!take_text(&path, value, err))
        return false;
    *MEM_PUSH(t->from, t->n_from, t->cap_from) = path;
    return true;
}

static bool take_via(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return (reach_parse(span_of(value), &t->via) && t->via != REACH_NONE) ||
           cli_fail_choice(err, value, "local, ssh, exec, ssm");
}

struct cli_flags cli_via_flags(struct cli_target *t)
{
    static const struct cli_flag flags[] = {
        {"--via", NULL, "WAY", "how a node is reached: local, ssh, exec, ssm", take_via},
    };
    return (struct cli_flags){flags, ARRAY_LEN(flags), t, "Source:"};
}

struct cli_flags cli_source_flags(struct cli_target *t)
{
    static const struct cli_flag flags[] = {
        {"--from", NULL, "PATH", "evidence: a tree, a node bundle, a capture, a log file; may be repeated",
         take_from},
        {"--via", NULL, "WAY", "live: how a node is reached: local, ssh, exec, ssm", take_via},
    };
    return (struct cli_flags){flags, ARRAY_LEN(flags), t, "Source:"};
}

// ------------------------------------------------------------------ MODE

static bool take_mode(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    t->guided = strcmp(value, "guided") == 0;
    t->mode_given = true;
    return t->guided || strcmp(value, "standard") == 0 || cli_fail_choice(err, value, "guided, standard");
}

static bool take_allow(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    struct span rest = span_of(value), word;
    while (span_cut(&rest, ',', &word)) {
        unsigned bit;
        if (!consent_parse(word, &bit))
            return error_set(err, "\"" SPAN_FMT "\" is none of exec, capture, bundle, ssm", SPAN_ARG(word));
        t->allow |= bit;
    }
    return true;
}

static const struct cli_flag mode_flags[] = {
    {"--mode", NULL, "MODE", "guided (read-only, for juniors) or standard", take_mode},
    {"--allow", NULL, "LIST", "consent given beforehand: exec,capture,bundle,ssm", take_allow},
};

struct cli_flags cli_mode_flags(struct cli_target *t)
{
    return (struct cli_flags){mode_flags, ARRAY_LEN(mode_flags), t, "Mode:"};
}

struct cli_flags cli_guided_flags(struct cli_target *t)
{
    return (struct cli_flags){mode_flags, 1, t, "Mode:"};
}

static bool take_state(void *context, const char *value, struct error *err)
{
    struct cli_target *t = context;
    return take_text(&t->state, value, err);
}

struct cli_flags cli_state_flags(struct cli_target *t)
{
    static const struct cli_flag flags[] = {
        {"--state", NULL, "DIR", "where cases lie (DIR/cases)", take_state},
    };
    return (struct cli_flags){flags, ARRAY_LEN(flags), t, NULL};
}

// ------------------------------------------------------------------

void cli_target_init(struct cli_target *t)
{
    *t = (struct cli_target){.target.window = {TIME_UNKNOWN, TIME_UNKNOWN}, .now = clock_now()};
}

void cli_target_done(struct cli_target *t)
{
    free(t->from);
}

bool cli_target_check(const struct cli_target *t, struct error *err)
{
    const struct window *w = &t->target.window;
    if (w->from != TIME_UNKNOWN && w->to != TIME_UNKNOWN && w->to < w->from)
        return error_set(err, "--until lies before --since");
    if (t->via && t->n_from > 0)
        return error_set(err, "--via is for live runs; leave it out, or leave out --from");
    return true;
}

// Whether this run is guided: asked for, or not to be avoided.
static bool is_guided(const struct cli_target *t)
{
    struct policy policy;
    policy_load(&policy, policy_file);
    enum policy_mode mode = policy_mode_of_me(&policy);
    if (policy.trouble)
        cli_error(CLI_OK, "the policy does not count, so this run is guided: %s", policy.trouble);
    else if (mode == POLICY_GUIDED && t->mode_given && !t->guided)
        cli_error(CLI_OK, "--mode standard does not count: %s says guided", policy_file);
    policy_done(&policy);
    return t->guided || mode == POLICY_GUIDED;
}

void cli_target_config(const struct cli_target *t, struct session_config *ret)
{
    ret->from = t->from;
    ret->n_from = t->n_from;
    ret->target = &t->target;
    ret->state_dir = t->state;
    ret->guided = is_guided(t);
}
