// Handing over: the case is packed by a worker, out of what is on disk, while the screen goes on. The worker
// has a session of its own that only reads, so nothing is shared between the two.
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/session/export.h"
#include "tui/card.h"
#include "tui/view_ui.h"

enum { SAVING_MS = 20 };

struct handing {
    char *case_id, *state_dir, *path;
    struct error err;
    bool ok, packing;
};

static void handing_free(struct handing *job)
{
    free(job->case_id);
    free(job->state_dir);
    free(job->path);
    free(job);
}

// Where a person finds it: the folder that they work in, else the case's own.
static char *archive_path(const struct ui *ui)
{
    char here[PATH_MAX];
    bool writable = access(".", W_OK) == 0 && getcwd(here, sizeof here);
    return mem_printf("%s/%s.tar.gz", writable ? here : session_case_dir(ui->session),
                      session_case_id(ui->session));
}

static void pack(void *context)
{
    struct handing *job = ((struct ui *)context)->guided.job;
    struct session_config config = {
        .open_case = job->case_id, .state_dir = job->state_dir, .read_only = true};
    struct session *s = session_new(&config, &job->err);
    job->ok = s && session_export(s, job->path, REDACT_DEFAULT, &job->err);
    session_free(s);
}

static void packed(void *context)
{
    struct ui *ui = context;
    struct handing *job = ui->guided.job;
    struct error err = {0};
    ui->guided.job = NULL;
    if (job->ok) {
        struct event event = {.kind = EVENT_EXPORTED, .value = "archive", .text = job->path};
        session_do(ui->session, event, &err);
        free(ui->guided.handed);
        ui->guided.handed = mem_strdup(job->path);
        ui->screen = SCREEN_GUIDED;
        str_clear(&ui->message); // the card says it
    } else {
        ui_say(ui, ROLE_ERROR, "It could not be packed: %s", job->err.text);
    }
    handing_free(job);
    ui->dirty = true;
}

void view_handover_tick(struct ui *ui)
{
    struct handing *job = ui->guided.job;
    if (!job || job->packing)
        return;
    if (!session_is_saved(ui->session) && ui->loop) {
        ui_after(ui, ui->saving, SAVING_MS);
        return;
    }
    job->packing = true;
    ui_job(ui, pack, packed, ui);
}

void view_handover_forget(struct ui *ui)
{
    if (ui->guided.job)
        handing_free(ui->guided.job);
    ui->guided.job = NULL;
}

void view_hand_over(struct ui *ui)
{
    struct error err = {0};
    if (ui->guided.job)
        return;
    if (!session_keep_case(ui->session, &err) || !session_write_down(ui->session, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    struct handing *job = mem_alloc(sizeof *job);
    const char *state_dir = ui->config->session.state_dir;
    job->case_id = mem_strdup(session_case_id(ui->session));
    job->state_dir = state_dir ? mem_strdup(state_dir) : NULL;
    job->path = archive_path(ui);
    ui->guided.job = job;
    ui_say(ui, ROLE_RUNNING, "Packing the case …");
    view_handover_tick(ui);
}

// ---- what is told afterwards

static void draw_message(struct ui *ui, struct card *card, const char *name)
{
    const struct report *report = session_report(ui->session);
    const struct target *t = ui_target(ui);
    struct str text = {0};
    str_printf(&text, "\"Case %s", session_case_id(ui->session));
    if (t->pod)
        str_printf(&text, ", %s%s%s", t->namespace_ ? t->namespace_ : "", t->namespace_ ? "/" : "", t->pod);
    bool found = report && report->verdict != VERDICT_INCONCLUSIVE;
    str_add(&text, found ? "; " : ": no cause found so far");
    if (found)
        view_guided_cause(report, &text);
    str_printf(&text, ". Open it with: d5tui open %s\"", name);
    card_label(card, "Words", ROLE_TEXT, str_text(&text));
    str_done(&text);
}

static void draw_size(struct card *card, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return;
    struct str text = {0};
    str_printf(&text,
               "%lld KiB. Passwords, tokens and account ids were taken out; names and addresses are in it.",
               (long long)(st.st_size + 1023) / 1024);
    card_label(card, "Size", ROLE_MUTED, str_text(&text));
    str_done(&text);
}

void view_handed_draw(struct ui *ui, struct rect area)
{
    const char *path = ui->guided.handed, *name = str_base_name(path);
    struct card card = {.canvas = &ui->canvas, .area = area, .row = area.rows > 16 ? 1 : 0};
    int gap = area.rows > 20 ? 1 : 0;
    card_text(&card, 0, ROLE_OK, "The case is packed for whoever goes on.");
    card_skip(&card, gap);
    card_label(&card, "File", ROLE_ACCENT, path);
    draw_size(&card, path);
    card_skip(&card, gap);
    card_text(&card, 0, ROLE_TEXT, "Send them that file, and these words:");
    draw_message(ui, &card, name);
    card_skip(&card, gap);
    card_label(&card, "In it", ROLE_TEXT,
               "handover.md: what was done, what it showed, what was not done, and why. Beside it the report "
               "in every format, and the evidence.");
    card_skip(&card, gap);
    struct pen pen = card_pen(&card);
    canvas_cursor(&ui->canvas, area.row + pen.row, area.col);
    pen_text(&pen, ROLE_KEY, "q");
    pen_text(&pen, ROLE_TEXT, " leaves  ");
    pen_text(&pen, ROLE_KEY, "Enter");
    pen_text(&pen, ROLE_TEXT, " goes back to the steps");
}
