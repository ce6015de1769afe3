// What a person has set ($XDG_CONFIG_HOME/d5tui/config.yaml), and where themes lie.
//
//     theme: light        # a name, or a path with '/'
//     ascii: true         # signs in ASCII, whatever the locale says
//     commands:           # what an export may be handed to: a program by its absolute path, and its words;
//       ticket: [/usr/local/bin/ticket, attach, "{case}", "{file}"]    # {file} is the report
//     bundle_bucket: our-logs    # in S3: where a node's bundle is put, once somebody consents to collect one
//     mouse: true         # takes the mouse: its wheel scrolls, and marking text needs Shift
//     keys:               # other keys for commands, by their names in the help
//       next-pane: Tab Ctrl-W
#ifndef D5_TUI_SETTINGS_H
#define D5_TUI_SETTINGS_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "tui/keymap.h"

struct settings_command {
    char *name;
    const char **argv; // argv[0] is an absolute path; no shell sees it
    size_t n_argv;
};

struct settings { // settings_done
    char *theme;  // NULL: none was set
    char *bucket; // the same
    bool ascii, mouse;
    struct arena arena; // of the commands and keys
    struct settings_command *commands;
    size_t n_commands, cap_commands;
    struct keymap_change *keys; // a person's own, for commands of the screen
    size_t n_keys, cap_keys;
};

// False when the file is there and wrong: "…/config.yaml: line 3: …"; what is right in it is taken all the
// same.
bool settings_load(struct settings *ret, struct error *err);
void settings_done(struct settings *settings);

#define SHIPPED_THEMES "dark, light, high-contrast, colour-blind, mono" // as people read them

// The file of a theme: the person's, that of a build in the checkout, that of an installation. NULL: there is
// none.
char *settings_find_theme(const char *name);

// A file or folder that ships with the program: `beside` under the checkout that it was built in, else
// `shared` under its share folder. NULL: neither is there.
char *settings_find_shipped(const char *beside, const char *shared);

// The name of the theme to begin with: what was set; else what the terminal says of its background
// (COLORFGBG); else NULL.
const char *settings_theme(const struct settings *settings);

#endif
