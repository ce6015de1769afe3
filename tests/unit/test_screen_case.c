// The workbench on the incident that ships, at every size: what a person must see, and the keys that go on.
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
#include "tests/kit/scratch.h"

#define TREE "tests/cases/demo/tree"

static struct screen *start(const struct room *p, int rows, int cols, const char *const *argv)
{
    const char *const env[] = {p->state_env, NULL};
    static const char *const from[] = {"--from", TREE, NULL};
    return screen_start(
        &(struct screen_config){.rows = rows, .cols = cols, .argv = argv ? argv : from, .env = env});
}

static void test_wide(void **state)
{
    struct screen *s = start(*state, 43, 132, NULL);
    assert_true(screen_shows(s, "Triage"));
    assert_true(screen_shows(s, "Report · "));
    assert_true(screen_shows(s, "root_cause:"));
    assert_true(screen_shows(s, "shop/checkout-7d9c5b6f4-x2x9p @ ip-10-0-11-37"));
    assert_true(screen_shows(s, "STANDARD"));
    assert_true(screen_shows(s, "query path  pod ✓"));
    assert_true(screen_shows(s, "Report · confirmed"));
    assert_true(screen_shows(s, "since 07:00Z"));
    assert_true(screen_shows(s, "[46:2898] -A FORWARD -d 10.0.12.0/24")); // the deciding line, verbatim
    assert_true(screen_shows(s, "networking/iptables-save.txt · via ssh · 1.2 s"));
    assert_true(screen_shows(s, "node rules ✖31"));
    assert_true(screen_shows(s, "held by T.M2"));
    assert_true(screen_shows(s, "innocent: "));
    assert_true(screen_shows(s, "? help  q leave"));
    assert_true(room_leave(s));
}

static void test_middle_and_narrow(void **state)
{
    struct screen *s = start(*state, 40, 110, NULL);
    assert_true(screen_shows(s, "root_cause:"));
    assert_true(screen_shows(s, "Triage"));
    screen_resize(s, 24, 80);
    assert_true(screen_shows(s, "[Checklist "));
    assert_true(screen_lacks(s, "root_cause:"));
    assert_true(screen_shows(s, "path  pod ✓"));
    screen_keys(s, "\t\t");
    assert_true(screen_shows(s, "[Report · "));
    assert_true(screen_shows(s, "root_cause:"));
    screen_resize(s, 12, 50);
    assert_true(screen_shows(s, "root_cause:"));
    screen_resize(s, 50, 200);
    assert_true(screen_shows(s, "Triage"));
    assert_true(room_leave(s));
}

// What is kept of one file says nothing of the next, whose notes take the place of the first one's.
static void test_another_file_is_shown_whole(void **state)
{
    struct screen *s = start(*state, 43, 132, NULL);
    assert_true(screen_shows(s, "node rules ✖31"));
    screen_keys(s, "\t&DROP\r");
    assert_true(screen_shows(s, "kept"));
    screen_keys(s, "C\r"); // a line of the capture
    assert_true(screen_shows(s, "captures/port53.txt"));
    assert_true(screen_lacks(s, "kept"));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "Nobody answered"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

// Nothing is lost by not reading on, so nobody is asked.
static void test_leaves_while_it_reads(void **state)
{
    struct screen *s = start(*state, 24, 80, NULL);
    assert_true(room_leave(s)); // before anything is answered
}

static void test_tiny_still_says_what_it_is(void **state)
{
    struct screen *s = start(*state, 10, 40, NULL);
    assert_true(screen_shows(s, "STANDARD"));
    assert_true(screen_shows(s, "done"));
    screen_keys(s, "jj");
    assert_true(room_leave(s));
}

static void test_steps_have_words(void **state)
{
    struct screen *s = start(*state, 50, 200, NULL);
    assert_true(screen_shows(s, "done│"));
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "g");
    assert_true(screen_shows(s, "T.M1 "));
    screen_keys(s, "nlooked at by hand\r");
    assert_true(screen_shows(s, "note: looked at by hand"));
    screen_keys(s, "\r");
    assert_true(room_leave(s));
}

static void test_lists_and_palette(void **state)
{
    struct screen *s = start(*state, 30, 100, NULL);
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "f");
    assert_true(screen_shows(s, "Findings: "));
    screen_keys(s, "\r");
    assert_true(screen_lacks(s, "Findings: "));
    screen_keys(s, "c");
    assert_true(screen_shows(s, "Causes: "));
    screen_keys(s, "q");
    screen_keys(s, "t");
    assert_true(screen_shows(s, "Timeline: "));
    screen_keys(s, "\x1b");
    assert_true(screen_lacks(s, "Timeline: "));
    screen_keys(s, "?");
    assert_true(screen_shows(s, "Help: "));
    screen_keys(s, "q:exp");
    assert_true(screen_shows(s, "The report to a file, the clipboard"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Export: "));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void test_a_case_is_found_again(void **state)
{
    struct room *p = *state;
    static const char *const open[] = {"open", NULL};
    struct screen *s = start(p, 43, 132, NULL);
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "gnnight shift\r");
    assert_true(screen_shows(s, "note: night shift"));
    assert_true(room_leave(s));
    s = start(p, 43, 132, open);
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "g");
    assert_true(screen_shows(s, "note: night shift"));
    assert_true(screen_shows(s, "pod ✓")); // the evidence was read again
    assert_true(room_leave(s));
}

// What somebody wrote down stands in the export, and is there where it is opened: in a case of its own.
static void test_an_export_is_opened_elsewhere(void **state)
{
    const struct room *p = *state;
    struct screen *s = start(p, 43, 132, NULL);
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "gnnight shift\r");
    assert_true(screen_shows(s, "note: night shift"));
    assert_true(room_leave(s));
    char *file = mem_printf("%s/export.tar.gz", p->dir), *there = mem_printf("%s/there", p->dir);
    const char *program = getenv("D5TUI");
    char *command =
        mem_printf("%s '%s' export last -o '%s' 2>&1", p->state_env, program ? program : "build/d5tui", file);
    assert_int_equal(system(command), 0);
    const char *const open[] = {"open", file, "--state", there, NULL};
    s = start(p, 43, 132, open);
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "g");
    assert_true(screen_shows(s, "note: night shift"));
    assert_true(screen_shows(s, "Report · confirmed"));
    screen_keys(s, "nmorning shift\r");
    assert_true(screen_shows(s, "note: morning shift"));
    assert_true(room_leave(s));
    const char *const again[] = {"open", "--state", there, NULL};
    s = start(p, 43, 132, again);
    screen_keys(s, "g");
    assert_true(screen_shows(s, "note: morning shift"));
    assert_true(room_leave(s));
    free(command);
    free(there);
    free(file);
}

static void test_theme_is_chosen_and_picked_up(void **state)
{
    struct room *p = *state;
    char *folder = mem_printf("%s/d5tui", p->dir), *path = mem_printf("%s/config.yaml", folder);
    char *theme = mem_printf("%s/own.yaml", p->dir), *config = mem_printf("XDG_CONFIG_HOME=%s", p->dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    FILE *f = fopen(path, "w"), *t = fopen(theme, "w");
    fprintf(f, "theme: %s\n", theme);
    fputs("name: own\nroles:\n  text: {fg: default}\n", t);
    fclose(f);
    fflush(t);
    const char *const argv[] = {"--from", TREE, NULL};
    const char *const env[] = {p->state_env, config, NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = 24, .cols = 80, .argv = argv, .env = env});
    assert_true(screen_shows(s, "confirmed"));
    assert_int_equal(screen_colours(s), 0);
    fputs("  title: {fg: \"#ff0000\", bg: \"#0000ff\"}\n", t);
    fclose(t);
    for (int looks = 0; screen_colours(s) == 0 && looks < 200; looks++)
        screen_idle(s, 100); // takes in what comes
    assert_true(screen_colours(s) > 0);
    screen_keys(s, "Tno-such\r");
    assert_true(screen_shows(s, "There is no theme"));
    screen_keys(s, "Tlight\r");
    assert_true(screen_shows(s, "theme: light"));
    assert_true(room_leave(s));
    free(folder);
    free(path);
    free(theme);
    free(config);
}

// A person's own keys: they work, the key line and the help say so, and what is wrong is told with its line.
static void test_keys_are_a_persons_own(void **state)
{
    struct room *p = *state;
    char *folder = mem_printf("%s/d5tui", p->dir), *path = mem_printf("%s/config.yaml", folder);
    char *config = mem_printf("XDG_CONFIG_HOME=%s", p->dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    FILE *f = fopen(path, "w");
    fputs("keys:\n  help: F2\n  causes: Y\n  findings: t\n", f);
    fclose(f);
    const char *const argv[] = {"--from", TREE, NULL}, *const env[] = {p->state_env, config, NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = 30, .cols = 100, .argv = argv, .env = env});
    assert_true(
        screen_shows(s, "config.yaml: line 4: \"t\" is taken by timeline: give that another key, too"));
    assert_true(screen_shows(s, "Checklist 29/38"));
    screen_keys(s, "Y");
    assert_true(screen_shows(s, "Causes"));
    assert_true(screen_shows(s, "F2 help"));
    screen_keys(s, "\x1b[12~");
    assert_true(screen_shows(s, "all keys and commands"));
    screen_keys(s, "qq");
    assert_true(room_leave(s));
    free(folder);
    free(path);
    free(config);
}

static void test_intake(void **state)
{
    static const char *const nothing[] = {NULL};
    struct screen *s = start(*state, 24, 80, nothing);
    assert_true(screen_shows(s, "What hurts?"));
    assert_true(screen_shows(s, "reads       the cluster, by kubectl"));
    screen_keys(s, "\x14"); // names are listed where the cluster has some
    assert_true(screen_shows(s, "The cluster lists contexts, namespaces and pods"));
    screen_paste(s, "dial tcp: lookup orders.shop.svc.cluster.local on 172.20.0.10:53: no such host\r\n");
    assert_true(screen_shows(s, "The name that fails was found in it: orders.shop.svc.cluster.local"));
    assert_true(screen_shows(s, "DNS Failures from Pods, the default: no trigger"));
    screen_keys(s, "\x1b[A"); // up to the evidence: left empty, the cluster itself is read
    screen_keys(s, "tests/cases/dem\t");
    assert_true(screen_shows(s, "tests/cases/demo/"));
    assert_true(screen_shows(s, "reads       what was collected, where it lies"));
    screen_keys(s, "tree\r");
    assert_true(screen_shows(s, "Checklist 29/38"));
    assert_true(room_leave(s));
}

// Of the demo nothing is kept, until somebody writes something into it: then all of it is.
static void test_the_demo_keeps_what_is_written(void **state)
{
    struct screen *s = room_start(*state, 24, 100, "demo");
    assert_true(screen_shows(s, "confirmed"));
    assert_true(room_leave(s));
    s = room_start(*state, 24, 100, "demo");
    assert_true(screen_shows(s, "confirmed"));
    screen_keys(s, "O");
    assert_true(screen_shows(s, "There is no case yet: your first note or reason makes one"));
    screen_keys(s, "qnasked the team\r");
    assert_true(screen_shows(s, "noted; kept as case 20"));
    screen_keys(s, "n, and the others\r");
    assert_true(screen_lacks(s, "kept as"));
    assert_true(room_leave(s));
    s = room_start(*state, 24, 100, "open last");
    assert_true(screen_shows(s, "confirmed"));
    screen_keys(s, "n");
    assert_true(screen_shows(s, ": asked the team, and the others"));
    screen_keys(s, "\x07");
    assert_true(room_leave(s));
}

// Out of the field the letters are commands, as the key line says; what was typed is not left behind unasked.
static void test_letters_are_commands_out_of_the_field(void **state)
{
    static const char *const nothing[] = {NULL};
    struct screen *s = start(*state, 24, 80, nothing);
    assert_true(screen_shows(s, "What hurts?"));
    assert_true(screen_shows(s, "F1 help  Esc commands"));
    screen_keys(s, "jO:q"); // what is typed first is what hurts
    assert_true(screen_shows(s, "Symptom          jO:q"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "i type  : commands  O cases"));
    screen_keys(s, "x");
    assert_true(screen_shows(s, "Letters are commands here; i types into the field"));
    screen_keys(s, "O");
    assert_true(screen_shows(s, "There is no case yet"));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "What hurts?"));
    screen_keys(s, ":theme\r");
    assert_true(screen_shows(s, "Theme ("));
    screen_keys(s, "\x07");
    screen_keys(s, "ju");
    screen_keys(s, "i.x");
    assert_true(screen_shows(s, "Name that fails  .x"));
    assert_true(screen_shows(s, "Esc commands"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "q leave"));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "No case was begun with what you typed. Leave?"));
    screen_keys(s, "n\r");
    assert_true(screen_shows(s, "q leave"));
    screen_keys(s, "qy\r");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

// A step that only a person can answer asks when it is run, with its own words above what is seen.
static void test_a_person_is_asked(void **state)
{
    struct room *p = *state;
    free(scratch_put(
        p->dir, "d5tui/sops/L1.md",
        span_of("---\ntitle: \"L1 — Lamps\"\nstatus: active\nseverity: LOW\ntriggers:\n  - \"lamp\"\n---\n\n"
                "## Phase 1 — Triage\n\nMUST:\n- Go there and see whether the lamp glows\n")));
    const char *const env[] = {p->state_env, p->config_env, NULL};
    static const char *const argv[] = {"--from", TREE, "--symptom", "the lamp flickers", NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = 43, .cols = 132, .argv = argv, .env = env});
    assert_true(screen_shows(s, "Enter asks what you see"));
    assert_true(screen_shows(s, "Report · "));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Your answer (y, n, or what you saw):"));
    screen_keys(s, "it glows\r");
    assert_true(screen_shows(s, "answered"));
    assert_true(screen_shows(s, "it glows"));
    assert_true(room_leave(s));
}

static void test_terminal_is_given_back(void **state)
{
    static const int signals[] = {SIGTERM, SIGSEGV, SIGABRT};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct screen *s = start(*state, 24, 80, NULL);
        assert_true(screen_shows(s, "Triage"));
        screen_signal(s, signals[i]);
        assert_int_equal(screen_exit(s), 128 + signals[i]);
        assert_true(screen_is_restored(s));
        screen_free(s);
    }
}

static void test_rubbish_does_no_harm(void **state)
{
    struct screen *s = start(*state, 24, 80, NULL);
    uint64_t seed = 11;
    assert_true(screen_shows(s, "Triage"));
    screen_keys(s, "R"); // and reads the evidence again meanwhile
    for (int round = 0; round < 60; round++) {
        char keys[32];
        for (size_t i = 0; i < sizeof keys - 1; i++) {
            static const char some[] = "jkgGnN/&?fct][d\r\t\x1b hlz1a\x0c;[A~";
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            keys[i] = some[(seed >> 33) % (sizeof some - 1)];
        }
        keys[sizeof keys - 1] = '\0';
        screen_keys(s, keys);
        screen_resize(s, 5 + (int)(seed >> 40) % 50, 10 + (int)(seed >> 50) % 180);
    }
    for (int again = 0; again < 5;
         again++) { // the palette may have found "suspend": fg, until all keys are eaten
        screen_signal(s, SIGCONT);
        while (!screen_idle(s, 200))
            continue;
    }
    screen_keys(s, "\x03\x03\x03"); // a prompt may be open
    assert_int_equal(screen_exit(s), 0);
    assert_true(screen_is_restored(s));
    screen_free(s);
}

#define CASE_TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_TEST(test_wide),
        CASE_TEST(test_middle_and_narrow),
        CASE_TEST(test_another_file_is_shown_whole),
        CASE_TEST(test_leaves_while_it_reads),
        CASE_TEST(test_tiny_still_says_what_it_is),
        CASE_TEST(test_steps_have_words),
        CASE_TEST(test_lists_and_palette),
        CASE_TEST(test_a_case_is_found_again),
        CASE_TEST(test_an_export_is_opened_elsewhere),
        CASE_TEST(test_theme_is_chosen_and_picked_up),
        CASE_TEST(test_keys_are_a_persons_own),
        CASE_TEST(test_intake),
        CASE_TEST(test_letters_are_commands_out_of_the_field),
        CASE_TEST(test_the_demo_keeps_what_is_written),
        CASE_TEST(test_a_person_is_asked),
        CASE_TEST(test_terminal_is_given_back),
        CASE_TEST(test_rubbish_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
