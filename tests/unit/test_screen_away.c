// A live run that nobody looks at any more, since the terminal is gone, and one that is looked at again: what
// decided is read anew (tests/kit/standin.py).
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/kit/standin.h"

static const char *const last[] = {"open", "last", NULL};

static void need_namespaces(void)
{
    if (system("unshare -rm true 2>/dev/null") == 0)
        return;
    print_message("no namespaces here: skipped\n");
    skip();
}

// The workbench by ssh where /etc holds nothing but this policy, up to the first call that waits.
static struct screen *begin_under_policy(const struct place *p, const char *policy)
{
    struct str words = {0};
    for (size_t i = 0; standin_by_ssh[i]; i++)
        str_printf(&words, " '%s'", standin_by_ssh[i]);
    char *program = realpath(getenv("D5TUI") ? getenv("D5TUI") : "build/d5tui", NULL);
    char *command = mem_printf("mount -t tmpfs none /etc && mkdir /etc/d5tui && "
                               "echo '%s' >/etc/d5tui/policy.yaml && exec '%s'%s",
                               policy, program, str_text(&words));
    const char *const argv[] = {"-rm", "/bin/sh", "-c", command, NULL};
    const char *const env[] = {p->path, p->home, p->state, NULL};
    struct screen *s = screen_start(&(struct screen_config){
        .rows = 40, .cols = 132, .argv = argv, .env = env, .program = "/usr/bin/unshare"});
    free(command);
    free(program);
    str_done(&words);
    assert_true(screen_shows(s, "What hurts?"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "What will run"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "running"));
    return s;
}

// The listing waits until the terminal is gone; what it then says is read, judged and kept.
static void a_run_goes_on_without_its_terminal(void **state)
{
    struct place *p = *state;
    need_namespaces();
    standin_make(p, ", \"waits\": [\"get nodes\"]");
    struct screen *s = begin_under_policy(p, "disconnect: continue");
    assert_true(screen_shows(s, "nodes  kubectl --request")); // what runs, by its name
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "T.M1 runs still"));
    screen_hang_up(s);
    standin_hangs(p);
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
    s = standin_start(p, last);
    assert_true(screen_shows(s, "Report · confirmed"));
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

static void else_it_ends_with_its_terminal(void **state)
{
    struct place *p = *state;
    need_namespaces();
    standin_make(p, ", \"waits\": [\"get nodes\"]");
    struct screen *s = begin_under_policy(p, "disconnect: stop");
    screen_hang_up(s);
    assert_int_equal(screen_exit(s), 128 + SIGHUP);
    screen_free(s);
    s = standin_start(p, last);
    assert_true(screen_shows(s, "not run: cut off while it ran"));
    assert_true(screen_lacks(s, "Report · confirmed"));
    screen_free(s);
}

// ---- a recheck

static struct screen *begin_and_finish(const struct place *p)
{
    struct screen *s = standin_begin(p, standin_by_ssh);
    for (int i = 0; i < 2; i++) { // exec, then capture
        assert_true(screen_shows(s, "Needs your yes: "));
        screen_keys(s, i == 0 ? "y\r" : "n\r");
        assert_true(screen_lacks(s, i == 0 ? "Needs your yes: exec" : "Needs your yes: capture"));
    }
    assert_true(screen_shows(s, "Done: "));
    assert_true(screen_shows(s, "Report · confirmed"));
    return s;
}

static void leave(struct screen *s)
{
    screen_keys(s, "qq");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

static void before_and_now_stand_side_by_side(void **state)
{
    struct place *p = *state;
    standin_make(p, "");
    struct screen *s = begin_and_finish(p);
    screen_keys(s, "V");
    assert_true(screen_shows(s, "still there; "));
    assert_true(screen_shows(s, "before       [46:2898] -A FORWARD"));
    assert_true(screen_shows(s, "now          [71:4473] -A FORWARD"));
    assert_true(screen_lacks(s, "not there any more"));
    leave(s);
}

// The rule is taken out between the two, and lookups go through.
static void what_was_mended_is_gone(void **state)
{
    struct place *p = *state;
    standin_make(p, "");
    struct screen *s = begin_and_finish(p);
    char *command =
        mem_printf("cp -r tests/cases/demo/tree '%s/mended' && cd '%s/mended' && "
                   "find nodes -name 'iptables-save.txt' -exec sed -i '/--dport 53 -j DROP/d' {} + && "
                   "cd pods/shop/checkout-7d9c5b6f4-x2x9p && cp dig-query-tcp.txt dig-query-udp.txt && "
                   "sed -i 's|\"tree\": \"[^\"]*\"|\"tree\": \"%s/mended\"|' '%s/bin/standin.json'",
                   p->room, p->room, p->room, p->room);
    standin_shell(command);
    free(command);
    screen_keys(s, "V");
    assert_true(screen_shows(s, "not there any more"));
    assert_true(screen_shows(s, "before"));
    leave(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_run_goes_on_without_its_terminal),
        IN_PLACE(else_it_ends_with_its_terminal),
        IN_PLACE(before_and_now_stand_side_by_side),
        IN_PLACE(what_was_mended_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
