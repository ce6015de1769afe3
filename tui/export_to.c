// A command gets the report as a file, since it has no standard input; the file goes when the command has
// ended.
#include "tui/export_to.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/infile.h"
#include "core/base/mem.h"
#include "core/base/outfile.h"
#include "core/door/process.h"
#include "core/door/tempdir.h"
#include "tui/osc52.h"
#include "tui/view_ui.h"

enum { COMMAND_SECONDS = 60, SAID_MOST = 300 };

// ---- levels

static const char *const level_words[] = {
    [REDACT_NONE] = "nothing",
    [REDACT_DEFAULT] = "passwords, tokens, keys, environment values, account ids, risky files",
    [REDACT_STRICT] = "what default takes, and all addresses, ids and names",
};

const char *export_level_words(enum redact_level level)
{
    return level_words[level];
}

enum redact_level export_level_turn(enum redact_level level, int by)
{
    int n = ARRAY_LEN(level_words);
    return (enum redact_level)(((int)level + n + by) % n);
}

// ---- the clipboard

// proc(5), /proc/PID/stat: behind the program's name, which may hold anything, the state and then the parent.
// 0: none, or nobody may know.
static long parent_of(long pid)
{
    struct str text = {0};
    char *path = mem_printf("/proc/%ld/stat", pid);
    bool ok = infile_read(path, &text, NULL);
    const char *name_end = ok ? strrchr(str_text(&text), ')') : NULL;
    long parent = name_end && strlen(name_end) > 4 ? strtol(name_end + 4, NULL, 10) : 0;
    free(path);
    str_done(&text);
    return parent;
}

// Where one stands within the other, the one that takes what is sent is the nearer one: both leave their
// process id in the environment ("/tmp/tmux-0/default,PID,0" and "PID.tty.host").
static void keep_nearer(struct osc52_terminal *t)
{
    const char *comma = t->tmux ? strchr(t->tmux, ',') : NULL;
    long tmux = comma ? strtol(comma + 1, NULL, 10) : 0, screen = t->screen ? strtol(t->screen, NULL, 10) : 0;
    if (tmux == 0 || screen == 0)
        return;
    for (long pid = getppid(); pid > 1; pid = parent_of(pid)) {
        if (pid == screen)
            t->tmux = NULL;
        if (pid == screen || pid == tmux)
            return;
    }
}

bool export_to_clipboard(struct ui *ui, struct span text)
{
    struct osc52_terminal terminal = {getenv("TERM"), getenv("TMUX"), getenv("STY")};
    struct error err = {0};
    keep_nearer(&terminal);
    if (!osc52_make(&terminal, text, &ui->to_terminal, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return false;
    }
    const char *note = osc52_note(&terminal);
    ui_say(ui, ROLE_OK, "sent to the clipboard: %zu bytes; %s", text.len,
           note ? note : "whether it took them, nobody can tell");
    return true;
}

// ---- a command

struct running {
    struct ui *ui;
    struct tempdir *room;
    char *name;
    struct str said; // the beginning of what it printed
};

static void on_output(void *context, struct span bytes)
{
    struct running *r = context;
    if (r->said.len < SAID_MOST)
        str_add_span(&r->said, span_first(bytes, SAID_MOST - r->said.len));
}

static void say_ended(struct ui *ui, const struct running *r, const struct process_result *result)
{
    struct span rest = span_trim(str_span(&r->said)), line = {0};
    span_cut_line(&rest, &line);
    if (result->end == PROCESS_EXITED && result->code == 0)
        ui_say(ui, ROLE_OK, "%s took it%s" SPAN_FMT, r->name, line.len ? ": " : "", SPAN_ARG(line));
    else if (result->end == PROCESS_NOT_STARTED)
        ui_say(ui, ROLE_ERROR, "%s could not be started: %s", r->name, strerror(result->code));
    else
        ui_say(ui, ROLE_ERROR, "%s failed (%d)%s" SPAN_FMT, r->name, result->code, line.len ? ": " : "",
               SPAN_ARG(line));
}

static void on_ended(void *context, const struct process_result *result)
{
    struct running *r = context;
    r->ui->command = NULL;
    say_ended(r->ui, r, result);
    tempdir_free(r->room);
    str_done(&r->said);
    free(r->name);
    free(r);
}

// {file} and {case} stand for the report's file and the case; without a {file} it comes last.
static const char **make_argv(struct arena *arena, const struct settings_command *command, const char *file,
                              const char *case_id)
{
    const char **argv = arena_alloc(arena, (command->n_argv + 2) * sizeof *argv);
    bool has_file = false;
    for (size_t i = 0; i < command->n_argv; i++) {
        const char *word = command->argv[i];
        has_file = has_file || strcmp(word, "{file}") == 0;
        argv[i] = strcmp(word, "{file}") == 0 ? file : strcmp(word, "{case}") == 0 ? case_id : word;
    }
    if (!has_file)
        argv[command->n_argv] = file;
    return argv;
}

static bool start(struct ui *ui, const struct settings_command *command, struct tempdir *room,
                  const char *file)
{
    struct arena arena = {0};
    const char *id = session_case_id(ui->session);
    struct running *r = mem_alloc(sizeof *r);
    r->ui = ui;
    r->room = room;
    r->name = mem_strdup(command->name);
    const char **argv = make_argv(&arena, command, file, id ? id : "");
    ui_say(ui, ROLE_RUNNING, "%s has it", r->name);
    ui->command = process_start(ui->loop, &(struct process_config){.program = argv[0],
                                                                   .argv = argv,
                                                                   .env = (const char *const *)environ,
                                                                   .seconds = COMMAND_SECONDS,
                                                                   .output = on_output,
                                                                   .errors = on_output,
                                                                   .ended = on_ended,
                                                                   .context = r});
    arena_done(&arena);
    return true;
}

bool export_to_command(struct ui *ui, const struct settings_command *command,
                       const struct report_format *format, struct span text)
{
    struct error err = {0};
    if (session_is_guided(ui->session)) {
        ui_say(ui, ROLE_WARN, "In guided mode no command of your own runs; write it to a file");
        return false;
    }
    if (ui->command) {
        ui_say(ui, ROLE_WARN, "A command still has the last report");
        return false;
    }
    struct tempdir *room = ui->loop ? tempdir_new(NULL, &err) : NULL;
    char *file = room ? mem_printf("%s/report%s", tempdir_path(room), format->suffix) : NULL;
    bool ok = room && outfile_write(file, text, &err) && start(ui, command, room, file);
    if (!ok) {
        tempdir_free(room);
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    }
    free(file);
    return ok;
}
