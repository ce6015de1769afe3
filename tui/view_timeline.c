// The timeline: what happened when, from all sources, around a pivot: when it began to hurt, or what a person
// made it. Bars above the list count failed lookups and all else by slices of time, so that a burst is seen
// before it is read.
#include <limits.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/moments.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { LABEL = 16, MOST_ROWS = 20000, TRACKS = 2, LEVELS = 8, PIVOT = INT_MAX };

static const struct zoom {
    usec_t span;
    const char *word;
} zooms[] = {
    {10 * USEC_SEC, "10 seconds"}, {USEC_MIN, "1 minute"},     {10 * USEC_MIN, "10 minutes"},
    {USEC_HOUR, "1 hour"},         {6 * USEC_HOUR, "6 hours"}, {USEC_DAY, "1 day"},
    {7 * USEC_DAY, "7 days"},      {30 * USEC_DAY, "30 days"},
};
enum { FIRST_ZOOM = 3 };

struct state {
    struct moment *moments; // in the view's arena
    size_t n;
    usec_t pivot;
    size_t zoom;
    bool begun, placed; // the zoom was set; the current row is where the pivot put it
    bool moved;         // a person set the pivot
};

static const struct column columns[] = {
    {.most = 14},
    {.most = 9, .right = true},
    {.most = 13, .rank = 1},
    {.least = 24},
};

// ---- rows

static usec_t find_pivot(const struct ui *ui, const struct state *state)
{
    usec_t from = ui_target(ui)->window.from;
    if (from != TIME_UNKNOWN)
        return from;
    for (size_t i = 0; i < state->n; i++) {
        if (state->moments[i].kind == MOMENT_FAILED)
            return state->moments[i].time;
    }
    return state->n ? state->moments[0].time : TIME_UNKNOWN;
}

// "07:22:31", of another day than the pivot's "11-02 04:10".
static const char *time_text(struct arena *arena, usec_t t, usec_t pivot)
{
    int at[6], of[6];
    clock_to_parts(t, at);
    clock_to_parts(pivot, of);
    if (at[0] == of[0] && at[1] == of[1] && at[2] == of[2])
        return arena_printf(arena, "%02d:%02d:%02d", at[3], at[4], at[5]);
    return arena_printf(arena, "%02d-%02d %02d:%02d", at[1], at[2], at[3], at[4]);
}

static const char *offset_text(struct arena *arena, usec_t by)
{
    const char *sign = by < 0 ? "-" : "+";
    usec_t s = (by < 0 ? -by : by) / USEC_SEC;
    if (s < 120)
        return arena_printf(arena, "%s%lld s", sign, (long long)s);
    if (s < 7200)
        return arena_printf(arena, "%s%lld min", sign, (long long)(s / 60));
    return s < 2 * USEC_DAY / USEC_SEC ? arena_printf(arena, "%s%lld h", sign, (long long)(s / 3600))
                                       : arena_printf(arena, "%s%lld d", sign, (long long)(s / 86400));
}

static enum role kind_role(enum moment_kind kind)
{
    static const enum role roles[MOMENT_KINDS] = {
        [MOMENT_FAILED] = ROLE_FINDING,  [MOMENT_LINE] = ROLE_WARN,    [MOMENT_EVENT] = ROLE_TEXT,
        [MOMENT_NODE] = ROLE_TEXT,       [MOMENT_RESTART] = ROLE_WARN, [MOMENT_CHANGE] = ROLE_ACCENT,
        [MOMENT_FINDING] = ROLE_HEADING,
    };
    return roles[kind];
}

static void add_pivot(struct view *view, const struct state *state)
{
    char time[32];
    struct view_row *row =
        view_add_heading(view, ROLE_ACCENT,
                         arena_printf(&view->arena, "── %s, %s ──", clock_format(state->pivot, time),
                                      state->moved ? "the pivot that was set" : "it began to hurt"));
    row->index = PIVOT;
}

static void add_moment(struct view *view, const struct state *state, size_t index)
{
    const struct moment *m = &state->moments[index];
    struct view_row *row = view_add(view, ROLE_MUTED, time_text(&view->arena, m->time, state->pivot), NULL);
    row->index = index;
    row->place = m->place;
    view_cell(view, 1, ROLE_MUTED, "%s", offset_text(&view->arena, m->time - state->pivot));
    view_cell(view, 2, kind_role(m->kind), "%s", moment_kind_name(m->kind));
    view_cell(view, 3, m->kind == MOMENT_FINDING ? ROLE_HEADING : ROLE_TEXT, "%s%s" SPAN_FMT, m->text,
              m->words.len ? ": " : "", SPAN_ARG(m->words));
}

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    const struct analysis *analysis = session_analysis(ui->session);
    state->moments = moments_find(&view->arena, analysis->facts, analysis->claims, MOMENT_ALL, &state->n);
    if (!state->moved)
        state->pivot = find_pivot(ui, state);
    size_t start = SIZE_MAX;
    for (size_t i = 0; i < state->n && view->n < MOST_ROWS; i++) {
        if (start == SIZE_MAX && state->moments[i].time >= state->pivot) {
            start = view->n + 1;
            add_pivot(view, state);
        }
        if (state->moments[i].kind != MOMENT_ANSWERED)
            add_moment(view, state, i);
    }
    view->note = arena_printf(&view->arena, "%zu moments; + and - zoom, . sets the pivot", state->n);
    if (state->n == 0)
        view_add_heading(view, ROLE_MUTED, "Nothing in the evidence carries a time");
    if (!state->begun)
        state->zoom = FIRST_ZOOM;
    if (!state->placed)
        view->list.at = start != SIZE_MAX && start < view->n ? start : 0;
    state->begun = state->placed = true;
}

static usec_t current_time(const struct view *view)
{
    const struct state *state = view->state;
    size_t index = view->list.at < view->n ? view->rows[view->list.at].index : PIVOT;
    return index < state->n ? state->moments[index].time : state->pivot;
}

// ---- bars

struct axis {
    usec_t from, span;
    int slices;
    size_t *counts[TRACKS]; // of failed lookups, of all else
    size_t most[TRACKS];
};

// Round the pivot, as long as the current row lies there; else round that.
static usec_t axis_from(const struct view *view)
{
    const struct state *state = view->state;
    usec_t half = zooms[state->zoom].span / 2, at = current_time(view);
    usec_t middle = at < state->pivot - half || at >= state->pivot + half ? at : state->pivot;
    return middle - half;
}

static int slice_of(const struct axis *axis, usec_t t)
{
    if (t < axis->from || t >= axis->from + axis->span)
        return -1;
    return (int)((double)(t - axis->from) / (double)axis->span * axis->slices);
}

static void axis_make(struct view *view, struct arena *arena, int slices, struct axis *ret)
{
    const struct state *state = view->state;
    *ret = (struct axis){axis_from(view), zooms[state->zoom].span, slices, {NULL}, {0}};
    for (int t = 0; t < TRACKS; t++)
        ret->counts[t] = arena_alloc(arena, (size_t)slices * sizeof *ret->counts[t]);
    for (size_t i = 0; i < state->n; i++) {
        int slice = slice_of(ret, state->moments[i].time);
        if (slice < 0)
            continue;
        int track = state->moments[i].kind != MOMENT_FAILED;
        size_t n = ++ret->counts[track][slice];
        ret->most[track] = n > ret->most[track] ? n : ret->most[track];
    }
}

static void draw_track(struct ui *ui, struct rect area, const struct axis *axis, int track)
{
    static const char *const labels[TRACKS] = {"failed lookups", "all else"};
    enum role role = track == 0 ? ROLE_FINDING : ROLE_ACCENT;
    struct pen pen = pen_at(&ui->canvas, area, area.rows - 1, 0);
    size_t most = axis->most[track] ? axis->most[track] : 1;
    pen_text(&pen, ROLE_MUTED, labels[track]);
    struct pen above = pen_at(&ui->canvas, area, area.rows - 2, 0);
    if (area.rows > 1)
        pen_printf(&above, ROLE_MUTED, "at most %zu", axis->most[track]);
    for (int i = 0; i < axis->slices; i++) {
        size_t n = axis->counts[track][i], full = (size_t)area.rows * LEVELS;
        size_t level = n ? (n * full + most - 1) / most : 0;
        for (int row = area.rows - 1; row >= 0 && level > 0; row--) {
            size_t here = level > LEVELS ? LEVELS : level;
            struct pen bar = pen_at(&ui->canvas, area, row, LABEL + i);
            pen_glyph(&bar, role, (enum glyph)(GLYPH_BAR_1 + (int)here - 1));
            level -= here;
        }
    }
}

static void draw_axis(struct ui *ui, struct view *view, struct rect row, const struct axis *axis)
{
    const struct state *state = view->state;
    struct arena arena = {0};
    struct pen pen = pen_at(&ui->canvas, row, 0, LABEL);
    int pivot = slice_of(axis, state->pivot), at = slice_of(axis, current_time(view));
    pen_fill(&pen, ROLE_BORDER, GLYPH_HORIZONTAL, LABEL + axis->slices);
    struct pen from = pen_at(&ui->canvas, row, 0, LABEL);
    pen_text(&from, ROLE_MUTED, time_text(&arena, axis->from, state->pivot));
    const char *end = time_text(&arena, axis->from + axis->span, state->pivot);
    struct pen to = pen_at(&ui->canvas, row, 0, LABEL + axis->slices - text_columns(span_of(end)));
    pen_text(&to, ROLE_MUTED, end);
    struct pen label = pen_at(&ui->canvas, row, 0, 0);
    pen_text(&label, ROLE_MUTED, zooms[state->zoom].word);
    if (pivot >= 0) {
        struct pen mark = pen_at(&ui->canvas, row, 0, LABEL + pivot);
        pen_text(&mark, ROLE_ACCENT, "|");
    }
    if (at >= 0) {
        struct pen mark = pen_at(&ui->canvas, row, 0, LABEL + at);
        pen_text(&mark, ROLE_FOCUS, "^");
    }
    arena_done(&arena);
}

static int head(struct ui *ui, struct view *view, struct rect area)
{
    struct arena arena = {0};
    struct axis axis;
    int height = area.rows >= 26 ? 3 : area.rows >= 18 ? 2 : 1, rows = 2 * height + 1;
    if (area.cols < LABEL + 20 || area.rows < 12 || ((struct state *)view->state)->n == 0)
        return 0;
    struct rect room = {area.row, area.col + 2, rows, area.cols - 4};
    axis_make(view, &arena, room.cols - LABEL, &axis);
    draw_track(ui, rect_rows(room, 0, height), &axis, 0);
    draw_track(ui, rect_rows(room, height, height), &axis, 1);
    draw_axis(ui, view, rect_rows(room, 2 * height, 1), &axis);
    arena_done(&arena);
    return rows;
}

// ---- keys

// To the next or the last row that lies in another slice of the axis: from burst to burst.
static void shift(struct ui *ui, struct view *view, int by)
{
    const struct state *state = view->state;
    usec_t slice = zooms[state->zoom].span / 60, from = current_time(view);
    size_t at = view->list.at;
    (void)ui;
    while (by < 0 ? at > 0 : at + 1 < view->n) {
        at = by < 0 ? at - 1 : at + 1;
        usec_t away = view->rows[at].heading ? 0 : state->moments[view->rows[at].index].time - from;
        if (away >= slice || away <= -slice)
            break;
    }
    if (!view->rows[at].heading)
        list_go(&view->list, at);
}

static void zoom(struct ui *ui, int by)
{
    struct state *state = ui->view->state;
    if (by < 0 ? state->zoom > 0 : state->zoom + 1 < ARRAY_LEN(zooms))
        state->zoom += (size_t)by;
    ui_say(ui, ROLE_MUTED, "the bars show %s", zooms[state->zoom].word);
}

void view_timeline_zoom_in(void *ui)
{
    zoom(ui, -1);
}

void view_timeline_zoom_out(void *ui)
{
    zoom(ui, 1);
}

void view_timeline_pivot(void *context)
{
    struct ui *ui = context;
    struct view *view = ui->view;
    struct state *state = view->state;
    const struct view_row *row = view_current(ui, view);
    if (!row)
        return;
    state->pivot = state->moments[row->index].time;
    state->moved = true;
    state->placed = false;
    view->fresh = false;
}

static const struct view_ops ops = {
    .title = "Timeline",
    .scope = SCOPE_TIMELINE,
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .state_size = sizeof(struct state),
    .fill = fill,
    .head = head,
    .shift = shift,
};

void view_timeline_open(void *ui)
{
    view_open(ui, &ops);
}
