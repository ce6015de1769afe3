// Where a step's answer stands: the lines that its claims rest on, the heaviest first; else what the report
// says that it rests on; else the file that it reads.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_evidence.h"
#include "tui/view_ui.h"

// Smaller is heavier.
static unsigned weight(const struct claim *claim)
{
    static const unsigned kinds[] = {
        [CLAIM_CAUSE] = 0,    [CLAIM_EFFECT] = 1, [CLAIM_AGAINST] = 2, [CLAIM_CLEAR] = 3,
        [CLAIM_INNOCENT] = 4, [CLAIM_NOTE] = 5,   [CLAIM_GAP] = 6,
    };
    static const unsigned paths[] = {[TRI_YES] = 0, [TRI_UNKNOWN] = 1, [TRI_NO] = 2};
    return kinds[claim->kind] * 3 + paths[claim->on_path];
}

static void add_claim_places(struct evidence_view *view, const struct claim *claim, uint32_t index)
{
    for (size_t i = 0; i < claim->n_places && view->n_places < 500; i++) {
        struct evidence_place *place = MEM_PUSH(view->places, view->n_places, view->cap_places);
        *place = (struct evidence_place){claim->places[i], index};
    }
}

// By weight, and inside that in the judges' order.
static void collect_places(struct evidence_view *view, const struct claims *claims,
                           const enum subject *subjects, size_t n_subjects)
{
    for (unsigned w = 0; w < 21; w++) {
        for (size_t i = 0; i < claims->n; i++) {
            bool about = weight(&claims->items[i]) == w && n_subjects == 0 && w < 6;
            for (size_t k = 0; k < n_subjects && weight(&claims->items[i]) == w; k++)
                about = about || claims->items[i].subject == subjects[k];
            if (about)
                add_claim_places(view, &claims->items[i], (uint32_t)i);
        }
    }
}

// Of the files of a pattern that of the target's node, else the first; NULL: there is none.
static const struct evidence_file *file_of(struct ui *ui, const char *pattern)
{
    const char *node = ui_target(ui)->node;
    const struct evidence_file *file, *best = NULL;
    uint32_t cursor = 0;
    while ((file = evidence_next(session_analysis(ui->session)->evidence, pattern, &cursor))) {
        if (!best || (node && !strstr(best->path, node) && strstr(file->path, node)))
            best = file;
    }
    return best;
}

// No claim: the first file that the step reads.
static void add_read_file(struct ui *ui, const struct sop_item *item)
{
    struct catalogue_files at = {0};
    const struct evidence_file *file = NULL;
    for (char *pattern; !file && (pattern = catalogue_next_files(item, &at)); free(pattern))
        file = file_of(ui, pattern);
    if (file)
        *MEM_PUSH(ui->evidence.places, ui->evidence.n_places, ui->evidence.cap_places) =
            (struct evidence_place){place_at(file->id, 1), UINT32_MAX};
}

static void add_report_place(struct evidence_view *view, const struct report_evidence *evidence)
{
    if (place_is_set(evidence->place))
        *MEM_PUSH(view->places, view->n_places, view->cap_places) =
            (struct evidence_place){evidence->place, UINT32_MAX};
}

// What the report says that the step rests on.
static void add_reported(struct ui *ui, const struct sop_item *item)
{
    const struct report *report = session_report(ui->session);
    for (size_t i = 0; report && i < report->n_steps; i++) {
        const struct report_step *step = &report->steps[i];
        if (strcmp(step->id, item->id) != 0)
            continue;
        for (size_t k = 0; k < step->n_evidence; k++) {
            for (size_t e = 0; e < report->n_evidence; e++) {
                if (strcmp(report->evidence[e].id, step->evidence[k]) == 0)
                    add_report_place(&ui->evidence, &report->evidence[e]);
            }
        }
    }
}

// The lines that the chosen cause rests on; without one, what the report cites all the same.
static void deciding_places(struct ui *ui, const struct analysis *analysis)
{
    struct evidence_view *view = &ui->evidence;
    const struct cause *cause = analysis->cause;
    const struct report *report = session_report(ui->session);
    if (cause->n_candidates > 0 && cause->verdict != VERDICT_INCONCLUSIVE) {
        const struct candidate *chosen = &cause->candidates[0];
        for (size_t i = 0; i < chosen->n_for; i++)
            add_claim_places(view, &analysis->claims->items[chosen->for_[i]], chosen->for_[i]);
    }
    for (size_t i = 0; report && view->n_places == 0 && i < report->n_evidence; i++)
        add_report_place(view, &report->evidence[i]);
    if (view->n_places == 0)
        collect_places(view, analysis->claims, NULL, 0);
}

void view_evidence_show_step(struct ui *ui, const struct sop_item *item, const struct sop_item *parent)
{
    struct evidence_view *view = &ui->evidence;
    const struct analysis *analysis = ui->session ? session_analysis(ui->session) : NULL;
    if (!analysis || (view->text && !view->evidence))
        return;
    view->n_places = view->at_place = 0;
    free(view->step);
    view->step = item ? mem_strdup(item->id) : NULL;
    if (item) {
        enum subject subjects[16];
        size_t n = catalogue_subjects(item, parent, subjects, ARRAY_LEN(subjects));
        if (n > 0)
            collect_places(view, analysis->claims, subjects, n);
        if (view->n_places == 0)
            add_reported(ui, item);
        if (view->n_places == 0)
            add_read_file(ui, item);
    } else {
        deciding_places(ui, analysis);
    }
    if (view->n_places > 0)
        view_evidence_show_place(ui, view->places[0].place);
    ui->dirty = true;
}

void view_evidence_next_place(struct ui *ui, int direction)
{
    struct evidence_view *view = &ui->evidence;
    if (view->n_places == 0) {
        ui_say(ui, ROLE_MUTED, "Nothing is cited for this step");
        return;
    }
    view_evidence_reveal(ui);
    view->at_place = (view->at_place + view->n_places + (size_t)direction) % view->n_places;
    view_evidence_show_place(ui, view->places[view->at_place].place);
    ui_say(ui, ROLE_MUTED, "cited line %zu of %zu", view->at_place + 1, view->n_places);
}
