// Events and what they make of an incident: every rule of refusing, and that replaying gives the same again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/incident.h"

static const struct sop_item nested[] = {
    {.id = "T.M1.1", .level = SOP_LEVEL_MUST},
    {.id = "T.M1.2", .level = SOP_LEVEL_MUST, .gate = SOP_GATE_ONLY},
};
static const struct sop_item items[] = {
    {.id = "T.M1", .level = SOP_LEVEL_MUST, .gate = SOP_GATE_PREREQUISITE, .nested = nested, .n_nested = 2},
    {.id = "T.Y1", .level = SOP_LEVEL_MAY},
};
static const struct sop_phase phases[] = {{"Triage", items, 2}};
static const struct sop sop = {.id = "X1", .phases = phases, .n_phases = 1};

static bool take(struct incident *in, struct event e)
{
    struct error err = {{0}};
    if (!incident_check(in, &e, &err)) {
        assert_true(err.text[0]);
        return false;
    }
    e.seq = in->last_seq + 1;
    e.time = (usec_t)e.seq * USEC_SEC;
    incident_apply(in, &e);
    return true;
}

static struct event ended(const char *step, enum step_status status, const char *text)
{
    return (struct event){.kind = EVENT_STEP_ENDED, .step = step, .number = status, .text = text};
}

static const struct event opened = {.kind = EVENT_OPENED, .value = "X1", .text = "pod: a\n"};

static void steps_are_the_procedures(void **state)
{
    (void)state;
    struct incident *in = incident_new("20261123-0741", &sop);
    assert_int_equal(in->n_steps, 4);
    assert_string_equal(in->steps[1].id, "T.M1.1");
    assert_int_equal(incident_step(in, "T.Y1")->status, STEP_TODO);
    assert_null(incident_step(in, "T.M9"));
    incident_free(in);
}

static void a_case_begins_with_opened(void **state)
{
    (void)state;
    struct incident *in = incident_new(NULL, &sop);
    assert_false(take(in, (struct event){.kind = EVENT_NOTE, .text = "early"}));
    assert_false(take(in, (struct event){.kind = EVENT_OPENED, .value = "X2"}));
    assert_false(take(in, (struct event){.kind = EVENT_OPENED}));
    assert_true(take(in, opened));
    assert_false(take(in, opened));
    incident_free(in);
}

static void steps_start_end_and_are_skipped(void **state)
{
    (void)state;
    struct incident *in = incident_new(NULL, &sop);
    take(in, opened);
    assert_false(take(in, ended("T.M1", STEP_DONE, "fine")));
    assert_false(take(in, (struct event){.kind = EVENT_STEP_STARTED, .step = "nowhere"}));
    assert_false(take(in, (struct event){.kind = EVENT_STEP_STARTED}));
    assert_true(take(in, (struct event){.kind = EVENT_STEP_STARTED, .step = "T.M1"}));
    assert_false(take(in, (struct event){.kind = EVENT_STEP_SKIPPED, .step = "T.M1", .text = "no time"}));
    assert_false(take(in, ended("T.M1", STEP_CANNOT_TELL, "")));
    assert_false(take(in, ended("T.M1", STEP_SKIPPED, "so")));
    assert_false(take(in, ended("T.M1", (enum step_status)99, "so")));
    assert_true(take(in, ended("T.M1", STEP_CANNOT_TELL, "no rules")));
    assert_string_equal(incident_step(in, "T.M1")->said, "no rules");
    assert_false(take(in, (struct event){.kind = EVENT_STEP_SKIPPED, .step = "T.M1.1", .text = " "}));
    assert_true(take(in, (struct event){.kind = EVENT_STEP_SKIPPED, .step = "T.Y1"}));
    incident_free(in);
}

static void gates_are_passed_with_a_reason_and_never_when_guided(void **state)
{
    (void)state;
    struct event pass = {.kind = EVENT_GATE_PASSED, .step = "T.M1", .text = "the rule is ours"};
    struct incident *in = incident_new(NULL, &sop);
    take(in, opened);
    assert_false(take(in, (struct event){.kind = EVENT_GATE_PASSED, .step = "T.M1"}));
    assert_false(take(in, (struct event){.kind = EVENT_GATE_PASSED, .step = "T.Y1", .text = "x"}));
    assert_true(take(in, pass));
    assert_string_equal(incident_step(in, "T.M1")->passed_why, "the rule is ours");
    incident_free(in);

    struct event guided = opened;
    guided.number = 1;
    in = incident_new(NULL, &sop);
    take(in, guided);
    assert_false(take(in, pass));
    incident_free(in);
}

static void findings_are_pinned_and_excluded(void **state)
{
    (void)state;
    struct incident *in = incident_new(NULL, &sop);
    take(in, opened);
    assert_false(take(in, (struct event){.kind = EVENT_PINNED, .value = "004", .number = 1}));
    assert_false(take(in, (struct event){.kind = EVENT_PINNED, .value = "F-004", .number = 2}));
    assert_false(take(in, (struct event){.kind = EVENT_EXCLUDED, .value = "F-004", .number = 1}));
    assert_true(take(in, (struct event){.kind = EVENT_PINNED, .value = "F-004", .number = 1}));
    assert_true(
        take(in, (struct event){.kind = EVENT_EXCLUDED, .value = "F-004", .number = 1, .text = "stale"}));
    assert_int_equal(in->n_findings, 1);
    assert_string_equal(incident_finding(in, "F-004")->why, "stale");
    assert_true(take(in, (struct event){.kind = EVENT_EXCLUDED, .value = "F-004", .number = 0}));
    assert_null(incident_finding(in, "F-004")->why);
    incident_free(in);
}

static void empty_edits_give_the_judges_words_back(void **state)
{
    (void)state;
    struct incident *in = incident_new(NULL, &sop);
    take(in, opened);
    take(in, (struct event){.kind = EVENT_DETAIL_EDITED, .text = "the new rule"});
    assert_string_equal(in->detail_edit, "the new rule");
    take(in, (struct event){.kind = EVENT_DETAIL_EDITED, .text = ""});
    assert_null(in->detail_edit);
    incident_free(in);
}

static void wrong_numbers_kinds_and_lengths_are_refused(void **state)
{
    (void)state;
    struct incident *in = incident_new(NULL, &sop);
    take(in, opened);
    assert_false(take(in, (struct event){.kind = EVENT_NOTE, .text = "x", .seq = 7}));
    assert_false(take(in, (struct event){.kind = EVENT_KIND_COUNT}));
    char *long_text = mem_alloc(INCIDENT_TEXT_MAX + 2);
    memset(long_text, 'x', INCIDENT_TEXT_MAX + 1);
    assert_false(take(in, (struct event){.kind = EVENT_NOTE, .text = long_text}));
    assert_true(take(in, (struct event){.kind = EVENT_JUDGED, .text = long_text}));
    free(long_text);
    assert_false(take(in, (struct event){.kind = EVENT_VERIFIED, .value = "maybe"}));
    assert_true(take(in, (struct event){.kind = EVENT_VERIFIED, .value = "gone"}));
    incident_free(in);
}

static struct event probe_ended(const char *id, enum probe_state state, const char *why)
{
    return (struct event){.kind = EVENT_PROBE_ENDED, .value = id, .number = state, .text = why};
}

static void probes_begin_and_end_once(void **state)
{
    (void)state;
    struct event started = {
        .kind = EVENT_PROBE_STARTED, .step = "T.M1", .value = "E-001", .text = "kubectl get pods"};
    struct incident *in = incident_new(NULL, &sop);
    take(in, opened);
    assert_true(take(in, started));
    assert_false(take(in, started));
    assert_int_equal(incident_probe(in, "E-001")->state, PROBE_RUNNING);
    assert_false(take(in, probe_ended("E-001", PROBE_RUNNING, "x")));
    assert_false(take(in, probe_ended("E-001", PROBE_STATE_COUNT, "x")));
    assert_false(take(in, probe_ended("E-001", PROBE_FAILED, NULL)));
    assert_true(take(in, probe_ended("E-001", PROBE_DONE, NULL)));
    assert_false(take(in, probe_ended("E-001", PROBE_DONE, NULL)));
    assert_true(take(in, probe_ended("E-002", PROBE_DENIED, "exec needs consent")));
    assert_null(incident_probe(in, "E-002")->command);
    assert_string_equal(incident_probe(in, "E-002")->why, "exec needs consent");
    assert_false(take(in, probe_ended("2", PROBE_DONE, NULL)));
    started.value = "E-003";
    started.step = "nowhere";
    assert_false(take(in, started));
    started.step = NULL;
    started.text = NULL;
    assert_false(take(in, started));
    assert_int_equal(in->n_probes, 2);
    incident_free(in);
}

// For a second: each event comes one after the one before.
static void probe_runs(struct incident *in, const char *id, const char *step)
{
    assert_true(
        take(in, (struct event){.kind = EVENT_PROBE_STARTED, .step = step, .value = id, .text = "x"}));
    assert_true(take(in, probe_ended(id, PROBE_DONE, NULL)));
}

// A head takes what its parts take; a reading that is taken anew has a time of its own, one that is only
// judged anew keeps it, and a counter's second reading adds to it.
static void a_step_takes_what_its_probes_take(void **state)
{
    struct event started = {.kind = EVENT_STEP_STARTED, .step = "T.M1.1"};
    struct incident *in = incident_new(NULL, &sop);
    (void)state;
    take(in, opened);
    assert_int_equal(incident_step_took(in, "T.M1"), 0);
    take(in, started);
    probe_runs(in, "E-001", "T.M1.1");
    probe_runs(in, "E-002", "T.M1.1");
    take(in, probe_ended("E-003", PROBE_MISSING, "there is no nft"));
    take(in, ended("T.M1.1", STEP_DONE, "x"));
    assert_int_equal(incident_step_took(in, "T.M1.1"), 2 * USEC_SEC);
    assert_int_equal(incident_step_took(in, "T.M1"), 2 * USEC_SEC);
    assert_int_equal(incident_step_took(in, "T.M1.2"), 0);
    take(in, started);
    take(in, ended("T.M1.1", STEP_FINDING, "y"));
    probe_runs(in, "E-004", "T.M1.1");
    assert_int_equal(incident_step_took(in, "T.M1"), 3 * USEC_SEC);
    take(in, started);
    assert_int_equal(incident_step_took(in, "T.M1"), 3 * USEC_SEC); // until there is another
    probe_runs(in, "E-005", "T.M1.1");
    assert_int_equal(incident_step_took(in, "T.M1"), USEC_SEC);
    incident_free(in);
}

// Every kind once, by a small generator; the second incident is made from the same events.
static void replay_gives_the_same(void **state)
{
    (void)state;
    const struct event events[] = {
        opened,
        {.kind = EVENT_SOURCE, .text = "/cases/a", .value = "10 20"},
        {.kind = EVENT_TARGET, .text = "pod: b\n"},
        {.kind = EVENT_STEP_STARTED, .step = "T.M1.1"},
        ended("T.M1.1", STEP_FINDING, "a rule\nwith two lines"),
        {.kind = EVENT_STEP_SKIPPED, .step = "T.Y1", .text = ""},
        {.kind = EVENT_GATE_PASSED, .step = "T.M1", .text = "seen"},
        {.kind = EVENT_ANSWERED, .step = "T.M1.2", .value = "no"},
        {.kind = EVENT_NOTE, .step = "T.M1", .text = "é\x01"},
        {.kind = EVENT_NOTE, .text = "all"},
        {.kind = EVENT_PINNED, .value = "F-001", .number = 1},
        {.kind = EVENT_EXCLUDED, .value = "F-002", .number = 1, .text = "no"},
        {.kind = EVENT_FIX_EDITED, .text = "mend it"},
        {.kind = EVENT_JUDGED, .text = "{}"},
        {.kind = EVENT_CITED, .text = "nodes/n1/networking/iptables-save.txt", .value = "ba78"},
        {.kind = EVENT_EXPORTED, .text = "/x", .value = "yaml"},
        {.kind = EVENT_VERIFIED, .value = "still_there"},
        {.kind = EVENT_CLOSED},
        {.kind = EVENT_SOURCE, .text = "/cases/a", .value = "11 21"},
        {.kind = EVENT_PROBE_STARTED, .step = "T.M1.1", .value = "E-001", .text = "iptables-save -c"},
        probe_ended("E-001", PROBE_DONE, NULL),
        probe_ended("E-002", PROBE_MISSING, "there is no nft"),
    };
    struct str dumps[2] = {{0}, {0}};
    for (size_t k = 0; k < 2; k++) {
        struct incident *in = incident_new("c", &sop);
        for (size_t i = 0; i < ARRAY_LEN(events); i++)
            assert_true(take(in, events[i]));
        assert_false(in->closed);
        assert_int_equal(in->n_sources, 1);
        incident_dump(in, &dumps[k]);
        incident_free(in);
    }
    assert_string_equal(str_text(&dumps[0]), str_text(&dumps[1]));
    str_done(&dumps[0]);
    str_done(&dumps[1]);
}

static void consents_are_named_and_guided_gives_none(void **state)
{
    (void)state;
    struct event yes = {.kind = EVENT_CONSENTED, .value = "exec", .number = 1, .text = "kubectl exec"};
    struct event no = {.kind = EVENT_CONSENTED, .value = "exec", .number = 0};
    struct incident *in = incident_new("c", &sop);
    assert_true(take(in, opened));
    assert_true(take(in, yes));
    assert_true(take(in, no));
    assert_false(take(in, (struct event){.kind = EVENT_CONSENTED, .value = "anything", .number = 1}));
    assert_false(take(in, (struct event){.kind = EVENT_CONSENTED, .value = "exec", .number = 2}));
    assert_false(take(in, (struct event){.kind = EVENT_CONSENTED, .number = 1}));
    incident_free(in);
    in = incident_new("c", &sop);
    assert_true(take(in, (struct event){.kind = EVENT_OPENED, .value = "X1", .number = 1}));
    assert_false(take(in, yes));
    assert_true(take(in, no));
    incident_free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_the_procedures),
        cmocka_unit_test(a_case_begins_with_opened),
        cmocka_unit_test(steps_start_end_and_are_skipped),
        cmocka_unit_test(gates_are_passed_with_a_reason_and_never_when_guided),
        cmocka_unit_test(findings_are_pinned_and_excluded),
        cmocka_unit_test(consents_are_named_and_guided_gives_none),
        cmocka_unit_test(empty_edits_give_the_judges_words_back),
        cmocka_unit_test(wrong_numbers_kinds_and_lengths_are_refused),
        cmocka_unit_test(probes_begin_and_end_once),
        cmocka_unit_test(a_step_takes_what_its_probes_take),
        cmocka_unit_test(replay_gives_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
