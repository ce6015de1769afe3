// Guided mode on a live cluster, which programs stand in for (tests/kit/standin.py): what a card says while
// its step runs, and that whoever is impatient neither asks the cluster twice nor writes into the wrong step.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/kit/standin.h"

static void need_namespaces(void)
{
    if (system("unshare -rm true 2>/dev/null") == 0)
        return;
    print_message("no namespaces here: skipped\n");
    skip();
}

// Guided mode takes its programs from where the policy says, which here is where the stand-ins are.
static struct screen *start(struct place *p, const char *config)
{
    struct str words = {0};
    standin_make(p, config);
    for (size_t i = 0; standin_by_ssh[i]; i++)
        str_printf(&words, " '%s'", standin_by_ssh[i]);
    char *program = realpath(getenv("D5TUI") ? getenv("D5TUI") : "build/d5tui", NULL);
    char *command = mem_printf("mount -t tmpfs none /etc && mkdir /etc/d5tui && printf "
                               "'mode: guided\\npath: [%s/bin, /usr/bin, /bin]\\n' >/etc/d5tui/policy.yaml "
                               "&& exec '%s'%s",
                               p->room, program, str_text(&words));
    const char *const argv[] = {"-rm", "/bin/sh", "-c", command, NULL};
    const char *const env[] = {p->path, p->home, p->state, NULL};
    struct screen *s = screen_start(&(struct screen_config){
        .rows = 24, .cols = 80, .argv = argv, .env = env, .program = "/usr/bin/unshare"});
    free(command);
    free(program);
    str_done(&words);
    assert_true(screen_shows(s, "What hurts?"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Next      T.M1.1"));
    return s;
}

static size_t count_calls(const struct place *p, const char *words)
{
    char *path = mem_printf("%s/bin/calls.log", p->room), line[4096];
    FILE *f = fopen(path, "r");
    size_t n = 0;
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        n += strstr(line, words) != NULL;
    fclose(f);
    free(path);
    return n;
}

static void leave(struct screen *s)
{
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

static void a_step_that_runs_says_so(void **state)
{
    struct place *p = *state;
    need_namespaces();
    struct screen *s = start(p, ", \"waits\": [\"get nodes\"]");
    assert_true(screen_shows(s, "Runs      kubectl"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Now       T.M1.1"));
    assert_true(screen_shows(s, "It runs: "));
    assert_true(screen_shows(s, "Esc stop"));
    assert_true(screen_shows(s, "Runs      kubectl --request-timeout=20s get nodes -o json"));
    screen_keys(s, "\r\r\r");
    assert_true(screen_shows(s, "A step runs still"));
    screen_keys(s, "n");
    assert_true(screen_shows(s, "Note to T.M1.1:"));
    screen_keys(s, "looked myself");
    standin_hangs(p);
    assert_true(screen_shows(s, "Last      T.M1.1"));
    assert_true(screen_shows(s, "Next      T.M1.2"));
    screen_keys(s, "\r"); // the note is about the step that ran when it was begun
    assert_true(screen_shows(s, "Note      looked myself"));
    assert_int_equal(count_calls(p, "get nodes"), 1);
    leave(s);
}

// What two steps need is read once.
static void nothing_is_read_twice(void **state)
{
    struct place *p = *state;
    need_namespaces();
    struct screen *s = start(p, "");
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Last      T.M1.1"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Last      T.M1.2"));
    assert_int_equal(count_calls(p, "get pods -A"), 1);
    leave(s);
}

// A right that the cluster does not give is told as that.
static void what_is_denied_is_not_blamed_on_the_mode(void **state)
{
    struct place *p = *state;
    need_namespaces();
    struct screen *s = start(p, ", \"deny\": [\"get pods\"]");
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "T.M1.1 Pods of the namespace  ⊘ not allowed"));
    assert_true(screen_shows(s, "Forbidden"));
    assert_true(screen_shows(s, "Guided mode, or your rights, do not let you."));
    leave(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_step_that_runs_says_so),
        IN_PLACE(nothing_is_read_twice),
        IN_PLACE(what_is_denied_is_not_blamed_on_the_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
