// Keeping lines: those that match a pattern, that say of themselves that they are bad enough, that are of a
// time; each by its own key, all at once. Worker threads gather them from the beginning, so that what is kept
// only grows at its end.
#include "core/base/mem.h"
#include "core/parse/linetime.h"
#include "tui/view_ui.h"

void filter_clear(struct evidence_view *view)
{
    struct evidence_filter *filter = &view->filter;
    uint32_t line = pager_line(&view->pager);
    if (!view->pager.kept)
        return;
    seeker_drop(filter->seeker);
    filter->seeker = NULL;
    str_clear(&filter->pattern);
    filter->level = LOG_ANY;
    filter->windowed = false;
    pager_keep(&view->pager, NULL);
    pager_go_line(&view->pager, line ? line : filter->line);
}

// Shows what is to be kept from now on, and goes along with the line that was current.
static void apply(struct ui *ui, struct span pattern)
{
    static const struct window any = {TIME_UNKNOWN, TIME_UNKNOWN};
    struct evidence_view *view = &ui->evidence;
    struct evidence_filter *filter = &view->filter;
    struct error err = {0};
    if (pattern.len == 0 && filter->level == LOG_ANY && !filter->windowed) {
        filter_clear(view);
        return;
    }
    struct finder_query query = {pattern, filter->level, filter->windowed ? filter->window : any, NULL, NULL};
    struct seeker *seeker = seeker_new(view->text, query, 1, &err);
    if (!seeker) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    filter->line = pager_line(&view->pager) ? pager_line(&view->pager) : filter->line;
    seeker_drop(filter->seeker);
    filter->seeker = seeker;
    if (pattern.at != filter->pattern.at) {
        str_clear(&filter->pattern);
        str_add_span(&filter->pattern, pattern);
    }
    filter->settling = true;
    filter->at_end = view->following && view->at_end;
    pager_keep(&view->pager, finder_lines(seeker->finder));
    filter->at = 0;
    view_evidence_tick(ui);
}

// As lines come, the window stays at the line that it was at, unless somebody moved it.
void filter_resolve(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    struct evidence_filter *filter = &view->filter;
    if (!filter->seeker || !filter->settling)
        return;
    filter->settling = finder_state(filter->seeker->finder).running;
    if (view->pager.at != filter->at)
        return;
    if (filter->at_end)
        pager_go(&view->pager, UINT32_MAX);
    else
        pager_go_line(&view->pager, filter->line);
    filter->at = view->pager.at;
}

static void on_filter(struct ui *ui, struct span text)
{
    apply(ui, text);
}

void view_evidence_filter(void *context)
{
    struct ui *ui = context;
    const struct evidence_filter *filter = &ui->evidence.filter;
    ui_ask(ui, "keep lines that match: ", str_text(&filter->pattern), on_filter);
}

void view_evidence_filter_level(void *context)
{
    struct ui *ui = context;
    struct evidence_filter *filter = &ui->evidence.filter;
    filter->level = (enum log_level)((filter->level + 1) % LOG_LEVEL_COUNT);
    apply(ui, str_span(&filter->pattern)); // which lines are kept stands in the last row
}

// ---- when

static void add_time(struct str *ret, usec_t t)
{
    char text[32];
    if (t != TIME_UNKNOWN)
        str_add(ret, clock_format(t, text));
}

static void add_window(struct str *ret, struct window window)
{
    add_time(ret, window.from);
    str_add(ret, "..");
    add_time(ret, window.to);
}

// What HH:MM and -30m are said of: the time of the current line, where it has one; else that of the incident.
static usec_t now_of(struct ui *ui)
{
    struct pager *pager = &ui->evidence.pager;
    const struct linetime_context context = linetime_until(clock_now());
    struct window window = ui_target(ui)->window;
    usec_t t = TIME_UNKNOWN;
    if (pager->source.line(pager->source.data, pager_line(pager), 0, &pager->line))
        t = linetime_parse(str_span(&pager->line), &context);
    if (t != TIME_UNKNOWN)
        return t;
    return window.from != TIME_UNKNOWN ? window.from : window.to != TIME_UNKNOWN ? window.to : clock_now();
}

static bool take_time(struct ui *ui, struct span text, usec_t *ret)
{
    *ret = TIME_UNKNOWN;
    text = span_trim(text);
    return text.len == 0 || clock_parse_human(text, now_of(ui), ret);
}

static void on_time(struct ui *ui, struct span text)
{
    struct evidence_filter *filter = &ui->evidence.filter;
    size_t dots = span_find(text, "..");
    struct window window;
    if (!take_time(ui, span_first(text, dots == SIZE_MAX ? text.len : dots), &window.from) ||
        !take_time(ui, dots == SIZE_MAX ? span_of("") : span_from(text, dots + 2), &window.to)) {
        ui_say(ui, ROLE_ERROR,
               "A time is 07:04, -30m or 2026-11-23T07:04:10Z; FROM..TO, either may be left out");
        return;
    }
    filter->window = window;
    filter->windowed = window.from != TIME_UNKNOWN || window.to != TIME_UNKNOWN;
    apply(ui, str_span(&filter->pattern));
}

void view_evidence_filter_time(void *context)
{
    struct ui *ui = context;
    const struct evidence_filter *filter = &ui->evidence.filter;
    struct window window = filter->windowed ? filter->window : ui_target(ui)->window;
    struct str text = {0};
    if (window.from != TIME_UNKNOWN || window.to != TIME_UNKNOWN)
        add_window(&text, window);
    ui_ask(ui, "keep lines of FROM..TO: ", str_text(&text), on_time);
    str_done(&text);
}

// ---- saying it, and ending it

void filter_words(const struct ui *ui, struct str *ret)
{
    const struct evidence_filter *filter = &ui->evidence.filter;
    if (!filter->seeker)
        return;
    if (filter->pattern.len > 0)
        str_printf(ret, "&%s", str_text(&filter->pattern));
    if (filter->level != LOG_ANY)
        str_printf(ret, "%s%s", ret->len > 0 ? " " : "", loglevel_words(filter->level));
    if (filter->windowed) {
        str_add(ret, ret->len > 0 ? " " : "");
        add_window(ret, filter->window);
    }
}

static bool runs(const struct seeker *seeker)
{
    return seeker && finder_state(seeker->finder).running;
}

static bool stop(struct seeker *seeker)
{
    bool running = runs(seeker);
    if (running)
        finder_stop(seeker->finder);
    return running;
}

bool view_evidence_can_undo(const struct ui *ui)
{
    const struct evidence_view *view = &ui->evidence;
    bool running = runs(view->search.seeker) || runs(view->filter.seeker); // says itself what stops it
    return !running && (view->pager.bare || view->pager.kept || view->search.pattern.len > 0);
}

// Goes back one thing at a time: what runs, what is kept, what is set off.
bool view_evidence_escape(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    bool stopped = stop(view->search.seeker), searched = view->search.pattern.len > 0;
    stopped |= stop(view->filter.seeker);
    view->search.direction = 0;
    if (stopped)
        ui_say(ui, ROLE_WARN, "Stopped: what was found so far stays");
    else if (view->pager.bare)
        view_evidence_copy(ui);
    else if (view->pager.kept)
        filter_clear(view);
    else if (searched)
        search_clear(view);
    else
        return false;
    if (!stopped && !view->search.seeker) {
        str_clear(&view->search.pattern);
        view->pager.left = 0; // where a match had moved it
    }
    return true;
}
