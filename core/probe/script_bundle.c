// A whole bundle: AWS' own document has the instance pack its logs and put them into a bucket, which takes
// minutes; it is asked for its state until it ends, and the newest bundle of that instance is fetched. The
// only probe that writes anything: files on the node and one in the bucket.
#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/probe/argv.h"
#include "core/probe/plan.h"
#include "core/probe/scripts.h"

enum { BUNDLE_WAIT_MS = 15000 };

// What an automation can be (SSM API reference, AutomationExecutionStatus).
static const struct {
    const char *name;
    enum { GOES_ON, WENT_WELL, WENT_WRONG } means;
} states[] = {
    {"Pending", GOES_ON},
    {"InProgress", GOES_ON},
    {"Waiting", GOES_ON},
    {"Success", WENT_WELL},
    {"TimedOut", WENT_WRONG},
    {"Cancelling", GOES_ON},
    {"Cancelled", WENT_WRONG},
    {"Failed", WENT_WRONG},
    {"PendingApproval", GOES_ON},
    {"Approved", GOES_ON},
    {"Rejected", WENT_WRONG},
    {"Scheduled", GOES_ON},
    {"RunbookInProgress", GOES_ON},
    {"PendingChangeCalendarOverride", GOES_ON},
    {"ChangeCalendarOverrideApproved", GOES_ON},
    {"ChangeCalendarOverrideRejected", WENT_WRONG},
    {"CompletedWithSuccess", WENT_WELL},
    {"CompletedWithFailure", WENT_WRONG},
    {"Exited", WENT_WRONG},
};

struct bundle_state {
    enum { STARTED, PACKED, FETCHED } at; // what the call that runs answers
    const char *region;                   // "--region=…", or another option
    const char *instance, *bucket, *id;
};

static const char *behind(const struct planned *planned, const char *front)
{
    for (size_t i = 0; planned->argv[i]; i++) {
        struct span word = span_of(planned->argv[i]);
        size_t at = span_find(word, front);
        if (at != SIZE_MAX)
            return planned->argv[i] + at + strlen(front);
    }
    return NULL;
}

// The first call's words say all that the others need: "EKSInstanceId=i-…,LogDestination=BUCKET".
static struct bundle_state *begin(const struct planned *planned, struct script_turn *turn)
{
    struct bundle_state *s = arena_alloc(turn->arena, sizeof *s);
    const char *region = behind(planned, "--region="), *instance = behind(planned, "EKSInstanceId=");
    struct span id = span_of(instance);
    s->region = region ? arena_printf(turn->arena, "--region=%s", region) : "--output=json";
    s->instance = arena_span(turn->arena, span_first(id, span_find_char(id, ',')));
    s->bucket = behind(planned, "LogDestination=");
    return s;
}

static enum script_step call(const struct bundle_state *s, struct script_turn *turn, unsigned wait,
                             const char *const *words)
{
    const char *const front[] = {"aws", s->region, "--output=json", NULL};
    turn->ret_argv = argv_join(turn->arena, front, words);
    turn->wait_ms = wait;
    return SCRIPT_CALL;
}

static enum script_step ask(const struct bundle_state *s, struct script_turn *turn)
{
    const char *const words[] = {"ssm", "get-automation-execution",
                                 arena_printf(turn->arena, "--automation-execution-id=%s", s->id), NULL};
    return call(s, turn, BUNDLE_WAIT_MS, words);
}

static enum script_step look(struct bundle_state *s, struct script_turn *turn)
{
    const char *const words[] = {"s3api",    "list-objects-v2",
                                 "--bucket", s->bucket,
                                 "--prefix", arena_printf(turn->arena, "eks_%s", s->instance),
                                 NULL};
    s->at = PACKED;
    return call(s, turn, 0, words);
}

static enum script_step started(struct bundle_state *s, struct script_turn *turn,
                                const struct json_value *answer)
{
    struct span status = json_text(json_path(answer, "AutomationExecution.AutomationExecutionStatus"));
    if (!s->id) {
        struct span id = json_text(json_get(answer, "AutomationExecutionId"));
        if (!script_is_id(id))
            return script_fail(turn, "the collection could not be started", turn->errors);
        s->id = arena_span(turn->arena, id);
        return ask(s, turn);
    }
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (!span_is(status, states[i].name))
            continue;
        if (states[i].means == GOES_ON)
            return ask(s, turn);
        if (states[i].means == WENT_WELL)
            return look(s, turn);
        return script_fail(turn, arena_printf(turn->arena, "the collection ended as %s", states[i].name),
                           json_text(json_path(answer, "AutomationExecution.FailureMessage")));
    }
    return script_fail(turn, "the collection is in a state that nobody knows", status);
}

// Keys end in the time of packing, and the API lists them in order: the last one is the newest.
static enum script_step packed(struct bundle_state *s, struct script_turn *turn,
                               const struct json_value *answer)
{
    const struct json_value *list = json_get(answer, "Contents");
    size_t n = list && list->kind == JSON_LIST ? list->n : 0;
    struct span key = n ? json_text(json_get(&list->items[n - 1], "Key")) : (struct span){0};
    if (!key.len)
        return script_fail(turn, "no bundle of the instance is in the bucket", turn->errors);
    const char *const words[] = {
        "s3", "cp", "--no-progress", arena_printf(turn->arena, "s3://%s/" SPAN_FMT, s->bucket, SPAN_ARG(key)),
        "-",  NULL};
    s->at = FETCHED;
    return call(s, turn, 0, words);
}

enum script_step script_bundle(const struct planned *planned, struct script_turn *turn)
{
    struct bundle_state *s = turn->state ? turn->state : begin(planned, turn);
    turn->state = s;
    if (turn->exit != 0)
        return script_fail(turn, "AWS did not answer", turn->errors);
    if (s->at == FETCHED) {
        turn->ret_evidence = turn->printed;
        return SCRIPT_DONE;
    }
    const struct json_value *answer = json_parse(turn->arena, turn->printed, NULL);
    return s->at == STARTED ? started(s, turn, answer) : packed(s, turn, answer);
}
