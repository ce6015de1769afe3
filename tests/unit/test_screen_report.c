// The report pane on the real screen: free text edited in place, facts that are not, the way to the evidence
// and back, and what changed since the report was exported.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/room.h"

// The workbench, the report in front.
static struct screen *start(const struct room *p, int rows, int cols)
{
    static const char *const argv[] = {"--from", "tests/cases/demo/tree", NULL};
    const char *const env[] = {p->state_env, NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = rows, .cols = cols, .argv = argv, .env = env});
    assert_true(screen_shows(s, "Report · confirmed"));
    screen_keys(s, "\t\t");
    assert_true(screen_shows(s, "▸root_cause: \"network_policy — a"));
    return s;
}

// One key, and what it does to the screen.
static void press(struct screen *s, const char *key)
{
    char *before = mem_strdup(screen_text(s));
    screen_keys(s, key);
    for (int i = 0; i < 100 && strcmp(screen_text(s), before) == 0; i++)
        screen_idle(s, 20);
    while (!screen_idle(s, 30)) // all of it
        continue;
    free(before);
}

static void go_to(struct screen *s, const char *key, const char *row)
{
    for (int i = 0; i < 400 && !strstr(screen_text(s), row); i++)
        press(s, key);
    assert_true(screen_shows(s, row));
}

static void test_free_text_is_edited_in_place(void **state)
{
    struct screen *s = start(*state, 50, 200);
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Detail (empty: the judges' words): "));
    screen_keys(s, "\x15nobody told us of that rule\r");
    assert_true(screen_shows(s, "network_policy — nobody"));
    assert_true(screen_shows(s, "detail: as you wrote it"));
    go_to(s, "j", "▸  immediate:");
    screen_keys(s, "E");
    assert_true(screen_shows(s, "Operator's fix (empty: the judges' words): "));
    screen_keys(s, "\x15"
                   "ask platform\r");
    assert_true(screen_shows(s, "immediate: \"Operator: ask"));
    screen_keys(s, "gE\x15\r");
    assert_true(screen_shows(s, "network_policy — a"));
    screen_keys(s, "nnight shift\r");
    assert_true(screen_shows(s, "noted"));
    go_to(s, "j", "▸notes:");
    screen_keys(s, "jE");
    assert_true(screen_shows(s, "Note: night shift"));
    screen_keys(s, " and day shift\r");
    assert_true(screen_shows(s, "night shift and day"));
    assert_true(room_leave(s));
}

static void test_facts_are_not_edited(void **state)
{
    struct screen *s = start(*state, 43, 132);
    go_to(s, "j", "▸  - type: network_diagnostics");
    screen_keys(s, "E");
    assert_true(screen_shows(s, "This is a fact, and stands as it was read"));
    screen_keys(s, "x\r");
    assert_true(room_leave(s));
}

static void test_to_the_evidence_and_back(void **state)
{
    struct screen *s = start(*state, 24, 80);
    go_to(s, "j", "▸    content: \"[46:2898]");
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "▶  31  [46:2898] -A FORWARD -d 10.0.12.0/24"));
    assert_true(screen_shows(s, "[Evidence]"));
    screen_keys(s, "r");
    assert_true(screen_shows(s, "▸  - type: network_diagnostics"));
    screen_keys(s, "\rj");
    assert_true(screen_shows(s, "▶  32"));
    screen_keys(s, "r");
    assert_true(screen_shows(s, "Nothing in the report rests on this line"));
    assert_true(room_leave(s));
}

// A step names its evidence by id, and that is where Enter leads.
static void test_a_step_leads_to_what_it_rests_on(void **state)
{
    struct screen *s = start(*state, 24, 80);
    press(s, "G");
    go_to(s, "k", "▸  - {id: T.M1.3,");
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "[Evidence]"));
    assert_true(screen_shows(s, "E-004"));
    assert_true(room_leave(s));
}

static void test_what_changed_since_the_export(void **state)
{
    struct room *p = *state;
    struct screen *s = start(p, 43, 132);
    screen_keys(s, "D");
    assert_true(screen_shows(s, "The report was not exported yet"));
    screen_keys(s, "qe");
    assert_true(screen_shows(s, "Of all the evidence is taken out: "));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "Write the report to: "));
    screen_keys(s, "\x15");
    screen_paste(s, p->out);
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "written: "));
    screen_keys(s, "qD");
    assert_true(screen_shows(s, "Nothing changed"));
    screen_keys(s, "qgE\x15mine\r");
    assert_true(screen_shows(s, "detail: as you wrote it"));
    screen_keys(s, "D");
    assert_true(screen_shows(s, "-  root_cause: \"network_policy — a rule in chain"));
    assert_true(screen_shows(s, "+  root_cause: \"network_policy — mine\""));
    screen_keys(s, "q");
    assert_int_equal(unlink(p->out), 0);
    screen_keys(s, "D");
    assert_true(screen_shows(s, "What was exported cannot be compared with"));
    assert_true(screen_shows(s, "No such file"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

#define REPORT_TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPORT_TEST(test_free_text_is_edited_in_place),  REPORT_TEST(test_facts_are_not_edited),
        REPORT_TEST(test_to_the_evidence_and_back),      REPORT_TEST(test_a_step_leads_to_what_it_rests_on),
        REPORT_TEST(test_what_changed_since_the_export),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
