// Moving about: lines, pages, panes, and the way back, in whatever is shown.
#include "tui/view_commands.h"
#include "tui/view_ui.h"

// To be moved in: who goes elsewhere waits for no match any more, which would take them there later.
static struct pager *text_of(struct ui *ui)
{
    ui->evidence.search.direction = 0;
    return &ui->evidence.pager;
}

static void move(struct ui *ui, long by)
{
    if (ui->screen == SCREEN_VIEW) {
        view_move(ui, by);
    } else if (ui->screen == SCREEN_GUIDED) {
        view_guided_look(ui, by);
    } else if (ui->focus == PANE_CHECKLIST && ui->session) {
        checklist_move(&ui->checklist, by);
        const struct check_row *row = checklist_current(&ui->checklist);
        if (row)
            view_evidence_show_step(ui, row->item, row->parent);
    } else if (ui->focus == PANE_EVIDENCE) {
        pager_move(text_of(ui), by);
    } else {
        list_move(&ui->report.list, by);
    }
}

static int window_rows(const struct ui *ui)
{
    return ui->focus == PANE_CHECKLIST ? ui->checklist.list.rows : ui->report.list.rows;
}

static void page(struct ui *ui, int direction)
{
    if (ui->screen == SCREEN_VIEW)
        view_page(ui, direction);
    else if (ui->focus == PANE_EVIDENCE)
        pager_page(text_of(ui), direction);
    else
        move(ui, direction * (long)(window_rows(ui) > 1 ? window_rows(ui) - 1 : 1));
}

void view_moving_down(void *ui)
{
    move(ui, 1);
}

void view_moving_up(void *ui)
{
    move(ui, -1);
}

void view_moving_page_down(void *ui)
{
    page(ui, 1);
}

void view_moving_page_up(void *ui)
{
    page(ui, -1);
}

void view_moving_first(void *context)
{
    struct ui *ui = context;
    if (ui->screen == SCREEN_PANES && ui->focus == PANE_EVIDENCE)
        pager_go(text_of(ui), 0);
    else
        move(ui, -(1L << 30));
}

void view_moving_last(void *context)
{
    struct ui *ui = context;
    if (ui->screen == SCREEN_PANES && ui->focus == PANE_EVIDENCE)
        view_evidence_go_end(ui);
    else
        move(ui, 1L << 30);
}

static void sideways(struct ui *ui, int by)
{
    if (ui->screen == SCREEN_VIEW) {
        view_sideways(ui, by < 0 ? -1 : 1);
        return;
    }
    int left = ui->evidence.pager.left + by;
    ui->evidence.pager.left = left < 0 ? 0 : left;
}

void view_moving_left(void *ui)
{
    sideways(ui, -16);
}

void view_moving_right(void *ui)
{
    sideways(ui, 16);
}

void view_moving_next_pane(void *context)
{
    struct ui *ui = context;
    ui->focus = (enum pane)((ui->focus + 1) % PANE_COUNT);
}

void view_moving_last_pane(void *context)
{
    struct ui *ui = context;
    ui->focus = (enum pane)((ui->focus + PANE_COUNT - 1) % PANE_COUNT);
}

// ---- leaving and seeing

static void on_leave(struct ui *ui, struct span text)
{
    if (text.len > 0 && (text.at[0] == 'y' || text.at[0] == 'Y'))
        ui->leaving = true;
}

void view_moving_ask_leave(struct ui *ui, const char *question)
{
    ui_ask(ui, question, NULL, on_leave);
}

void view_moving_back(void *context)
{
    struct ui *ui = context;
    if (ui->screen == SCREEN_VIEW)
        view_leave(ui);
    else if (ui->view)
        ui->screen = SCREEN_VIEW; // a line of it was opened
    else if (ui->zoomed && ui->session)
        ui->zoomed = false;
    else if (ui->screen == SCREEN_PANES && ui_home(ui) == SCREEN_GUIDED)
        view_guided_return(ui);
    else if (ui->screen == SCREEN_PANES && ui_home(ui) != SCREEN_PANES)
        ui->screen = ui_home(ui);
    else if (view_live_is_busy(ui))
        view_moving_ask_leave(ui, "Probes are running. Stop them and leave? (y/n) ");
    else if (ui->guided.job)
        view_moving_ask_leave(ui, "The hand-over is still being packed. Leave? (y/n) ");
    else // what is only read loses nothing
        ui->leaving = true;
}

// The first time it stops what runs.
void view_moving_leave(void *context)
{
    struct ui *ui = context;
    if (view_live_is_busy(ui) && !ui->live.stopping)
        view_live_stop(ui);
    else
        ui->leaving = true;
}

void view_moving_zoom(void *context)
{
    struct ui *ui = context;
    struct error err = {0};
    if (!ui->session && !ui_begin_case(ui, &ui->config->session, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    ui->zoomed = !ui->zoomed;
}
