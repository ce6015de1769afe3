// Commands that ask for words. An export is written beside its name and then renamed, so that nobody ever
// reads half a report.
#include "tui/view_export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "tui/view_ui.h"

// ---- export

static bool write_all(int fd, struct span text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.at, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text = span_from(text, (size_t)n);
    }
    return true;
}

static bool write_file(const char *path, struct span text, struct error *err)
{
    char *beside = mem_printf("%s.XXXXXX", path);
    int fd = mkostemp(beside, O_CLOEXEC); // 0600
    bool ok = fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
    int code = errno;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    if (ok && rename(beside, path) != 0) {
        code = errno;
        ok = false;
    }
    if (!ok && fd >= 0)
        unlink(beside);
    free(beside);
    return ok || error_set_errno(err, code, "%s", path);
}

static const struct report_format *format_of(const char *path)
{
    size_t n;
    const struct report_format *formats = report_formats(&n);
    for (size_t i = 0; i < n; i++) {
        if (span_ends(span_of(path), formats[i].suffix))
            return &formats[i];
    }
    return NULL;
}

static void on_export(struct ui *ui, struct span text)
{
    const char *path = str_text(&ui->prompt.text);
    const struct report_format *format = format_of(path);
    struct error err = {0};
    struct str out = {0};
    if (text.len == 0)
        return;
    if (!format) {
        ui_say(ui, ROLE_ERROR, "%s: the name's end says the format: .yaml, .json, .md, .html, .txt", path);
        return;
    }
    format->write(session_report(ui->session), &out);
    if (write_file(path, str_span(&out), &err)) {
        struct event event = {.kind = EVENT_EXPORTED, .value = format->name, .text = path};
        if (session_do(ui->session, event, &err))
            ui_say(ui, ROLE_OK, "written: %s (%zu bytes, %s)", path, out.len, format->name);
    }
    if (err.text[0])
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    str_done(&out);
}

void view_export_ask(struct ui *ui)
{
    const char *id = session_case_id(ui->session);
    char *path = mem_printf("%s.yaml", id ? id : "report");
    ui_ask(ui, "Write the report to: ", path, on_export);
    free(path);
}

// ---- pin and exclude

// The finding of the current entry, or that rests on the current line, appended. False: there is none.
static bool current_finding(struct ui *ui, struct str *ret)
{
    if (ui->screen == SCREEN_OVERVIEW && ui->overview.list.at < ui->overview.n) {
        const char *id = ui->overview.rows[ui->overview.list.at].finding;
        str_add(ret, id ? id : "");
    } else if (ui->screen == SCREEN_PANES) {
        const struct claims *claims = session_analysis(ui->session)->claims;
        uint32_t line = pager_line(&ui->evidence.pager);
        for (size_t i = 0; i < claims->n && ret->len == 0; i++) {
            for (size_t k = 0; k < claims->items[i].n_places && ret->len == 0; k++) {
                struct place place = claims->items[i].places[k];
                if (place.file == ui->evidence.file && place.line == line)
                    str_printf(ret, "F-%03zu", i + 1);
            }
        }
    }
    if (ret->len == 0)
        ui_say(ui, ROLE_MUTED, "No finding rests on this line");
    return ret->len > 0;
}

static void do_finding(struct ui *ui, struct event event, const char *word)
{
    struct error err = {0};
    const char *id = event.value;
    if (!session_do(ui->session, event, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    ui_say(ui, ROLE_OK, "%s %s", id, word);
    ui_case_changed(ui);
}

void view_pin(struct ui *ui)
{
    struct str id = {0};
    if (current_finding(ui, &id)) {
        const struct incident_finding *now = incident_finding(session_incident(ui->session), str_text(&id));
        bool pin = !now || !now->pinned;
        do_finding(ui, (struct event){.kind = EVENT_PINNED, .value = str_text(&id), .number = pin},
                   pin ? "pinned" : "unpinned");
    }
    str_done(&id);
}

static void on_exclude(struct ui *ui, struct span text)
{
    struct str id = {0};
    (void)text;
    if (current_finding(ui, &id))
        do_finding(ui,
                   (struct event){.kind = EVENT_EXCLUDED,
                                  .value = str_text(&id),
                                  .text = str_text(&ui->prompt.text),
                                  .number = 1},
                   "excluded; the reason is kept");
    str_done(&id);
}

void view_exclude(struct ui *ui)
{
    struct str id = {0};
    if (current_finding(ui, &id)) {
        const struct incident_finding *now = incident_finding(session_incident(ui->session), str_text(&id));
        if (now && now->excluded)
            do_finding(ui, (struct event){.kind = EVENT_EXCLUDED, .value = str_text(&id), .number = 0},
                       "taken back");
        else
            ui_ask(ui, "Why is this finding excluded? ", NULL, on_exclude);
    }
    str_done(&id);
}

// ---- the palette

struct scored {
    const struct command *command;
    int score;
};

static int compare_scores(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return y->score - x->score;
    return x->command < y->command ? -1 : x->command > y->command;
}

static void fill_palette(struct ui *ui, struct span typed)
{
    struct scored *found = mem_calloc(ui_keymap.n, sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < ui_keymap.n; i++) {
        const struct command *command = &ui_keymap.commands[i];
        int score = 2 * fuzzy_score(typed, span_of(command->name));
        if (score == 0)
            score = fuzzy_score(typed, span_of(command->help));
        if (score > 0)
            found[n++] = (struct scored){command, score};
    }
    qsort(found, n, sizeof *found, compare_scores);
    overview_begin(&ui->overview, "Commands: type a part of a name, Enter runs the first");
    for (size_t i = 0; i < n; i++) {
        struct overview_row *row =
            overview_add(&ui->overview, ROLE_ACCENT, found[i].command->name, found[i].command->help);
        row->aside = found[i].command->keys;
        row->run = found[i].command;
    }
    free(found);
    view_overview_open(ui);
}

static void on_palette_typing(struct ui *ui, struct span text, bool cancelled)
{
    if (cancelled)
        ui->screen = SCREEN_PANES;
    else
        fill_palette(ui, text);
}

static void on_palette(struct ui *ui, struct span text)
{
    ui->screen = SCREEN_PANES;
    const struct command *named = keymap_named(&ui_keymap, text);
    if (!named && ui->overview.list.at < ui->overview.n)
        named = ui->overview.rows[ui->overview.list.at].run;
    if (named)
        ui_run(ui, named);
    else
        ui_say(ui, ROLE_ERROR, "no such command: " SPAN_FMT, SPAN_ARG(text));
}

void view_palette_open(struct ui *ui)
{
    ui_ask(ui, ":", NULL, on_palette);
    ui->on_typing = on_palette_typing;
    fill_palette(ui, span_of(""));
}
