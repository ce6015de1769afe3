// The checklist: phases, levels and steps as the procedure has them, each with its state as a sign and a
// word.
#ifndef D5_TUI_VIEW_CHECKLIST_H
#define D5_TUI_VIEW_CHECKLIST_H

#include "core/model/report.h"
#include "core/model/sop.h"
#include "tui/canvas.h"
#include "tui/list.h"

struct ui;

struct check_row {
    const struct sop_item *item; // NULL: a heading
    const struct sop_item *parent;
    const char *heading; // phase or level
    bool is_phase;
    int depth;
};

struct checklist { // zero-initialized is empty
    struct check_row *rows;
    size_t n, cap;
    struct list list;
};

void checklist_done(struct checklist *checklist);
void checklist_load(struct checklist *checklist, const struct sop *sop); // borrowed
const struct check_row *checklist_current(
    const struct checklist *checklist);                    // the step, or NULL on a heading
void checklist_move(struct checklist *checklist, long by); // over headings
void checklist_go(struct checklist *checklist, const char *step);

// How a state looks.
enum glyph status_glyph(enum step_status status);
enum role status_role(enum step_status status);

// A step as it stands: one that has not run shows what keeps it.
struct step_look {
    enum step_status status;
    const char *gate; // that holds it, or NULL
};
struct step_look view_step_look(const struct ui *ui, const struct sop_item *item);

void view_checklist_draw(struct ui *ui, struct rect area);

#endif
