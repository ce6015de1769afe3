// Searching in the evidence pane. What is typed is looked for by worker threads, from where the reader
// stands, as soon as the typing pauses: a letter in the middle of a word asks for nothing yet. n and N go
// through what they found, and wait for it where they are not there yet.
#include "tui/view_ui.h"

enum { PAUSE_MS = 60 };

static bool has_text(struct ui *ui)
{
    if (ui->evidence.text)
        return true;
    ui_say(ui, ROLE_MUTED, "No text is shown to search in");
    return false;
}

void search_clear(struct evidence_view *view)
{
    seeker_drop(view->search.seeker);
    view->search.seeker = NULL;
    view->search.direction = 0;
    view->search.across = false;
    view->pager.match = NULL;
}

// Takes the seeker's place; what it finds is set off from now on.
static void take_seeker(struct ui *ui, struct seeker *seeker)
{
    struct evidence_view *view = &ui->evidence;
    bool across = view->search.across;
    search_clear(view);
    view->search.across = across;
    view->search.seeker = seeker;
    view->pager.match = seeker ? finder_match(seeker->finder) : NULL;
}

static struct seeker *make_seeker(struct ui *ui, struct span pattern, uint32_t origin, struct error *err)
{
    struct finder_query query = {.pattern = pattern, .window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    return seeker_new(ui->evidence.text, query, origin, err);
}

// True: it is searched for now. What is searched for already goes on.
static bool search_for(struct ui *ui, struct span pattern, uint32_t origin, struct error *err)
{
    struct evidence_search *search = &ui->evidence.search;
    if (search->seeker && span_eq(pattern, str_span(&search->pattern)))
        return true;
    struct seeker *seeker = make_seeker(ui, pattern, origin, err);
    if (!seeker)
        return false;
    take_seeker(ui, seeker);
    view_evidence_tick(ui); // how far it is shows from now on
    if (!span_eq(pattern, str_span(&search->pattern))) {
        str_clear(&search->pattern);
        str_add_span(&search->pattern, pattern);
    }
    return true;
}

void search_set(struct ui *ui, struct span pattern, uint32_t origin)
{
    struct error err = {0};
    if (!search_for(ui, pattern, origin, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text);
}

void search_other_text(struct ui *ui)
{
    struct evidence_search *search = &ui->evidence.search;
    struct str pattern = search->pattern;
    search->pattern = (struct str){0};
    take_seeker(ui, NULL);
    if (ui->evidence.text && pattern.len > 0)
        search_set(ui, str_span(&pattern), 1);
    str_done(&pattern);
}

// ---- going to a match

// The nearest line that matches and is shown; 0: none.
static uint32_t next_match(const struct evidence_view *view, uint32_t from, int direction)
{
    struct lineset *found = finder_lines(view->search.seeker->finder), *kept = view->pager.kept;
    uint32_t line = lineset_next(found, from, direction);
    while (line && kept && !lineset_has(kept, line)) {
        from = lineset_next(kept, line, direction);
        line = from ? lineset_next(found, from, direction) : 0;
    }
    return line;
}

static void go_to_match(struct ui *ui, uint32_t line)
{
    struct pager *pager = &ui->evidence.pager;
    uint32_t top = pager->top, at = pager->kept ? lineset_before(pager->kept, line) : line - 1;
    if (at < pager_count(pager))
        pager_go(pager, at);
    if (pager->top != top ||
        pager_line(pager) != line) // where it was not in sight, with what stands around it
        view_evidence_go_line(ui, line);
    pager_see_match(pager);
    if (ui->focus != PANE_EVIDENCE) { // where the status row does not say it
        struct str words = {0};
        search_words(ui, &words);
        ui_say(ui, ROLE_MUTED, "%s in this file", str_text(&words));
        str_done(&words);
    }
    ui->dirty = true;
}

// Where the window was before '/' was pressed; at the end of what is followed, at the end.
static void go_back(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    pager_go(&view->pager, view->search.at_end ? UINT32_MAX : view->search.at);
    view->pager.left = view->search.left;
}

static void found_none(struct ui *ui, int direction, bool stopped)
{
    struct evidence_search *search = &ui->evidence.search;
    if (search->typing) {
        go_back(ui);
        return;
    }
    if (search->across && !stopped) {
        view_evidence_next_file(ui, direction);
        return;
    }
    ui_say(ui, ROLE_WARN, "No %s match%s", direction > 0 ? "further" : "earlier",
           stopped ? " in what was searched" : "");
}

// The threads go forward from the origin to the end and then from the beginning: what they found so far is
// the nearest only in that order.
void search_resolve(struct ui *ui)
{
    struct evidence_search *search = &ui->evidence.search;
    if (!search->seeker || search->direction == 0 || !search->seeker->begun)
        return;
    struct finder_state state = finder_state(search->seeker->finder);
    uint32_t line = next_match(&ui->evidence, search->from, search->direction);
    bool in_order = search->direction > 0 && search->from >= search->seeker->origin && line;
    if (state.running && !in_order)
        return;
    int direction = search->direction;
    search->direction = 0;
    if (line)
        go_to_match(ui, line);
    else
        found_none(ui, direction, !state.complete);
}

static void wait_for(struct ui *ui, uint32_t from, int direction)
{
    ui->evidence.search.from = from;
    ui->evidence.search.direction = direction;
    search_resolve(ui);
}

// ---- asking

// An unfinished pattern is no error yet.
void view_evidence_paused(struct ui *ui)
{
    struct evidence_search *search = &ui->evidence.search;
    struct error unfinished;
    if (!search->typing || ui->prompt.text.len == 0)
        return;
    if (search_for(ui, str_span(&ui->prompt.text), search->line, &unfinished) && !search->at_end)
        wait_for(ui, search->line, 1);
}

static void on_typing(struct ui *ui, struct span text, bool cancelled)
{
    struct evidence_search *search = &ui->evidence.search;
    search->typing = !cancelled;
    if (cancelled || text.len == 0) {
        search_clear(&ui->evidence);
        str_clear(&search->pattern);
        go_back(ui);
        return;
    }
    if (ui->loop)
        ui_after(ui, ui->paused, PAUSE_MS);
    else
        view_evidence_paused(ui);
}

static void on_search(struct ui *ui, struct span text)
{
    struct evidence_search *search = &ui->evidence.search;
    search->typing = false;
    if (text.len == 0) {
        if (search->pattern.len > 0)
            view_evidence_seek(ui, 1);
        return;
    }
    struct error err = {0};
    if (!search_for(ui, text, search->line, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    else // at the end of what is followed, matches stand above
        wait_for(ui, search->line, search->at_end ? -1 : 1);
}

void view_evidence_search(void *context)
{
    struct ui *ui = context;
    struct evidence_search *search = &ui->evidence.search;
    const struct pager *pager = &ui->evidence.pager;
    if (!has_text(ui))
        return;
    ui->focus = PANE_EVIDENCE;
    search->at = pager->at;
    search->left = pager->left;
    search->line = pager_line(pager) ? pager_line(pager) : 1;
    search->at_end = ui->evidence.following && ui->evidence.at_end;
    search->across = false;
    ui_ask(ui, "/", NULL, on_search);
    ui->on_typing = on_typing;
}

void view_evidence_seek(struct ui *ui, int direction)
{
    struct evidence_search *search = &ui->evidence.search;
    uint32_t line = pager_line(&ui->evidence.pager);
    if (!has_text(ui))
        return;
    if (search->pattern.len == 0) {
        ui_say(ui, ROLE_MUTED, "Nothing is searched for yet: / asks for a pattern");
        return;
    }
    search->across = false;
    if (!search->seeker)
        search_set(ui, str_span(&search->pattern), line);
    if (direction < 0 && line <= 1)
        found_none(ui, direction, false);
    else
        wait_for(ui, line + (uint32_t)direction, direction);
}

void search_words(const struct ui *ui, struct str *ret)
{
    const struct evidence_view *view = &ui->evidence;
    if (!view->search.seeker)
        return;
    struct lineset *found = finder_lines(view->search.seeker->finder);
    struct finder_state state = finder_state(view->search.seeker->finder);
    uint32_t n = lineset_count(found), line = pager_line(&view->pager);
    if (n > 0 && lineset_has(found, line)) {
        str_add(ret, "match ");
        add_thousands(ret, lineset_before(found, line) + 1);
        str_add(ret, " of ");
    }
    add_thousands(ret, n);
    if (n == 0 || !lineset_has(found, line))
        str_add(ret, n == 1 ? " match" : " matches");
    if (!state.complete && !state.running)
        str_add(ret, ", not all searched");
}
