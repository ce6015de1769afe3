// Searching in the evidence pane. What is typed is looked for at once in the lines that follow; n and N go on
// through all of it, in slices between keys, so that gigabytes never hold a key up.
#include "tui/view_ui.h"

enum { AS_TYPED = 4000, SLICE = 20000 };

static bool has_text(struct ui *ui)
{
    if (ui->evidence.pager.source.line)
        return true;
    ui_say(ui, ROLE_MUTED, "No text is shown to search in");
    return false;
}

static void found(struct ui *ui, uint32_t position)
{
    struct pager *pager = &ui->evidence.pager;
    ui->evidence.seek_from = UINT32_MAX;
    pager_centre(pager, position);
    ui->dirty = true;
}

// Whether the typed pattern can be used; an unfinished one is no error yet.
static void on_typing(struct ui *ui, struct span text, bool cancelled)
{
    struct pager *pager = &ui->evidence.pager;
    uint32_t position = UINT32_MAX;
    pager_go(pager, ui->evidence.search_at_end ? UINT32_MAX : ui->evidence.search_origin);
    if (cancelled) {
        pager_set_match(pager, span_of(""), NULL);
        return;
    }
    if (pager_set_match(pager, text, NULL) && text.len && !ui->evidence.search_at_end &&
        pager_find(pager, ui->evidence.search_origin, 1, AS_TYPED, &position))
        pager_go(pager, position);
}

static void on_search(struct ui *ui, struct span text)
{
    struct error err = {0};
    if (!pager_set_match(&ui->evidence.pager, text, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    if (text.len == 0)
        return;
    ui->evidence.seek_from = ui->evidence.search_origin;
    ui->evidence.seek_direction = 1;
    view_evidence_slice(ui);
}

void view_evidence_search(struct ui *ui)
{
    if (!has_text(ui))
        return;
    ui->focus = PANE_EVIDENCE;
    ui->evidence.search_origin = ui->evidence.pager.at;
    ui->evidence.search_at_end =
        ui->evidence.following && ui->evidence.pager.at + 1 == pager_count(&ui->evidence.pager);
    ui_ask(ui, "/", NULL, on_search);
    ui->on_typing = on_typing;
}

void view_evidence_seek(struct ui *ui, int direction)
{
    struct pager *pager = &ui->evidence.pager;
    if (!has_text(ui))
        return;
    if (!pager->match) {
        ui_say(ui, ROLE_MUTED, "Nothing is searched for yet: / asks for a pattern");
        return;
    }
    ui->evidence.seek_direction = direction;
    ui->evidence.seek_from = pager->at + (uint32_t)direction;
    if (ui->evidence.seek_from == UINT32_MAX)
        ui_say(ui, ROLE_WARN, "No earlier match");
    view_evidence_slice(ui);
}

static void on_filter(struct ui *ui, struct span text)
{
    struct error err = {0};
    struct pager *pager = &ui->evidence.pager;
    if (!pager_set_match(pager, text, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    pager_filter_off(pager);
    if (text.len == 0)
        return;
    pager_filter_begin(pager);
    ui->evidence.filtering = true;
    view_evidence_slice(ui);
}

void view_evidence_filter(struct ui *ui)
{
    if (has_text(ui))
        ui_ask(ui, "keep lines that match: ", NULL, on_filter);
}

static void slice_filter(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    view->filtering = pager_filter_on(&view->pager, SLICE);
    if (!view->filtering)
        ui_say(ui, ROLE_MUTED, "%zu lines match; & and Enter shows all lines again", view->pager.n_kept);
}

static void slice_seek(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    uint32_t position = UINT32_MAX;
    if (pager_find(&view->pager, view->seek_from, view->seek_direction, SLICE, &position)) {
        found(ui, position);
        return;
    }
    view->seek_from = position;
    if (position == UINT32_MAX)
        ui_say(ui, ROLE_WARN, "No %s match%s", view->seek_direction > 0 ? "further" : "earlier",
               view->counting ? " in what was counted so far" : "");
}

void view_evidence_slice(struct ui *ui)
{
    do {
        if (ui->evidence.filtering)
            slice_filter(ui);
        else if (ui->evidence.seek_from != UINT32_MAX)
            slice_seek(ui);
        ui->dirty = true;
    } while (!ui->loop && (ui->evidence.filtering || ui->evidence.seek_from != UINT32_MAX));
    if (ui->evidence.filtering || ui->evidence.seek_from != UINT32_MAX)
        ui_after(ui, ui->slices, 0);
}
