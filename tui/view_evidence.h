// The evidence pane: the raw text, verbatim, with what was found in it written under the lines that it rests
// on. It shows a file of the evidence tree at a place, or one log file by itself.
//
// view_evidence.c says what is shown and draws it, view_places.c where a step's answer stands, view_search.c
// and view_filter.c find lines and keep them, view_queries.c goes through what the procedure searches for.
#ifndef D5_TUI_VIEW_EVIDENCE_H
#define D5_TUI_VIEW_EVIDENCE_H

#include "core/base/arena.h"
#include "core/model/place.h"
#include "tui/pager.h"
#include "tui/view_opened.h"

struct ui;
struct loop_watch;
struct sop_item;

struct evidence_place { // where a step's answer stands
    struct place place;
    uint32_t claim; // index into the claims, or UINT32_MAX: just a file
};

struct evidence_search {
    struct str pattern; // what is searched for, also in the next file; empty: nothing
    struct seeker *seeker;
    int direction;     // of the match that is waited for: 1 or -1; 0: none is
    uint32_t from;     // where it may be, at the nearest
    bool typing;       // the pattern may not be finished
    uint32_t at, line; // where the window was when '/' was pressed: position, line, columns
    int left;
    bool at_end; // it followed the end then
    bool across; // goes on into the next file that the step's searches read
};

struct evidence_filter { // zero-initialized keeps all lines
    struct str pattern;
    enum log_level level;
    bool windowed;
    struct window window;
    struct seeker *seeker;
    bool settling;     // the lines that there are were not all looked at
    bool at_end;       // the end was current before, and is followed
    uint32_t line, at; // else the line that was current before, and the position that stands for it
};

struct evidence_view { // zero-initialized shows nothing
    struct pager pager;
    struct opened *text;       // what is shown, or NULL
    struct evidence *evidence; // borrowed from the analysis; NULL: one log file by itself
    uint32_t file;
    uint32_t want;                 // the line to show once it was counted; 0: none
    bool to_end;                   // the end, as lines are counted,
    uint32_t end_at;               // as long as the window stays at this position
    bool following;                // the cursor stays at the end
    bool at_end;                   // the current line was the last one when it was drawn
    bool was_zoomed;               // before the text alone was shown
    struct loop_watch *watch;      // of what is followed, or NULL
    usec_t looked;                 // when it was last looked at for what was added
    struct arena arena;            // notes of the file that is shown
    struct evidence_place *places; // of the current step
    size_t n_places, cap_places, at_place;
    char *step; // whose places those are
    struct evidence_search search;
    struct evidence_filter filter;
};

void evidence_view_done(struct evidence_view *view);

void view_evidence_show_place(struct ui *ui, struct place place);
void view_evidence_forget(struct ui *ui); // the analysis is about to go
void view_evidence_open_log(struct ui *ui, const char *path);
void view_evidence_go_line(struct ui *ui, uint32_t line); // as soon as it was counted
void view_evidence_go_end(struct ui *ui);                 // of what is counted, and on until all is
void view_evidence_reveal(struct ui *ui);                 // where only one pane is shown, it is this one
void view_evidence_follow(void *ui);                      // the end, as it grows; and no longer
void view_evidence_copy(void *ui);                        // the text alone, and back

// The places that a step rests on, in the order of their weight; shows the first one. NULL: the deciding line
// of the whole case.
void view_evidence_show_step(struct ui *ui, const struct sop_item *item, const struct sop_item *parent);
void view_evidence_next_place(struct ui *ui, int direction);

void view_evidence_search(void *ui);                        // asks what for
void view_evidence_seek(struct ui *ui, int direction);      // the next match
void view_evidence_query(struct ui *ui, int direction);     // the next hit of the step's own searches
void view_evidence_query_of_key(void *ui);                  // of that whose number was pressed
void view_evidence_next_file(struct ui *ui, int direction); // of those that the step's searches read
void view_evidence_filter(void *ui);                        // asks what to keep
void view_evidence_filter_level(void *ui);                  // the next level
void view_evidence_filter_time(void *ui);                   // asks when
bool view_evidence_escape(struct ui *ui);         // stops a search, shows all again; false: nothing of that
bool view_evidence_can_undo(const struct ui *ui); // whether that would show or set off less

// What comes from the work behind the keys.
void view_evidence_moved(struct ui *ui);                                 // the window may have been
void view_evidence_paused(struct ui *ui);                                // who types a pattern
void view_evidence_grew(struct ui *ui);                                  // the file may have
void view_evidence_counted(struct ui *ui);                               // more lines are known
void view_evidence_searched(struct ui *ui, const struct seeker *seeker); // to its end
void view_evidence_tick(struct ui *ui);                                  // while a search runs

// Inside the pane's files.
void search_set(struct ui *ui, struct span pattern, uint32_t origin); // a pattern that was checked
void search_clear(struct evidence_view *view);
void search_other_text(struct ui *ui); // the pane shows another text
void search_resolve(struct ui *ui);    // goes to the match that is waited for, where it is known by now
void search_words(const struct ui *ui, struct str *ret); // "match 3 of 120"
void filter_clear(struct evidence_view *view);
void filter_resolve(struct ui *ui);                      // lines came to those that are kept
void filter_words(const struct ui *ui, struct str *ret); // "warnings and worse, /serv/"
void add_thousands(struct str *s, uint32_t n);           // "3,000"

void view_evidence_title(const struct ui *ui, struct str *ret); // for the frame
// For the status row, as much as fits: "line 12 of 3,355 lines, match 3 of 120".
void view_evidence_where(const struct ui *ui, int columns, struct str *ret);
void view_evidence_draw(struct ui *ui, struct rect area);

#endif
