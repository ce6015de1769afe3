// `kubectl auth can-i`, one question after the other, in one evidence file. The questions are what the table
// lists; and logs and exec, which are subresources: `can-i create pods/exec` says no to one who may.
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/door/json.h"
#include "core/probe/argv.h"
#include "core/probe/plan.h"
#include "core/probe/scripts.h"

struct question {
    const char *verb, *resource, *subresource;
};

struct access_state {
    struct question *questions;
    size_t n, cap, asked;
    const char *answers; // JSON objects, with commas
};

// "kubectl … get RESOURCE …".
static const char *listed_by(const struct probe_row *row)
{
    for (size_t i = 0; row->argv[i] && row->argv[i + 1]; i++) {
        if (strcmp(row->argv[i], "get") == 0)
            return row->argv[i + 1];
    }
    return NULL;
}

static struct access_state *begin(struct script_turn *turn)
{
    static const struct question more[] = {{"get", "pods", "log"}, {"create", "pods", "exec"}};
    struct access_state *s = arena_alloc(turn->arena, sizeof *s);
    for (const struct probe_row *row = probe_table; row->name; row++) {
        const char *resource = row->when == PROBE_ALWAYS ? listed_by(row) : NULL;
        if (resource)
            *ARENA_PUSH(turn->arena, s->questions, s->n, s->cap) = (struct question){"list", resource, NULL};
    }
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        *ARENA_PUSH(turn->arena, s->questions, s->n, s->cap) = more[i];
    s->answers = "";
    return s;
}

static void note(struct script_turn *turn, struct access_state *s, bool allowed)
{
    const struct question *q = &s->questions[s->asked];
    struct str out = {0};
    struct json_writer w;
    json_writer_init(&w, &out, false);
    json_open(&w, NULL, '{');
    json_write(&w, "verb", q->verb);
    json_write(&w, "resource", q->resource);
    json_write(&w, "subresource", q->subresource);
    json_write_bool(&w, "allowed", allowed);
    json_close(&w, '}');
    s->answers = arena_printf(turn->arena, "%s%s\n  %s", s->answers, s->asked ? "," : "", str_text(&out));
    str_done(&out);
}

static enum script_step ask(const struct planned *planned, struct script_turn *turn, const struct question *q)
{
    size_t n = 0;
    while (planned->argv[n] && strcmp(planned->argv[n], "can-i") != 0)
        n++;
    const char **argv = arena_alloc(turn->arena, (n + 6) * sizeof *argv);
    memcpy(argv, planned->argv, n * sizeof *argv);
    argv[n++] = "can-i";
    argv[n++] = q->verb;
    argv[n++] = q->resource;
    if (q->subresource)
        argv[n++] = arena_printf(turn->arena, "--subresource=%s", q->subresource);
    argv[n++] = "-A";
    turn->ret_argv = argv;
    return SCRIPT_CALL;
}

enum script_step script_access(const struct planned *planned, struct script_turn *turn)
{
    struct access_state *s = turn->state ? turn->state : begin(turn);
    struct span said = span_trim(turn->printed);
    turn->state = s;
    if (!span_starts(said, turn->exit == 0 ? "yes" : "no"))
        return script_fail(turn, "nobody says what may be asked", turn->errors);
    note(turn, s, turn->exit == 0);
    if (++s->asked < s->n)
        return ask(planned, turn, &s->questions[s->asked]);
    const char *text = arena_printf(turn->arena, "{\"answers\": [%s\n]}\n", s->answers);
    turn->ret_evidence = span_of(text);
    return SCRIPT_DONE;
}
