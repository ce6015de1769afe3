// Random keys, pastes and resizes, as a cat on the keyboard types them: the program neither dies nor hangs,
// and gives the terminal back. RANDOM_SECONDS says for how long (doc/HACKING.md). A failure names the seed of
// the life that failed, which RANDOM_SEED repeats, what was typed in it, and what came last.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/kit/screen.h"

// Once the terminal was given back, the last Ctrl-C is a signal to what is still cleaning up.
enum { SECONDS = 4, BURSTS = 60, SHOWN = 12000, INTERRUPTED = 128 + SIGINT };

static const char *const chosen[] = {
    "\r",
    "\r",
    "\t",
    "\x1b",
    "\x1b[A",
    "\x1b[B",
    "\x1b[5~",
    "\x1b[6~",
    "\x1b[C",
    "\x1b[D",
    "\x1b[H",
    "\x1b[F",
    "\x1b[Z",
    "\x1bOP",
    "\x0c",
    "\x07",
    "\x1b[<0;5;5M",
    "\x1b[?1;2c",
    "\x1b]11;rgb:0/0/0\x07",
    "\xff",
    "\xe2\x82",
    "\xf0\x9f\x98\x80",
    "gg",
    "G",
    "/53\r",
    "&DROP\r",
    "n",
    "N",
    ":find\r",
    ":caus\r",
    ":time\r",
    "q",
    "?",
    "v",
    "H",
    "snot now\r",
    "nseen\r",
    "T",
    "light\r",
    "z",
    "R",
    "f",
    "c",
    "t",
    "m",
    "p",
    "x",
    "]",
    "[",
    "d",
    "o",
    "e",
    "C",
    "L",
    "w07:00..07:10\r",
    "}",
    "O",
    ":exp\r",
    "l",
    "h",
};

struct monkey {
    uint64_t seed, begun; // now, and when this life began
    char *folder, *program, *from;
    const char *mode;
    struct str typed;
};

static unsigned any(struct monkey *m, unsigned below)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(m->seed >> 33) % below;
}

static struct screen *start(const struct monkey *m)
{
    char *state = mem_printf("XDG_STATE_HOME=%s", m->folder);
    char *command =
        mem_printf("cd '%s' && exec '%s' --mode %s --from '%s'", m->folder, m->program, m->mode, m->from);
    const char *const env[] = {state, NULL}, *const argv[] = {"-c", command, NULL};
    struct screen *s = screen_start(&(struct screen_config){
        .rows = 24, .cols = 80, .argv = argv, .env = env, .program = "/bin/sh", .blind = true});
    free(command);
    free(state);
    return s;
}

static void type(struct monkey *m, struct screen *s)
{
    struct str keys = {0};
    for (unsigned n = 1 + any(m, 6); n > 0; n--) {
        if (any(m, 3) == 0)
            str_add_char(&keys, (char)(' ' + any(m, 95)));
        else
            str_add(&keys, chosen[any(m, ARRAY_LEN(chosen))]);
    }
    str_add_span(&m->typed, str_span(&keys));
    screen_keys(s, str_text(&keys));
    str_done(&keys);
}

// What it typed, as it can be read.
static void complain(const struct monkey *m, struct screen *s, const char *what)
{
    struct str shown = {0};
    for (size_t i = 0; i < m->typed.len; i++) {
        unsigned char c = (unsigned char)m->typed.at[i];
        str_printf(&shown, c < 0x20 || c >= 0x7F ? "\\x%02x" : "%c", c);
    }
    size_t len;
    const char *raw = screen_raw(s, &len);
    print_error("RANDOM_SEED=%llu; mode %s; last bytes:\n", (unsigned long long)m->begun, m->mode);
    fwrite(raw + (len > SHOWN ? len - SHOWN : 0), 1, len > SHOWN ? SHOWN : len, stderr);
    fprintf(stderr, "\ntyped: %s\n", str_text(&shown)); // cmocka's own messages are cut
    fail_msg("%s", what);
}

// It must answer: Ctrl-L draws everything afresh, whatever is open.
static void must_answer(struct monkey *m, struct screen *s)
{
    size_t before, after;
    while (!screen_idle(s, 20))
        continue;
    screen_raw(s, &before);
    screen_keys(s, "\x07\x0c\x0c");
    for (usec_t end = clock_monotonic() + 20 * USEC_SEC; clock_monotonic() < end;) {
        screen_idle(s, 20);
        screen_raw(s, &after);
        if (after > before || screen_look(s) >= 0)
            return;
    }
    complain(m, s, "it does not answer");
}

static void burst(struct monkey *m, struct screen *s)
{
    switch (any(m, 12)) {
    case 0:
        screen_resize(s, 1 + (int)any(m, 60), 1 + (int)any(m, 220));
        break;
    case 1:
        screen_paste(s, "lookup orders.shop on 10.0.0.1: no such host\n\x1b[2J\x07 pod/checkout-1");
        break;
    default:
        type(m, s);
    }
}

static void one_life(struct monkey *m)
{
    struct screen *s = start(m);
    str_clear(&m->typed);
    int status = -1;
    for (int i = 0; i < BURSTS && status < 0; i++) {
        burst(m, s);
        if (any(m, 3) == 0)
            must_answer(m, s);
        status = screen_look(s);
    }
    for (int tries = 0; status < 0 && tries < 3; tries++) {
        screen_keys(s, "\x07\x03");
        screen_idle(s, 50);
        status = screen_look(s);
    }
    status = status < 0 ? screen_exit(s) : status;
    if (status != 0 && status != INTERRUPTED) {
        char what[64];
        snprintf(what, sizeof what, status < 0 ? "it cannot be left" : "it ended with %d", status);
        complain(m, s, what);
    }
    if (!screen_is_restored(s))
        complain(m, s, "the terminal was not given back");
    screen_free(s);
}

static void remove_folder(const char *folder)
{
    char *command = mem_printf("rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    free(command);
}

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

static void test_random_keys(void **state)
{
    (void)state;
    static const char *const modes[] = {"standard", "guided"};
    const char *program = getenv("D5TUI");
    struct monkey m = {.seed = (uint64_t)number_of("RANDOM_SEED", 20261123)};
    usec_t end = clock_monotonic() + number_of("RANDOM_SECONDS", SECONDS) * USEC_SEC;
    m.program = realpath(program ? program : "build/d5tui", NULL);
    m.from = realpath("tests/cases/demo/tree", NULL);
    assert_non_null(m.program);
    int lives = 0;
    do {
        m.folder = mem_strdup("/tmp/d5tui-random-XXXXXX");
        assert_non_null(mkdtemp(m.folder));
        m.begun = m.seed;
        m.mode = modes[any(&m, ARRAY_LEN(modes))];
        one_life(&m);
        remove_folder(m.folder);
        free(m.folder);
        lives++;
    } while (clock_monotonic() < end || lives < 2);
    print_message("%d lives\n", lives);
    str_done(&m.typed);
    free(m.program);
    free(m.from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
