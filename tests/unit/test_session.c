// The session: what a person does and what was judged is there again when the case is opened again, here or
// elsewhere.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/session.h"
#include "core/session/choose.h"
#include "core/session/export.h"
#include "tests/kit/scratch.h"

static const char *const tree[] = {"tests/cases/demo/tree"};

static struct session *must_open(const struct session_config *config)
{
    struct error err = {{0}};
    struct session_config with = *config;
    with.sop = "sops/D5.md";
    struct session *s = session_new(&with, &err);
    if (!s)
        fail_msg("%s", err.text);
    return s;
}

static struct session *new_case(const char *state_dir)
{
    return must_open(
        &(struct session_config){.from = tree, .n_from = 1, .state_dir = state_dir, .keep = true});
}

static void must(bool ok, const struct error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static void run_all(struct session *s)
{
    struct error err = {{0}};
    must(session_analyse(s, &err), &err);
    must(session_run_all(s, &err), &err);
}

static void assert_same_dump(const struct session *a, const struct session *b)
{
    struct str x = {0}, y = {0};
    incident_dump(session_incident(a), &x);
    incident_dump(session_incident(b), &y);
    assert_string_equal(str_text(&x), str_text(&y));
    str_done(&x);
    str_done(&y);
}

static void do_some(struct session *s)
{
    struct error err = {{0}};
    const struct event events[] = {
        {.kind = EVENT_NOTE, .step = "T.M1", .text = "asked the team"},
        {.kind = EVENT_PINNED, .value = "F-002", .number = 1},
        {.kind = EVENT_EXCLUDED, .value = "F-001", .number = 1, .text = "an old line"},
        {.kind = EVENT_DETAIL_EDITED, .text = "the rule of last night"},
        {.kind = EVENT_FIX_EDITED, .text = "take the rule out"},
        {.kind = EVENT_STEP_SKIPPED, .step = "T.Y2", .text = "no time"},
        {.kind = EVENT_VERIFIED, .value = "gone"},
        {.kind = EVENT_PROBE_STARTED, .step = "T.M1", .value = "E-071", .text = "kubectl get pods"},
        {.kind = EVENT_PROBE_ENDED, .value = "E-071", .number = PROBE_TIMEOUT, .text = "its time was up"},
    };
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        must(session_do(s, events[i], &err), &err);
    must(session_wait_saved(s, 60 * USEC_SEC, &err), &err);
    assert_true(session_is_saved(s));
}

static void a_case_is_replayed_byte_for_byte(void **state)
{
    struct session *s = new_case(*state);
    run_all(s);
    do_some(s);
    struct session *again =
        must_open(&(struct session_config){.state_dir = *state, .open_case = "last", .read_only = true});
    assert_same_dump(s, again);
    struct error err = {{0}};
    assert_false(session_do(again, (struct event){.kind = EVENT_NOTE, .text = "x"}, &err));
    session_free(again);
    session_free(s);
}

// What runs by itself is held back; with the first words all of it goes into a case, as if it had been there.
static void a_case_is_made_by_a_persons_words(void **state)
{
    struct error err = {{0}};
    struct session *s = must_open(
        &(struct session_config){.from = tree, .n_from = 1, .state_dir = *state, .keep_words = true});
    run_all(s);
    assert_null(session_case_id(s));
    assert_null(session_new(&(struct session_config){.state_dir = *state, .open_case = "last"}, &err));
    assert_false(session_do(s, (struct event){.kind = EVENT_NOTE, .step = "nowhere", .text = "x"}, &err));
    assert_null(session_case_id(s)); // what is refused is nobody's words
    do_some(s);
    assert_non_null(session_case_id(s));
    struct session *again =
        must_open(&(struct session_config){.state_dir = *state, .open_case = "last", .read_only = true});
    assert_same_dump(s, again);
    assert_non_null(session_report(again));
    session_free(again);
    session_free(s);
}

static void a_second_session_may_only_read(void **state)
{
    struct session *s = new_case(*state);
    struct error err = {{0}};
    must(session_do(s, (struct event){.kind = EVENT_NOTE, .text = "first"}, &err), &err);
    must(session_wait_saved(s, 60 * USEC_SEC, &err), &err);
    struct session *second = must_open(&(struct session_config){.state_dir = *state, .open_case = "last"});
    assert_non_null(strstr(session_read_only_why(second), "pid"));
    session_free(second);
    session_free(s);
    second = must_open(&(struct session_config){.state_dir = *state, .open_case = "last"});
    assert_null(session_read_only_why(second));
    session_free(second);
}

// Nothing was left to write down how these ended.
static void a_case_that_was_cut_off_runs_nothing(void **state)
{
    const struct event begun[] = {
        {.kind = EVENT_STEP_STARTED, .step = "T.M1"},
        {.kind = EVENT_PROBE_STARTED, .step = "T.M1", .value = "E-001", .text = "kubectl get pods"},
    };
    struct session *s = new_case(*state);
    struct error err = {{0}};
    for (size_t i = 0; i < ARRAY_LEN(begun); i++)
        must(session_do(s, begun[i], &err), &err);
    session_free(s);
    s = must_open(&(struct session_config){.state_dir = *state, .open_case = "last"});
    assert_int_equal(incident_step(session_incident(s), "T.M1")->status, STEP_NOT_RUN);
    assert_int_equal(incident_probe(session_incident(s), "E-001")->state, PROBE_CANCELLED);
    must(session_wait_saved(s, 60 * USEC_SEC, &err), &err);
    struct session *again =
        must_open(&(struct session_config){.state_dir = *state, .open_case = "last", .read_only = true});
    assert_same_dump(s, again);
    session_free(again);
    session_free(s);
}

static void words_go_into_the_report(void **state)
{
    struct session *s = new_case(*state);
    run_all(s);
    do_some(s);
    const struct report *r = session_report(s);
    assert_non_null(strstr(r->root_cause, " — the rule of last night"));
    assert_string_equal(r->immediate, "Operator: take the rule out");
    assert_string_equal(r->verified_result, "gone");
    assert_int_equal(r->n_notes, 2);
    for (size_t i = 0; i < r->n_evidence; i++)
        assert_string_not_equal(r->evidence[i].finding, "F-001");
    struct error err = {{0}};
    must(session_do(s, (struct event){.kind = EVENT_FIX_EDITED, .text = ""}, &err), &err);
    assert_string_not_equal(session_report(s)->immediate, "Operator: take the rule out");
    session_free(s);
}

static void nothing_counts_before_a_step_has_run(void **state)
{
    (void)state;
    struct session *s = must_open(&(struct session_config){.from = tree, .n_from = 1});
    struct error err = {{0}};
    assert_null(session_report(s));
    must(session_analyse(s, &err), &err);
    assert_int_equal(session_report(s)->verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(session_report(s)->n_evidence, 0);
    must(session_run_step(s, "T.M1", &err), &err);
    assert_int_equal(incident_step(session_incident(s), "T.M1.2")->status, STEP_DONE);
    assert_false(session_run_step(s, "T.M9", &err));
    session_free(s);
}

static void an_export_is_a_case_elsewhere(void **state)
{
    struct error err = {{0}};
    struct case_path path;
    char *file = mem_printf("%s/x.tar.gz", (const char *)*state),
         *elsewhere = mem_printf("%s/else", (const char *)*state);
    struct session *s = new_case(*state);
    run_all(s);
    do_some(s);
    must(session_export(s, file, REDACT_NONE, &err), &err);
    must(session_import(elsewhere, file, &path, &err), &err);
    struct session *there = must_open(&(struct session_config){.state_dir = elsewhere, .open_case = path.id});
    assert_non_null(strstr(session_report(there)->root_cause, " — the rule of last night"));
    run_all(there);
    assert_int_equal(session_report(there)->diagnosis, session_report(s)->diagnosis);
    assert_int_equal(session_report(there)->verdict, session_report(s)->verdict);
    session_free(there);
    session_free(s);
    case_path_done(&path);
    free(file);
    free(elsewhere);
}

static void a_changed_export_is_refused(void **state)
{
    struct error err = {{0}};
    struct case_path path;
    char *file = mem_printf("%s/x.tar.gz", (const char *)*state),
         *elsewhere = mem_printf("%s/else", (const char *)*state);
    struct session *s = new_case(*state);
    run_all(s);
    must(session_export(s, file, REDACT_NONE, &err), &err);
    session_free(s);
    char *command =
        mem_printf("cd '%s' && mkdir t && tar xzf x.tar.gz -C t && echo more | tee -a t/*/procedure.md && "
                   "tar czf y.tar.gz -C t .",
                   (const char *)*state);
    assert_int_equal(system(command), 0);
    free(command);
    file[strlen(file) - strlen("x.tar.gz")] = 'y';
    assert_false(session_import(elsewhere, file, &path, &err));
    assert_non_null(strstr(err.text, "procedure.md"));
    struct case_list list;
    assert_true(cases_list(elsewhere, &list, &err));
    assert_int_equal(list.n, 0);
    case_list_done(&list);
    free(file);
    free(elsewhere);
}

// Whatever is asked for, and whatever the case was made with: a policy that does not count means guided.
static void no_way_leads_round_the_policy(void **state)
{
    char *policy = mem_printf("%s/policy.yaml", (const char *)*state),
         *export = mem_printf("%s/x.tar.gz", (const char *)*state);
    struct error err = {{0}};
    FILE *f = fopen(policy, "w");
    assert_non_null(f);
    fputs("mode: standard\n", f);
    fclose(f);
    assert_int_equal(chmod(policy, 0666), 0);
    struct session *s = new_case(*state);
    assert_false(session_is_guided(s));
    run_all(s);
    must(session_export(s, export, REDACT_DEFAULT, &err), &err);
    session_free(s);
    const struct session_config ways[] = {
        {.from = tree, .n_from = 1, .policy = policy},
        {.policy = policy},
        {.state_dir = *state, .open_case = "last", .policy = policy},
        {.state_dir = *state, .open_case = export, .policy = policy},
        {.open_case = export, .read_only = true, .policy = policy},
    };
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        s = must_open(&ways[i]);
        assert_true(session_is_guided(s));
        assert_false(session_do(
            s, (struct event){.kind = EVENT_GATE_PASSED, .step = "T.M2", .text = "because"}, &err));
        session_free(s);
    }
    free(export);
    free(policy);
}

static void what_was_quoted_may_not_change_before_an_export(void **state)
{
    struct error err = {{0}};
    const char *folder = *state;
    char *copy = mem_printf("%s/tree", folder), *file = mem_printf("%s/x.tar.gz", folder);
    char *make = mem_printf("cp -R %s '%s'", tree[0], copy);
    assert_int_equal(system(make), 0);
    const char *const from[] = {copy};
    struct session *s =
        must_open(&(struct session_config){.from = from, .n_from = 1, .state_dir = folder, .keep = true});
    run_all(s);
    const struct incident *in = session_incident(s);
    assert_true(in->n_cited > 0);
    must(session_export(s, file, REDACT_NONE, &err), &err);
    char *change = mem_printf("echo more >>'%s/%s'", copy, in->cited[0].path);
    assert_int_equal(system(change), 0);
    assert_false(session_export(s, file, REDACT_NONE, &err));
    assert_non_null(strstr(err.text, in->cited[0].path));
    session_free(s);
    free(change);
    free(make);
    free(file);
    free(copy);
}

static void a_symptom_chooses_the_procedure(void **state)
{
    (void)state;
    static const char *const some[] = {"OutOfMemory.*", "linklocal_allowance_exceeded"}, *const all[] = {
                                                                                             ".*"};
    const struct sop specific = {.triggers = some, .n_triggers = 2}, any = {.triggers = all, .n_triggers = 1};
    assert_true(choose_fits(&specific, "java.lang.outofmemoryerror: heap"));
    assert_false(choose_fits(&specific, "UnknownHostException"));
    assert_false(choose_fits(&any, "UnknownHostException"));
    char *chosen = choose_procedure(NULL);
    assert_string_equal(chosen, choose_default);
    free(chosen);
}

#define WITH_STATE(test) SCRATCH_TEST(test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STATE(a_case_is_replayed_byte_for_byte),
        WITH_STATE(a_case_is_made_by_a_persons_words),
        WITH_STATE(a_second_session_may_only_read),
        WITH_STATE(a_case_that_was_cut_off_runs_nothing),
        WITH_STATE(words_go_into_the_report),
        WITH_STATE(nothing_counts_before_a_step_has_run),
        WITH_STATE(an_export_is_a_case_elsewhere),
        WITH_STATE(no_way_leads_round_the_policy),
        WITH_STATE(a_changed_export_is_refused),
        WITH_STATE(what_was_quoted_may_not_change_before_an_export),
        cmocka_unit_test(a_symptom_chooses_the_procedure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
