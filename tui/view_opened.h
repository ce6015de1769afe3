// One file that the evidence pane shows, and the work on it that goes on behind the keys: unpacking, counting
// its lines, searching it. A worker may be at it when the pane turns to another file; then it goes when that
// is done.
#ifndef D5_TUI_VIEW_OPENED_H
#define D5_TUI_VIEW_OPENED_H

#include "core/evidence/logfile.h"
#include "core/search/finder.h"
#include "tui/pager.h"

struct ui;

struct opened {
    struct ui *ui;
    struct logfile *log; // NULL: still packed
    char *packed;        // the path to unpack, or NULL
    struct error err;    // why it could not be unpacked
    unsigned jobs;       // that workers are at
    bool dropped;        // the pane has turned away
    bool counting;       // its end was not seen yet
    bool counter;        // a worker counts
};

// NULL with an error. Of a plain file the first page is counted at once.
struct opened *opened_new(struct ui *ui, const char *path, bool packed, struct error *err);
void opened_drop(struct opened *text); // takes NULL

struct pager_source opened_source(struct opened *text);
uint32_t opened_lines(const struct opened *text);

// The file may have grown: counts a little of it here, and the rest on a worker.
void opened_grew(struct opened *text);

// A search through a text, on worker threads.
struct seeker {
    struct finder *finder;
    struct opened *text;
    uint32_t origin; // the line that it began at
    bool begun;      // else it waits until the text is unpacked
    bool dropped;
};

// NULL with an error when the pattern is wrong.
struct seeker *seeker_new(struct opened *text, struct finder_query query, uint32_t origin, struct error *err);
void seeker_grew(struct seeker *seeker); // goes on with what was added; takes NULL
void seeker_drop(struct seeker *seeker); // takes NULL

// "1.2 of 8.0 GB, 2.1 GB/s, 0.6 s" while it runs.
void seeker_progress(const struct seeker *seeker, struct str *ret);

#endif
