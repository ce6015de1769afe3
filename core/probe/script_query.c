// CloudWatch Logs Insights: over a long window filter-log-events reads for ever, and a query does not. It is
// started, asked for until it is complete, and its rows are written as filter-log-events writes its events,
// so that both are read the same way (parse/audit.h).
#include "core/base/str.h"
#include "core/door/json.h"
#include "core/probe/argv.h"
#include "core/probe/plan.h"
#include "core/probe/scripts.h"

enum { QUERY_WAIT_MS = 2000, QUERY_MOST = 10000 };

// "--region=…" of the first call, or an option that changes nothing.
static const char *region_of(const struct planned *planned)
{
    for (size_t i = 0; planned->argv[i]; i++) {
        if (span_starts(span_of(planned->argv[i]), "--region="))
            return planned->argv[i];
    }
    return "--output=json";
}

static enum script_step started(const struct planned *planned, struct script_turn *turn,
                                const struct json_value *answer)
{
    struct span id = json_text(json_get(answer, "queryId"));
    if (!script_is_id(id))
        return script_fail(turn, "the query could not be started", turn->errors);
    const char *const words[] = {
        "aws",  region_of(planned),  "--output=json",
        "logs", "get-query-results", arena_printf(turn->arena, "--query-id=" SPAN_FMT, SPAN_ARG(id)),
        NULL};
    static const char *const nothing[] = {NULL};
    turn->state = (void *)argv_join(turn->arena, words, nothing);
    turn->ret_argv = turn->state;
    turn->wait_ms = QUERY_WAIT_MS;
    return SCRIPT_CALL;
}

static struct span field_of(const struct json_value *row, const char *name)
{
    for (size_t i = 0; row->kind == JSON_LIST && i < row->n; i++) {
        if (span_is(json_text(json_get(&row->items[i], "field")), name))
            return json_text(json_get(&row->items[i], "value"));
    }
    return (struct span){0};
}

// An event a line, so that each can be cited.
static const char *as_events(struct script_turn *turn, const struct json_value *rows)
{
    struct str out = {0};
    str_add(&out, "{\"events\": [");
    for (size_t i = 0; i < rows->n; i++) {
        str_add(&out, i ? ",\n{\"message\": " : "\n{\"message\": ");
        json_add_string(&out, field_of(&rows->items[i], "@message"));
        str_add(&out, "}");
    }
    str_add(&out, "\n]}\n");
    const char *ret = arena_strdup(turn->arena, str_text(&out));
    str_done(&out);
    return ret;
}

static enum script_step came(struct script_turn *turn, const struct json_value *answer)
{
    struct span status = json_text(json_get(answer, "status"));
    const struct json_value *rows = json_get(answer, "results");
    if (span_is(status, "Running") || span_is(status, "Scheduled")) {
        turn->ret_argv = turn->state;
        turn->wait_ms = QUERY_WAIT_MS;
        return SCRIPT_CALL;
    }
    if (!span_is(status, "Complete") || !rows || rows->kind != JSON_LIST)
        return script_fail(turn, "the query did not complete", status);
    turn->ret_evidence = span_of(as_events(turn, rows));
    turn->ret_cut = rows->n >= QUERY_MOST;
    return SCRIPT_DONE;
}

enum script_step script_query(const struct planned *planned, struct script_turn *turn)
{
    if (turn->exit != 0)
        return script_fail(turn, "AWS did not answer", turn->errors);
    const struct json_value *answer = json_parse(turn->arena, turn->printed, NULL);
    return turn->state ? came(turn, answer) : started(planned, turn, answer);
}
