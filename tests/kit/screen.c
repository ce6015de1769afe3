// The pty and the model of the terminal behind it.
#include "tests/kit/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

enum { DEADLINE_MS = 20000, MOST_ENV = 64 };

struct screen {
    int master, slave; // the slave is held, so that its settings can be read after the program's end
    pid_t pid;
    int status; // of its end; -1: it runs
    int rows, cols;
    struct termios before;
    bool blind;
    VTerm *vt;
    VTermScreen *model;
    struct str raw, text;
    size_t modelled; // bytes of raw that the model was given
};

static const char *const default_env[] = {
    "TERM=xterm-256color", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "TZ=UTC", "HOME=/nonexistent", NULL};

static const char **make_env(const char *const *more)
{
    const char **env = mem_calloc(MOST_ENV, sizeof *env);
    size_t n = 0;
    for (size_t i = 0; more && more[i] && n < MOST_ENV - 8; i++)
        env[n++] = more[i];
    for (size_t i = 0; default_env[i]; i++) {
        size_t name = strcspn(default_env[i], "=") + 1;
        bool given = false;
        for (size_t k = 0; more && more[k]; k++)
            given = given || strncmp(more[k], default_env[i], name) == 0;
        if (!given)
            env[n++] = default_env[i];
    }
    const char *sanitizer = getenv("LSAN_OPTIONS"); // tests/run.sh: what of ncurses is no leak
    if (sanitizer)
        env[n] = mem_printf("LSAN_OPTIONS=%s", sanitizer);
    return env;
}

static void run_child(struct screen *s, const struct screen_config *config)
{
    const char *program = config->program ? config->program : getenv("D5TUI");
    const char *argv[32] = {program ? program : "build/d5tui"};
    for (size_t i = 0; config->argv && config->argv[i] && i < 30; i++)
        argv[i + 1] = config->argv[i];
    const char **env = make_env(config->env);
    close(s->master);
    login_tty(s->slave);
    execve(argv[0], (char *const *)argv, (char *const *)env);
    _exit(127);
}

struct screen *screen_start(const struct screen_config *config)
{
    struct screen *s = mem_alloc(sizeof *s);
    struct winsize size = {.ws_row = (unsigned short)config->rows, .ws_col = (unsigned short)config->cols};
    s->rows = config->rows;
    s->cols = config->cols;
    s->status = -1;
    if (openpty(&s->master, &s->slave, NULL, NULL, &size) != 0)
        abort();
    tcgetattr(s->slave, &s->before);
    s->blind = config->blind;
    s->vt = vterm_new(s->rows, s->cols);
    vterm_set_utf8(s->vt, 1);
    s->model = vterm_obtain_screen(s->vt);
    vterm_screen_enable_altscreen(s->model, 1);
    vterm_screen_reset(s->model, 1);
    s->pid = fork();
    if (s->pid == 0)
        run_child(s, config);
    fcntl(s->master, F_SETFL, O_NONBLOCK);
    return s;
}

void screen_hang_up(struct screen *s)
{
    close(s->master);
    s->master = -1;
}

// How much of it ends with a whole character.
static size_t whole_characters(struct span bytes)
{
    for (size_t back = 1; back < 4 && back <= bytes.len; back++) {
        unsigned char c = (unsigned char)bytes.at[bytes.len - back];
        size_t needs = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 0;
        if (needs > 0 || c < 0x80)
            return back < needs ? bytes.len - back : bytes.len;
    }
    return bytes.len;
}

// libvterm 0.1.4 loses a character that it is given in two pieces.
static void give_model(struct screen *s)
{
    struct span fresh = span_from(str_span(&s->raw), s->modelled);
    size_t n = whole_characters(fresh);
    vterm_input_write(s->vt, fresh.at, n);
    s->modelled += n;
}

// Takes in what comes within so many milliseconds. False when nothing came.
static bool take(struct screen *s, int milliseconds)
{
    struct pollfd p = {.fd = s->master, .events = POLLIN};
    char bytes[65536];
    if (poll(&p, 1, milliseconds) <= 0)
        return false;
    ssize_t n = read(s->master, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    str_add_span(&s->raw, span_make(bytes, (size_t)n));
    if (!s->blind)
        give_model(s);
    return true;
}

void screen_free(struct screen *s)
{
    if (s->status < 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    vterm_free(s->vt);
    close(s->master);
    close(s->slave);
    str_done(&s->raw);
    str_done(&s->text);
    free(s);
}

void screen_keys(struct screen *s, const char *bytes)
{
    size_t left = strlen(bytes);
    while (left > 0) {
        ssize_t n = write(s->master, bytes, left);
        if (n < 0 && errno != EAGAIN)
            return;
        if (n < 0)
            take(s, 10); // it must be read from, too
        bytes += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
}

void screen_paste(struct screen *s, const char *text)
{
    screen_keys(s, "\x1b[200~");
    screen_keys(s, text);
    screen_keys(s, "\x1b[201~");
}

void screen_resize(struct screen *s, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    s->rows = rows;
    s->cols = cols;
    if (!s->blind)
        vterm_set_size(s->vt, rows, cols);
    ioctl(s->master, TIOCSWINSZ, &size);
}

void screen_signal(struct screen *s, int number)
{
    kill(s->pid, number);
}

static void add_row(struct screen *s, int row)
{
    size_t keep = s->text.len;
    for (int col = 0; col < s->cols;) {
        VTermScreenCell cell = {0};
        vterm_screen_get_cell(s->model, (VTermPos){row, col}, &cell);
        char text[4 * VTERM_MAX_CHARS_PER_CELL];
        size_t n = 0;
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            n += utf8_encode(cell.chars[i], text + n);
        str_add_span(&s->text, n ? span_make(text, n) : span_of(" "));
        if (n > 0 && !(n == 1 && text[0] == ' '))
            keep = s->text.len;
        col += cell.width > 0 ? cell.width : 1;
    }
    str_cut(&s->text, keep);
}

const char *screen_text(struct screen *s)
{
    str_clear(&s->text);
    for (int row = 0; row < s->rows; row++) {
        add_row(s, row);
        str_add_char(&s->text, '\n');
    }
    return str_text(&s->text);
}

const char *screen_row(struct screen *s, int row)
{
    str_clear(&s->text);
    add_row(s, row);
    return str_text(&s->text);
}

static bool wait_for(struct screen *s, const char *text, bool there)
{
    usec_t end = clock_monotonic() + DEADLINE_MS * USEC_MSEC;
    for (;;) {
        while (take(s, 0))
            continue;
        if ((strstr(screen_text(s), text) != NULL) == there)
            return true;
        if (clock_monotonic() > end)
            break;
        take(s, 50);
    }
    fprintf(stderr, "\"%s\" %s:\n%s\n", text, there ? "never came" : "never went", screen_text(s));
    return false;
}

bool screen_shows(struct screen *s, const char *text)
{
    return wait_for(s, text, true);
}

bool screen_lacks(struct screen *s, const char *text)
{
    return wait_for(s, text, false);
}

bool screen_idle(struct screen *s, int milliseconds)
{
    return !take(s, milliseconds);
}

void screen_cursor(struct screen *s, int *ret_row, int *ret_col)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(s->vt), &pos);
    *ret_row = pos.row;
    *ret_col = pos.col;
}

const char *screen_raw(struct screen *s, size_t *ret_len)
{
    *ret_len = s->raw.len;
    return str_text(&s->raw);
}

int screen_colours(struct screen *s)
{
    int coloured = 0;
    for (int row = 0; row < s->rows; row++) {
        for (int col = 0; col < s->cols; col++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(s->model, (VTermPos){row, col}, &cell);
            coloured += !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
        }
    }
    return coloured;
}

int screen_look(struct screen *s)
{
    int status;
    while (take(s, 0))
        continue;
    if (s->status >= 0 || waitpid(s->pid, &status, WNOHANG | WUNTRACED) != s->pid)
        return s->status;
    if (WIFSTOPPED(status)) // keys may have chosen "suspend"; a shell's fg
        kill(s->pid, SIGCONT);
    else
        s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return s->status;
}

int screen_exit(struct screen *s)
{
    usec_t end = clock_monotonic() + DEADLINE_MS * USEC_MSEC;
    while (screen_look(s) < 0 && clock_monotonic() < end)
        take(s, 20);
    while (take(s, 0))
        continue;
    return s->status;
}

bool screen_is_restored(struct screen *s)
{
    struct termios now;
    size_t len;
    tcgetattr(s->slave, &now);
    const char *raw = screen_raw(s, &len);
    struct span all = span_make(raw, len);
    bool left = span_contains(all, "\x1b[?1049l") || !span_contains(all, "\x1b[?1049h");
    return left && now.c_lflag == s->before.c_lflag && now.c_iflag == s->before.c_iflag &&
           now.c_oflag == s->before.c_oflag;
}
