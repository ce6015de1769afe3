// The table of commands. Most of what they run lies with what it is done to; here stands the table, and what
// binds a command to a direction.
#include "tui/view_commands.h"

#include "core/base/mem.h"
#include "tui/view_ui.h"
#include "tui/views.h"

static void run_next(void *ui)
{
    view_evidence_seek(ui, 1);
}

static void run_previous(void *ui)
{
    view_evidence_seek(ui, -1);
}

static void run_next_query(void *ui)
{
    view_evidence_query(ui, 1);
}

static void run_last_query(void *ui)
{
    view_evidence_query(ui, -1);
}

static void run_next_place(void *ui)
{
    view_evidence_next_place(ui, 1);
}

static void run_last_place(void *ui)
{
    view_evidence_next_place(ui, -1);
}

static void run_decides(void *ui)
{
    view_evidence_reveal(ui);
    view_evidence_show_step(ui, NULL, NULL);
}

static void run_pin(void *ui)
{
    view_pin(ui);
}

static void run_exclude(void *ui)
{
    view_exclude(ui);
}

static void run_next_step(void *ui)
{
    view_guided_run(ui);
}

static void run_hand_over(void *ui)
{
    view_hand_over(ui);
}

static void run_lines(void *ui)
{
    view_guided_evidence(ui);
}

static void on_theme(struct ui *ui, struct span text)
{
    if (text.len > 0 && ui_use_theme(ui, str_text(&ui->prompt.text)))
        ui_say(ui, ROLE_OK, "theme: %s", ui->theme.name);
}

static void run_theme(void *ui)
{
    ui_ask(ui, "Theme (" SHIPPED_THEMES "): ", NULL, on_theme);
}

// In the evidence: first what was done to the text, then what runs.
static void run_escape(void *context)
{
    struct ui *ui = context;
    if (!view_evidence_escape(ui) && ui->session)
        view_steps_stop(ui);
}

static void run_enter(void *ui)
{
    view_enter(ui);
}

static void run_detail_down(void *ui)
{
    view_scroll_detail(ui, 1);
}

static void run_detail_up(void *ui)
{
    view_scroll_detail(ui, -1);
}

static void run_redraw(void *context)
{
    ((struct ui *)context)->redraw = true;
}

static void run_suspend(void *context)
{
    ((struct ui *)context)->suspend = true;
}

// The key line shows labels in this order, as many as fit: what is wanted first stands first.
static const struct command commands[] = {
    // name, help, label for the key line, keys, scope, needs, what runs
    {"run-step", "Run this step, or show what it rests on", "run", "Enter", SCOPE_CHECKLIST,
     NEED_SESSION | NEED_STEP, view_steps_open},
    {"next-step", "Run the step that comes next; read the card first", "run", "Enter", SCOPE_CARD,
     NEED_SESSION | NEED_IDLE, run_next_step},
    {"hand-over", "Pack the case for whoever goes on, and say where it lies", "hand over", "H", SCOPE_CARD,
     NEED_SESSION | NEED_ANALYSIS, run_hand_over},
    {"read-evidence", "Read the evidence afresh", NULL, "R", SCOPE_CARD, NEED_SESSION, view_steps_run_all},
    {"lines", "The lines of evidence that this step rests on; q comes back", "lines", "v Tab", SCOPE_CARD,
     NEED_SESSION | NEED_ANALYSIS, run_lines},
    {"answer", "Answer a step that asks for your own eyes", NULL, "a", SCOPE_CHECKLIST,
     NEED_SESSION | NEED_STEP, view_steps_answer},
    {"open-line", "Open the evidence that this line of the report rests on, or edit its free text", "open",
     "Enter", SCOPE_REPORT, NEED_ANALYSIS, view_report_open},
    {"edit", "Edit the free text of this line: detail, operator's fix, note", "edit", "E", SCOPE_REPORT,
     NEED_SESSION | NEED_ANALYSIS, view_report_edit},
    {"begin-plan", "Begin what the plan says", "begin", "Enter", SCOPE_PLAN, NEED_VIEW, run_enter},
    {"open-entry", "Do what the entry is for: open its line, run its command", "open", "Enter", SCOPE_VIEWS,
     NEED_VIEW | NEED_ENTRY, run_enter},
    {"pin", "Pin the finding, or unpin it", "pin", "p", SCOPE_EVIDENCE | SCOPE_FINDINGS,
     NEED_ANALYSIS | NEED_ENTRY, run_pin},
    {"exclude", "Exclude the finding, or take it back; asks why", "exclude", "x", SCOPE_FINDINGS,
     NEED_ANALYSIS | NEED_ENTRY, run_exclude},
    {"zoom-in", "A shorter time on the axis", "zoom", "+ =", SCOPE_TIMELINE, NEED_VIEW | NEED_ENTRY,
     view_timeline_zoom_in},
    {"zoom-out", "A longer time on the axis", NULL, "-", SCOPE_TIMELINE, NEED_VIEW | NEED_ENTRY,
     view_timeline_zoom_out},
    {"pivot", "Let the axis turn round the current entry's time", "pivot", ".", SCOPE_TIMELINE,
     NEED_VIEW | NEED_ENTRY, view_timeline_pivot},
    {"read-case", "What the case came to", "read", "v", SCOPE_CASES, NEED_VIEW | NEED_ENTRY, view_cases_read},
    {"compare-cases", "Mark a case; on a second one, lay both side by side", "compare", "=", SCOPE_CASES,
     NEED_VIEW | NEED_ENTRY, view_cases_compare},
    {"export-case", "Pack the case for another d5tui: what is taken out is chosen first", "pack", "e",
     SCOPE_CASES, NEED_VIEW | NEED_ENTRY, view_cases_export},
    {"take-capture", "Take a capture now: its plan, with command, bounds and cost, is shown first",
     "take one", "n", SCOPE_CAPTURE, NEED_VIEW | NEED_ANALYSIS | NEED_LIVE, view_capture_take},
    {"next-pane", "Next pane", "pane", "Tab", SCOPE_PANES, 0, view_moving_next_pane},
    {"search", "Search as you type (PCRE2; without capitals, case does not matter)", "search", "/",
     SCOPE_PANES, NEED_TEXT, view_evidence_search},
    {"next-match", "Next match", "next", "n", SCOPE_EVIDENCE, NEED_TEXT, run_next},
    {"previous-match", "Match before", NULL, "N", SCOPE_EVIDENCE, NEED_TEXT, run_previous},
    {"findings", "Every finding, for and against", "findings", "f", SCOPE_WAYS, NEED_ANALYSIS,
     view_findings_open},
    {"export", "The report to a file, the clipboard or a command, and what is taken out of it", "export", "e",
     SCOPE_WAYS, NEED_ANALYSIS, view_export_open},
    {"type", "Type into the field again", "type", "i", SCOPE_FORM, NEED_FORM, view_intake_type},
    {"palette", "All commands by name", "commands", ":", SCOPE_WAYS | SCOPE_FORM, 0, view_palette_open},
    {"undo-search",
     "One thing after the other: stop a search, show all lines again, set nothing off, stop what runs", NULL,
     "Esc", SCOPE_EVIDENCE, NEED_TEXT, run_escape},
    {"run-all", "Read the evidence and run all steps that may run", "run all", "R", SCOPE_PANES, NEED_SESSION,
     view_steps_run_all},
    {"stop-probes", "Stop what runs; what is known by then is judged", NULL, "Esc",
     SCOPE_CHECKLIST | SCOPE_REPORT | SCOPE_CARD, NEED_SESSION, view_steps_stop},
    {"recheck", "Take the readings that decided again: gone, or still there", NULL, "V", SCOPE_CASE,
     NEED_ANALYSIS, view_live_recheck},
    {"skip-step", "Skip this step; asks why", "skip", "s", SCOPE_CHECKLIST | SCOPE_CARD,
     NEED_SESSION | NEED_STEP, view_steps_skip},
    {"note", "Write a note to this step", "note", "n", SCOPE_CHECKLIST | SCOPE_REPORT | SCOPE_CARD,
     NEED_SESSION, view_steps_note},
    {"previous-pane", "Pane before", NULL, "Shift-Tab", SCOPE_PANES, 0, view_moving_last_pane},
    {"zoom", "The evidence on the whole screen, and back", "zoom", "z", SCOPE_EVIDENCE, 0, view_moving_zoom},
    {"pass-gate", "Go past the gate that holds this step; asks why", NULL, "o", SCOPE_CHECKLIST,
     NEED_SESSION | NEED_STEP, view_steps_pass},
    {"next-cited", "Next line that this step rests on", "cited", "]", SCOPE_PANES, NEED_ANALYSIS,
     run_next_place},
    {"previous-cited", "Cited line before", NULL, "[", SCOPE_PANES, NEED_ANALYSIS, run_last_place},
    {"deciding-line", "The line that decides the case", "decides", "d", SCOPE_PANES, NEED_ANALYSIS,
     run_decides},
    {"filter", "Keep only lines that match; empty shows all again", "keep", "&", SCOPE_EVIDENCE, NEED_TEXT,
     view_evidence_filter},
    {"filter-level", "Keep warnings and worse, errors, or all lines", "levels", "L", SCOPE_EVIDENCE,
     NEED_TEXT, view_evidence_filter_level},
    {"filter-time", "Keep only lines of a time: FROM..TO; empty shows all again", "time", "w", SCOPE_EVIDENCE,
     NEED_TEXT, view_evidence_filter_time},
    {"next-hit", "Next hit of what this step of the procedure searches for, through all files", "hits", "}",
     SCOPE_PANES, NEED_ANALYSIS, run_next_query},
    {"previous-hit", "Hit before", NULL, "{", SCOPE_PANES, NEED_ANALYSIS, run_last_query},
    {"hit-of", "Next hit of the step's own search of that number", NULL, "1 2 3 4 5 6 7 8 9", SCOPE_PANES,
     NEED_ANALYSIS, view_evidence_query_of_key},
    {"follow", "Stay at the end as the file grows, or no longer", "follow", "F", SCOPE_EVIDENCE, NEED_TEXT,
     view_evidence_follow},
    {"copy", "The text alone, without borders and numbers, to be copied; and back", "copy", "v",
     SCOPE_EVIDENCE, NEED_TEXT, view_evidence_copy},
    {"report-entry", "The entry of the report that rests on this line", "report", "r", SCOPE_EVIDENCE,
     NEED_ANALYSIS, view_report_back},
    {"causes", "The candidates in order, and what speaks for and against each", "causes", "c", SCOPE_WAYS,
     NEED_ANALYSIS, view_causes_open},
    {"timeline", "What happened when, from all sources, around the time when it began to hurt", "timeline",
     "t", SCOPE_WAYS, NEED_ANALYSIS, view_timeline_open},
    {"path", "The whole way of a query and its reply, with every rule that they meet", "path", "P",
     SCOPE_WAYS, NEED_ANALYSIS, view_path_open},
    {"matrix", "Who asked whom, over UDP and TCP, for which name, and what came of it", "matrix", "m",
     SCOPE_WAYS, NEED_ANALYSIS, view_matrix_open},
    {"capture", "The captures' questions, those first that nobody answered", "capture", "C", SCOPE_WAYS,
     NEED_ANALYSIS, view_capture_open},
    {"nodes", "The nodes, the sick ones first; Enter lays one beside a well one", "nodes", "H M", SCOPE_WAYS,
     NEED_ANALYSIS, view_nodes_open},
    {"procedure", "The procedure's own text, beside the step", "procedure", "S", SCOPE_WAYS, NEED_SESSION,
     view_sop_open},
    {"cases", "The cases on this machine: go on, read, pack, compare", "cases", "O", SCOPE_WAYS | SCOPE_FORM,
     0, view_cases_open},
    {"changes", "What the report would be now against what was last exported", NULL, "D", SCOPE_CASE,
     NEED_ANALYSIS, view_diff_open},
    {"down", "Down", NULL, "j Down Ctrl-N", SCOPE_MOVING, 0, view_moving_down},
    {"up", "Up", NULL, "k Up Ctrl-P", SCOPE_MOVING, 0, view_moving_up},
    {"page-down", "A page down", NULL, "PgDn Space Ctrl-F Ctrl-D", SCOPE_MOVING, 0, view_moving_page_down},
    {"page-up", "A page up", NULL, "PgUp b Ctrl-B Ctrl-U", SCOPE_MOVING, 0, view_moving_page_up},
    {"first", "To the beginning", NULL, "g Home", SCOPE_MOVING, 0, view_moving_first},
    {"last", "To the end", NULL, "G End", SCOPE_MOVING, 0, view_moving_last},
    {"left", "Text back to the left; in a view what stands to the left", NULL, "Left h",
     SCOPE_EVIDENCE | SCOPE_VIEWS, 0, view_moving_left},
    {"right", "The rest of long lines; in a view what stands to the right", NULL, "Right l",
     SCOPE_EVIDENCE | SCOPE_VIEWS, 0, view_moving_right},
    {"more", "More of what is said of the current entry", NULL, "J", SCOPE_VIEWS, NEED_VIEW, run_detail_down},
    {"less", "Back up in what is said of the current entry", NULL, "K", SCOPE_VIEWS, NEED_VIEW,
     run_detail_up},
    {"theme", "Another look: " SHIPPED_THEMES ", or your own", NULL, "T", SCOPE_CASE | SCOPE_FORM, 0,
     run_theme},
    {"help", "All keys, and what they do", NULL, "? F1", SCOPE_WAYS | SCOPE_INTAKE, 0, view_help_open},
    {"back", "Back; from the workbench, leave", NULL, "q", SCOPE_MOVING, 0, view_moving_back},
    {"back-from-list", "Back", NULL, "Esc", SCOPE_VIEWS, 0, view_moving_back},
    {"begin-case", "Begin with what the form says", "begin", "Enter", SCOPE_INTAKE, NEED_FORM,
     view_intake_begin},
    {"next-field", "Next field", "next field", "Down j", SCOPE_INTAKE, NEED_FORM, view_intake_next},
    {"complete", "Complete what was typed, from the folder or from the cluster; else the next field",
     "complete", "Tab", SCOPE_INTAKE, NEED_FORM, view_intake_complete},
    {"list-names", "The names that the cluster has for this field", "list", "Ctrl-T", SCOPE_INTAKE, NEED_FORM,
     view_intake_list},
    {"previous-field", "Field before", NULL, "Up Shift-Tab k", SCOPE_INTAKE, NEED_FORM, view_intake_previous},
    {"leave-field", "Out of the field: letters are commands from there on", NULL, "Esc", SCOPE_FIELD,
     NEED_FORM, view_intake_command},
    {"leave-form", "Leave; asks where something was typed", NULL, "q Esc", SCOPE_FORM, NEED_FORM,
     view_intake_leave},
    {"go-on", "Go on with the case that was cut off last", NULL, "Ctrl-O", SCOPE_INTAKE, NEED_FORM,
     view_cutoff_open},
    {"redraw", "Draw everything afresh", NULL, "Ctrl-L", SCOPE_ALL, 0, run_redraw},
    {"suspend", "Stop for the shell; fg goes on", NULL, "Ctrl-Z", SCOPE_ALL, 0, run_suspend},
    {"leave", "Stop what runs; again, or where nothing runs, leave", NULL, "Ctrl-C F10", SCOPE_ALL, 0,
     view_moving_leave},
};

const struct keymap ui_keymap = {.commands = commands, .n = ARRAY_LEN(commands)};
