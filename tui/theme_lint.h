// Whether a theme can be read: the contrast of each role on its own background, else on each background that
// the theme says it is for, and on the selection (WCAG 2.1, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for
// borders).
#ifndef D5_TUI_THEME_LINT_H
#define D5_TUI_THEME_LINT_H

#include "core/base/str.h"
#include "tui/theme.h"

// The contrast of two colours 0xrrggbb, from 1 to 21.
double colour_contrast(int a, int b);

// A line a complaint, appended. True: there is none.
bool theme_lint(const struct theme *theme, struct str *ret);

#endif
