// Questions to terminfo, the environment and the locale.
#include "tui/term_info.h"
#include "tui/term.h"

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/span.h"

static bool has_capability(const char *name)
{
    const char *sequence = tigetstr(name);
    return sequence && sequence != (const char *)-1; // NOLINT(performance-no-int-to-ptr)
}

bool term_knows_modes(void)
{
    const char *clear = tigetstr("clear");
    return clear && strncmp(clear, "\x1b[H\x1b[", 5) == 0 && tigetnum("colors") > 0;
}

bool term_knows_frames(const char *name)
{
    static const char *const names[] = {"alacritty", "contour", "foot",          "ghostty",    "mintty",
                                        "rio",       "wezterm", "xterm-ghostty", "xterm-kitty"};
    for (size_t i = 0; name && i < ARRAY_LEN(names); i++) {
        if (span_starts(span_of(name), names[i]))
            return true;
    }
    return has_capability("Sync") || tigetflag("XT") == 1;
}

// A capability with what it takes filled in; without its padding, which no terminal of today waits for.
static void add_capability(struct str *out, const char *name, int a, int b)
{
    struct span rest = span_of(tiparm(tigetstr(name), a, b));
    for (size_t at; (at = span_find(rest, "$<")) != SIZE_MAX;) {
        str_add_span(out, span_first(rest, at));
        rest = span_from(rest, at);
        rest = span_from(rest, span_find_char(rest, '>') + 1);
    }
    str_add_span(out, rest);
}

bool term_knows_scrolling(void)
{
    static const char *const needed[] = {"sc", "rc", "sgr0", "csr", "cup", "ind", "ri"};
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        if (!has_capability(needed[i]))
            return false;
    }
    return true;
}

bool term_keeps_screen(void)
{
    return has_capability("rmcup");
}

void term_add_scroll(struct str *out, int top, int bottom, int by)
{
    add_capability(out, "sc", 0, 0);
    add_capability(out, "sgr0", 0, 0); // what comes in is blank and nothing else
    add_capability(out, "csr", top, bottom);
    add_capability(out, "cup", by > 0 ? bottom : top, 0);
    for (int i = 0; i < abs(by); i++)
        add_capability(out, by > 0 ? "ind" : "ri", 0, 0);
    add_capability(out, "csr", 0, LINES - 1);
    add_capability(out, "rc", 0, 0);
}

static bool is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

enum signs term_find_signs(void)
{
    const char *name = getenv("TERM");
    bool console = name && span_starts(span_of(name), "linux");
    return !is_utf8() ? SIGNS_ASCII : console ? SIGNS_CONSOLE : SIGNS_UNICODE;
}

// Not by its name: in a container's or another root's /dev it has none (`kubectl debug node/… -- chroot
// /host`), and behind su it is somebody else's, where the process's own terminal still opens.
int term_open_input(struct error *err)
{
    static const char *const ways[] = {"/proc/self/fd/0", "/dev/tty"};
    int input = -1;
    for (size_t i = 0; input < 0 && i < ARRAY_LEN(ways); i++)
        input = open(ways[i], O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (input < 0)
        term_refuse(err, "the terminal cannot be opened by /proc/self/fd/0 or /dev/tty");
    return input;
}

enum depth term_find_depth(void)
{
    const char *no = getenv("NO_COLOR");
    if ((no && *no) || !has_colors())
        return DEPTH_MONO;
    if (tigetflag("RGB") == 1 || tigetnum("RGB") > 0 || COLORS >= 1 << 24)
        return COLORS >= 1 << 24 ? DEPTH_TRUE : DEPTH_256;
    return COLORS >= 256 ? DEPTH_256 : COLORS >= 16 ? DEPTH_16 : DEPTH_8;
}

bool term_refuse(struct error *err, const char *why)
{
    return error_set(err, "%s; without a screen, use: d5tui run --from PATH", why);
}

bool term_check(struct error *err)
{
    int code = 0;
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return term_refuse(err, "standard input and output are not a terminal");
    if (!name || !*name || strcmp(name, "dumb") == 0)
        return term_refuse(err, "this terminal cannot show a screen (TERM is dumb or not set)");
    if (setupterm(NULL, STDOUT_FILENO, &code) != OK)
        return error_set(err,
                         "the terminal \"%s\" is not known here; try TERM=xterm or TERM=vt100, or use: "
                         "d5tui run --from PATH",
                         name);
    const char *move = tigetstr("cup");
    if (!move)
        return term_refuse(err, "this terminal cannot move its cursor");
    return true;
}

void term_look(struct term_look *ret)
{
    int code = 0;
    const char *no = getenv("NO_COLOR");
    setlocale(LC_CTYPE, "");
    *ret = (struct term_look){.name = getenv("TERM"), .codeset = nl_langinfo(CODESET)};
    ret->no_color = no && *no;
    ret->utf8 = is_utf8();
    if (!ret->name || !*ret->name || setupterm(NULL, STDOUT_FILENO, &code) != OK)
        return;
    ret->moves = tigetstr("cup") != NULL && strcmp(ret->name, "dumb") != 0;
    ret->colours = tigetnum("colors");
}
