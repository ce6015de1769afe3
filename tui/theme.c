// Themes from YAML, and the look of a role at each depth of colour. A theme that loads without a
// word is well formed; whether it can be read is theme_lint.c's.
#include "tui/theme.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/yaml.h"
#include "tui/theme_default.h"

enum { MOST_BYTES = 1 << 16 };

static const char *const ansi[16] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white",
};

// xterm's defaults; what a user's own palette makes of them is the user's choice.
static const int ansi_rgb[16] = {
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};

static const struct {
    const char *name;
    unsigned attr;
} attr_names[] = {
    {"bold", ATTR_BOLD},       {"dim", ATTR_DIM},       {"underline", ATTR_UNDERLINE},
    {"reverse", ATTR_REVERSE}, {"italic", ATTR_ITALIC},
};

static int distance(int a, int b)
{
    int red = (a >> 16 & 255) - (b >> 16 & 255), green = (a >> 8 & 255) - (b >> 8 & 255),
        blue = (a & 255) - (b & 255);
    return red * red + green * green + blue * blue;
}

// The colour of number 16–255: a cube of 6×6×6, then 24 greys.
static int palette_rgb(int n)
{
    static const int step[6] = {0, 95, 135, 175, 215, 255};
    if (n < 16)
        return ansi_rgb[n];
    if (n >= 232) {
        int grey = 8 + 10 * (n - 232);
        return grey << 16 | grey << 8 | grey;
    }
    n -= 16;
    return step[n / 36] << 16 | step[n / 6 % 6] << 8 | step[n % 6];
}

int colour_nearest(int rgb, enum depth depth)
{
    // Of 256 only those that no user's palette changes.
    int from = depth == DEPTH_256 ? 16 : 0, to = depth == DEPTH_256 ? 256 : depth == DEPTH_16 ? 16 : 8;
    int best = from;
    for (int i = from; i < to; i++) {
        if (distance(rgb, palette_rgb(i)) < distance(rgb, palette_rgb(best)))
            best = i;
    }
    return best;
}

static int colour_at(const struct theme_colour *colour, enum depth depth)
{
    if (depth == DEPTH_MONO)
        return COLOUR_DEFAULT;
    if (colour->at[depth] != COLOUR_UNSET)
        return colour->at[depth];
    int rgb = colour->at[DEPTH_TRUE];
    return rgb == COLOUR_DEFAULT || rgb == COLOUR_UNSET ? COLOUR_DEFAULT : colour_nearest(rgb, depth);
}

static struct style style_of(const struct theme_role *look, enum depth depth)
{
    struct style style = {colour_at(&look->fg, depth), colour_at(&look->bg, depth), look->attrs};
    if (depth == DEPTH_MONO && look->bg.at[DEPTH_TRUE] > COLOUR_DEFAULT)
        style.attrs |= ATTR_REVERSE; // what stood out by its background still does
    return style;
}

static struct style select_style(const struct theme *theme, struct style style, enum depth depth)
{
    const struct theme_role *over = &theme->roles[ROLE_SELECTION];
    int bg = colour_at(&over->bg, depth), fg = colour_at(&over->fg, depth);
    if (bg != COLOUR_DEFAULT && style.bg == COLOUR_DEFAULT) { // who has a background keeps it
        style.bg = bg;
        style.fg = style.fg == COLOUR_DEFAULT ? colour_at(&theme->foreground, depth) : style.fg;
        style.fg = fg != COLOUR_DEFAULT ? fg : style.fg;
    }
    style.attrs = (style.attrs | over->attrs) & ~(unsigned)ATTR_DIM;
    if (depth <= DEPTH_8) { // a dark shade is no help among eight colours
        style.attrs |= ATTR_REVERSE;
        style.bg = style.fg = COLOUR_DEFAULT;
    }
    return style;
}

// PuTTY and the Linux console show bold by a brighter colour. Of black, which is also what reversed text is
// written in, that is a grey that is hard to read.
static bool is_black(struct style style, enum depth depth)
{
    return (style.attrs & ATTR_REVERSE) || (style.fg == 0 && depth != DEPTH_TRUE);
}

struct style theme_style(const struct theme *theme, enum role role, bool selected, enum depth depth)
{
    struct style style = style_of(&theme->roles[role], depth);
    if (selected)
        style = select_style(theme, style, depth);
    if (is_black(style, depth))
        style.attrs &= ~(unsigned)ATTR_BOLD;
    return style;
}

static bool fail_at(const struct yaml_node *node, struct error *err, const char *what, const char *hint)
{
    return error_set(err, "line %u: %s \"%s\" (%s)", node->line, what, node->text ? node->text : "…", hint);
}

static bool parse_rgb(const struct yaml_node *node, int *ret, struct error *err)
{
    const char *text = node->text ? node->text : "";
    char *end = NULL;
    if (strcmp(text, "default") == 0) {
        *ret = COLOUR_DEFAULT;
        return true;
    }
    long rgb = text[0] == '#' ? strtol(text + 1, &end, 16) : -1;
    if (!end || *end || strlen(text) != 7)
        return fail_at(node, err, "not a colour:", "write \"#rrggbb\" or default");
    *ret = (int)rgb;
    return true;
}

static bool parse_number(const struct yaml_node *node, int *ret, struct error *err)
{
    uint64_t n;
    if (strcmp(node->text ? node->text : "", "default") == 0) {
        *ret = COLOUR_DEFAULT;
        return true;
    }
    if (!node->text || !span_to_u64(span_of(node->text), &n) || n > 255)
        return fail_at(node, err, "not a colour of 256:", "a number from 0 to 255, or default");
    *ret = (int)n;
    return true;
}

static bool parse_name(const struct yaml_node *node, int most, int *ret, struct error *err)
{
    const char *text = node->text ? node->text : "";
    for (int i = 0; i < most; i++) {
        if (strcmp(text, ansi[i]) == 0) {
            *ret = i;
            return true;
        }
    }
    *ret = COLOUR_DEFAULT;
    return strcmp(text, "default") == 0 || fail_at(node, err, "no such colour:",
                                                   "black, red, green, yellow, blue, magenta, cyan, white"
                                                   "; of 16 also bright-black, bright-red, …");
}

static bool parse_attrs(const struct yaml_node *node, unsigned *ret, struct error *err)
{
    if (node->kind != YAML_LIST)
        return fail_at(node, err, "attrs is not a list:", "[bold, dim, underline, reverse, italic]");
    *ret = 0;
    for (size_t i = 0; i < node->n; i++) {
        unsigned attr = 0;
        for (size_t k = 0; k < ARRAY_LEN(attr_names); k++) {
            if (node->items[i]->text && strcmp(node->items[i]->text, attr_names[k].name) == 0)
                attr = attr_names[k].attr;
        }
        if (!attr)
            return fail_at(node->items[i], err,
                           "no such attribute:", "bold, dim, underline, reverse, italic");
        *ret |= attr;
    }
    return true;
}

static bool parse_colour(struct theme_colour *colour, const char *depth, const struct yaml_node *value,
                         struct error *err)
{
    if (!*depth)
        return parse_rgb(value, &colour->at[DEPTH_TRUE], err);
    if (strcmp(depth, "256") == 0)
        return parse_number(value, &colour->at[DEPTH_256], err);
    if (strcmp(depth, "16") == 0)
        return parse_name(value, 16, &colour->at[DEPTH_16], err);
    return parse_name(value, 8, &colour->at[DEPTH_8], err);
}

static bool is_depth(const char *s)
{
    return !*s || strcmp(s, "256") == 0 || strcmp(s, "16") == 0 || strcmp(s, "8") == 0;
}

static bool parse_role(struct theme_role *role, const struct yaml_node *map, struct error *err)
{
    if (map->kind != YAML_MAP)
        return fail_at(map, err, "a role is a map:", "{fg: \"#rrggbb\", bg: default, attrs: [bold]}");
    for (size_t i = 0; i < map->n; i++) {
        const char *key = map->keys[i]->text ? map->keys[i]->text : "";
        const struct yaml_node *value = map->items[i];
        bool ok;
        if (strcmp(key, "attrs") == 0)
            ok = parse_attrs(value, &role->attrs, err);
        else if (strncmp(key, "fg", 2) == 0 && is_depth(key + 2))
            ok = parse_colour(&role->fg, key + 2, value, err);
        else if (strncmp(key, "bg", 2) == 0 && is_depth(key + 2))
            ok = parse_colour(&role->bg, key + 2, value, err);
        else
            ok = fail_at(map->keys[i], err, "unknown key",
                         "fg, bg, fg256, bg256, fg16, bg16, fg8, bg8, attrs");
        if (!ok)
            return false;
    }
    return true;
}

static struct theme_role plain_role(void)
{
    struct theme_role role = {.attrs = 0};
    for (size_t i = 0; i < DEPTH_COUNT; i++)
        role.fg.at[i] = role.bg.at[i] = COLOUR_UNSET;
    return role;
}

static bool parse_roles(struct theme *theme, const struct yaml_node *roles, struct error *err)
{
    if (!roles || roles->kind != YAML_MAP)
        return error_set(err, "line 1: no roles (a theme says \"roles:\" and then one role a line)");
    for (size_t i = 0; i < roles->n; i++) {
        const char *key = roles->keys[i]->text ? roles->keys[i]->text : "";
        size_t role = 0;
        while (role < ROLE_COUNT && strcmp(role_name((enum role)role), key) != 0)
            role++;
        if (role == ROLE_COUNT)
            return fail_at(roles->keys[i], err, "unknown role",
                           "text, muted, ok, finding, … see themes/dark.yaml");
        if (!parse_role(&theme->roles[role], roles->items[i], err))
            return false;
    }
    return true;
}

static bool parse_backgrounds(struct theme *theme, const struct yaml_node *list, struct error *err)
{
    if (!list)
        return true;
    if (list->kind != YAML_LIST || list->n > ARRAY_LEN(theme->backgrounds))
        return fail_at(list, err, "backgrounds is not a short list:", "[\"#000000\", \"#1e1e1e\"]");
    theme->n_backgrounds = (unsigned)list->n;
    for (size_t i = 0; i < list->n; i++) {
        if (!parse_rgb(list->items[i], &theme->backgrounds[i], err))
            return false;
    }
    return true;
}

static bool parse_grounds(struct theme *theme, const struct yaml_node *root, struct error *err)
{
    const struct yaml_node *foreground = yaml_get(root, "foreground");
    return parse_backgrounds(theme, yaml_get(root, "backgrounds"), err) &&
           (!foreground || parse_rgb(foreground, &theme->foreground.at[DEPTH_TRUE], err));
}

bool theme_parse(struct theme *theme, struct span yaml, struct error *err)
{
    struct arena arena = {0};
    struct theme fresh = {.name = "unnamed", .foreground = plain_role().fg};
    for (size_t i = 0; i < ROLE_COUNT; i++)
        fresh.roles[i] = plain_role();
    struct error why = {0};
    const struct yaml_node *root = yaml_parse(&arena, yaml, &why);
    bool ok = root ? parse_roles(&fresh, yaml_get(root, "roles"), err) && parse_grounds(&fresh, root, err)
                   : error_set(err, "%s", why.text[0] ? why.text : "line 1: the theme is empty");
    const char *name = ok ? yaml_text(yaml_get(root, "name")) : NULL;
    if (ok && !name)
        ok = error_set(err, "line 1: the theme has no name");
    if (ok) {
        snprintf(fresh.name, sizeof fresh.name, "%s", name);
        *theme = fresh;
    }
    arena_done(&arena);
    return ok;
}

bool theme_load(struct theme *theme, const char *path, struct error *err)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return error_set_errno(err, errno, "%s", path);
    char *text = mem_alloc(MOST_BYTES);
    size_t n = fread(text, 1, MOST_BYTES, f);
    bool ok = !ferror(f) && feof(f);
    if (!ok)
        error_set(err, "%s: too big for a theme, or cannot be read", path);
    fclose(f);
    ok = ok && (theme_parse(theme, span_make(text, n), err) || error_prefix(err, "%s", path));
    free(text);
    return ok;
}

void theme_init(struct theme *theme)
{
    struct error err = {0};
    if (!theme_parse(theme, span_of(theme_default_yaml), &err))
        *theme = (struct theme){.name = "plain"};
}
