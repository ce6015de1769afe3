// What all views share: the state of the screen. A key goes to the prompt when one is open, else through the
// table of commands; a command changes this state and marks it dirty; ui_draw draws all of it into the
// canvas. Nothing here knows a terminal, so tests drive it with keys and read the canvas.
#ifndef D5_TUI_VIEW_UI_H
#define D5_TUI_VIEW_UI_H

#include "core/door/loop.h"
#include "core/door/process.h"
#include "core/probe/catalogue.h"
#include "core/session.h"
#include "tui/keymap.h"
#include "tui/layout.h"
#include "tui/prompt.h"
#include "tui/settings.h"
#include "tui/theme.h"
#include "tui/view.h"
#include "tui/view_cases.h"
#include "tui/view_checklist.h"
#include "tui/view_complete.h"
#include "tui/view_evidence.h"
#include "tui/view_guided.h"
#include "tui/view_intake.h"
#include "tui/view_live.h"
#include "tui/view_proposal.h"
#include "tui/view_report.h"
#include "tui/view_rights.h"

enum { // scopes of commands
    SCOPE_CHECKLIST = 1,
    SCOPE_EVIDENCE = 2,
    SCOPE_REPORT = 4,
    SCOPE_VIEWS = 8,     // all views over the whole screen
    SCOPE_FIELD = 16,    // of the form of a new incident: letters are typed
    SCOPE_FINDINGS = 32, // and what only some of them have
    SCOPE_TIMELINE = 64,
    SCOPE_CASES = 128,
    SCOPE_CAPTURE = 1 << 12,
    SCOPE_PLAN = 1 << 13,
    SCOPE_CARD = 1 << 14, // guided mode's own screen
    SCOPE_FORM = 1 << 16, // of the form: letters are commands
    SCOPE_INTAKE = SCOPE_FIELD | SCOPE_FORM,
    SCOPE_PANES = SCOPE_CHECKLIST | SCOPE_EVIDENCE | SCOPE_REPORT,
    SCOPE_CASE = SCOPE_PANES | SCOPE_CARD,
    SCOPE_MOVING = SCOPE_PANES | SCOPE_VIEWS | SCOPE_CARD,
    SCOPE_WAYS = SCOPE_MOVING | 1 << 15, // the ways into views: a chapter of their own
    SCOPE_ALL = SCOPE_MOVING | SCOPE_INTAKE,
};

enum {                 // what a command needs
    NEED_SESSION = 1,  // a case, not just a file
    NEED_ANALYSIS = 2, // the evidence was read
    NEED_STEP = 4,     // a step is selected
    NEED_TEXT = 8,     // something stands in the evidence pane
    NEED_VIEW = 16,    // the view that it belongs to is shown
    NEED_FORM = 32,    // the form of a new incident is shown
    NEED_LIVE = 64,    // the case has a live run
    NEED_IDLE = 128,   // no step runs
    NEED_ENTRY = 256,  // where a view is shown: an entry of it is selected
};

enum screen { SCREEN_PANES, SCREEN_VIEW, SCREEN_INTAKE, SCREEN_GUIDED };

struct ui;
typedef void ui_answer_fn(struct ui *ui, struct span text); // a prompt was accepted
typedef void ui_typing_fn(struct ui *ui, struct span text, bool cancelled);

struct ui_config { // all borrowed for as long as the ui lives
    struct session_config session;
    const char *log_path; // one log file, shown by itself; else NULL
    bool follow;
    bool intake;
    enum reach via; // of a live run
    unsigned consent;
};

struct ui {
    const struct ui_config *config;
    struct loop *loop; // NULL in tests: jobs then run at once
    struct session *session;
    size_t n_from; // sources that the session was begun with
    struct session_job *analysing;
    struct theme theme;
    struct settings settings;
    struct command *commands; // the table, with a person's own keys
    struct keymap keymap;     // of those
    char *theme_path;         // of a file that is watched for changes; NULL: the theme is that of the program
    struct canvas canvas;
    struct layout layout;
    enum screen screen;
    enum pane focus;
    bool zoomed;
    struct checklist checklist;
    struct evidence_view evidence;
    struct report_view report;
    struct view *view;       // the one on top, NULL: none; with SCREEN_PANES the one that q goes back to
    struct cases *cases;     // as the view of cases last read them, or NULL
    struct process *command; // of the person, that has a report; or NULL
    struct str to_terminal;  // bytes for the terminal itself: the clipboard
    struct intake intake;
    struct guided_view guided;
    struct live_view live;
    struct cluster_asked asked; // for names, by the intake
    struct proposal proposal;
    struct rights rights;
    struct key pressed; // last, for commands whose keys are a number
    struct prompt prompt;
    ui_answer_fn *on_answer;
    ui_typing_fn *on_typing; // may be NULL
    char *asked_of;          // the step that a prompt is about; NULL: none was current
    char *asked_words;       // before what is typed about it
    struct str message;
    enum role message_role;
    struct loop_timer *settle; // takes the marks of what changed away
    struct loop_timer *grown;  // looks at a file that grows
    struct loop_timer *ticks;  // shows how far a search is
    struct loop_timer *paused; // whoever types a pattern
    struct loop_wake *found;   // a search found its first match
    struct loop_timer *saving; // waits until a case that is handed over is durable
    bool dirty, leaving;
    bool told_of_case;    // that it is kept, where that was not so from the beginning
    bool redraw, suspend; // what only the terminal can do was asked for
    int status;           // of the program, when it leaves
};

// Quick: reads nothing that can block but the procedure's own file.
struct ui *ui_new(const struct ui_config *config, struct loop *loop, struct error *err);
void ui_free(struct ui *ui); // takes NULL

// Begins a case out of what the intake gathered, or of the file that was shown by itself.
bool ui_begin_case(struct ui *ui, const struct session_config *config, struct error *err);

// Leaves the case at hand and goes on with another one. False: it stays.
bool ui_open_case(struct ui *ui, const char *id, struct error *err);

void ui_start(struct ui *ui); // what goes on behind the first frame
void ui_resize(struct ui *ui, int rows, int cols);
void ui_key(struct ui *ui, struct key key);
void ui_paste(struct ui *ui, struct span text);
void ui_draw(struct ui *ui);
void ui_close_case(struct ui *ui); // it was left in good order

void ui_say(struct ui *ui, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));
void ui_ask(struct ui *ui, const char *label, const char *text, ui_answer_fn *answer);
void ui_after(struct ui *ui, struct loop_timer *timer, uint64_t milliseconds); // nothing without a loop
void ui_job(struct ui *ui, loop_fn *work, loop_fn *done, void *context);
void ui_run(struct ui *ui,
            const struct command *command);          // says so where something that it needs is not there
const struct target *ui_target(const struct ui *ui); // what is known of it; never NULL
void ui_pane_title(const struct ui *ui, enum pane pane, struct str *ret);
unsigned ui_scope(const struct ui *ui);       // where keys go
unsigned ui_scope_below(const struct ui *ui); // where they went before the view on top was opened
// A sentence; NULL: nothing. The second one says it of where keys went before the view on top was opened.
const char *ui_lacks(const struct ui *ui, const struct command *command);
const char *ui_lacks_below(const struct ui *ui, const struct command *command);
bool ui_is_guided(const struct ui *ui);
enum screen ui_home(const struct ui *ui); // where views lead back to: the panes, or guided mode's cards

// The analysis behind the first frame, and what it brings.
bool ui_use_theme(struct ui *ui, const char *name); // and picks up changes of its file
void ui_analyse(struct ui *ui);
void ui_show_result(struct ui *ui);  // the first finding, and the line that decides
void ui_case_changed(struct ui *ui); // events were applied: the views read afresh

extern const struct keymap ui_keymap; // view_commands.c: the table as it ships
// The first key of a command as people read it; in a text, and in the key line.
struct span ui_key_of(const struct ui *ui, const char *command);

// Regions of the screen that are drawn by plain functions.
void view_title_draw(struct ui *ui, struct rect area);
void view_badge_draw(struct ui *ui); // of guided mode, last of all: nothing covers it
void view_tabs_draw(struct ui *ui, struct rect area);
void view_strip_draw(struct ui *ui, struct rect area);
void view_keyline_draw(struct ui *ui, struct rect area);
int view_card_draw(struct ui *ui, struct rect area); // of the current step; returns the rows that it took
void view_tiny_draw(struct ui *ui, struct rect area);

#endif
