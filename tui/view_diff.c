// What the report would be now against what was last exported, line by line. The file itself is read again:
// it is what the ticket got. Where it is gone, or was changed since by somebody, that is said, and what is
// left of the comparison with it.
#include <stdlib.h>

#include "core/base/infile.h"
#include "core/base/mem.h"
#include "core/report/format.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { MOST_LINES = 4000, AROUND = 3 };

struct lines {
    struct str text;
    struct span *items;
    size_t n, cap;
};

static void split(struct lines *lines)
{
    struct span rest = str_span(&lines->text), line;
    while (rest.len > 0 && lines->n < MOST_LINES && span_cut_line(&rest, &line))
        *MEM_PUSH(lines->items, lines->n, lines->cap) = line;
}

static void lines_done(struct lines *lines)
{
    free(lines->items);
    str_done(&lines->text);
}

// How long the longest common row of lines is from each pair of lines on: lengths[i * (new->n + 1) + k].
static uint16_t *common_lengths(const struct lines *old, const struct lines *new)
{
    size_t width = new->n + 1;
    uint16_t *lengths = mem_calloc((old->n + 1) * width, sizeof *lengths);
    for (size_t i = old->n; i-- > 0;) {
        for (size_t k = new->n; k-- > 0;) {
            uint16_t *at = &lengths[i * width + k];
            if (span_eq(old->items[i], new->items[k]))
                *at = (uint16_t)(at[width + 1] + 1);
            else
                *at = at[width] > at[1] ? at[width] : at[1];
        }
    }
    return lengths;
}

struct diff {
    struct view *view;
    size_t same;    // lines in a row that are, up to here
    size_t changes; // so far
    const struct lines *new;
    size_t at; // in `new`
};

static void add_line(struct diff *d, enum role role, const char *mark, struct span line)
{
    char *text = arena_printf(&d->view->arena, SPAN_FMT, SPAN_ARG(line));
    view_add(d->view, role, mark, text)->cells[1].role = role;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Lines in front of a change that stand around it, but for those that were added behind the one before.
static void lead_in(struct diff *d)
{
    size_t added = d->changes > 0 ? least(d->same, AROUND) : 0;
    size_t left = d->same - added, n = least(left, AROUND);
    if (left > n)
        view_add_heading(d->view, ROLE_MUTED, "…");
    for (size_t i = d->at - n; i < d->at; i++)
        add_line(d, ROLE_MUTED, " ", d->new->items[i]);
    d->same = 0;
    d->changes++;
}

static void add_same(struct diff *d)
{
    if (d->changes > 0 && d->same < AROUND)
        add_line(d, ROLE_MUTED, " ", d->new->items[d->at]);
    d->same++;
    d->at++;
}

static size_t add_changes(struct view *view, const struct lines *old, const struct lines *new)
{
    uint16_t *lengths = common_lengths(old, new);
    struct diff d = {.view = view, .new = new};
    size_t width = new->n + 1;
    for (size_t i = 0; i < old->n || d.at < new->n;) {
        const uint16_t *at = &lengths[i * width + d.at];
        if (i < old->n && d.at < new->n &&span_eq(old->items[i], new->items[d.at])) {
            add_same(&d);
            i++;
            continue;
        }
        if (d.same > 0 || d.changes == 0)
            lead_in(&d);
        if (d.at == new->n || (i < old->n && at[width] >= at[1]))
            add_line(&d, ROLE_FINDING, "-", old->items[i++]);
        else
            add_line(&d, ROLE_OK, "+", new->items[d.at++]);
    }
    free(lengths);
    return d.changes;
}

static const struct report_format *format_named(const char *name)
{
    size_t n;
    const struct report_format *formats = report_formats(&n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    }
    return NULL;
}

static void say_nothing_to_compare(struct view *view, const struct incident_export *exported,
                                   const struct error *err)
{
    char at[32];
    view_add_heading(view, ROLE_WARN, "What was exported cannot be compared with");
    view_add(view, ROLE_TEXT, NULL,
             arena_printf(&view->arena, "%s, written %s: %s", exported->path, clock_format(exported->at, at),
                          err->text));
    view_add(view, ROLE_MUTED, NULL,
             "The case holds what the report is now, not what it was then: e writes it anew");
}

static void fill(struct ui *ui, struct view *view)
{
    const struct incident_export *exported = &session_incident(ui->session)->exported;
    struct lines old = {0}, new = {0};
    struct error err = {0};
    char at[32];
    if (!exported->path) {
        view_add_heading(view, ROLE_MUTED, "The report was not exported yet: e writes it into a file");
        return;
    }
    view->note = arena_printf(&view->arena, "%s, %s; what was taken out for it shows, too", exported->path,
                              clock_format(exported->at, at));
    const struct report_format *format = format_named(exported->format);
    if (!format)
        format = format_named("yaml");
    if (!infile_read(exported->path, &old.text, &err)) {
        say_nothing_to_compare(view, exported, &err);
        return;
    }
    if (exported->size > 0 && (int64_t)old.text.len != exported->size)
        view_add_heading(view, ROLE_WARN,
                         "The file was changed since by somebody: what follows tells of that, too");
    format->write(session_report(ui->session), &new.text);
    split(&old);
    split(&new);
    if (add_changes(view, &old, &new) == 0)
        view_add(view, ROLE_OK, NULL, "Nothing changed: what was exported is what the report is now");
    lines_done(&old);
    lines_done(&new);
}

static const struct view_ops diff_view = {.title = "Changes since the export", .fill = fill};

void view_diff_open(void *ui)
{
    view_open(ui, &diff_view);
}
