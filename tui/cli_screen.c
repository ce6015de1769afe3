// d5tui without a subcommand: the workbench on what --from names, one log file by itself, or the intake; and
// `d5tui open`, which goes on with a case.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "tui/app.h"
#include "tui/cli_screen.h"
#include "tui/cli_target.h"

struct screen_options {
    struct cli_target target;
    const char *open_case;
    bool follow, plain;
};

static bool take_follow(void *context, const char *value, struct error *err)
{
    (void)value, (void)err;
    ((struct screen_options *)context)->follow = true;
    return true;
}

static bool take_plain(void *context, const char *value, struct error *err)
{
    (void)value, (void)err;
    ((struct screen_options *)context)->plain = true;
    return true;
}

static bool take_case(void *context, const char *value, struct error *err)
{
    struct screen_options *o = context;
    if (o->open_case)
        return error_set(err, "one case at a time");
    o->open_case = value;
    return true;
}

static const struct cli_flag screen_flags[] = {
    {"--follow", NULL, NULL, "follow the log file as it grows", take_follow},
    {"--plain", NULL, NULL, "print the run as lines, for those who want no screen", take_plain},
};

// ------------------------------------------------------------------ what was named

static bool ends_in_any(struct span path, const char *const *suffixes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (span_ends(path, suffixes[i]))
            return true;
    }
    return false;
}

// Whether a file holds text, by what stands at its front: a capture or an archive has NUL bytes there.
static bool holds_text(const char *path)
{
    char front[1024];
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(front, 1, sizeof front, f) : 0;
    if (f)
        fclose(f);
    return f && !memchr(front, '\0', n);
}

// One log file is shown by itself; folders, bundles, captures and compressed files go through the evidence
// tree.
static bool is_log_file(const char *path)
{
    static const char *const others[] = {".gz",  ".xz",  ".zst",  ".bz2",    ".tgz",
                                         ".tar", ".zip", ".pcap", ".pcapng", ".cap"};
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           !ends_in_any(span_of(path), others, ARRAY_LEN(others)) && holds_text(path);
}

static int print_plain(const struct session_config *config)
{
    struct error err = {{0}};
    struct session *s = session_new(config, &err);
    struct str out = {0};
    bool ok = s && session_analyse(s, &err) && session_run_all(s, &err);
    if (ok)
        report_write_text(session_report(s), &out);
    int status = ok ? CLI_OK : cli_error(CLI_FAILED, "%s", err.text);
    fwrite(str_text(&out), 1, out.len, stdout);
    str_done(&out);
    session_free(s);
    return status;
}

int cli_run_screen(const struct ui_config *config)
{
    struct error err = {{0}};
    int status = app_run(config, &err);
    return status < 0 ? cli_error(CLI_FAILED, "%s", err.text) : status;
}

static int open_screen(const struct screen_options *o)
{
    struct error err = {{0}};
    if (!cli_target_check(&o->target, &err))
        return cli_error(CLI_USAGE, "%s", err.text);
    struct ui_config config = {.follow = o->follow, .via = o->target.via, .consent = o->target.allow};
    cli_target_config(&o->target, &config.session);
    config.session.keep = true;
    config.session.open_case = o->open_case;
    if (o->plain)
        return print_plain(&config.session);
    if (o->target.n_from == 1 && is_log_file(o->target.from[0]))
        config.log_path = o->target.from[0];
    else if (o->follow)
        return cli_error(CLI_USAGE, "--follow needs --from with one log file");
    config.intake = o->target.n_from == 0 && !o->open_case;
    return cli_run_screen(&config);
}

static int run_with(const struct cli_command *command, int argc, char **argv, bool is_open)
{
    struct screen_options o = {.open_case = NULL};
    struct error err = {{0}};
    cli_target_init(&o.target);
    const struct cli_flags all[] = {
        cli_state_flags(&o.target),  {screen_flags, ARRAY_LEN(screen_flags), &o, "Screen:"},
        cli_target_flags(&o.target), cli_source_flags(&o.target),
        cli_mode_flags(&o.target),
    };
    struct cli_syntax syntax = {.tables = all, .n_tables = is_open ? 1 : ARRAY_LEN(all)};
    syntax.operand = is_open ? take_case : NULL;
    syntax.operand_context = &o;
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(command, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "%s", err.text);
        break;
    case CLI_PARSED:
        if (is_open && !o.open_case)
            o.open_case = "last";
        status = open_screen(&o);
    }
    cli_target_done(&o.target);
    return status;
}

static int run_screen(int argc, char **argv)
{
    return run_with(&cli_screen, argc, argv, false);
}

static int run_open(int argc, char **argv)
{
    return run_with(&cli_open, argc, argv, true);
}

const struct cli_command cli_screen = {
    .name = "",
    .usage =
        "[TARGET] [--from PATH… | --via WAY] [--mode guided|standard] [--allow LIST] [--follow] [--plain]",
    .help = "the workbench; without --from it starts at the intake; one log file is shown by itself",
    .run = run_screen,
};

const struct cli_command cli_open = {
    .name = "open",
    .usage = "[CASE|FILE.tar.gz] [--state DIR]",
    .help = "goes on with a case: its id, a unique prefix of it, or last; an export becomes a case here",
    .run = run_open,
};
