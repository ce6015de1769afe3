// Through AWS: the agent on the instance runs one command as root (document AWS-RunShellScript), and its
// answer is asked for until it is there. It gives back the first 24,000 characters and says nothing of the
// rest (SSM API reference, GetCommandInvocation), so an answer of that length counts as cut.
#include <ctype.h>

#include "core/base/str.h"
#include "core/door/json.h"
#include "core/probe/argv.h"
#include "core/probe/reach.h"
#include "core/probe/scripts.h"

enum { SSM_MOST = 24000, SSM_WAIT_MS = 1500, SSM_DELIVERY = 30 };

static void find_ssm(struct way *way)
{
    struct scope scope = {.in = way->in, .facts = way->in->facts, .arena = way->arena};
    way->instance = scope_instance(&scope, way->kube);
    way->region = scope_region(&scope, way->kube);
    if (!way->instance)
        way->why_not = "nothing says which EC2 instance it is";
}

// Plain words need no quoting, neither for JSON nor for the shell there.
static const char *parameters(const struct way *way, const char *const *words, unsigned seconds)
{
    return arena_printf(way->arena, "{\"commands\":[\"%s\"],\"executionTimeout\":[\"%u\"]}",
                        argv_text(way->arena, words), seconds);
}

static bool wrap_ssm(const struct way *way, const char *const *words, struct planned *ret, struct error *err)
{
    static const char *const shapes[] = {"aws",
                                         "?--region={region}",
                                         "--output=json",
                                         "ssm",
                                         "send-command",
                                         "--document-name=AWS-RunShellScript",
                                         "--instance-ids={instance}",
                                         NULL};
    struct probe_values values = {.at = {[VALUE_REGION] = way->region, [VALUE_INSTANCE] = way->instance}};
    const char *const *front;
    if (ret->row->flags & PROBE_LASTS)
        return error_set(err, "SSM hands back text, and little of it");
    if (!argv_is_plain(words, err) || argv_fill(way->arena, shapes, &values, &front, err) != ARGV_MADE)
        return false;
    const char *const rest[] = {arena_printf(way->arena, "--timeout-seconds=%d", SSM_DELIVERY),
                                "--parameters", parameters(way, words, ret->seconds), NULL};
    ret->argv = argv_join(way->arena, front, rest);
    ret->script = script_ssm;
    ret->seconds += SSM_DELIVERY;
    return true;
}

const struct reach_way reach_ssm = {.find = find_ssm, .wrap = wrap_ssm, .consent = CONSENT_SSM};

// ------------------------------------------------------------------ the script

enum script_step script_fail(struct script_turn *turn, const char *what, struct span words)
{
    struct span line = {0};
    while (span_cut_line(&words, &line) && span_trim(line).len == 0)
        continue;
    line = span_first(span_trim(line), 200);
    turn->ret_why = line.len ? arena_printf(turn->arena, "%s: " SPAN_FMT, what, SPAN_ARG(line)) : what;
    return SCRIPT_FAILED;
}

struct ssm_state {
    const char *const *ask; // the call that asks for the answer
};

static const char *word_with(const struct planned *planned, const char *prefix)
{
    for (size_t i = 0; planned->argv[i]; i++) {
        if (span_starts(span_of(planned->argv[i]), prefix))
            return planned->argv[i];
    }
    return NULL;
}

// UUIDs, and what else is made of letters, digits and dashes.
bool script_is_id(struct span id)
{
    enum { ID_MAX = 64 };
    for (size_t i = 0; i < id.len; i++) {
        if (!isalnum((unsigned char)id.at[i]) && id.at[i] != '-')
            return false;
    }
    return id.len > 0 && id.len <= ID_MAX && id.at[0] != '-';
}

static enum script_step ask(struct script_turn *turn)
{
    const struct ssm_state *state = turn->state;
    turn->ret_argv = state->ask;
    turn->wait_ms = SSM_WAIT_MS;
    return SCRIPT_CALL;
}

static enum script_step sent(const struct planned *planned, struct script_turn *turn,
                             const struct json_value *answer)
{
    struct span id = json_text(json_path(answer, "Command.CommandId"));
    const char *region = word_with(planned, "--region=");
    const char *instance = word_with(planned, "--instance-ids=");
    if (turn->exit != 0)
        return script_fail(turn, "the command could not be sent", turn->errors);
    if (!script_is_id(id) || !instance)
        return script_fail(turn, "the command was sent, and nobody says under which id", turn->errors);
    const char *const head[] = {
        "aws",
        region ? region : "--output=json",
        "--output=json",
        "ssm",
        "get-command-invocation",
        arena_printf(turn->arena, "--command-id=" SPAN_FMT, SPAN_ARG(id)),
        arena_printf(turn->arena, "--instance-id=%s", instance + strlen("--instance-ids=")),
        NULL};
    static const char *const nothing[] = {NULL};
    struct ssm_state *state = arena_alloc(turn->arena, sizeof *state);
    state->ask = argv_join(turn->arena, head, nothing);
    turn->state = state;
    return ask(turn);
}

static bool is_on_its_way(struct span status)
{
    static const char *const names[] = {"Pending", "InProgress", "Delayed", "Cancelling"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (span_is(status, names[i]))
            return true;
    }
    return false;
}

static struct span kept(struct script_turn *turn, const struct json_value *answer, const char *name)
{
    struct span text = json_text(json_get(answer, name));
    return span_make(arena_span(turn->arena, text), text.len);
}

static enum script_step came(struct script_turn *turn, const struct json_value *answer)
{
    struct span status = json_text(json_get(answer, "Status"));
    int64_t code = -1;
    if (turn->exit != 0 && span_contains(turn->errors, "InvocationDoesNotExist"))
        return ask(turn); // it takes a moment until the command is known everywhere
    if (turn->exit != 0)
        return script_fail(turn, "its answer could not be fetched", turn->errors);
    if (is_on_its_way(status))
        return ask(turn);
    if (!json_to_i64(json_get(answer, "ResponseCode"), &code) || code < 0)
        return script_fail(turn, "it did not run there", json_text(json_get(answer, "StatusDetails")));
    turn->ret_evidence = kept(turn, answer, "StandardOutputContent");
    turn->ret_errors = kept(turn, answer, "StandardErrorContent");
    turn->ret_cut = turn->ret_evidence.len >= SSM_MOST;
    turn->ret_exit = (int)code;
    return SCRIPT_DONE;
}

enum script_step script_ssm(const struct planned *planned, struct script_turn *turn)
{
    const struct json_value *answer = json_parse(turn->arena, turn->printed, NULL);
    return turn->state ? came(turn, answer) : sent(planned, turn, answer);
}
