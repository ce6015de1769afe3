// The evidence pane: the raw text, verbatim, with what was found in it written under the lines that it rests
// on. It shows a file of the evidence tree at a place, or one log file by itself.
#ifndef D5_TUI_VIEW_EVIDENCE_H
#define D5_TUI_VIEW_EVIDENCE_H

#include "core/base/arena.h"
#include "core/evidence/logfile.h"
#include "core/model/place.h"
#include "tui/pager.h"

struct ui;
struct loop_watch;
struct sop_item;

struct evidence_place { // where a step's answer stands
    struct place place;
    uint32_t claim; // index into the claims, or UINT32_MAX: just a file
};

struct evidence_view { // zero-initialized shows nothing
    struct pager pager;
    struct evidence *evidence; // borrowed from the analysis
    uint32_t file;
    struct logfile *log;           // the one log file, owned
    struct loop_watch *watch;      // of it, or NULL
    bool counting, job, following; // the end was not seen yet; a worker is at it; the cursor stays at the end
    struct arena arena;            // notes of the file that is shown
    struct evidence_place *places; // of the current step
    size_t n_places, cap_places, at_place;
    char *step;         // whose places those are
    uint32_t seek_from; // where a search in slices goes on; UINT32_MAX: none is under way
    int seek_direction;
    bool filtering;
    uint32_t search_origin; // where the cursor was when '/' was pressed
    bool search_at_end;     // it followed the end then
};

void evidence_view_done(struct evidence_view *view);

// The places that a step rests on, in the order of their weight; shows the first one. NULL: the deciding line
// of the whole case.
void view_evidence_show_step(struct ui *ui, const struct sop_item *item, const struct sop_item *parent);
void view_evidence_show_place(struct ui *ui, struct place place);
void view_evidence_next_place(struct ui *ui, int direction);
void view_evidence_forget(struct ui *ui); // the analysis is about to go

void view_evidence_open_log(struct ui *ui, const char *path);
void view_evidence_log_grew(struct ui *ui);

// Search: `/`, `n`, `N`, and the filter `&`.
void view_evidence_search(struct ui *ui);
void view_evidence_seek(struct ui *ui, int direction);
void view_evidence_filter(struct ui *ui);
void view_evidence_slice(struct ui *ui); // goes on with what is under way

void view_evidence_title(const struct ui *ui, struct str *ret); // for the frame
void view_evidence_where(const struct ui *ui,
                         struct str *ret); // for the status row: "line 12 of 3,355 lines"
void view_evidence_draw(struct ui *ui, struct rect area);

#endif
