// What the views show, before there is a screen: the matrix and the layer that it points at, moments in
// order, nodes by their health, and the ways of a query; each on the small cluster of tests/kit/scene.h.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/judge/health.h"
#include "core/judge/matrix.h"
#include "core/judge/moments.h"
#include "core/judge/ways.h"
#include "tests/kit/scene.h"

#define ORDERS  "orders.shop.svc.cluster.local"
#define SERVICE "172.20.0.10"

static bool says(const struct matrix *m, const char *words)
{
    for (size_t i = 0; i < m->n_says; i++) {
        if (strstr(m->says[i], words))
            return true;
    }
    return false;
}

static const struct matrix_row *row_of(const struct matrix *m, enum lookup_vantage vantage,
                                       enum lookup_server at, const char *server)
{
    struct ip ip;
    assert_true(ip_parse(span_of(server), &ip));
    for (size_t i = 0; i < m->n_rows; i++) {
        const struct matrix_row *r = &m->rows[i];
        if (r->vantage == vantage && r->at == at && !r->tcp && !r->others && ip_eq(r->server, ip))
            return r;
    }
    fail_msg("no such row");
    return NULL;
}

static void test_nobody_asked(void **state)
{
    struct scene s;
    (void)state;
    scene_init(&s);
    scene_target(&s, ORDERS);
    scene_judge(&s);
    struct matrix *m = matrix_make(s.facts);
    assert_true(says(m, "no lookup was asked"));
    assert_int_equal(row_of(m, LOOKUP_FROM_POD, LOOKUP_AT_CLUSTER_DNS, SERVICE)->cells[MATRIX_FAILING].n, 0);
    matrix_free(m);
    scene_done(&s);
}

static void test_the_service_address_alone_fails(void **state)
{
    struct scene s;
    (void)state;
    scene_init(&s);
    scene_target(&s, ORDERS);
    scene_dig(&s, "service", SERVICE, ORDERS, NULL);
    scene_dig(&s, "a", "10.0.2.10", ORDERS, "NOERROR");
    scene_dig(&s, "b", "10.0.3.10", ORDERS, "NOERROR");
    scene_judge(&s);
    struct matrix *m = matrix_make(s.facts);
    assert_true(says(m, "the ClusterIP fails and CoreDNS' own addresses answer"));
    assert_false(says(m, "everything that was asked fails"));
    const struct matrix_row *row = row_of(m, LOOKUP_FROM_POD, LOOKUP_AT_CLUSTER_DNS, SERVICE);
    assert_int_equal(row->cells[MATRIX_FAILING].n_failed, 1);
    assert_int_equal(row->cells[MATRIX_FAILING].shown->outcome, LOOKUP_TIMEOUT);
    assert_int_equal(row->cells[MATRIX_EXTERNAL].n, 0);
    row = row_of(m, LOOKUP_FROM_POD, LOOKUP_AT_ENDPOINT, "10.0.2.10");
    assert_int_equal(row->cells[MATRIX_FAILING].n_failed, 0);
    assert_int_equal(row->cells[MATRIX_FAILING].shown->latency, 4 * USEC_MSEC);
    matrix_free(m);
    scene_done(&s);
}

static void test_one_server_fails(void **state)
{
    struct scene s;
    (void)state;
    scene_init(&s);
    scene_target(&s, ORDERS);
    scene_dig(&s, "a", "10.0.2.10", ORDERS, NULL);
    scene_dig(&s, "b", "10.0.3.10", ORDERS, "NOERROR");
    scene_judge(&s);
    struct matrix *m = matrix_make(s.facts);
    assert_true(says(m, "10.0.2.10 fails and the other CoreDNS pods answer"));
    assert_false(says(m, "10.0.3.10 fails"));
    matrix_free(m);
    scene_done(&s);
}

static void test_only_external_names_fail(void **state)
{
    struct scene s;
    (void)state;
    scene_init(&s);
    scene_target(&s, "api.example.net");
    scene_dig(&s, "external", SERVICE, "api.example.org", "SERVFAIL");
    scene_dig(&s, "cluster", SERVICE, ORDERS, "NOERROR");
    scene_judge(&s);
    struct matrix *m = matrix_make(s.facts);
    assert_true(says(m, "external names fail and the cluster's resolve"));
    matrix_free(m);
    scene_done(&s);
}

// From outside, the service address never answers: such a row accuses nobody.
static void test_the_bastion_is_no_evidence(void **state)
{
    struct scene s;
    (void)state;
    scene_init(&s);
    scene_target(&s, ORDERS);
    scene_dig(&s, "service", SERVICE, ORDERS, "NOERROR");
    scene_write(
        &s, "bastion/dig-service.txt",
        ";; communications error to 172.20.0.10#53: timed out\n\n; <<>> DiG 9.18.30 <<>> @172.20.0.10 "
        "orders.shop.svc.cluster.local\n; (1 server found)\n;; global options: +cmd\n;; no servers could "
        "be reached\n");
    scene_judge(&s);
    struct matrix *m = matrix_make(s.facts);
    assert_true(row_of(m, LOOKUP_FROM_BASTION, LOOKUP_AT_CLUSTER_DNS, SERVICE)->no_evidence);
    assert_true(says(m, "nothing that was asked fails"));
    matrix_free(m);
    scene_done(&s);
}

static void test_moments_are_in_order(void **state)
{
    struct scene s;
    size_t n;
    (void)state;
    scene_init(&s);
    scene_target(&s, ORDERS);
    scene_dig(&s, "service", SERVICE, ORDERS, "NOERROR");
    scene_write(&s, "pods/shop/cart-1/app.log",
                "2026-11-23T07:10:00Z java.net.UnknownHostException: orders\n"
                "2026-11-23T07:05:00Z java.net.UnknownHostException: orders\n");
    scene_judge(&s);
    const struct moment *all = moments_find(&s.arena, s.facts, &s.claims, MOMENT_ALL, &n);
    size_t failed = 0, answered = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || all[i - 1].time <= all[i].time);
        assert_true(place_is_set(all[i].place));
        failed += all[i].kind == MOMENT_FAILED;
        answered += all[i].kind == MOMENT_ANSWERED;
    }
    assert_int_equal(failed, 2);
    assert_int_equal(answered, 1);
    moments_find(&s.arena, s.facts, NULL, 1 << MOMENT_CHANGE, &n);
    assert_int_equal(n, 0);
    scene_done(&s);
}

static void test_sick_nodes_come_first(void **state)
{
    struct scene s;
    size_t n, n_facts, n_other;
    (void)state;
    scene_init(&s);
    scene_json(&s, "cluster/nodes.json",
               "{'kind': 'List', 'items': [\n"
               "{'kind': 'Node', 'apiVersion': 'v1', 'metadata': {'name': 'n1'}, 'status': {'conditions': [\n"
               "{'type': 'Ready', 'status': 'True'}]}},\n"
               "{'kind': 'Node', 'apiVersion': 'v1', 'metadata': {'name': 'n2'}, 'status': {'conditions': [\n"
               "{'type': 'MemoryPressure', 'status': 'True'},\n"
               "{'type': 'Ready', 'status': 'True'}]}},\n"
               "{'kind': 'Node', 'apiVersion': 'v1', 'metadata': {'name': 'n3'}, 'status': {}}]}\n");
    scene_judge(&s);
    const struct node_health *list = health_list(&s.arena, s.facts, &s.claims, &n);
    assert_int_equal(n, 3);
    assert_string_equal(list[0].name, "n2");
    assert_int_equal(list[0].health, HEALTH_SICK);
    assert_string_equal(list[0].why, "MemoryPressure");
    assert_int_equal(list[1].health, HEALTH_UNKNOWN); // n3 says nothing: that is not well
    assert_int_equal(list[2].health, HEALTH_WELL);
    const struct node_fact *a = health_facts(&s.arena, s.facts, &s.claims, &list[0], &n_facts);
    const struct node_fact *b = health_facts(&s.arena, s.facts, &s.claims, &list[2], &n_other);
    assert_int_equal(n_facts, n_other);
    for (size_t i = 0; i < n_facts; i++)
        assert_string_equal(a[i].label, b[i].label);
    scene_done(&s);
}

static void test_ways_lead_to_every_server(void **state)
{
    struct scene s;
    struct ways ways;
    (void)state;
    scene_init(&s);
    scene_judge(&s);
    ways_find(&s.arena, s.facts, &ways);
    assert_int_equal(ways.n_clients, 1);
    assert_int_equal(ways.n, 3); // to the service, and through the nodes of two CoreDNS pods
    assert_string_equal(ways.items[0].what, "from 10.0.1.10 to 172.20.0.10");
    assert_string_equal(ways.items[1].node_name, "n2");
    assert_string_equal(ways.items[2].node_name, "n3");
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_asked),
        cmocka_unit_test(test_the_service_address_alone_fails),
        cmocka_unit_test(test_one_server_fails),
        cmocka_unit_test(test_only_external_names_fail),
        cmocka_unit_test(test_the_bastion_is_no_evidence),
        cmocka_unit_test(test_moments_are_in_order),
        cmocka_unit_test(test_sick_nodes_come_first),
        cmocka_unit_test(test_ways_lead_to_every_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
