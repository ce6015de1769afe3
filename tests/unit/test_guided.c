// A guided run as the session sees it: one step at a time, in order; no gate passed; a MUST skipped for a
// reason only; what it could not do stands in the report; whoever it is handed to goes on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/guide.h"
#include "core/session.h"
#include "core/session/export.h"
#include "tests/kit/scratch.h"

static const char *const tree[] = {"tests/cases/demo/tree"};

static void must(bool ok, const struct error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static struct session *begin(const char *state_dir)
{
    struct error err = {{0}};
    struct session *s = session_new(&(struct session_config){.from = tree,
                                                             .n_from = 1,
                                                             .state_dir = state_dir,
                                                             .policy = "/nonexistent",
                                                             .sop = "sops/D5.md",
                                                             .guided = true,
                                                             .keep = true},
                                    &err);
    must(s, &err);
    must(session_analyse(s, &err), &err);
    return s;
}

static const struct incident_step *step_of(const struct session *s, const char *id)
{
    return incident_step(session_incident(s), id);
}

static void run_to(struct session *s, const char *last)
{
    struct error err = {{0}};
    for (;;) {
        char *next = mem_strdup(session_next_step(s));
        bool is_last = strcmp(next, last) == 0;
        must(session_run_step(s, next, &err), &err);
        free(next);
        if (is_last)
            return;
    }
}

static void test_one_step_at_a_time_in_order(void **state)
{
    struct error err = {{0}};
    struct session *s = begin(*state);
    assert_string_equal(session_next_step(s), "T.M1.1");
    assert_false(session_run_step(s, "T.M1", &err)); // all of it at once
    assert_non_null(strstr(err.text, "one step at a time"));
    assert_false(session_run_step(s, "T.M2.3", &err));
    assert_non_null(strstr(err.text, "step T.M1.1 comes first"));
    must(session_run_step(s, "T.M1.1", &err), &err);
    assert_string_equal(session_next_step(s), "T.M1.2");
    must(session_run_step(s, "T.M1.1", &err), &err); // a new reading of it
    run_to(s, "T.M1.3");
    assert_int_equal(step_of(s, "T.M1")->status, STEP_TODO);
    run_to(s, "T.M1.4");
    assert_int_equal(step_of(s, "T.M1")->status, STEP_DONE); // a head ends with its last part
    session_free(s);
}

static void test_no_gate_is_passed(void **state)
{
    struct error err = {{0}};
    struct session *s = begin(*state);
    run_to(s, "T.M2.5");
    assert_int_equal(step_of(s, "T.M2")->status, STEP_FINDING);
    assert_string_equal(session_held_by(s, "T.M3"), "T.M2");
    assert_false(session_run_step(s, "T.M3", &err));
    assert_non_null(strstr(err.text, "held by gate T.M2"));
    assert_false(
        session_do(s, (struct event){.kind = EVENT_GATE_PASSED, .step = "T.M2", .text = "please"}, &err));
    assert_non_null(strstr(err.text, "guided mode does not go past a gate"));
    assert_string_equal(session_next_step(s), "T.S1"); // what does not depend on it goes on
    session_free(s);
}

static void test_a_must_is_skipped_for_a_reason_only(void **state)
{
    struct error err = {{0}};
    struct session *s = begin(*state);
    assert_false(session_skip_step(s, "T.M1.1", "", &err));
    assert_non_null(strstr(err.text, "needs a reason"));
    assert_string_equal(session_next_step(s), "T.M1.1");
    static const char *const parts[] = {"T.M1.1", "T.M1.2", "T.M1.3", "T.M1.4"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        must(session_skip_step(s, parts[i], "seen by a colleague", &err), &err);
    assert_int_equal(step_of(s, "T.M1")->status, STEP_SKIPPED); // nothing of it ran
    assert_string_equal(session_next_step(s), "T.M2.1");
    session_free(s);
}

static void test_the_report_says_what_it_could_not_do(void **state)
{
    struct session *s = begin(*state);
    run_to(s, "T.M2.5");
    const struct report *r = session_report(s);
    assert_true(r->guided);
    assert_int_equal(r->n_limits, 2);
    assert_non_null(strstr(r->limits[0], "only reads"));
    assert_string_equal(r->limits[1],
                        "gate T.M2 found something, and a guided run does not go past it: T.M3, "
                        "T.M4, T.S2, E.M1, E.M3, E.M4, E.S2, E.S3, E.S4");
    session_free(s);
}

static char *hand_over(struct session *s, const char *folder)
{
    struct error err = {{0}};
    char *path = mem_printf("%s/case.tar.gz", folder);
    must(session_write_down(s, &err), &err);
    must(session_export(s, path, REDACT_DEFAULT, &err), &err);
    session_free(s);
    return path;
}

static void assert_page_says(const char *archive, const char *words)
{
    char *command =
        mem_printf("tar xOzf '%s' --wildcards '*/handover.md' | grep -qF -e '%s'", archive, words);
    assert_int_equal(system(command), 0);
    free(command);
}

static void test_handed_over_it_goes_on(void **state)
{
    struct error err = {{0}};
    struct session *s = begin(*state);
    run_to(s, "T.M2.5");
    must(session_do(s, (struct event){.kind = EVENT_NOTE, .step = "T.M1.3", .text = "looked twice"}, &err),
         &err);
    char *path = hand_over(s, *state), *there = mem_printf("%s/there", (const char *)*state);
    assert_page_says(path, "| T.M2.3 Packet filter rules | finding |");
    assert_page_says(path, "| T.M3 Indexed findings | held | by gate T.M2 |");
    assert_page_says(path, "Not reached: T.S1");
    assert_page_says(path, "T.M1.3: looked twice");
    assert_page_says(path, "- pod: checkout-7d9c5b6f4-x2x9p");
    struct session_config config = {.open_case = path, .state_dir = there, .policy = "/nonexistent"};
    s = session_new(&config, &err);
    must(s, &err);
    assert_false(session_is_guided(s));
    must(session_analyse(s, &err), &err);
    must(session_do(s, (struct event){.kind = EVENT_GATE_PASSED, .step = "T.M2", .text = "seen"}, &err),
         &err);
    must(session_run_step(s, "T.M3", &err), &err);
    assert_true(session_report(s)->guided); // that it began so stays in the report
    session_free(s);
    free(there);
    free(path);
}

// What a case says of its mode frees nobody.
static void test_no_case_leads_out(void **state)
{
    struct error err = {{0}};
    struct session *s = begin(*state);
    run_to(s, "T.M2.5");
    assert_false(session_do(s, (struct event){.kind = EVENT_TAKEN_OVER}, &err) && !session_is_guided(s));
    assert_true(session_is_guided(s));
    session_free(s);
    struct session_config config = {.open_case = "last", .state_dir = *state, .policy = "/nonexistent"};
    s = session_new(&config, &err); // the same person, without the flag
    must(s, &err);
    assert_true(session_is_guided(s));
    session_free(s);
}

// A step is done, too, where lookups failed and queries were lost: what that means must not deny it.
static void test_what_was_seen_is_not_denied(void **state)
{
    struct session *s = begin(*state);
    struct error err = {0};
    for (const char *next; (next = session_next_step(s));) {
        char *id = mem_strdup(next);
        must(session_run_step(s, id, &err), &err);
        free(id);
    }
    assert_true(session_step_is_clear(s, "T.M1.1"));
    const struct incident *in = session_incident(s);
    assert_non_null(strstr(incident_step(in, "T.S1")->said, "62 failed lookups were seen"));
    assert_false(session_step_is_clear(s, "T.S1"));
    assert_non_null(strstr(incident_step(in, "E.Y3")->said, "36 of 36 queries unanswered"));
    assert_false(session_step_is_clear(s, "E.Y3"));
    assert_true(session_step_is_clear(s, "R.M1"));
    session_free(s);
}

static void test_every_subject_has_its_words(void **state)
{
    (void)state;
    for (enum subject subject = 0; subject < SUBJECT_COUNT; subject++) {
        const struct guide *g = guide_of(subject);
        const char *const texts[] = {g->checks, g->why, g->good, g->clear, g->finding, g->unknown};
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
            assert_non_null(texts[i]);
            assert_in_range(strlen(texts[i]), 10, 120); // two rows of a screen of 80 columns
        }
        for (enum step_status status = STEP_TODO; status <= STEP_NOT_RUN; status++)
            assert_non_null(guide_meaning(subject, status, true));
        assert_string_equal(guide_meaning(subject, STEP_DONE, true), g->clear);
        assert_string_not_equal(guide_meaning(subject, STEP_DONE, false), g->clear);
    }
}

#define CASE_TEST(name) SCRATCH_TEST(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_TEST(test_one_step_at_a_time_in_order),
        CASE_TEST(test_no_gate_is_passed),
        CASE_TEST(test_a_must_is_skipped_for_a_reason_only),
        CASE_TEST(test_the_report_says_what_it_could_not_do),
        CASE_TEST(test_handed_over_it_goes_on),
        CASE_TEST(test_no_case_leads_out),
        CASE_TEST(test_what_was_seen_is_not_denied),
        cmocka_unit_test(test_every_subject_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
