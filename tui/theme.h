// Themes: what each role looks like. One YAML file a theme:
//
//     name: dark
//
//     backgrounds: ["#000000", "#1e1e1e"]
//
//     foreground: "#d0d0d0"
//
//     roles:
//
//       finding: {fg: "#ff5f5f", bg: default, attrs: [bold], fg256: 203, fg16: bright-red, fg8: red}
//
// `backgrounds` are those of the terminals that it is for: `theme lint` checks against them. `foreground` is
// what `default` becomes on the selection, whatever the terminal's own is.
//
// A colour is "#rrggbb" or default. For terminals with fewer colours there are fg256/bg256 (0–255), fg16/bg16
// and fg8/bg8 (names); where they are absent the nearest colour is taken. A role that is not named looks like
// text.
#ifndef D5_TUI_THEME_H
#define D5_TUI_THEME_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/span.h"
#include "tui/role.h"

enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_UNDERLINE = 4, ATTR_REVERSE = 8, ATTR_ITALIC = 16 };

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE, DEPTH_COUNT };

enum { COLOUR_DEFAULT = -1, COLOUR_UNSET = -2 };

struct theme_colour {
    int at[DEPTH_COUNT]; // DEPTH_TRUE: 0xrrggbb; else a number of that palette; COLOUR_DEFAULT; COLOUR_UNSET
};

struct theme_role {
    struct theme_colour fg, bg;
    unsigned attrs; // ATTR_…
};

struct theme {
    char name[32];
    int backgrounds[8]; // 0xrrggbb
    unsigned n_backgrounds;
    struct theme_colour foreground;
    struct theme_role roles[ROLE_COUNT];
};

// What a terminal of some depth is told.
struct style {
    int fg, bg; // a colour of that depth, or COLOUR_DEFAULT
    unsigned attrs;
};

// The theme that is made into the program.
void theme_init(struct theme *theme);

// Reads a theme over what is there. Errors name the line: "line 7: unknown role \"fnding\" (…)".
bool theme_parse(struct theme *theme, struct span yaml, struct error *err);
bool theme_load(struct theme *theme, const char *path, struct error *err);

// The look of a role, with the selection laid over it.
struct style theme_style(const struct theme *theme, enum role role, bool selected, enum depth depth);

// The nearest colour of the 256, 16 or 8 that terminals have, by distance in RGB.
int colour_nearest(int rgb, enum depth depth);

#endif
