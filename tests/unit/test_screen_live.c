// The workbench on a live cluster, which programs stand in for that print what was recorded of the shipped
// incident (tests/kit/standin.py): the plan, what runs, what is stopped, and what was cut off.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/standin.h"

static const char *const nothing[] = {NULL};

static struct screen *begin(const struct place *p)
{
    return standin_begin(p, standin_target);
}

// A question for consent comes with the command, where it would run, and what it costs.
static void answer(struct screen *s, const char *what, const char *command, const char *keys)
{
    char *title = mem_printf("Needs your yes: %s", what);
    assert_true(screen_shows(s, title));
    assert_true(screen_shows(s, command));
    assert_true(screen_shows(s, "costs"));
    assert_true(screen_shows(s, "bounds"));
    screen_keys(s, keys);
    assert_true(screen_lacks(s, title));
    free(title);
}

static void refuse(struct screen *s, const char *what, const char *command)
{
    answer(s, what, command, "n\r");
}

static void the_plan_comes_first_then_steps_run(void **state)
{
    struct place *p = *state;
    standin_make(p, "");
    struct screen *s = begin(p);
    refuse(s, "exec", "kubectl exec --namespace=shop");
    refuse(s, "capture", "tcpdump -i any -nn -U");
    assert_true(screen_shows(s, "Report · "));
    assert_true(screen_shows(s, "CoreDNS ✓"));
    screen_signal(s, SIGTERM);
    assert_int_equal(screen_exit(s), 128 + SIGTERM);
    assert_true(screen_is_restored(s));
    screen_free(s);
}

// The first step's row of the checklist, from its title to the border. Yours.
static char *first_step(struct screen *s)
{
    for (int row = 0; row < 40; row++) {
        const char *title = strstr(screen_row(s, row), "Pod and node state");
        const char *border = title ? strstr(title, "│") : NULL;
        if (border)
            return mem_strndup(title, (size_t)(border - title));
    }
    return mem_strdup("no such step");
}

// What was waited for stands beside the step, and again when the case is opened later; what was collected by
// somebody else was not waited for.
static void a_finished_step_says_how_long_it_took(void **state)
{
    struct place *p = *state;
    standin_make(p, "");
    struct screen *s = begin(p);
    refuse(s, "exec", "kubectl exec --namespace=shop");
    refuse(s, "capture", "tcpdump -i any -nn -U");
    assert_true(screen_shows(s, "Done: "));
    char *live = first_step(s);
    assert_non_null(strstr(live, " done "));
    assert_true(live[strlen(live) - 1] == 's'); // "done 0.9s"
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
    s = standin_start(p, (const char *const[]){"open", "last", NULL});
    assert_true(screen_shows(s, "A live case: "));
    assert_true(screen_shows(s, live));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
    s = standin_start(p, (const char *const[]){"--from", "tests/cases/demo/tree", NULL});
    assert_true(screen_shows(s, "confirmed"));
    char *offline = first_step(s);
    assert_string_equal(offline + strlen(offline) - strlen(" done"), " done");
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
    free(offline);
    free(live);
}

// Whether the only case holds an answer to the question for that consent.
static bool case_says(const struct place *p, const char *consent, int yes)
{
    char *command =
        mem_printf("python3 -c 'import glob, sqlite3, sys; db = sqlite3.connect(glob.glob(sys.argv[1] + "
                   "\"/state/d5tui/cases/*/case.db\")[0]); found = db.execute(\"SELECT text FROM events "
                   "WHERE kind = ? AND "
                   "value = ? AND number = ?\", (\"consented\", sys.argv[2], int(sys.argv[3]))).fetchall(); "
                   "sys.exit(not "
                   "(found and found[0][0]))' '%s' %s %d",
                   p->room, consent, yes);
    int status = system(command);
    free(command);
    return status == 0;
}

static void consents_stand_in_the_case(void **state)
{
    struct place *p = *state;
    standin_make(p, "");
    struct screen *s = begin(p);
    answer(s, "exec", "kubectl exec --namespace=shop", "y\r");
    refuse(s, "capture", "tcpdump -i any -nn -U");
    screen_signal(s, SIGTERM);
    assert_int_equal(screen_exit(s), 128 + SIGTERM);
    screen_free(s);
    assert_true(case_says(p, "exec", 1));
    assert_true(case_says(p, "capture", 0));
    assert_false(case_says(p, "capture", 1));
}

// At every size: what must be seen before anything begins, and the key that begins.
static void at_every_size(struct screen *s, const char *const *shows)
{
    static const int sizes[][2] = {{24, 80}, {30, 100}, {43, 132}, {50, 200}, {12, 50}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        screen_resize(s, sizes[i][0], sizes[i][1]);
        for (size_t k = 0; shows[k]; k++) {
            bool small = sizes[i][0] < 16 && k > 0; // there the first thing is what it is
            if (!small && !screen_shows(s, shows[k]))
                fail_msg("at %d×%d \"%s\" is not seen:\n%s", sizes[i][0], sizes[i][1], shows[k],
                         screen_text(s));
        }
        assert_true(screen_shows(s, "Enter begin"));
    }
    screen_resize(s, 40, 132);
}

// What the run may and may not do is known before it begins.
static void what_may_not_be_read_is_told_first(void **state)
{
    struct place *p = *state;
    standin_make(p, ", \"no\": [\"list nodes\", \"--subresource=exec\"]");
    char *command = mem_printf("rm '%s/bin/aws'", p->room);
    standin_shell(command);
    free(command);
    struct screen *s = standin_start(p, standin_target);
    assert_true(
        screen_shows(s, "procedure   D5 — DNS Failures from Pods, which fits \"UnknownHostException\""));
    assert_true(screen_shows(s, "not reached: what only they can tell stays unknown"));
    assert_true(screen_shows(s, "after your yes: exec, capture, bundle, ssm"));
    assert_true(screen_shows(s, "not on this machine: aws"));
    at_every_size(
        s, (const char *const[]){"What hurts?", "procedure", "not on this machine: aws", "F1 help", NULL});
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "What will run"));
    assert_true(screen_shows(s, "denied to you: list nodes, create pods/exec"));
    assert_true(screen_shows(s, "Enter begins"));
    at_every_size(s,
                  (const char *const[]){"What will run", "denied to you: list nodes", "get pods -A", NULL});
    screen_keys(s, "qq");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

// Its rows are there while it runs: first of all what nobody answered.
static void a_capture_is_taken_from_its_view(void **state)
{
    struct place *p = *state;
    standin_make(p, ", \"slow\": [\"tcpdump\"]");
    struct screen *s = standin_begin(p, standin_by_ssh);
    refuse(s, "exec", "kubectl exec --namespace=shop");
    refuse(s, "capture", "tcpdump -i any -nn -U");
    assert_true(screen_shows(s, "Done: "));
    screen_keys(s, "C");
    assert_true(screen_shows(s, "No capture was taken yet: n takes one"));
    screen_keys(s, "n");
    assert_true(screen_shows(s, "What will run"));
    assert_true(screen_shows(s, "0 run, 3 need a yes"));
    assert_true(screen_shows(s, "timeout -k 2 30 tcpdump -i any -nn -U"));
    screen_keys(s, "\r");
    answer(s, "capture", "tcpdump -i any -nn -U", "y\r");
    standin_hangs(p);
    assert_true(screen_shows(s, "being taken, "));
    assert_true(screen_shows(s, "Nobody answered: "));
    assert_true(screen_shows(s, "Answered: "));
    assert_true(screen_shows(s, "orders.shop.svc.cluster.local"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "Esc stop"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "Done: "));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    assert_true(screen_is_restored(s));
    screen_free(s);
}

static void leaving_asks_while_a_probe_runs(void **state)
{
    struct place *p = *state;
    standin_make(p, ", \"slow\": [\"get nodes\"]");
    struct screen *s = begin(p);
    standin_hangs(p);
    assert_true(screen_shows(s, "running"));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "Probes are running. Stop them and leave?"));
    screen_keys(s, "n\r");
    assert_true(screen_lacks(s, "Probes are running"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "Done: "));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    assert_true(screen_is_restored(s));
    screen_free(s);
}

static void a_case_that_was_cut_off_is_offered_first(void **state)
{
    struct place *p = *state;
    standin_make(p, ", \"slow\": [\"get nodes\"]");
    struct screen *s = begin(p);
    standin_hangs(p);
    assert_true(screen_shows(s, "running"));
    screen_signal(s, SIGKILL);
    assert_int_equal(screen_exit(s), 128 + SIGKILL);
    screen_free(s);
    s = standin_start(p, nothing);
    assert_true(screen_shows(s, "Ctrl-O goes on: Case "));
    screen_keys(s, "\x0f");
    assert_true(screen_shows(s, "not run"));
    assert_true(screen_shows(s, "R goes on with it"));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(the_plan_comes_first_then_steps_run),
        IN_PLACE(a_finished_step_says_how_long_it_took),
        IN_PLACE(consents_stand_in_the_case),
        IN_PLACE(what_may_not_be_read_is_told_first),
        IN_PLACE(a_capture_is_taken_from_its_view),
        IN_PLACE(leaving_asks_while_a_probe_runs),
        IN_PLACE(a_case_that_was_cut_off_is_offered_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
