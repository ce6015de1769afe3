// What steps show, and what gates hold, on D5 as it ships.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/procedures.h"
#include "core/report/steps.h"

struct bench {
    struct sop *sop;
    struct step_list list;
    struct facts facts;
    struct claims claims;
    struct cause cause;
    struct step_counts counts;
    struct arena arena;
    struct report_step *steps;
};

static int set_up(void **state)
{
    struct error err = {{0}};
    struct bench *b = mem_alloc(sizeof *b);
    b->sop = procedures_load("sops/D5.md", &err);
    if (!b->sop)
        fail_msg("%s", err.text);
    step_list_init(&b->list, b->sop);
    b->facts.target.window = (struct window){TIME_UNKNOWN, TIME_UNKNOWN};
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    arena_done(&b->arena);
    claims_done(&b->claims);
    step_list_done(&b->list);
    sop_free(b->sop);
    free(b);
    return 0;
}

static void claim(struct bench *b, enum claim_kind kind, enum diagnosis diagnosis, enum subject subject,
                  const char *text)
{
    claims_add(&b->claims, &(struct claim){.kind = kind,
                                           .diagnosis = diagnosis,
                                           .subject = subject,
                                           .on_path = TRI_YES,
                                           .in_window = TRI_YES,
                                           .text = text,
                                           .time = TIME_UNKNOWN});
}

static void evaluate(struct bench *b)
{
    b->steps = arena_alloc(&b->arena, b->list.n * sizeof *b->steps);
    steps_evaluate(&(struct steps_input){.list = &b->list,
                                         .facts = &b->facts,
                                         .claims = &b->claims,
                                         .cause = &b->cause,
                                         .counts = &b->counts},
                   &b->arena, b->steps);
}

static const struct report_step *step(const struct bench *b, const char *id)
{
    for (size_t i = 0; i < b->list.n; i++) {
        if (strcmp(b->steps[i].id, id) == 0)
            return &b->steps[i];
    }
    fail_msg("no step %s", id);
    return NULL;
}

static const char *held_by(const struct bench *b, const char *id, const char *passed)
{
    enum step_status *status = mem_calloc(b->list.n, sizeof *status);
    bool *passes = mem_calloc(b->list.n, sizeof *passes);
    const char *ret = NULL;
    for (size_t i = 0; i < b->list.n; i++) {
        status[i] = b->steps[i].status;
        passes[i] = passed && strcmp(b->steps[i].id, passed) == 0;
    }
    for (size_t i = 0; i < b->list.n; i++) {
        if (strcmp(b->steps[i].id, id) == 0)
            ret = steps_held_by(&b->list, i, status, passes);
    }
    free(status);
    free(passes);
    return ret;
}

static void every_item_is_there_in_order(void **state)
{
    struct bench *b = *state;
    evaluate(b);
    assert_int_equal(b->list.n, 38);
    assert_string_equal(b->steps[0].id, "T.M1");
    assert_string_equal(b->steps[1].id, "T.M1.1");
    assert_int_equal(b->steps[1].depth, 1);
    assert_null(strchr(b->steps[0].title, '*'));
}

static void what_nobody_looked_at_is_not_clean(void **state)
{
    struct bench *b = *state;
    evaluate(b);
    for (size_t i = 0; i < b->list.n; i++) {
        const struct report_step *s = &b->steps[i];
        if (b->list.refs[i].reporting)
            continue;
        assert_true(s->status == STEP_CANNOT_TELL || s->status == STEP_NOT_RUN);
        assert_non_null(s->reason);
    }
}

// A policy that was made after it hurt: the lookups that failed before are not its doing, and it holds
// nothing.
static void a_cause_of_another_time_has_no_effects(void **state)
{
    struct bench *b = *state;
    claim(b, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY, SUBJECT_NETWORK_POLICY,
          "shop/late isolates the pod");
    claim(b, CLAIM_EFFECT, DIAGNOSIS_NETWORK_POLICY_DENY, SUBJECT_NETWORK_POLICY, "a query got no answer");
    evaluate(b);
    assert_int_equal(step(b, "T.M2.5")->status, STEP_FINDING);
    b->claims.items[0].in_window = TRI_NO;
    evaluate(b);
    assert_int_equal(step(b, "T.M2.5")->status, STEP_DONE);
    assert_non_null(strstr(step(b, "T.M2.5")->result, "not while it hurt: shop/late isolates the pod"));
    assert_null(held_by(b, "T.M3", NULL));
    claim(b, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY, SUBJECT_NETWORK_POLICY, "shop/old isolates the pod");
    evaluate(b);
    assert_int_equal(step(b, "T.M2.5")->status, STEP_FINDING);
}

static void claims_decide_by_their_weight(void **state)
{
    static const struct {
        enum claim_kind kinds[3];
        enum step_status status;
    } table[] = {
        {{CLAIM_CAUSE, CLAIM_CLEAR, CLAIM_GAP}, STEP_FINDING},
        {{CLAIM_EFFECT, CLAIM_NOTE, CLAIM_GAP}, STEP_FINDING},
        {{CLAIM_CLEAR, CLAIM_GAP, CLAIM_EFFECT}, STEP_DONE},
        {{CLAIM_INNOCENT, CLAIM_GAP, CLAIM_NOTE}, STEP_CANNOT_TELL},
        {{CLAIM_INNOCENT, CLAIM_AGAINST, CLAIM_NOTE}, STEP_DONE},
        {{CLAIM_GAP, CLAIM_GAP, CLAIM_GAP}, STEP_CANNOT_TELL},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        claims_done(&b->claims);
        for (size_t k = 0; k < 3; k++)
            claim(b, table[i].kinds[k], DIAGNOSIS_LINKLOCAL_THROTTLE, SUBJECT_LINKLOCAL, "counter");
        evaluate(b);
        assert_int_equal(step(b, "E.M2")->status, table[i].status);
    }
}

static void normal_behaviour_and_other_paths_are_no_findings(void **state)
{
    struct bench *b = *state;
    claim(b, CLAIM_CAUSE, DIAGNOSIS_SEARCH_EXPANSION, SUBJECT_DNS_CONFIG, "the search list at work");
    claim(b, CLAIM_CAUSE, DIAGNOSIS_LINKLOCAL_THROTTLE, SUBJECT_LINKLOCAL, "another node's counter");
    b->claims.items[1].on_path = TRI_NO;
    evaluate(b);
    assert_int_equal(step(b, "T.M4")->status, STEP_DONE);
    assert_string_equal(step(b, "T.M4")->result, "the search list at work");
    assert_int_equal(step(b, "E.M2")->status, STEP_DONE);
}

static void a_finding_holds_what_the_gate_names(void **state)
{
    struct bench *b = *state;
    claim(b, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL, SUBJECT_FIREWALL, "FORWARD drops the query");
    evaluate(b);
    assert_int_equal(step(b, "T.M2")->status, STEP_FINDING);
    assert_string_equal(step(b, "T.M2.6")->result, "holds what it names: FORWARD drops the query");
    static const char *const held[] = {"T.M4", "T.S2", "E.M1", "E.M3", "E.M4"};
    for (size_t i = 0; i < ARRAY_LEN(held); i++)
        assert_string_equal(held_by(b, held[i], NULL), "T.M2");
    static const char *const open[] = {"T.M1", "T.M2", "T.M2.3", "T.S3", "T.Y1", "E.M2", "R.M1"};
    for (size_t i = 0; i < ARRAY_LEN(open); i++)
        assert_null(held_by(b, open[i], NULL));
    assert_null(held_by(b, "T.M4", "T.M2"));
}

static void clear_and_cannot_tell_open_the_gate(void **state)
{
    struct bench *b = *state;
    evaluate(b);
    assert_int_equal(step(b, "T.M2")->status, STEP_CANNOT_TELL);
    assert_int_equal(step(b, "T.M2.6")->status, STEP_CANNOT_TELL);
    assert_null(held_by(b, "T.M4", NULL));
    claim(b, CLAIM_CLEAR, DIAGNOSIS_NONE, SUBJECT_FIREWALL, "nothing drops it");
    claim(b, CLAIM_CLEAR, DIAGNOSIS_NONE, SUBJECT_NETWORK_POLICY, "no policy selects the pod");
    b->facts.node_name = "n1";
    b->facts.node = &(struct node_facts){.name = "n1"};
    evaluate(b);
    assert_int_equal(step(b, "T.M2")->status, STEP_DONE);
    assert_int_equal(step(b, "T.M2.6")->status, STEP_DONE);
    assert_null(held_by(b, "T.M4", NULL));
}

static void a_search_says_how_often_it_was_met(void **state)
{
    struct bench *b = *state;
    struct step_count count = {.lines = 12};
    for (size_t i = 0; i < b->list.n; i++) {
        if (strcmp(b->list.refs[i].item->id, "E.M2") == 0)
            count.call = &b->list.refs[i].item->calls[0];
    }
    b->counts = (struct step_counts){&count, 1, 1, 40, 3100000, "2 files that cannot be read"};
    claim(b, CLAIM_NOTE, DIAGNOSIS_NONE, SUBJECT_LINKLOCAL, "the counter stood still");
    evaluate(b);
    assert_string_equal(step(b, "E.M2")->result,
                        "the counter stood still; search: 12 hits in 40 files, 3.1 MB; not "
                        "searched: 2 files that cannot be read");
    assert_null(strstr(step(b, "T.Y1")->result, "search:"));
}

static void claim_counter(struct bench *b, const char *node)
{
    claims_add(&b->claims, &(struct claim){.kind = CLAIM_CAUSE,
                                           .diagnosis = DIAGNOSIS_LINKLOCAL_THROTTLE,
                                           .subject = SUBJECT_LINKLOCAL,
                                           .on_path = TRI_NO,
                                           .in_window = TRI_YES,
                                           .object = node,
                                           .text = "the counter grew",
                                           .time = TIME_UNKNOWN});
}

// Ready nodes may lose packets all the same; each that does is named once.
static void the_clusters_health_is_its_counters_too(void **state)
{
    struct bench *b = *state;
    struct kube_condition ready = {.type = "Ready", .status = "True"};
    struct kube_node kube[] = {{.conditions = &ready, .n_conditions = 1},
                               {.conditions = &ready, .n_conditions = 1}};
    struct node_facts seen[] = {
        {.name = "n1", .n_ethtool = 2}, {.name = "n10", .n_conntrack = 2}, {.name = "n2", .n_ethtool = 1}};
    b->facts.cluster.nodes.items = kube;
    b->facts.cluster.nodes.n = 2;
    b->facts.cluster.nodes.listing.state = LISTING_WHOLE;
    evaluate(b);
    assert_non_null(
        strstr(step(b, "T.Y2")->result, "2 of 2 nodes are Ready; nobody read their counters twice"));
    b->facts.nodes = seen;
    b->facts.n_nodes = ARRAY_LEN(seen);
    evaluate(b);
    assert_int_equal(step(b, "T.Y2")->status, STEP_DONE);
    assert_non_null(strstr(step(b, "T.Y2")->result, "read twice on 2: none of them"));
    claim_counter(b, "n10");
    claim_counter(b, "n1");
    claim_counter(b, "n10");
    evaluate(b);
    assert_int_equal(step(b, "T.Y2")->status, STEP_FINDING);
    assert_non_null(strstr(step(b, "T.Y2")->result, "packets are lost on n10, n1"));
}

#define WITH_D5(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_D5(the_clusters_health_is_its_counters_too),
        WITH_D5(every_item_is_there_in_order),
        WITH_D5(what_nobody_looked_at_is_not_clean),
        WITH_D5(a_cause_of_another_time_has_no_effects),
        WITH_D5(claims_decide_by_their_weight),
        WITH_D5(normal_behaviour_and_other_paths_are_no_findings),
        WITH_D5(a_finding_holds_what_the_gate_names),
        WITH_D5(clear_and_cannot_tell_open_the_gate),
        WITH_D5(a_search_says_how_often_it_was_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
