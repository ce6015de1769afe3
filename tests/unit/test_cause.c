// judge/cause: what makes a verdict confirmed, likely, inconclusive; consequences; further causes; the
// rejected.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/judge/cause.h"

static const struct target with_window = {.window = {1000 * USEC_SEC, 2000 * USEC_SEC}};
static const struct target without_window = {.window = {TIME_UNKNOWN, TIME_UNKNOWN}};

static struct claim *add(struct claims *claims, enum claim_kind kind, enum diagnosis d, const char *text)
{
    return claims_add(claims, &(struct claim){
                                  .kind = kind,
                                  .diagnosis = d,
                                  .on_path = TRI_YES,
                                  .in_window = TRI_YES,
                                  .text = text,
                                  .time = TIME_UNKNOWN,
                              });
}

static void expect(const struct claims *claims, const struct target *target, enum diagnosis d, enum verdict v)
{
    struct cause *cause = cause_weigh(claims, target);
    assert_int_equal(cause->diagnosis, d);
    assert_int_equal(cause->verdict, v);
    cause_free(cause);
}

static void nothing_is_inconclusive(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL, "no rules were read");
    expect(&claims, &with_window, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    claims_done(&claims);
}

static void cause_and_effect_confirm(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL, "a rule drops the query");
    expect(&claims, &with_window, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
    add(&claims, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL, "its counter grew");
    expect(&claims, &with_window, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    claims_done(&claims);
}

static void effect_elsewhere_does_not_confirm(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL, "a rule on node a")->object = "a";
    add(&claims, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL, "a counter on node b")->object = "b";
    expect(&claims, &with_window, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
    claims_done(&claims);
}

static void unknown_path_or_time_does_not_confirm(void **state)
{
    (void)state;
    for (int what = 0; what < 2; what++) {
        struct claims claims = {0};
        struct claim *c = add(&claims, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN, "no endpoint");
        *(what ? &c->on_path : &c->in_window) = TRI_UNKNOWN;
        add(&claims, CLAIM_EFFECT, DIAGNOSIS_COREDNS_DOWN, "queries are refused");
        expect(&claims, &with_window, DIAGNOSIS_COREDNS_DOWN, VERDICT_LIKELY);
        claims_done(&claims);
    }
}

static void without_a_window_events_do_not_confirm(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL, "a rule drops the query");
    add(&claims, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL, "a query was lost at noon")->time = 5 * USEC_SEC;
    expect(&claims, &with_window, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    expect(&claims, &without_window, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
    claims_done(&claims);
}

static void what_worked_refutes(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL, "a rule drops the query");
    add(&claims, CLAIM_AGAINST, DIAGNOSIS_HOST_FIREWALL, "queries on that path were answered");
    struct cause *cause = cause_weigh(&claims, &with_window);
    assert_int_equal(cause->diagnosis, DIAGNOSIS_INCONCLUSIVE);
    assert_int_equal(cause->n_rejected, 1);
    assert_string_equal(cause->candidates[0].reason, "queries on that path were answered");
    cause_free(cause);
    claims_done(&claims);
}

static void a_consequence_is_not_the_cause(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN, "no endpoint");
    add(&claims, CLAIM_EFFECT, DIAGNOSIS_COREDNS_DOWN, "queries are refused");
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR, "unknown directive");
    struct cause *cause = cause_weigh(&claims, &with_window);
    assert_int_equal(cause->diagnosis, DIAGNOSIS_COREFILE_ERROR);
    assert_int_equal(cause->n_also, 0);
    assert_int_equal(cause->n_rejected, 1);
    assert_int_equal(cause->candidates[1].explained_by, DIAGNOSIS_COREFILE_ERROR);
    cause_free(cause);
    claims_done(&claims);
}

static void independent_causes_are_both_told(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL, "a rule drops the query");
    add(&claims, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL, "its counter grew");
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER, "the kubelet hands out another address");
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_SEARCH_EXPANSION, "doubled suffixes");
    struct cause *cause = cause_weigh(&claims, &with_window);
    assert_int_equal(cause->diagnosis, DIAGNOSIS_HOST_FIREWALL);
    assert_int_equal(cause->n_also, 1);
    assert_int_equal(cause->candidates[1].diagnosis, DIAGNOSIS_WRONG_NAMESERVER);
    assert_int_equal(cause->n_rejected, 1); // the normal thing beside it
    cause_free(cause);
    claims_done(&claims);
}

static void a_proven_normal_thing_outweighs_a_mere_suspicion(void **state)
{
    (void)state;
    struct claims claims = {0};
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_SERVICE_PATH, "a stale rule");
    add(&claims, CLAIM_CAUSE, DIAGNOSIS_NO_FAULT, "nothing failed");
    add(&claims, CLAIM_EFFECT, DIAGNOSIS_NO_FAULT, "every lookup was answered");
    struct cause *cause = cause_weigh(&claims, &with_window);
    assert_int_equal(cause->diagnosis, DIAGNOSIS_NO_FAULT);
    assert_int_equal(cause->n_also, 0);
    cause_free(cause);
    claims_done(&claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_inconclusive),
        cmocka_unit_test(cause_and_effect_confirm),
        cmocka_unit_test(effect_elsewhere_does_not_confirm),
        cmocka_unit_test(unknown_path_or_time_does_not_confirm),
        cmocka_unit_test(without_a_window_events_do_not_confirm),
        cmocka_unit_test(what_worked_refutes),
        cmocka_unit_test(a_consequence_is_not_the_cause),
        cmocka_unit_test(independent_causes_are_both_told),
        cmocka_unit_test(a_proven_normal_thing_outweighs_a_mere_suspicion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
