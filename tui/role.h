// The roles of a theme: what a piece of the screen means. Views name roles; only the theme knows colours.
#ifndef D5_TUI_ROLE_H
#define D5_TUI_ROLE_H

enum role {
    ROLE_TEXT,
    ROLE_MUTED,   // said in passing: times, line numbers, what is not important now
    ROLE_TITLE,   // the first row
    ROLE_BADGE,   // the mode, when it is standard
    ROLE_GUIDED,  // the mode, when it is guided
    ROLE_HEADING, // phases, levels, keys of the report
    ROLE_BORDER,
    ROLE_FOCUS,     // the border of the pane that has the keys
    ROLE_OK,        // done, clear
    ROLE_FINDING,   // a finding, a broken hop
    ROLE_WARN,      // an effect, something to mind
    ROLE_UNKNOWN,   // cannot tell, not run
    ROLE_HELD,      // held, skipped, not allowed
    ROLE_RUNNING,   // something is under way
    ROLE_ACCENT,    // names that lead somewhere: ids, sources
    ROLE_CITED,     // a line that something rests on
    ROLE_MATCH,     // what the search found
    ROLE_CHANGED,   // just changed
    ROLE_KEY,       // a key in the key line
    ROLE_PROMPT,    // what is being typed
    ROLE_ERROR,     // what went wrong
    ROLE_SELECTION, // laid over the selected row
    ROLE_COUNT
};

const char *role_name(enum role role); // "cited"

#endif
