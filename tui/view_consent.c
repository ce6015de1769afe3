// Consents: what is more than a read of the API server or of a node is asked for when a probe is refused for
// want of it, one kind at a time, on a card that says what would run, where, and what it costs. The others
// run on meanwhile.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/session/policy.h"
#include "tui/view_live.h"
#include "tui/view_ui.h"

static void on_consent(struct ui *ui, struct span text)
{
    bool yes = text.len > 0 && (text.at[0] == 'y' || text.at[0] == 'Y');
    prose_done(&ui->live.card);
    if (yes) {
        str_clear(&ui->message); // of the run that ended without it
        live_allow(ui->live.live, ui->live.asking, ui->live.command);
    } else {
        live_refuse(ui->live.live, ui->live.asking, ui->live.command);
        ui_say(ui, ROLE_MUTED, "Without %s: its steps end as not allowed, with the command in the report",
               consent_name((enum consent)ui->live.asking));
    }
    view_live_ticks(ui);
    view_consent_ask(ui);
}

static unsigned lowest_bit(unsigned bits)
{
    return bits & ~(bits - 1);
}

// What such a probe lacks, that a person may still give and was not asked for.
static unsigned lacking(const struct ui *ui, const struct probe_run *run)
{
    unsigned may = session_is_guided(ui->session) ? 0 : session_policy(ui->session)->allow;
    bool refused = run->planned->state == PLANNED_NOT_ALLOWED;
    return refused ? run->planned->row->consent & may & ~live_consent(ui->live.live) & ~ui->live.asked : 0;
}

static void ask(struct ui *ui, const struct planned *planned, unsigned bit)
{
    ui->live.asking = bit;
    ui->live.asked |= bit;
    free(ui->live.label);
    free(ui->live.command);
    ui->live.command = mem_strdup(planned->command);
    ui->live.label = mem_printf("Allow %s? (y/n) ", consent_name((enum consent)bit));
    prose_done(&ui->live.card);
    view_plan_tell(&ui->live.card, planned);
    ui_ask(ui, ui->live.label, NULL, on_consent);
}

void view_consent_ask(struct ui *ui)
{
    const struct runner *runner = live_runner(ui->live.live);
    for (size_t i = ui->live.first; i < runner_count(runner) && !ui->prompt.open; i++) {
        const struct probe_run *run = runner_at(runner, i);
        unsigned bit = lowest_bit(lacking(ui, run));
        if (bit)
            ask(ui, run->planned, bit);
    }
}

void view_consent_draw(struct ui *ui, struct rect body)
{
    const struct prose *card = &ui->live.card;
    if (!ui->prompt.open || ui->on_answer != on_consent || body.rows < 4 || body.cols < 20)
        return;
    int rows = prose_rows(card, body.cols - 4) + 2;
    rows = rows < body.rows ? rows : body.rows;
    struct rect box = rect_rows(body, body.rows - rows, rows);
    canvas_fill(&ui->canvas, box, ROLE_TEXT);
    canvas_box(&ui->canvas, box, ROLE_HELD);
    struct pen title = pen_at(&ui->canvas, box, 0, 2);
    pen_printf(&title, ROLE_HELD, " Needs your yes: %s ", consent_name((enum consent)ui->live.asking));
    struct rect inside = rect_inside(box);
    prose_draw(card, &ui->canvas, (struct rect){inside.row, inside.col + 1, inside.rows, inside.cols - 2}, 0);
}
