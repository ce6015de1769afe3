// d5tui cases: which incidents there are. One that is damaged is named, and does not keep the others from
// being listed.
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/json.h"
#include "core/session/cases.h"
#include "tui/cli_output.h"
#include "tui/cli_target.h"

struct cases_options {
    struct cli_target target;
    bool json;
};

static bool take_format(void *context, const char *value, struct error *err)
{
    struct cases_options *o = context;
    o->json = strcmp(value, "json") == 0;
    return o->json || strcmp(value, "text") == 0 || cli_fail_choice(err, value, "text, json");
}

static const struct cli_flag cases_flags[] = {
    {"--format", NULL, "F", "text (default) or json", take_format},
};

// ------------------------------------------------------------------ one case

static void add_text(struct str *out, const struct case_path *path, const struct case_summary *c)
{
    char opened[32] = "-";
    if (c->opened != TIME_UNKNOWN)
        clock_format(c->opened, opened);
    str_printf(out, "%-15s %-8s %-20s %-4s ", path->id, case_summary_state(c), opened, c->sop ? c->sop : "-");
    const char *what = c->damage ? c->damage : c->root_cause ? c->root_cause : "not judged yet";
    utf8_make_safe(span_of(what), out);
    if (c->verdict && !c->damage)
        str_printf(out, " (%s)", c->verdict);
    if (c->written) {
        str_add(out, "; ");
        store_owner_text(&c->owner, out);
    }
    str_add_char(out, '\n');
}

static void add_time(struct json_writer *w, const char *name, usec_t time)
{
    char text[32];
    json_write(w, name, time == TIME_UNKNOWN ? NULL : clock_format(time, text));
}

static void add_json(struct json_writer *w, const struct case_path *path, const struct case_summary *c)
{
    json_open(w, NULL, '{');
    json_write(w, "case", path->id);
    json_write(w, "state", case_summary_state(c));
    json_write(w, "folder", path->dir);
    add_time(w, "opened", c->opened);
    add_time(w, "last", c->last);
    json_write_i64(w, "events", (int64_t)c->events);
    json_write(w, "sop", c->sop);
    json_write(w, "root_cause", c->root_cause);
    json_write(w, "diagnosis", c->diagnosis);
    json_write(w, "verdict", c->verdict);
    json_write(w, "damage", c->damage);
    json_close(w, '}');
}

// ------------------------------------------------------------------ all of them

static void list_cases(const struct case_list *list, bool as_json, struct str *out)
{
    struct json_writer w;
    json_writer_init(&w, out, true);
    if (as_json)
        json_open(&w, NULL, '[');
    for (size_t i = 0; i < list->n; i++) {
        struct case_summary summary;
        case_summarize(&list->items[i], &summary);
        if (as_json)
            add_json(&w, &list->items[i], &summary);
        else
            add_text(out, &list->items[i], &summary);
        case_summary_done(&summary);
    }
    if (as_json) {
        json_close(&w, ']');
        str_add_char(out, '\n');
    }
}

static int print_cases(const struct cases_options *o)
{
    struct case_list list;
    struct error err = {{0}};
    struct str out = {0};
    bool ok = cases_list(o->target.state, &list, &err);
    if (ok) {
        list_cases(&list, o->json, &out);
        ok = cli_write(NULL, str_span(&out), &err);
    }
    str_done(&out);
    case_list_done(&list);
    return ok ? CLI_OK : cli_error(CLI_FAILED, "cases: %s", err.text);
}

static int run(int argc, char **argv)
{
    struct cases_options o = {0};
    struct error err = {{0}};
    cli_target_init(&o.target);
    const struct cli_flags tables[] = {{cases_flags, ARRAY_LEN(cases_flags), &o, NULL},
                                       cli_state_flags(&o.target)};
    const struct cli_syntax syntax = {.tables = tables, .n_tables = ARRAY_LEN(tables)};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_cases, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "cases: %s", err.text);
        break;
    case CLI_PARSED:
        status = print_cases(&o);
    }
    cli_target_done(&o.target);
    return status;
}

const struct cli_command cli_cases = {
    .name = "cases",
    .usage = "[--format text|json]",
    .help = "lists the incidents on this machine",
    .run = run,
};
