// Contrast, as WCAG reckons it from sRGB. Colours that are left to the terminal are the user's own choice:
// what is not known is not held against a theme.
#include "tui/theme_lint.h"

#include <math.h>

static const double TEXT_LEAST = 4.5, BORDER_LEAST = 3.0;

static double linear(int channel)
{
    double c = channel / 255.0;
    return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int rgb)
{
    return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

double colour_contrast(int a, int b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static bool check(enum role role, const struct style *style, int background, const char *where,
                  struct str *ret)
{
    double least = role == ROLE_BORDER ? BORDER_LEAST : TEXT_LEAST;
    int bg = style->bg >= 0 ? style->bg : background;
    bool reversed = style->attrs & ATTR_REVERSE; // the same two colours, the other way round
    if (style->fg < 0 || bg < 0 || colour_contrast(style->fg, bg) >= least)
        return true;
    str_printf(ret, "%s: #%06x on #%06x%s is %.1f to 1, and should be %.1f%s\n", role_name(role),
               (unsigned)style->fg, (unsigned)bg, where, colour_contrast(style->fg, bg), least,
               reversed ? " (reversed)" : "");
    return false;
}

static bool check_role(const struct theme *theme, enum role role, struct str *ret)
{
    struct style plain = theme_style(theme, role, false, DEPTH_TRUE);
    struct style selected = theme_style(theme, role, true, DEPTH_TRUE);
    bool ok = true;
    for (size_t i = 0; i < theme->n_backgrounds; i++) {
        ok = check(role, &plain, theme->backgrounds[i], "", ret) && ok;
        if (plain.bg >= 0)
            break; // its own is all that counts
    }
    if (plain.bg < 0)
        ok = check(role, &selected, COLOUR_DEFAULT, ", the selection,", ret) && ok;
    return ok;
}

bool theme_lint(const struct theme *theme, struct str *ret)
{
    bool ok = true;
    for (enum role role = ROLE_TEXT; role < ROLE_COUNT; role++)
        ok = (role == ROLE_SELECTION || check_role(theme, role, ret)) && ok;
    return ok;
}
