// Guided mode as somebody in their first week meets it: what stands on the cards, that Enter is enough, that
// the badge never goes, and that nothing they could try leads out of it.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/room.h"

#define TREE  "tests/cases/demo/tree"
#define BADGE "GUIDED read-only"

// In a folder of its own, since a hand-over lands in the one that it runs in.
static struct screen *start(const struct room *p, int rows, int cols)
{
    char *words = mem_printf("--mode guided --from '%s/" TREE "'", p->here);
    struct screen *s = room_start(p, rows, cols, words);
    free(words);
    assert_true(screen_shows(s, "Enter runs this step. It only"));
    return s;
}

static void test_a_card_says_all_that_is_needed(void **state)
{
    struct screen *s = start(*state, 24, 80);
    assert_true(screen_shows(s, BADGE));
    assert_true(screen_shows(s, "you cannot break anything"));
    assert_true(screen_shows(s, "T.M1.1 Pods of the namespace  MUST"));
    assert_true(screen_shows(s, "Checks    Whether the pod that complains is there"));
    assert_true(screen_shows(s, "Why now   A pod that does not run"));
    assert_true(screen_shows(s, "Good is   STATUS Running"));
    assert_true(screen_shows(s, "Command   kubectl --context=prod-eu get pods -A -o json"));
    assert_true(screen_shows(s, "It only reads (GREEN)"));
    assert_true(screen_shows(s, "H hand over"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Last      T.M1.1 Pods of the namespace  ✓ done"));
    assert_true(screen_shows(s, "Showed    the pod checkout-7d9c5b6f4-x2x9p is Running and Ready"));
    assert_true(screen_shows(s, "Means     The pod itself is well"));
    assert_true(screen_shows(s, "Next      T.M1.2"));
    assert_true(screen_shows(s, "1 of 35 steps ended"));
    assert_true(room_leave(s));
}

// Who is quicker than the reading presses Enter once: it is kept, and runs the step that the card was about.
static void test_enter_is_kept_while_the_evidence_is_read(void **state)
{
    const struct room *p = *state;
    char *words = mem_printf("--mode guided --from '%s/" TREE "'", p->here);
    struct screen *s = room_start(p, 24, 80, words);
    free(words);
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Last      T.M1.1 Pods of the namespace  ✓ done"));
    assert_true(screen_shows(s, "Next      T.M1.2"));
    assert_true(room_leave(s));
}

// What is nobody's fault is not told like one, and what needs no fix is nobody's work.
static void test_normal_behaviour_is_told_as_such(void **state)
{
    const struct room *p = *state;
    char *words = mem_printf("--mode guided --from '%s/tests/cases/search-list/tree'", p->here);
    struct screen *s = room_start(p, 30, 80, words);
    free(words);
    assert_true(screen_shows(s, "Enter runs this step. It only"));
    for (int i = 0; i < 10; i++)
        screen_keys(s, "\r");
    assert_true(screen_shows(s, "Unknown   nothing in the evidence tells"));
    screen_keys(s, "\r\r");
    assert_true(screen_shows(s, "So far    confirmed: the search list at work"));
    assert_true(screen_shows(s, "The fix   no action: this is how the resolver"));
    assert_true(room_leave(s));
}

// The first-timer's script: from the start to the hand-over in eight keys, and whoever gets it can go on.
static void test_from_start_to_hand_over(void **state)
{
    struct room *p = *state;
    struct screen *s = start(p, 24, 80);
    screen_keys(s, "\r\r\r\r\r\r\r");
    assert_true(screen_shows(s, "T.M2.3 Packet filter rules  ✖ finding"));
    assert_true(screen_shows(s, "remove it: hand over"));
    assert_true(screen_shows(s, "Not for you, for an operator"));
    screen_keys(s, "H");
    assert_true(screen_shows(s, "The case is packed for whoever goes on"));
    assert_true(screen_shows(s, "d5tui open"));
    assert_true(screen_shows(s, "host firewall blocks DNS — a rule in chain FORWARD"));
    assert_true(room_leave(s));
    s = room_start(p, 43, 132, "open ./*.tar.gz --state there");
    assert_true(screen_shows(s, "STANDARD"));
    assert_true(screen_shows(s, "Packet filter rules"));
    assert_true(screen_shows(s, "[46:2898] -A FORWARD")); // where it stopped
    assert_true(room_leave(s));
}

// Who tries it on the incident that ships gets as far as on one of their own.
static void test_the_demo_is_handed_over_too(void **state)
{
    struct screen *s = room_start(*state, 24, 80, "demo --mode guided");
    assert_true(screen_shows(s, BADGE));
    assert_true(screen_shows(s, "Enter runs this step. It only"));
    screen_keys(s, "\rH");
    assert_true(screen_shows(s, "The case is packed for whoever goes on"));
    assert_true(room_leave(s));
    s = room_start(*state, 24, 80, "open ./*.tar.gz --state there");
    assert_true(screen_shows(s, "STANDARD"));
    assert_true(room_leave(s));
}

static void test_a_must_is_not_skipped_in_passing(void **state)
{
    struct screen *s = start(*state, 30, 100);
    screen_keys(s, "s");
    assert_true(screen_shows(s, "Why is this step skipped?"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "skipping it needs a reason"));
    assert_true(screen_shows(s, "Next      T.M1.1"));
    screen_keys(s, "sa colleague looked\r");
    assert_true(screen_shows(s, "Reason    a colleague looked"));
    assert_true(screen_shows(s, "Nobody looked here"));
    assert_true(screen_shows(s, "Next      T.M1.2"));
    assert_true(room_leave(s));
}

static void test_looking_back_and_at_the_lines(void **state)
{
    struct screen *s = start(*state, 30, 100);
    screen_keys(s, "v");
    assert_true(screen_shows(s, "No step has run yet"));
    screen_keys(s, "\r\r\r\r\r\r\r");
    assert_true(screen_shows(s, "T.M2.3 Packet filter rules  ✖"));
    screen_keys(s, "kkkk");
    assert_true(screen_shows(s, "Before    T.M1.3"));
    assert_true(screen_shows(s, "Next      T.M2.4"));
    screen_keys(s, "n"); // a note is to the step that is looked at
    assert_true(screen_shows(s, "Note to T.M1.3:"));
    screen_keys(s, "seen it\r");
    assert_true(screen_shows(s, "Note      seen it"));
    screen_keys(s, "G");
    assert_true(screen_shows(s, "Last      T.M2.3"));
    screen_keys(s, "v");
    assert_true(screen_shows(s, "-A FORWARD -d 10.0.12.0/24"));
    assert_true(screen_shows(s, "T.M2.3 MUST Packet filter rules")); // whose lines they are
    assert_true(screen_shows(s, BADGE));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "Next      T.M2.4"));
    assert_true(room_leave(s));
}

// Every size, every view, with a prompt or without.
static void test_the_badge_never_goes(void **state)
{
    static const int sizes[][2] = {{24, 80}, {30, 100}, {43, 132}, {50, 200},
                                   {12, 40}, {5, 20},   {2, 12},   {1, 8}};
    static const char *const ways[] = {"", "v", "vz", "vz/abc", "f", ":", "?", "n", "t", "c"};
    struct screen *s = start(*state, 24, 80);
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Next      T.M1.2"));
    for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
        screen_keys(s, ways[w]);
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            screen_resize(s, sizes[i][0], sizes[i][1]);
            if (!screen_shows(s, "GUIDED"))
                fail_msg("no badge at %d×%d after \"%s\":\n%s", sizes[i][0], sizes[i][1], ways[w],
                         screen_text(s));
        }
        screen_resize(s, 24, 80);
        screen_keys(s, "\x1b");
        while (!screen_idle(s, 50)) // so that what follows is a key of its own
            continue;
        for (int back = 0; back < 3 && !strstr(screen_text(s), "Next      T.M1.2"); back++) {
            screen_keys(s, "q");
            while (!screen_idle(s, 50))
                continue;
        }
        assert_true(screen_shows(s, "Next      T.M1.2"));
    }
    assert_true(room_leave(s));
}

// ---- ways out that there are not

// The program where /etc holds nothing but a policy that says guided, in namespaces of its own.
static struct screen *start_under_policy(const struct room *p, const char *way, const char *const *more_env)
{
    char *command = mem_printf("mount -t tmpfs none /etc && mkdir /etc/d5tui && "
                               "echo 'mode: guided' >/etc/d5tui/policy.yaml && exec %s %s",
                               p->program, way);
    const char *env[8] = {p->state_env};
    for (size_t i = 0; more_env && more_env[i]; i++)
        env[i + 1] = more_env[i];
    const char *const argv[] = {"-rm", "/bin/sh", "-c", command, NULL};
    struct screen *s = screen_start(&(struct screen_config){
        .rows = 43, .cols = 132, .argv = argv, .env = env, .program = "/usr/bin/unshare"});
    free(command);
    return s;
}

static void need_namespaces(void)
{
    if (system("unshare -rm true 2>/dev/null") == 0)
        return;
    print_message("no namespaces here: skipped\n");
    skip();
}

static void assert_guided(struct screen *s, const char *way)
{
    if (!screen_shows(s, BADGE))
        fail_msg("not guided by \"%s\":\n%s", way, screen_text(s));
    screen_keys(s, "\x03");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

static void test_no_flag_and_no_case_leads_out(void **state)
{
    static const char *const ways[] = {
        "demo",
        "--mode standard",
        "--mode standard --from " TREE,
        "open",
        "open last",
        "--from " TREE "/nodes/ip-10-0-11-37.eu-west-1.compute.internal/kernel/dmesg.txt"};
    static const char *const from[] = {"--from", TREE, NULL};
    const struct room *p = *state;
    const char *const env[] = {p->state_env, NULL};
    need_namespaces();
    struct screen *first = // a case of standard mode, in which a gate was passed
        screen_start(&(struct screen_config){.rows = 43, .cols = 132, .argv = from, .env = env});
    assert_true(screen_shows(first, "Checklist 29/38"));
    screen_keys(first, "\t\t\tgjjjjjjjjjjjjo");
    screen_keys(first, "because\r");
    assert_true(room_leave(first));
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        assert_guided(start_under_policy(p, ways[i], NULL), ways[i]);
}

static void test_no_environment_and_no_configuration_leads_out(void **state)
{
    struct room *p = *state;
    char *folder = mem_printf("%s/d5tui", p->dir), *path = mem_printf("%s/config.yaml", folder);
    char *config = mem_printf("XDG_CONFIG_HOME=%s", p->dir), *home = mem_printf("HOME=%s", p->dir);
    const char *const env[] = {
        config, home, "D5TUI_MODE=standard", "D5TUI_POLICY=/dev/null", "SYSCONFDIR=/nonexistent", NULL};
    need_namespaces();
    assert_int_equal(mkdir(folder, 0700), 0);
    FILE *f = fopen(path, "w");
    fputs("mode: standard\nkeys:\n  pass-gate: o\npolicy: /dev/null\nguided: false\n", f);
    fclose(f);
    assert_guided(start_under_policy(p, "--from " TREE, env), "environment and configuration");
    free(folder);
    free(path);
    free(config);
    free(home);
}

// Each key of the screen, then each command by its name: none of them passes a gate or changes the mode.
static void test_no_key_and_no_command_leads_out(void **state)
{
    static const char *const commands[] = {"pass-gate", "run-all", "run-step",     "next-step",
                                           "skip-step", "theme",   "read-evidence"};
    struct screen *s = start(*state, 43, 132);
    screen_keys(s, "\r\r\r\r\r\r\r\r\r");
    assert_true(screen_shows(s, "held by the finding of T.M2"));
    for (char c = '!'; c <= '~'; c++) {
        if (c == 'q')
            continue;
        char keys[] = {c, '\0'};
        screen_keys(s, keys);
        screen_keys(s, "\x1b");
        screen_idle(s, 40);
        screen_keys(s, "\x07");
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        screen_keys(s, ":");
        screen_keys(s, commands[i]);
        screen_keys(s, "\r");
        screen_idle(s, 40);
        screen_keys(s, "out of here\r\x07");
    }
    assert_true(screen_shows(s, BADGE));
    while (!screen_idle(s, 50))
        continue;
    screen_keys(s, "\x07\x03");
    assert_in_range(screen_exit(s), 0, 128 + SIGINT);
    screen_free(s);
    const struct room *p = *state;
    static const char *const open[] = {"open", NULL};
    const char *const env[] = {p->state_env, NULL};
    s = screen_start(&(struct screen_config){.rows = 43, .cols = 132, .argv = open, .env = env});
    assert_true(screen_shows(s, BADGE));
    assert_true(screen_shows(s, "held by the finding of T.M2")); // what the case says, too
    screen_keys(s, "\x03");
    screen_exit(s);
    screen_free(s);
}

static void test_a_cut_off_run_goes_on(void **state)
{
    const struct room *p = *state;
    static const char *const open[] = {"open", NULL};
    const char *const env[] = {p->state_env, NULL};
    struct screen *s = start(p, 24, 80);
    screen_keys(s, "\r\r\r");
    assert_true(screen_shows(s, "Last      T.M1.3"));
    screen_signal(s, SIGHUP);
    assert_int_equal(screen_exit(s), 128 + SIGHUP);
    screen_free(s);
    s = screen_start(&(struct screen_config){.rows = 24, .cols = 80, .argv = open, .env = env});
    assert_true(screen_shows(s, "Last      T.M1.3"));
    assert_true(screen_shows(s, "Next      T.M1.4"));
    assert_true(screen_shows(s, "It only reads"));
    assert_true(screen_shows(s, BADGE)); // nobody asked for it again
    assert_true(room_leave(s));
}

#define CASE_TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_TEST(test_a_card_says_all_that_is_needed),
        CASE_TEST(test_enter_is_kept_while_the_evidence_is_read),
        CASE_TEST(test_normal_behaviour_is_told_as_such),
        CASE_TEST(test_from_start_to_hand_over),
        CASE_TEST(test_the_demo_is_handed_over_too),
        CASE_TEST(test_a_must_is_not_skipped_in_passing),
        CASE_TEST(test_looking_back_and_at_the_lines),
        CASE_TEST(test_the_badge_never_goes),
        CASE_TEST(test_no_flag_and_no_case_leads_out),
        CASE_TEST(test_no_environment_and_no_configuration_leads_out),
        CASE_TEST(test_no_key_and_no_command_leads_out),
        CASE_TEST(test_a_cut_off_run_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
