// d5tui sop: what procedures there are, one of them as it was read, and what is wrong with files.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/parse/procedure_json.h"
#include "core/probe/procedure_lint.h"
#include "core/probe/procedures.h"
#include "tui/cli_flags.h"

static void print_safe(const struct str *text)
{
    struct span rest = str_span(text), line;
    struct str safe = {0};
    while (span_cut_line(&rest, &line)) {
        utf8_make_safe(line, &safe);
        str_add_char(&safe, '\n');
    }
    fwrite(str_text(&safe), 1, safe.len, stdout);
    str_done(&safe);
}

// ------------------------------------------------------------------ list

static int list(int argc)
{
    if (argc > 0)
        return cli_error(CLI_USAGE, "sop list takes no arguments");
    struct procedures all;
    struct str out = {0};
    int status = CLI_OK;
    procedures_list(&all);
    for (size_t i = 0; i < all.n; i++) {
        const struct procedure_file *file = &all.items[i];
        if (file->id)
            str_printf(&out, "%-8s %-8s %s\n", file->id, file->severity, file->title);
        else
            status = cli_error(CLI_FAILED, "%s", file->why);
    }
    print_safe(&out);
    str_done(&out);
    procedures_done(&all);
    return status;
}

// ------------------------------------------------------------------ show

static void add_calls(struct str *out, const struct sop_item *item, int depth)
{
    for (size_t i = 0; i < item->n_calls; i++) {
        const struct sop_call *call = &item->calls[i];
        str_printf(out, "%*s→ %s(", depth * 2 + 14, "", call->tool);
        for (size_t k = 0; k < call->n_args; k++) {
            str_printf(out, "%s%s", k ? ", " : "", call->args[k].name);
            if (call->args[k].value)
                str_printf(out, "=%s", call->args[k].value);
        }
        str_add(out, ")\n");
    }
}

static void add_item(struct str *out, const struct sop_item *item, int depth)
{
    const char *level = depth ? NULL : sop_level_name(item->level);
    str_printf(out, "  %*s%-8s ", depth * 2, "", item->id);
    if (level)
        str_printf(out, "%s ", level);
    str_printf(out, "%s\n", item->text);
    add_calls(out, item, depth);
}

static void add_items(struct str *out, const struct sop_item *items, size_t n, int depth)
{
    const char *group = "";
    for (size_t i = 0; i < n; i++) {
        if (depth == 0 && items[i].group && strcmp(items[i].group, group) != 0)
            str_printf(out, "  %s\n", group = items[i].group);
        add_item(out, &items[i], depth);
        add_items(out, items[i].nested, items[i].n_nested, depth + 1);
    }
}

static void add_text(struct str *out, const struct sop *sop)
{
    str_printf(out, "%s\n", sop->title);
    if (sop->objective)
        str_printf(out, "%s\n", sop->objective);
    str_printf(out, "severity %s, triggers:", sop->severity);
    for (size_t i = 0; i < sop->n_triggers; i++)
        str_printf(out, "%s %s", i ? "," : "", sop->triggers[i]);
    str_add_char(out, '\n');
    for (size_t i = 0; i < sop->n_phases; i++) {
        str_printf(out, "\n%s\n", sop->phases[i].name);
        add_items(out, sop->phases[i].items, sop->phases[i].n_items, 0);
    }
    if (sop->n_escalation)
        str_add(out, "\nEscalate when\n");
    for (size_t i = 0; i < sop->n_escalation; i++)
        str_printf(out, "  %s\n", sop->escalation[i]);
    if (sop->n_issues)
        str_add(out, "\nCommon issues\n");
    for (size_t i = 0; i < sop->n_issues; i++)
        str_printf(out, "  %s\n    %s\n    %s\n", sop->issues[i].symptoms, sop->issues[i].diagnosis,
                   sop->issues[i].resolution);
}

static int show(int argc, char **argv)
{
    const char *what = NULL, *format = "text";
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--format") == 0 && i + 1 < argc)
            format = argv[++i];
        else if (strncmp(argv[i], "--format=", 9) == 0)
            format = argv[i] + 9;
        else if (argv[i][0] == '-' || what)
            return cli_error(CLI_USAGE, "sop show ID|FILE [--format text|json]");
        else
            what = argv[i];
    }
    if (!what || (strcmp(format, "text") != 0 && strcmp(format, "json") != 0))
        return cli_error(CLI_USAGE, "sop show ID|FILE [--format text|json]");
    struct error err;
    struct sop *sop = procedures_load(what, &err);
    if (!sop)
        return cli_error(CLI_FAILED, "%s", err.text);
    struct str out = {0};
    if (strcmp(format, "json") == 0) {
        procedure_write_json(sop, &out);
        fwrite(str_text(&out), 1, out.len, stdout);
    } else {
        add_text(&out, sop);
        print_safe(&out);
    }
    str_done(&out);
    sop_free(sop);
    return CLI_OK;
}

// ------------------------------------------------------------------ lint

static void add_problems(struct str *out, const char *path, const struct problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *p = &problems->items[i];
        str_printf(out, "%s:%u: %s: %s\n", path, (unsigned)p->line, problem_kind_name(p->kind), p->text);
    }
}

// All files are read first: some checks look at several of them.
static int lint(int argc, char **argv)
{
    if (argc == 0)
        return cli_error(CLI_USAGE, "sop lint FILE…");
    struct lint_file *files = mem_calloc((size_t)argc, sizeof *files);
    struct str out = {0};
    struct error err;
    int status = CLI_OK;
    for (int i = 0; i < argc; i++) {
        files[i].sop = procedures_read(argv[i], &files[i].problems, &err);
        if (!files[i].sop)
            status = cli_error(CLI_FAILED, "%s", err.text);
    }
    procedure_lint(files, (size_t)argc);
    for (int i = 0; i < argc; i++) {
        add_problems(&out, argv[i], &files[i].problems);
        if (problems_first_error(&files[i].problems))
            status = CLI_FAILED;
        problems_done(&files[i].problems);
        sop_free(files[i].sop);
    }
    print_safe(&out);
    str_done(&out);
    free(files);
    return status;
}

static int run(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        cli_print_help(&cli_sop, &(struct cli_syntax){0});
        return CLI_OK;
    }
    if (argc > 1 && strcmp(argv[1], "list") == 0)
        return list(argc - 2);
    if (argc > 1 && strcmp(argv[1], "show") == 0)
        return show(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "lint") == 0)
        return lint(argc - 2, argv + 2);
    return cli_error(CLI_USAGE, "sop list | show ID|FILE [--format text|json] | lint FILE…");
}

const struct cli_command cli_sop = {
    "sop",
    "list | show ID|FILE [--format text|json] | lint FILE…",
    "the procedures there are, one as it was read, what is wrong with a file",
    run,
};
