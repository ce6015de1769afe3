// judge/coredns: what it serves. Names outside without a forward, and SERVFAIL that passes; each with what
// looks like it and is not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/kit/scene.h"

static void write_query(struct str *log, const char *time, const char *type, const char *name,
                        const char *rcode)
{
    str_printf(
        log,
        "2026-11-23T%sZ [INFO] 10.0.1.10:4711 - 7 \"%s IN %s. udp 60 false 512\" %s qr,aa,rd 60 0.001s\n",
        time, type, name, rcode);
}

static void break_forward(struct scene *s)
{
    scene_target(s, "api.example.com");
    scene_corefile(s, ".:53 {\\n  errors\\n  ready\\n  kubernetes cluster.local\\n  cache 30\\n}\\n");
    scene_dig(s, "external", "172.20.0.10", "api.example.com", "SERVFAIL");
}

static void a_corefile_without_forward_serves_nothing_outside(void **state)
{
    struct scene *s = *state;
    break_forward(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREFILE_ERROR, VERDICT_LIKELY);
}

// The Corefile in the ConfigMap is not the one that CoreDNS runs with.
static void what_is_forwarded_is_served(void **state)
{
    struct scene *s = *state;
    break_forward(s);
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                "2026-11-23T07:05:00.1Z [ERROR] plugin/errors: 2 api.example.com. A: read udp "
                "10.0.2.10:4000->10.0.0.2:53: i/o timeout\n");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR));
}

// ------------------------------------------------------------------ the chain ends early
static void hosts_without_fallthrough(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *hosts;
        bool ends;
    } cases[] = {
        {"hosts {\\n 10.5.5.5 legacy.example\\n }", true},
        {"hosts {\\n 10.5.5.5 legacy.example\\n fallthrough\\n }", false},
        {"hosts {\\n 10.5.5.5 legacy.example\\n fallthrough corp.example\\n }", true},
        {"hosts /etc/coredns/list corp.example {\\n ttl 60\\n }", false},
        {"hosts {\\n 10.5.5.5 " SCENE_NAME "\\n }", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_corefile(s,
                       arena_printf(&s->arena,
                                    ".:53 {\\n %s\\n kubernetes cluster.local\\n forward . 10.0.0.2\\n}\\n",
                                    cases[i].hosts));
        scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, "SERVFAIL");
        scene_judge(s);
        const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR);
        assert_int_equal(claim != NULL, cases[i].ends);
        if (claim) {
            SCENE_CONCLUDES(s, DIAGNOSIS_COREFILE_ERROR, VERDICT_CONFIRMED);
            scene_expect(claim->fix, "add fallthrough to the hosts plug-in in line 2");
        }
    }
}

static void who_gets_past_hosts_was_not_stopped(void **state)
{
    struct scene *s = *state;
    scene_corefile(s, ".:53 {\\n hosts {\\n 10.5.5.5 a.example\\n }\\n kubernetes cluster.local\\n}\\n");
    scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, "SERVFAIL");
    scene_dig(s, "kubernetes", "172.20.0.10", "kubernetes.default.svc.cluster.local", "NOERROR");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR));
}

static void a_template_that_denies_aaaa(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *rcode, *app;
        enum verdict verdict;
    } cases[] = {
        {"NXDOMAIN", "SocketException (5): Name does not resolve", VERDICT_LIKELY},
        {"NXDOMAIN", "synced", VERDICT_INCONCLUSIVE}, // as with glibc
        {"NOERROR", "SocketException (5): Name does not resolve", VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str log = {0};
        scene_reset(s);
        scene_target(s, "db.internal");
        scene_corefile(s, arena_printf(&s->arena,
                                       ".:53 {\\n template IN AAAA . {\\n rcode %s\\n }\\n forward . "
                                       "10.0.0.2\\n}\\n",
                                       cases[i].rcode));
        write_query(&log, "07:10:00.1", "AAAA", "db.internal", cases[i].rcode);
        write_query(&log, "07:10:00.2", "A", "db.internal", "NOERROR");
        scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log", str_text(&log));
        str_done(&log);
        scene_write(s, "cluster/logs/shop/cart-1/main.log",
                    arena_printf(&s->arena, "2026-11-23T07:10:01Z %s\n", cases[i].app));
        scene_judge(s);
        bool claimed = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR) != NULL;
        assert_int_equal(claimed, cases[i].verdict == VERDICT_LIKELY);
        if (claimed)
            SCENE_CONCLUDES(s, DIAGNOSIS_COREFILE_ERROR, VERDICT_LIKELY);
    }
}

// ------------------------------------------------------------------ kube-dns that is not CoreDNS
// Its dnsmasq says so every ten seconds, and forwards the cluster's own names as well.
static void dnsmasq_refuses_what_is_too_much(void **state)
{
    struct scene *s = *state;
    struct str log = {0};
    for (int i = 0; i < 30; i++)
        str_printf(
            &log,
            "2026-11-23T07:%02d:10.1Z I1123 07:%02d:10.100000       1 nanny.go:108] dnsmasq[9]: Maximum "
            "number of concurrent DNS queries reached (max: 150)\n",
            i, i);
    scene_write(s, "cluster/logs/kube-system/coredns-a/dnsmasq.log", str_text(&log));
    str_done(&log);
    scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, "REFUSED");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREDNS_OVERLOAD, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OVERLOAD);
    scene_expect(claim->text, "forwards at once (150)");
    scene_expect(claim->fix, "--dns-forward-max");
}

static void a_few_refusals_that_nobody_suffered_from(void **state)
{
    struct scene *s = *state;
    scene_write(
        s, "cluster/logs/kube-system/coredns-a/dnsmasq.log",
        "2026-11-23T07:10:10.1Z dnsmasq[9]: Maximum number of concurrent DNS queries reached (max: 150)\n");
    scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, "NOERROR");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OVERLOAD));
    assert_true(scene_rejects(s, DIAGNOSIS_COREDNS_OVERLOAD));
}

// A node's own dnsmasq is not the cluster's.
static void another_dnsmasq_is_not_the_clusters(void **state)
{
    struct scene *s = *state;
    scene_write(
        s, "nodes/n1/var_log/messages",
        "Nov 23 07:10:10 n1 dnsmasq[9]: Maximum number of concurrent DNS queries reached (max: 150)\n");
    scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, "REFUSED");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OVERLOAD));
}

// ------------------------------------------------------------------ passing SERVFAIL
// CoreDNS' log: answers before and after, and at 07:10 `n` lookups that got SERVFAIL, each asked along its
// search list for A and AAAA.
static void log_spell(struct scene *s, int n)
{
    static const char *const lists[] = {".shop.svc.cluster.local", ".svc.cluster.local", ".cluster.local",
                                        ""};
    struct str log = {0};
    write_query(&log, "07:01:00.0", "A", "orders.shop.svc.cluster.local", "NOERROR");
    for (int i = 0; i < n; i++) {
        for (size_t k = 0; k < 8; k++)
            write_query(&log, arena_printf(&s->arena, "07:10:%02d.%zu", i, k), k % 2 ? "AAAA" : "A",
                        arena_printf(&s->arena, "svc%d.shop.svc.cluster.local%s", i, lists[k / 2]),
                        "SERVFAIL");
    }
    write_query(&log, "07:20:00.0", "A", "orders.shop.svc.cluster.local", "NOERROR");
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log", str_text(&log));
    str_done(&log);
    scene_json(s, "cluster/events.json",
               "{'kind': 'List', 'items': [{'kind': 'Event', 'metadata': {'name': 'e', 'namespace': "
               "'kube-system'},\n"
               "'involvedObject': {'kind': 'Pod', 'name': 'coredns-old', 'namespace': 'kube-system'},\n"
               "'reason': 'Killing', 'message': 'Stopping container coredns', 'type': 'Normal',\n"
               "'firstTimestamp': '2026-11-23T07:09:58Z', 'lastTimestamp': '2026-11-23T07:09:58Z'}]}");
}

static void questions_along_a_search_list_are_one_lookup(void **state)
{
    struct scene *s = *state;
    log_spell(s, 4); // 32 questions
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_TRANSIENT_SERVFAIL, VERDICT_CONFIRMED);
}

static void many_lookups_are_no_passing_thing(void **state)
{
    struct scene *s = *state;
    log_spell(s, 11);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_TRANSIENT_SERVFAIL));
    assert_true(scene_rejects(s, DIAGNOSIS_TRANSIENT_SERVFAIL));
}

// kube-proxy leads to a pod that is gone until it hears of it: lost, and no SERVFAIL. Likely, with a change
// alone.
static void a_few_lost_ones_beside_a_change(void **state)
{
    struct scene *s = *state;
    static const char lost[] = "2026-11-23T07:10:05Z dial tcp: lookup orders on 172.20.0.10:53: read udp "
                               "10.0.1.10:41500->172.20.0.10:53: "
                               "i/o timeout\n"
                               "2026-11-23T07:10:07Z dial tcp: lookup orders on 172.20.0.10:53: read udp "
                               "10.0.1.10:41501->172.20.0.10:53: "
                               "i/o timeout\n";
    log_spell(s, 0);
    scene_write(s, "pods/shop/cart-1/app.log", lost);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_TRANSIENT_SERVFAIL, VERDICT_LIKELY);
    scene_reset(s);
    log_spell(s, 0);
    scene_json(s, "cluster/events.json", "{'kind': 'List', 'items': []}");
    scene_write(s, "pods/shop/cart-1/app.log", lost);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

static void a_lookup_that_failed_is_no_servfail(void **state)
{
    struct scene *s = *state;
    struct str log = {0};
    write_query(&log, "07:01:00.0", "A", "stock.shop.svc.cluster.local", "NOERROR");
    write_query(&log, "07:20:00.0", "A", "stock.shop.svc.cluster.local", "NOERROR");
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log", str_text(&log));
    str_done(&log);
    scene_write(s, "pods/shop/cart-1/app.log",
                "2026-11-23T07:10:00Z java.net.UnknownHostException: orders\n");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_TRANSIENT_SERVFAIL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_few_lost_ones_beside_a_change),
        SCENE_TEST(hosts_without_fallthrough),
        SCENE_TEST(who_gets_past_hosts_was_not_stopped),
        SCENE_TEST(a_template_that_denies_aaaa),
        SCENE_TEST(dnsmasq_refuses_what_is_too_much),
        SCENE_TEST(a_few_refusals_that_nobody_suffered_from),
        SCENE_TEST(another_dnsmasq_is_not_the_clusters),
        SCENE_TEST(a_corefile_without_forward_serves_nothing_outside),
        SCENE_TEST(what_is_forwarded_is_served),
        SCENE_TEST(questions_along_a_search_list_are_one_lookup),
        SCENE_TEST(many_lookups_are_no_passing_thing),
        SCENE_TEST(a_lookup_that_failed_is_no_servfail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
