// ncurses, and nothing but its output side: keys are read and decoded by tui/key.c from the event loop, since
// wgetch would want to block. curses keeps what the terminal shows; rows whose cells did not change since the
// last frame are not even given to it.
//
// curses writes row by row; a terminal, or a reader behind SSH, would show half-drawn frames. So it is given
// a file in memory to write to, and each frame goes out whole, in one write.
//
// The one mutable global of the program lives here: a crash handler gets no argument, and must find what to
// restore. Handlers only write bytes that were made beforehand and call tcsetattr, both safe in a handler.
#include "tui/term.h"
#include "tui/term_info.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/mem.h"

struct look { // a style as curses takes it
    attr_t attrs;
    int pair;
};

struct terminal {
    SCREEN *screen;
    FILE *frame;      // in memory: what curses wrote for the frame at hand
    struct str moved; // what goes out before it
    struct str out;   // all of it
    int input;
    enum depth depth;
    enum signs signs;
    bool redraw;
    bool mouse;   // was taken
    bool modes;   // knows private modes: bracketed paste
    bool frames;  // may be told where a frame begins and ends
    bool scrolls; // can scroll a part of the screen
    struct canvas shown;
    struct theme theme;
    struct look looks[ROLE_COUNT][2]; // of the theme: plain, selected
};

// What a handler needs to give the terminal back.
static struct {
    volatile sig_atomic_t active;
    struct termios saved;
    char bytes[256];
    size_t n;
} rescue;

static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGQUIT, SIGXCPU, SIGXFSZ};

static void ignore(ssize_t unused)
{
    (void)unused;
}

static void restore_terminal(void)
{
    if (!rescue.active)
        return;
    rescue.active = 0;
    ignore(write(STDOUT_FILENO, rescue.bytes, rescue.n));
    tcsetattr(STDIN_FILENO, TCSANOW, &rescue.saved);
}

static void on_deadly(int number)
{
    restore_terminal();
    raise(number); // SA_RESETHAND put the default back, and the signal comes once this handler is left
}

static void catch_deadly(void)
{
    static char stack[1 << 16]; // so that an overflow of the stack is caught, too
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    struct sigaction act = {.sa_handler = on_deadly, .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK)};
    for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
        sigaction(deadly[i], &act, NULL);
}

static void rescue_add(const char *capability)
{
    if (!capability || rescue.n + strlen(capability) >= sizeof rescue.bytes)
        return;
    memcpy(rescue.bytes + rescue.n, capability, strlen(capability));
    rescue.n += strlen(capability);
}

static void prepare_rescue(bool modes)
{
    rescue.n = 0;
    if (modes)
        rescue_add("\x1b[?2026l\x1b[?2004l\x1b[?1006l\x1b[?1000l");
    rescue_add(tigetstr("sgr0"));
    rescue_add(tigetstr("cnorm"));
    rescue_add(tigetstr("rmcup"));
    rescue_add("\r\n");
    rescue.active = 1;
}

static void write_out(const char *at, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDOUT_FILENO, at, n);
        if (done < 0 && errno != EINTR && errno != EAGAIN)
            return; // the terminal is gone; the end of its input says so, too
        if (done < 0 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1, -1);
        at += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
}

// Sends what curses wrote since the last time. The file keeps its length: its pages are written over by the
// next frame.
static void flush_frame(struct terminal *term)
{
    static const char begin[] = "\x1b[?2026h", end[] = "\x1b[?2026l";
    fflush(term->frame);
    int fd = fileno(term->frame);
    off_t size = lseek(fd, 0, SEEK_CUR);
    if (size <= 0 && term->moved.len == 0)
        return;
    bool whole = term->frames && size > 256; // a few cells cannot tear
    str_clear(&term->out);
    str_add(&term->out, whole ? begin : "");
    str_add_span(&term->out, str_span(&term->moved));
    str_clear(&term->moved);
    size_t before = term->out.len;
    str_add_repeat(&term->out, '\0', (size_t)size);
    ssize_t n = pread(fd, term->out.at + before, (size_t)size, 0);
    str_cut(&term->out, before + (n > 0 ? (size_t)n : 0));
    str_add(&term->out, whole ? end : "");
    write_out(str_text(&term->out), term->out.len);
    lseek(fd, 0, SEEK_SET);
}

static void send(const char *sequence)
{
    write_out(sequence, strlen(sequence));
}

void term_send(struct terminal *term, struct span bytes)
{
    (void)term;
    write_out(bytes.at, bytes.len);
}

// What raw() and its like would do, had curses the terminal itself.
static void enter(struct terminal *term)
{
    struct termios raw = rescue.saved;
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    const char *plain_keys = tigetstr("rmkx"); // whoever was here before may have left the keypad otherwise
    send(plain_keys ? plain_keys : "");
    if (term->modes)
        send("\x1b[?2004h");
    if (term->mouse)
        send("\x1b[?1000h\x1b[?1006h");
}

static void leave(struct terminal *term)
{
    endwin();
    flush_frame(term);
    send(term_keeps_screen() ? "" : "\r\n"); // the shell goes on below
    if (term->modes)
        send("\x1b[?2004l");
    if (term->mouse)
        send("\x1b[?1006l\x1b[?1000l");
    tcsetattr(STDIN_FILENO, TCSADRAIN, &rescue.saved);
    rescue.active = 0;
}

static void set_up_curses(struct terminal *term)
{
    noecho();
    nonl();
    typeahead(-1);
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    if (has_colors()) {
        start_color();
        use_default_colors();
        term->depth = term_find_depth();
    }
}

// newterm asks the file that it is given how many rows there are, and sets the margins for them: so that file
// is the terminal at first, and memory from then on.
static bool start_curses(struct terminal *term, struct error *err)
{
    int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), memory = memfd_create("frame", MFD_CLOEXEC);
    term->frame = out < 0 || memory < 0 ? NULL : fdopen(out, "w");
    if (!term->frame)
        return error_set_errno(err, errno, "cannot make room for a frame");
    term->screen = newterm(NULL, term->frame, stdin);
    if (!term->screen)
        return term_refuse(err, "this terminal cannot show a screen");
    dup3(memory, out, O_CLOEXEC);
    close(memory);
    set_up_curses(term);
    return true;
}

struct terminal *term_open(struct error *err)
{
    setlocale(LC_CTYPE, "");
    if (!term_check(err))
        return NULL;
    if (tcgetattr(STDIN_FILENO, &rescue.saved) != 0) {
        term_refuse(err, "the terminal cannot be asked for its settings");
        return NULL;
    }
    int input = term_open_input(err);
    if (input < 0)
        return NULL;
    struct terminal *term = mem_alloc(sizeof *term);
    term->input = input;
    term->signs = term_find_signs();
    term->depth = DEPTH_MONO;
    term->modes = term_knows_modes();
    term->frames = term->modes && term_knows_frames(getenv("TERM"));
    term->scrolls = term_knows_scrolling();
    term->redraw = true;
    if (!start_curses(term, err)) {
        if (term->frame)
            fclose(term->frame);
        close(input);
        free(term);
        return NULL;
    }
    prepare_rescue(term->modes);
    catch_deadly();
    enter(term);
    return term;
}

void term_close(struct terminal *term)
{
    if (!term)
        return;
    leave(term);
    delscreen(term->screen);
    fclose(term->frame);
    close(term->input);
    canvas_done(&term->shown);
    str_done(&term->moved);
    str_done(&term->out);
    free(term);
}

int term_input(const struct terminal *term)
{
    return term->input;
}

enum signs term_signs(const struct terminal *term)
{
    return term->signs;
}

void term_size(const struct terminal *term, int *ret_rows, int *ret_cols)
{
    (void)term;
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;
    *ret_rows = known ? size.ws_row : LINES;
    *ret_cols = known ? size.ws_col : COLS;
}

static attr_t curses_attrs(unsigned attrs)
{
    static const struct {
        unsigned own;
        attr_t theirs;
    } table[] = {{ATTR_BOLD, A_BOLD},
                 {ATTR_DIM, A_DIM},
                 {ATTR_UNDERLINE, A_UNDERLINE},
                 {ATTR_REVERSE, A_REVERSE},
                 {ATTR_ITALIC, A_ITALIC}};
    attr_t ret = A_NORMAL;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        ret |= attrs & table[i].own ? table[i].theirs : A_NORMAL;
    return ret;
}

// alloc_pair finds the pair again when it was made before.
static int curses_pair(const struct terminal *term, struct style style)
{
    if (term->depth == DEPTH_MONO || (style.fg == COLOUR_DEFAULT && style.bg == COLOUR_DEFAULT))
        return 0;
    int pair = alloc_pair(style.fg, style.bg);
    return pair > 0 ? pair : 0;
}

static void take_theme(struct terminal *term, const struct theme *theme)
{
    term->theme = *theme;
    for (int role = 0; role < ROLE_COUNT; role++) {
        for (int selected = 0; selected < 2; selected++) {
            struct style style = theme_style(theme, (enum role)role, selected, term->depth);
            term->looks[role][selected] = (struct look){curses_attrs(style.attrs), curses_pair(term, style)};
        }
    }
}

static bool same_look(const struct cell *a, const struct cell *b)
{
    return a->role == b->role && a->flags == b->flags;
}

// Draws the cells [from, to) of a row, which look alike. A wide one ends a run: should curses think otherwise
// of its width, the next one is still put where it belongs.
static void draw_run(struct terminal *term, const struct cell *cells, int row, int from, int to)
{
    struct look look = term->looks[cells[from].role][cells[from].flags & CELL_SELECTED];
    attr_set(look.attrs, (short)(look.pair > SHRT_MAX ? 0 : look.pair), &look.pair);
    move(row, from);
    char text[512];
    size_t n = 0;
    for (int col = from; col < to; col++) {
        if (n + cells[col].len >= sizeof text) {
            addnstr(text, (int)n);
            n = 0;
        }
        memcpy(text + n, cells[col].text, cells[col].len);
        n += cells[col].len;
    }
    addnstr(text, (int)n);
}

// Draws what of a row is other than what is shown; all of it where one of the cells is not one column wide,
// so that curses, should it think otherwise of a width, leaves nothing behind.
static void draw_changes(struct terminal *term, const struct cell *shown, const struct cell *cells, int row)
{
    int cols = term->shown.cols, from = 0, to = cols;
    while (from < to && memcmp(&shown[from], &cells[from], sizeof *cells) == 0)
        from++;
    while (to > from && memcmp(&shown[to - 1], &cells[to - 1], sizeof *cells) == 0)
        to--;
    for (int col = from; col < to; col++) {
        if (shown[col].width != 1 || cells[col].width != 1) {
            from = 0;
            to = cols;
        }
    }
    for (int end = to; from < end; from = to) {
        for (to = from + 1; to < end && same_look(&cells[from], &cells[to]) && cells[to - 1].width == 1; to++)
            continue;
        draw_run(term, cells, row, from, to);
    }
}

static bool take_size(struct terminal *term, const struct canvas *canvas)
{
    if (canvas->rows == term->shown.rows && canvas->cols == term->shown.cols)
        return false;
    resizeterm(canvas->rows, canvas->cols);
    canvas_resize(&term->shown, canvas->rows, canvas->cols);
    return true;
}

static struct cell *shown_row(struct terminal *term, int row)
{
    return term->shown.cells + (size_t)row * (size_t)term->shown.cols;
}

// How many rows would stand where they should when all of the screen moved up by `by` rows, and which rows
// take part.
static int count_moved(struct terminal *term, const struct canvas *canvas, int by, int *ret_top,
                       int *ret_bottom)
{
    size_t size = (size_t)canvas->cols * sizeof *canvas->cells;
    int n = 0;
    for (int row = by < 0 ? -by : 0; row < canvas->rows && row + by < canvas->rows; row++) {
        const struct cell *want = canvas->cells + (size_t)row * (size_t)canvas->cols;
        if (memcmp(shown_row(term, row + by), want, size) != 0)
            continue;
        int low = by > 0 ? row : row + by, high = by > 0 ? row + by : row;
        *ret_top = n == 0 || low < *ret_top ? low : *ret_top;
        *ret_bottom = n == 0 || high > *ret_bottom ? high : *ret_bottom;
        n++;
    }
    return n;
}

static void move_window(WINDOW *window, int top, int bottom, int by)
{
    scrollok(window, TRUE);
    wsetscrreg(window, top, bottom);
    wscrl(window, by);
    scrollok(window, FALSE);
    wtouchln(window, top, bottom - top + 1, 0);
}

// Has the terminal scroll the rows [top, bottom] up by `by`, and curses know that they are scrolled: in what
// it shows, what it is about to show, and what it was given. Left to itself (idlok) it finds a move out by
// hashes of all rows and then compares each moved row cell by cell: half of what a key costs.
static void move_rows(struct terminal *term, int top, int bottom, int by)
{
    WINDOW *const windows[] = {curscr, newscr, stdscr};
    term_add_scroll(&term->moved, top, bottom, by);
    for (size_t i = 0; i < ARRAY_LEN(windows); i++)
        move_window(windows[i], top, bottom, by);
}

// Scrolls what only moved, so that not every row is given to curses again.
static void follow_move(struct terminal *term, const struct canvas *canvas)
{
    enum { FARTHEST = 3 };
    int top = 0, bottom = 0;
    if (count_moved(term, canvas, 0, &top, &bottom) * 2 > canvas->rows)
        return;
    for (int step = 1; step <= 2 * FARTHEST; step++) {
        int by = step % 2 ? (step + 1) / 2 : -step / 2;
        if (count_moved(term, canvas, by, &top, &bottom) * 2 <= canvas->rows)
            continue;
        move_rows(term, top, bottom, by);
        size_t kept = (size_t)(bottom - top + 1 - abs(by)) * (size_t)canvas->cols * sizeof *canvas->cells;
        size_t fresh = (size_t)abs(by) * (size_t)canvas->cols * sizeof *canvas->cells;
        memmove(shown_row(term, by > 0 ? top : top - by), shown_row(term, by > 0 ? top + by : top), kept);
        memset(shown_row(term, by > 0 ? bottom + 1 - by : top), 0, fresh);
        return;
    }
}

void term_draw(struct terminal *term, const struct canvas *canvas, const struct theme *theme)
{
    bool themed = memcmp(theme, &term->theme, sizeof *theme) != 0;
    bool all = take_size(term, canvas) || themed || term->redraw;
    size_t width = (size_t)canvas->cols;
    if (themed)
        take_theme(term, theme);
    if (term->redraw)
        clearok(stdscr, TRUE);
    if (all) // nothing is taken for shown
        memset(term->shown.cells, 0, (size_t)canvas->rows * width * sizeof *canvas->cells);
    else if (term->scrolls)
        follow_move(term, canvas);
    for (int row = 0; row < canvas->rows; row++) {
        struct cell *shown = shown_row(term, row);
        const struct cell *cells = canvas->cells + (size_t)row * width;
        if (memcmp(shown, cells, width * sizeof *cells) != 0) {
            draw_changes(term, shown, cells, row);
            memcpy(shown, cells, width * sizeof *cells);
        }
    }
    move(canvas->cursor_row, canvas->cursor_col);
    refresh();
    flush_frame(term);
    term->redraw = false;
}

void term_take_mouse(struct terminal *term)
{
    if (term->mouse || !term->modes)
        return;
    term->mouse = true;
    send("\x1b[?1000h\x1b[?1006h");
}

void term_redraw(struct terminal *term)
{
    term->redraw = true;
}

void term_suspend(struct terminal *term)
{
    leave(term);
    kill(0, SIGSTOP); // the whole job, as the shell expects
    rescue.active = 1;
    enter(term);
    term->redraw = true;
}
