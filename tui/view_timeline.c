// The timeline.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"
#include "tui/views.h"

struct moment {
    usec_t time;
    const struct claim *claim;
};

static int compare_moments(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    return x->time < y->time ? -1 : x->time > y->time;
}

static void add_moment(struct view *view, const struct moment *moment, usec_t pivot)
{
    char time[32];
    clock_format(moment->time, time);
    enum role role = moment->claim->kind == CLAIM_CAUSE    ? ROLE_FINDING
                     : moment->claim->kind == CLAIM_EFFECT ? ROLE_WARN
                                                           : ROLE_MUTED;
    struct view_row *row = view_add(view, role, time, moment->claim->text);
    if (moment->claim->n_places > 0)
        row->place = moment->claim->places[0];
    if (pivot != TIME_UNKNOWN)
        view_cell(view, 2, ROLE_MUTED, "%+lld s", (long long)((moment->time - pivot) / USEC_SEC));
}

static void fill(struct ui *ui, struct view *view)
{
    const struct claims *claims = session_analysis(ui->session)->claims;
    struct moment *moments = mem_calloc(claims->n + 1, sizeof *moments);
    size_t n = 0;
    for (size_t i = 0; i < claims->n; i++) {
        if (claims->items[i].time != TIME_UNKNOWN)
            moments[n++] = (struct moment){claims->items[i].time, &claims->items[i]};
    }
    qsort(moments, n, sizeof *moments, compare_moments);
    usec_t pivot = ui_target(ui)->window.from;
    view->note = "when each thing was first seen, against when it began to hurt";
    bool passed = pivot == TIME_UNKNOWN;
    for (size_t i = 0; i < n; i++) {
        if (!passed && moments[i].time >= pivot) {
            view_add_heading(view, ROLE_ACCENT, "— it began to hurt —");
            passed = true;
        }
        add_moment(view, &moments[i], pivot);
    }
    free(moments);
    if (n == 0)
        view_add_heading(view, ROLE_MUTED, "Nothing that was found carries a time");
}

static const struct view_ops ops = {.title = "Timeline", .fill = fill};

void view_timeline_open(void *ui)
{
    view_open(ui, &ops);
}
