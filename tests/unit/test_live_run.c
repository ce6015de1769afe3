// A live run from its first gate to its report: the order of things, second readings, what fails or is
// cancelled, and that the tree which is left says the same offline.
#include "tests/kit/live/rehearsal.h"

#include <string.h>

static void gates_go_before_what_they_hold(void **state)
{
    (void)state;
    struct rehearsal r;
    rehearsal_begin(&r, CONSENT_EXEC);
    rehearsal_run_all(&r);
    assert_int_equal(rehearsal_place_of(&r, "listing", false), 0);
    assert_true(rehearsal_place_of(&r, "listing", true) < rehearsal_place_of(&r, "rules", false));
    assert_int_equal(rehearsal_step(&r, "T.M2")->status, STEP_FINDING);
    assert_int_equal(rehearsal_place_of(&r, "settings", false), SIZE_MAX); // the gate's finding holds them
    assert_string_equal(session_held_by(r.s, "T.M4"), "T.M2");
    assert_int_equal(session_report(r.s)->diagnosis, DIAGNOSIS_HOST_FIREWALL);
    rehearsal_end(&r);
}

static void live_and_offline_say_the_same(void **state)
{
    (void)state;
    struct rehearsal r;
    rehearsal_begin(&r, CONSENT_EXEC);
    rehearsal_run_all(&r);
    rehearsal_same_offline(&r);
    rehearsal_end(&r);
}

// The second reading is what shows that the rule's counter grew.
static void counters_are_read_twice(void **state)
{
    (void)state;
    struct rehearsal r;
    rehearsal_begin(&r, CONSENT_EXEC);
    rehearsal_run_all(&r);
    size_t n = 0;
    for (size_t i = 0; i < runner_count(live_runner(r.live)); i++)
        n += strstr(runner_at(live_runner(r.live), i)->planned->file, "/samples/") != NULL;
    assert_int_equal(n, 1);
    assert_int_equal(session_report(r.s)->verdict, VERDICT_CONFIRMED);
    rehearsal_end(&r);
}

static void one_step_runs_by_itself(void **state)
{
    (void)state;
    struct rehearsal r;
    struct error err = {{0}};
    rehearsal_begin(&r, CONSENT_NONE);
    rehearsal_must(live_run_step(r.live, "T.M1", &err), &err);
    loop_run(r.loop);
    assert_int_equal(rehearsal_step(&r, "T.M1")->status, STEP_DONE);
    assert_int_equal(rehearsal_step(&r, "T.M1.3")->status, STEP_DONE);
    assert_int_equal(rehearsal_step(&r, "T.M2")->status, STEP_TODO);
    assert_int_equal(rehearsal_place_of(&r, "rules", false), SIZE_MAX);
    size_t n = runner_count(live_runner(r.live));
    rehearsal_must(live_run_step(r.live, "T.M1", &err), &err); // a new reading
    loop_run(r.loop);
    assert_int_equal(runner_count(live_runner(r.live)), 2 * n);
    assert_false(live_run_step(r.live, "T.M9", &err));
    rehearsal_end(&r);
}

// Whoever presses Enter again and again on a step that runs does not have the cluster asked again and again.
static void a_step_that_runs_is_not_read_again(void **state)
{
    (void)state;
    struct rehearsal r;
    struct error err = {{0}};
    rehearsal_begin(&r, CONSENT_NONE);
    rehearsal_must(live_run_step(r.live, "T.M1", &err), &err);
    loop_run(r.loop);
    size_t n = runner_count(live_runner(r.live));
    r.pressed = "T.M1";
    rehearsal_must(live_run_step(r.live, "T.M1", &err), &err);
    loop_run(r.loop);
    assert_int_equal(runner_count(live_runner(r.live)), 2 * n);
    assert_int_equal(rehearsal_step(&r, "T.M1")->status, STEP_DONE);
    rehearsal_end(&r);
}

// What two steps rest on is read once, unless it failed; only a step that ended is read anew.
static void what_two_steps_need_is_read_once(void **state)
{
    (void)state;
    struct rehearsal r;
    struct error err = {{0}};
    rehearsal_begin(&r, CONSENT_NONE);
    rehearsal_fail(REHEARSAL_LISTING);
    rehearsal_must(live_run_step(r.live, "T.M1.1", &err), &err);
    loop_run(r.loop);
    rehearsal_fail(-1);
    size_t n = runner_count(live_runner(r.live));
    rehearsal_must(live_run_step(r.live, "T.M1.2", &err), &err);
    loop_run(r.loop);
    assert_int_equal(runner_count(live_runner(r.live)), 2 * n);
    rehearsal_must(live_run_step(r.live, "T.M1.4", &err), &err);
    loop_run(r.loop);
    assert_int_equal(runner_count(live_runner(r.live)), 2 * n);
    assert_int_equal(rehearsal_step(&r, "T.M1.4")->status, STEP_DONE);
    rehearsal_must(live_run_step(r.live, "T.M1.4", &err), &err);
    loop_run(r.loop);
    assert_int_equal(runner_count(live_runner(r.live)), 3 * n);
    rehearsal_end(&r);
}

static void what_is_cancelled_ends_as_far_as_it_came(void **state)
{
    (void)state;
    struct rehearsal r;
    rehearsal_begin(&r, CONSENT_EXEC);
    r.cancel_after = 6;
    rehearsal_run_all(&r);
    const struct incident *in = session_incident(r.s);
    for (size_t i = 0; i < in->n_steps; i++)
        assert_int_not_equal(in->steps[i].status, STEP_RUNNING);
    for (size_t i = 0; i < in->n_probes; i++)
        assert_int_not_equal(in->probes[i].state, PROBE_RUNNING);
    assert_int_equal(rehearsal_step(&r, "T.M1")->status, STEP_DONE);
    assert_non_null(session_report(r.s));
    rehearsal_run_all(&r); // and can be gone on with
    assert_int_equal(session_report(r.s)->diagnosis, DIAGNOSIS_HOST_FIREWALL);
    rehearsal_end(&r);
}

// What nobody could read is said as such, and nothing else waits for it.
static void a_probe_that_fails_fails_its_step(void **state)
{
    (void)state;
    struct rehearsal r;
    rehearsal_begin(&r, CONSENT_EXEC);
    rehearsal_fail(REHEARSAL_POLICIES);
    rehearsal_run_all(&r);
    rehearsal_fail(-1);
    assert_int_equal(rehearsal_step(&r, "T.M2.5")->status, STEP_FAILED);
    assert_non_null(strstr(rehearsal_step(&r, "T.M2.5")->said, "the connection was refused"));
    assert_int_equal(rehearsal_step(&r, "T.M2")->status, STEP_FINDING);
    rehearsal_same_offline(&r);
    rehearsal_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gates_go_before_what_they_hold),
        cmocka_unit_test(live_and_offline_say_the_same),
        cmocka_unit_test(counters_are_read_twice),
        cmocka_unit_test(one_step_runs_by_itself),
        cmocka_unit_test(a_step_that_runs_is_not_read_again),
        cmocka_unit_test(what_two_steps_need_is_read_once),
        cmocka_unit_test(what_is_cancelled_ends_as_far_as_it_came),
        cmocka_unit_test(a_probe_that_fails_fails_its_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
