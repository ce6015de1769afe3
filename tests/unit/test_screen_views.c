// Every view over the whole screen, at every size, on the incident that ships: what a person must see there,
// by its key and by its name, the line that Enter opens, and the ways back.
#include <setjmp.h>
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

#define DECIDES "--dport 53 -j DROP" // the end of the line that decides
enum { SHOWS = 5 };

static const struct size {
    int rows, cols;
} sizes[] = {{24, 80}, {30, 100}, {43, 132}, {50, 200}};
static const struct size tiny = {12, 50};

static const struct look {
    const char *name, *key, *title;
    const char *shows[SHOWS]; // from 80x24 on
    const char *big;          // from 132x43 on
    const char *tiny;         // and under the smallest
    const char *moves;        // to an entry that rests on a line
    const char *line;         // that Enter opens; NULL: Enter does something else there
} looks[] = {
    {"findings",
     "f",
     "Findings: ",
     {"Causes seen (1)", "✖ F-005", "HIGH", "normal", "for host_firewall"},
     "Looked at, nothing wrong",
     "✖ F-005",
     "",
     DECIDES},
    {"causes",
     "c",
     "Causes: ",
     {"1 confirmed", "2 rejected", "against", "balance", "read at"},
     "would settle it",
     "1 confirmed",
     "",
     DECIDES},
    {"path",
     "P",
     "Path: ",
     {"✖ node rules", "blocked (query)", "to 10.0.12.53:53", "FORWARD: DROP", "prerouting"},
     "? upstream",
     "✖ node rules",
     "",
     DECIDES},
    {"timeline",
     "t",
     "Timeline: ",
     {"it began to hurt", "failed lookup", "07:04:30", "at most", "read at"},
     "+20 min",
     "failed lookup",
     "",
     "java.net.UnknownHostException:"},
    {"help",
     "?",
     "Help: ",
     {"Everywhere", "Ctrl-L", "Moving", "g Home", "page-down"},
     "Run this step",
     "Ctrl-L",
     NULL,
     NULL},
    {"matrix",
     "m",
     "Matrix: ",
     {"UDP fails and TCP passes", "ClusterIP 172.20.0.10", "timeout", "not asked", "NOERROR 1 ms"},
     "From other pods",
     "timeout",
     "",
     "timed out"},
    {"capture",
     "C",
     "Capture: 1 capture",
     {"Nobody answered: 34", "no answer", "10.0.11.142", "orders.shop.svc", "was not seen leaving again"},
     "172.20.0.10",
     "no answer",
     "",
     "07:22:31.118204"},
    {"nodes",
     "H",
     "Nodes: 6: 1 sick",
     {"✖ ip-10-0-11-37 sick: cause found", "ip-10-0-11-88 well", "failed lookups", "Ready: True",
      "beside a well"},
     "zone: eu-west-1a",
     "ip-10-0-11-37 sick",
     NULL,
     NULL},
    {"procedure",
     "S",
     "Procedure: D5",
     {"✖ T.M2", "MUST, finding", "held by T.M2", "PREREQUISITE", "Does a firewall stop DNS"},
     "Enrich",
     "✖ T.M2",
     NULL,
     NULL},
    {"export",
     "e",
     "Export: ",
     {"write the report", "format", "yaml", "default: passwords, tokens", "root_cause:"},
     "Of all the evidence is taken out: nothing",
     "write the report",
     NULL,
     NULL},
    {"cases",
     "O",
     "Cases: ",
     {"this one", "confirmed", "network_policy", "what it came to", "events"},
     "opened",
     "this one",
     NULL,
     NULL},
};

static struct screen *start(const struct room *p, struct size size)
{
    const char *const env[] = {p->state_env, NULL};
    static const char *const argv[] = {"--from", "tests/cases/demo/tree", NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = size.rows, .cols = size.cols, .argv = argv, .env = env});
    assert_true(screen_shows(s, size.rows < 16 ? "confirmed: " : "rules ✖31"));
    return s;
}

static void must_show(struct screen *s, const struct look *look, const char *text)
{
    if (text && !screen_shows(s, text))
        fail_msg("%s does not show \"%s\":\n%s", look->name, text, screen_text(s));
}

static void open_by_name(struct screen *s, const struct look *look)
{
    screen_keys(s, ":");
    must_show(s, look, "Commands: ");
    screen_keys(s, look->name);
    screen_keys(s, "\r");
    must_show(s, look, look->title);
}

static void look_at_all(struct screen *s, int rows)
{
    bool is_tiny = rows < 16;
    for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
        const struct look *look = &looks[i];
        screen_keys(s, look->key);
        must_show(s, look, look->title);
        must_show(s, look, look->tiny);
        for (size_t k = 0; k < SHOWS && !is_tiny; k++)
            must_show(s, look, look->shows[k]);
        must_show(s, look, rows >= 43 ? look->big : NULL);
        must_show(s, look, is_tiny ? "STANDARD" : "? help  q back"); // the badge stays, and the way out
        if (look->line) {
            screen_keys(s, look->moves);
            screen_keys(s, "\r");
            assert_true(screen_lacks(s, look->title));
            must_show(s, look, look->line);
            screen_keys(s, "q"); // back where the line was opened
            must_show(s, look, look->title);
        }
        screen_keys(s, "\x1b");
        assert_true(screen_lacks(s, look->title));
        open_by_name(s, look);
        screen_keys(s, "q");
        assert_true(screen_lacks(s, look->title));
    }
}

static void test_at_every_size(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct screen *s = start(*state, sizes[i]);
        look_at_all(s, sizes[i].rows);
        assert_true(room_leave(s));
    }
}

static void test_under_the_smallest(void **state)
{
    struct screen *s = start(*state, tiny);
    look_at_all(s, tiny.rows);
    assert_true(room_leave(s));
}

// A view stays what it is while the screen changes its size under it.
static void test_resized_under_a_view(void **state)
{
    struct screen *s = start(*state, sizes[1]);
    for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
        screen_keys(s, looks[i].key); // from view to view
        must_show(s, &looks[i], looks[i].title);
        screen_resize(s, tiny.rows, tiny.cols);
        must_show(s, &looks[i], looks[i].tiny);
        screen_resize(s, 50, 200);
        must_show(s, &looks[i], looks[i].shows[0]);
    }
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void test_a_sick_node_beside_a_well_one(void **state)
{
    struct screen *s = start(*state, sizes[2]);
    screen_keys(s, "H\r");
    assert_true(screen_shows(s, "Two nodes: ip-10-0-11-37"));
    assert_true(screen_shows(s, "ip-10-0-11-37: sick, cause found"));
    assert_true(screen_shows(s, "!="));
    assert_true(screen_shows(s, "insert_failed"));
    screen_keys(s, "jl"); // the findings of the well one: nothing to open
    assert_true(screen_shows(s, "[none"));
    screen_keys(s, "h\r");
    assert_true(screen_shows(s, DECIDES));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "Two nodes: "));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "Nodes: 6"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void test_rules_fold(void **state)
{
    struct screen *s = start(*state, sizes[2]);
    screen_keys(s, "Pj"); // it opens on what is broken
    assert_true(screen_shows(s, "FORWARD: DROP"));
    screen_keys(s, "h");
    assert_true(screen_lacks(s, "FORWARD: DROP"));
    screen_keys(s, "j"); // TCP, which passes
    assert_true(screen_lacks(s, "FORWARD: accept"));
    screen_keys(s, "l");
    assert_true(screen_shows(s, "reply"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void test_a_finding_is_pinned_and_excluded(void **state)
{
    struct screen *s = start(*state, sizes[2]);
    screen_keys(s, "fp");
    assert_true(screen_shows(s, "F-005 pinned"));
    assert_true(screen_shows(s, "[pinned] a rule in chain FORWARD"));
    screen_keys(s, "jxour own test\r");
    assert_true(screen_shows(s, "excluded; the reason is kept"));
    assert_true(screen_shows(s, "1 pinned, 1 excluded"));
    assert_true(screen_shows(s, "our own test"));
    screen_keys(s, "x");
    assert_true(screen_shows(s, "taken back"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

// What was ruled out is not told as a cause where none was found, nor what is open as ruled out; and of what
// nothing speaks for no fix is told.
static void test_causes_of_an_open_incident(void **state)
{
    const struct room *p = *state;
    char *words = mem_printf("--from '%s/tests/cases/np-late/tree'", p->here);
    struct screen *s = room_start(p, 30, 100, words);
    free(words);
    assert_true(screen_shows(s, "Report · inconclusive"));
    screen_keys(s, "c");
    assert_true(screen_lacks(s, "Operator:"));
    assert_true(screen_shows(s, "1 rejected         a NetworkPolicy denies DNS"));
    assert_true(screen_shows(s, "2 rejected"));
    assert_true(screen_shows(s, "3 considered"));
    screen_keys(s, "G");
    assert_true(screen_shows(s, "look with"));
    screen_keys(s, "k");
    assert_true(screen_shows(s, "balance     0 for"));
    assert_true(screen_lacks(s, "Operator:"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

// The key line names no key that does nothing there.
static void test_an_empty_view_offers_nothing_to_open(void **state)
{
    struct screen *s = room_start(*state, 24, 80, "demo");
    assert_true(screen_shows(s, "confirmed"));
    screen_keys(s, "O");
    assert_true(screen_shows(s, "There is no case yet"));
    assert_true(screen_lacks(s, "Enter go on"));
    assert_true(screen_lacks(s, "e pack"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "There is no entry here"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void test_a_folder_without_a_file_is_told(void **state)
{
    const struct room *p = *state;
    char *folder = mem_printf("%s/empty", p->dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    struct screen *s = room_start(p, 24, 80, "--from empty");
    assert_true(screen_shows(s, "There is no file in what was named as evidence"));
    screen_keys(s, "H");
    assert_true(screen_shows(s, "  No node is in the evidence"));
    assert_true(screen_lacks(s, "▸"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
    free(folder);
}

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIEW_TEST(test_at_every_size),
        VIEW_TEST(test_under_the_smallest),
        VIEW_TEST(test_resized_under_a_view),
        VIEW_TEST(test_a_sick_node_beside_a_well_one),
        VIEW_TEST(test_causes_of_an_open_incident),
        VIEW_TEST(test_an_empty_view_offers_nothing_to_open),
        VIEW_TEST(test_a_folder_without_a_file_is_told),
        VIEW_TEST(test_rules_fold),
        VIEW_TEST(test_a_finding_is_pinned_and_excluded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
