// judge/lookups, judge/nearname: what is normal, what only looks so when half of the evidence is missing, and
// names that are not there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/nearname.h"
#include "tests/kit/scene.h"

#define NAME     "orders.shop.svc.cluster.local"
#define MISSPELT "ordres.shop.svc.cluster.local"

static void only_a_search_list_puts_something_behind_the_domain(void **state)
{
    (void)state;
    static const char *const doubled[] = {"db.shop.svc.cluster.local.cluster.local",
                                          "db.shop.svc.cluster.local.shop.svc.cluster.local",
                                          "db.shop.svc.cluster.local.ec2.internal"};
    static const char *const plain[] = {
        "db.shop.svc.cluster.local",         "cluster.local", "cluster.local.example.com",
        "mycluster.local.svc.cluster.local", "example.com",   ""};
    for (size_t i = 0; i < sizeof doubled / sizeof *doubled; i++)
        assert_true(lookup_name_is_doubled(span_of(doubled[i]), "cluster.local"));
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_false(lookup_name_is_doubled(span_of(plain[i]), "cluster.local"));
}

// The pod's resolv.conf was not collected, so that nobody says which domains it searches.
static void an_expansion_is_no_missing_name(void **state)
{
    struct scene *s = *state;
    scene_target(s, "null");
    scene_write(s, "pods/shop/cart-1/resolv.conf", NULL);
    scene_dig(s, "doubled", "172.20.0.10", "orders.shop.svc.cluster.local.cluster.local", "NXDOMAIN");
    scene_judge(s);
    assert_int_not_equal(s->cause->diagnosis, DIAGNOSIS_NAME_DOES_NOT_EXIST);
}

static void some_answers_by_hand_do_not_clear_a_pod_that_nobody_watched(void **state)
{
    struct scene *s = *state;
    scene_target(s, NAME);
    scene_dig(s, "query-udp", "172.20.0.10", NAME, "NOERROR");
    scene_dig(s, "query-tcp", "172.20.0.10", NAME, "NOERROR");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NO_FAULT));
}

static void a_quiet_log_beside_answers_clears_it(void **state)
{
    struct scene *s = *state;
    scene_target(s, NAME);
    scene_write(s, "pods/shop/cart-1/app.log",
                "2026-11-23T06:58:00Z INFO started\n2026-11-23T07:29:00Z INFO 200 GET /cart\n");
    scene_dig(s, "query-udp", "172.20.0.10", NAME, "NOERROR");
    scene_judge(s);
    assert_non_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NO_FAULT));
}

// In words that no list has: whether nothing failed is then not known.
static void words_of_failure_that_nobody_knows_leave_it_open(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *line;
        enum tri nothing_failed;
    } cases[] = {
        {"WARN peer " NAME " is beyond us: name service error 7", TRI_UNKNOWN},
        {"INFO 200 GET http://" NAME "/cart?on=error", TRI_YES},
        {"WARN an error that has to do with another name", TRI_YES},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_target(s, NAME);
        scene_write(s, "pods/shop/cart-1/app.log",
                    arena_printf(&s->arena, "2026-11-23T06:58:00Z INFO started\n2026-11-23T07:12:00Z %s\n",
                                 cases[i].line));
        scene_dig(s, "query-udp", "172.20.0.10", NAME, "NOERROR");
        scene_judge(s);
        const struct claim *none = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NO_FAULT);
        const struct claim *gap = scene_claim(s, CLAIM_GAP, DIAGNOSIS_NO_FAULT);
        assert_non_null(none);
        assert_int_equal(none->in_window, cases[i].nothing_failed);
        assert_int_equal(gap != NULL, none->in_window == TRI_UNKNOWN);
        if (gap)
            assert_true(scene_cites(s, gap, "is beyond us"));
    }
}

// An answer that did not fit, and the same question over TCP, at 07:10.
#define TRUNCATED                                                                                            \
    "2026-11-23 07:10:00.100000 IP 10.0.1.10.41000 > 172.20.0.10.53: 7+ A? " NAME ". (46)\n"                 \
    "2026-11-23 07:10:00.101000 IP 172.20.0.10.53 > 10.0.1.10.41000: 7*-| 0/0/0 (46)\n"                      \
    "2026-11-23 07:10:00.102000 IP 10.0.1.10.41001 > 172.20.0.10.53: Flags [P.], seq 1:49, ack 1, win 64, "  \
    "length 48 8+ A? " NAME ". (46)\n"
#define FETCHED                                                                                              \
    "2026-11-23 07:10:00.103000 IP 172.20.0.10.53 > 10.0.1.10.41001: Flags [P.], seq 1:1010, ack 49, win "   \
    "64, length 1009 8*- 60/0/0 A 10.99.0.7 (1007)\n"
#define LATER                                                                                                \
    "2026-11-23 07:10:20.100000 IP 10.0.1.10.41002 > 172.20.0.10.53: 9+ A? db. (20)\n"                       \
    "2026-11-23 07:10:20.101000 IP 172.20.0.10.53 > 10.0.1.10.41002: 9*- 1/0/0 A 10.99.0.8 (36)\n"

static void what_tcp_fetches_did_not_fail(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *capture;
        enum lookup_outcome outcome;
    } cases[] = {{TRUNCATED FETCHED LATER, LOOKUP_ANSWERED}, {TRUNCATED LATER, LOOKUP_TRUNCATED}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_target(s, NAME);
        scene_write(s, "captures/port53.txt", cases[i].capture);
        scene_judge(s);
        assert_int_equal(s->facts->lookups.items[0].outcome, cases[i].outcome);
        assert_int_equal(i == 0, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NO_FAULT) != NULL);
    }
}

// ------------------------------------------------------------------ names

// An answer of the cluster's DNS at 07:15, with these flags.
#define DIG(name, status, flags)                                                                             \
    "\n; <<>> DiG 9.18.1 <<>> @172.20.0.10 " name "\n;; global options: +cmd\n"                              \
    ";; ->>HEADER<<- opcode: QUERY, status: " status ", id: 7\n;; flags: qr " flags                          \
    " rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1\n;; QUESTION SECTION:\n;" name ".\tIN\tA\n\n"     \
    ";; SERVER: 172.20.0.10#53(172.20.0.10) (UDP)\n;; WHEN: Mon Nov 23 07:15:00 UTC 2026\n;; MSG SIZE  "     \
    "rcvd: 120\n"

static void a_name_that_is_not_there_has_a_neighbour(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"pods/shop/cart-1/dig-query-udp.txt", DIG(MISSPELT, "NXDOMAIN", "aa")},
    };
    scene_judge_with(s, MISSPELT, files, 1);
    SCENE_CONCLUDES(s, DIAGNOSIS_NAME_DOES_NOT_EXIST, VERDICT_CONFIRMED);
    assert_non_null(strstr(s->cause->candidates[0].cause->fix, "orders.shop"));
}

static void a_stranger_denies_without_authority(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"pods/shop/cart-1/dig-query-udp.txt", DIG(MISSPELT, "NXDOMAIN", "ra")},
    };
    SCENE_EXPECT(s, MISSPELT, files, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    static const struct scene_file exists[] = {
        {"pods/shop/cart-1/dig-query-udp.txt", DIG(NAME, "NXDOMAIN", "aa")},
    };
    SCENE_EXPECT(s, NAME, exists, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

// A network that is closed to the world denies the outside name that every run asks for.
static void what_probes_ask_for_is_no_complaint(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"pods/shop/cart-1/dig-external.txt", DIG("example.com", "NXDOMAIN", "aa")},
    };
    SCENE_EXPECT(s, "null", files, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    static const struct scene_file asked[] = {
        {"pods/shop/cart-1/dig-external.txt", DIG("example.org", "NXDOMAIN", "aa")},
    };
    SCENE_EXPECT(s, "null", asked, DIAGNOSIS_NAME_DOES_NOT_EXIST, VERDICT_LIKELY);
}

// The headless Service db, behind which db-0 stands: with a host name (", 'hostname': 'db-0'") or without
// one.
static void write_db(struct scene *s, const char *hostname)
{
    scene_json(
        s, "cluster/services.json",
        "{'kind': 'List', 'items': [\n{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': "
        "'kube-system'}, 'spec': {'clusterIP': '172.20.0.10', 'selector': {'k8s-app': 'kube-dns'},\n"
        "'ports': [{'name': 'dns', 'port': 53, 'protocol': 'UDP', 'targetPort': 53}]}},\n"
        "{'kind': 'Service', 'metadata': {'name': 'db', 'namespace': 'shop'}, 'spec': {'clusterIP': "
        "'None', 'selector': {'app': 'db'}}}]}");
    char *slices = mem_printf(
        "{'kind': 'List', 'items': [\n{'kind': 'EndpointSlice', 'metadata': {'name': 'db-x', 'namespace': "
        "'shop', 'labels': {'kubernetes.io/service-name': 'db'}}, 'endpoints': [{'addresses':\n"
        "['10.0.1.77'], 'conditions': {'ready': true}, 'targetRef': {'kind': 'Pod', 'name': 'db-0'}%s}]}]}",
        hostname);
    scene_json(s, "cluster/endpointslices.json", slices);
    free(slices);
}

static void a_pod_without_a_name_below_the_service(void **state)
{
    struct scene *s = *state;
    write_db(s, "");
    scene_target(s, "db-0.db.shop.svc.cluster.local");
    scene_write(s, "pods/shop/cart-1/dig-query-udp.txt",
                DIG("db-0.db.shop.svc.cluster.local", "NXDOMAIN", "aa"));
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_NAME_DOES_NOT_EXIST, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NAME_DOES_NOT_EXIST);
    scene_expect(claim->text, "the pod db-0 stands behind the Service db.shop without a name of its own");
    assert_true(scene_cites(s, claim, "10.0.1.77"));
}

// What is called so is not denied for that reason: by its host name, by its pod's where the Corefile says so,
// by its address.
#define BELOW(label)                                                                                         \
    label ".db.shop.svc.cluster.local", DIG(label ".db.shop.svc.cluster.local", "NXDOMAIN", "aa")
static void a_name_below_the_service_that_is_there(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *hostname, *corefile, *name, *dig;
        bool absent;
    } cases[] = {
        {", 'hostname': 'db-9'", "kubernetes cluster.local", BELOW("db-0"), true},
        {", 'hostname': 'db-0'", "kubernetes cluster.local", BELOW("db-0"), false},
        {"", "kubernetes cluster.local {\\n endpoint_pod_names\\n }", BELOW("db-0"), false},
        {"", "kubernetes cluster.local", BELOW("10-0-1-77"), false},
        {"", "kubernetes cluster.local", BELOW("_pg._tcp"), false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        write_db(s, cases[i].hostname);
        scene_target(s, cases[i].name);
        scene_corefile(s, arena_printf(&s->arena, ".:53 {\\n %s\\n}\\n", cases[i].corefile));
        scene_write(s, "pods/shop/cart-1/dig-query-udp.txt", cases[i].dig);
        scene_judge(s);
        assert_int_equal(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NAME_DOES_NOT_EXIST) != NULL, cases[i].absent);
    }
}

// The Service that fails is an alias of this name.
static void write_alias(struct scene *s, const char *external)
{
    char *text = mem_printf(
        "{'kind': 'List', 'items': [\n{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': "
        "'kube-system'}, 'spec': {'clusterIP': '172.20.0.10', 'selector': {'k8s-app': 'kube-dns'},\n"
        "'ports': [{'name': 'dns', 'port': 53, 'protocol': 'UDP', 'targetPort': 53}]}},\n"
        "{'kind': 'Service', 'metadata': {'name': 'orders', 'namespace': 'shop'}, 'spec': {'type': "
        "'ExternalName',\n'externalName': '%s'}}]}",
        external);
    scene_json(s, "cluster/services.json", text);
    free(text);
    scene_target(s, NAME);
    scene_write(s, "pods/shop/cart-1/dig-query-udp.txt", DIG(NAME, "NXDOMAIN", "aa"));
}

static void an_alias_of_nothing_is_denied(void **state)
{
    struct scene *s = *state;
    write_alias(s, "old.bank.example.");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_NAME_DOES_NOT_EXIST, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NAME_DOES_NOT_EXIST);
    assert_true(scene_cites(s, claim, "old.bank.example."));
    assert_non_null(strstr(claim->fix, "no name old.bank.example"));
}

static void an_alias_of_a_name_that_is_answered_is_not(void **state)
{
    struct scene *s = *state;
    write_alias(s, "old.bank.example.");
    scene_dig(s, "target", "172.20.0.10", "old.bank.example", "NOERROR");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NAME_DOES_NOT_EXIST));
}

// Somebody asked for a name with a slip of the pen, while the pod's log complains of another.
static void what_somebody_mistyped_is_not_what_fails(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"pods/shop/cart-1/dig-hand.txt", DIG(MISSPELT, "NXDOMAIN", "aa")},
        {"pods/shop/cart-1/app.log", "2026-11-23T07:20:00Z getaddrinfo EAI_AGAIN " NAME "\n"},
    };
    SCENE_EXPECT(s, "null", files, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    static const struct scene_file told[] = {
        {"pods/shop/cart-1/dig-hand.txt", DIG(MISSPELT, "NXDOMAIN", "aa")},
        {"pods/shop/cart-1/app.log", "2026-11-23T07:20:00Z getaddrinfo ENOTFOUND ordres\n"},
    };
    SCENE_EXPECT(s, "null", told, DIAGNOSIS_NAME_DOES_NOT_EXIST, VERDICT_CONFIRMED);
}

// Who may list one namespace alone does not see the DNS Service; the answers show who it is.
static void the_clusters_dns_is_known_by_its_answers(void **state)
{
    struct scene *s = *state;
    static const char services[] =
        "{'kind': 'List', 'items': [{'kind': 'Service', 'metadata': {'name': 'orders', 'namespace': 'shop'},"
        "'spec': {'clusterIP': '172.20.9.9'}}]}";
    for (int known = 0; known < 2; known++) {
        scene_reset(s);
        scene_target(s, MISSPELT);
        scene_write(s, "cluster/services.json", NULL);
        scene_write(s, "cluster/pods.json", NULL);
        scene_write(s, "cluster/endpointslices.json", NULL);
        scene_json(s, "cluster/services@shop.json", services);
        scene_write(s, "pods/shop/cart-1/dig-query-udp.txt", DIG(MISSPELT, "NXDOMAIN", "aa"));
        scene_write(s, "pods/shop/cart-1/dig-kubernetes.txt",
                    known ? DIG("kubernetes.default.svc.cluster.local", "NOERROR", "aa")
                          : DIG("kubernetes.default.svc.cluster.local", "NXDOMAIN", "aa"));
        scene_judge(s);
        SCENE_CONCLUDES(s, known ? DIAGNOSIS_NAME_DOES_NOT_EXIST : DIAGNOSIS_INCONCLUSIVE,
                        known ? VERDICT_CONFIRMED : VERDICT_INCONCLUSIVE);
    }
}

static void near_names_are_measured(void **state)
{
    (void)state;
    assert_int_equal(nearname_distance(span_of("paymnets"), span_of("payments"), 2), 1);
    assert_int_equal(nearname_distance(span_of("cart"), span_of("cart"), 2), 0);
    assert_int_equal(nearname_distance(span_of("cart"), span_of("carts2"), 2), 2);
    assert_int_equal(nearname_distance(span_of("cart"), span_of("orders"), 2), 3);
    assert_int_equal(nearname_distance(span_of(""), span_of("ab"), 2), 2);
}

// ------------------------------------------------------------------ nothing fails

#define QUERY_LINE(time, name, rcode)                                                                        \
    "2026-11-23T" time "Z [INFO] 10.0.1.10:4000 - 7 \"A IN " name ". udp 60 false 512\" " rcode              \
    " qr,aa,rd 93 0.0002s\n"
#define EARLIER "2026-11-23T05:00:00Z getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local\n"

static const struct scene_file quiet[] = {
    {"pods/shop/cart-1/dig-query-udp.txt", DIG(NAME, "NOERROR", "aa")},
    {"pods/shop/cart-1/app.log", EARLIER "2026-11-23T07:20:00Z info: GET /healthz 200\n"},
    {"pods/shop/cart-1/resolv.conf", "search shop.svc.cluster.local svc.cluster.local "
                                     "cluster.local\nnameserver 172.20.0.10\noptions ndots:5\n"},
    {"cluster/logs/kube-system/coredns-a/coredns.log",
     QUERY_LINE("07:10:00", "orders.shop.svc.cluster.local.shop.svc.cluster.local", "NXDOMAIN")
         QUERY_LINE("07:10:00.1", NAME, "NOERROR")},
};

// The quiet cluster, and who says what of it.
static void complain(struct scene *s, const char *symptom)
{
    scene_reset(s);
    for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
        scene_write(s, quiet[i].path, quiet[i].text);
    scene_complaint(s, NAME, symptom);
    scene_judge(s);
}

static void what_failed_earlier_is_no_fault_now(void **state)
{
    struct scene *s = *state;
    complain(s, "someone saw a failed lookup last night");
    SCENE_CONCLUDES(s, DIAGNOSIS_NO_FAULT, VERDICT_CONFIRMED);
    complain(s, "did the change of the secondary zone exchange anything?");
    SCENE_CONCLUDES(s, DIAGNOSIS_NO_FAULT, VERDICT_CONFIRMED);
    complain(s, "there is a second nameserver in resolv.conf");
    SCENE_CONCLUDES(s, DIAGNOSIS_NO_FAULT, VERDICT_CONFIRMED);
    static const char *const some[] = {"some calls take 5 seconds", "it hangs",
                                       "a lookup takes 300ms",      "DNS is flaky",
                                       "a lookup takes a second",   "a second or more for each name",
                                       "5 second delays",           "every second lookup fails"};
    for (size_t i = 0; i < ARRAY_LEN(some); i++) {
        complain(s, some[i]);
        SCENE_CONCLUDES(s, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    }
    static const struct scene_file fails[] = {
        {"pods/shop/cart-1/dig-query-udp.txt", DIG(NAME, "NOERROR", "aa")},
        {"pods/shop/cart-1/app.log",
         "2026-11-23T07:20:00Z getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local\n"},
    };
    SCENE_EXPECT(s, NAME, fails, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

// Nothing failed in DNS' sense, and nothing is concluded: what was complained of is shown all the same.
static void what_was_denied_is_shown_where_nothing_is_concluded(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"pods/shop/cart-1/dig-query-udp.txt", DIG(NAME, "NXDOMAIN", "aa")},
    };
    SCENE_EXPECT(s, NAME, files, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    const struct claim *claim =
        scene_says(s, CLAIM_NOTE, SUBJECT_SYMPTOM, "lookups answered NXDOMAIN in the window: 1");
    assert_non_null(claim);
    assert_true(scene_cites(s, claim, "status: NXDOMAIN"));
}

// plugin/loop asks for it when CoreDNS starts, before the way out is there.
static void coredns_probe_for_a_loop_is_nobodys_lookup(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/logs/kube-system/coredns-b/coredns.log",
                "2026-11-23T07:05:00Z [ERROR] plugin/errors: 2 123456789.987654321. HINFO: read udp "
                "10.0.3.10:4711->10.0.0.2:53: i/o timeout\n");
    for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
        scene_write(s, quiet[i].path, quiet[i].text);
    scene_complaint(s, NAME, "someone saw a failed lookup last night");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_NO_FAULT, VERDICT_CONFIRMED);
}

static void a_search_list_at_work_is_normal(void **state)
{
    struct scene *s = *state;
    complain(s, "the log is full of NXDOMAIN");
    SCENE_CONCLUDES(s, DIAGNOSIS_SEARCH_EXPANSION, VERDICT_CONFIRMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_search_list_puts_something_behind_the_domain),
        SCENE_TEST(an_expansion_is_no_missing_name),
        SCENE_TEST(some_answers_by_hand_do_not_clear_a_pod_that_nobody_watched),
        SCENE_TEST(a_quiet_log_beside_answers_clears_it),
        SCENE_TEST(words_of_failure_that_nobody_knows_leave_it_open),
        SCENE_TEST(what_tcp_fetches_did_not_fail),
        SCENE_TEST(a_name_that_is_not_there_has_a_neighbour),
        SCENE_TEST(a_stranger_denies_without_authority),
        SCENE_TEST(what_probes_ask_for_is_no_complaint),
        SCENE_TEST(a_pod_without_a_name_below_the_service),
        SCENE_TEST(a_name_below_the_service_that_is_there),
        SCENE_TEST(an_alias_of_nothing_is_denied),
        SCENE_TEST(an_alias_of_a_name_that_is_answered_is_not),
        SCENE_TEST(what_somebody_mistyped_is_not_what_fails),
        SCENE_TEST(the_clusters_dns_is_known_by_its_answers),
        cmocka_unit_test(near_names_are_measured),
        SCENE_TEST(what_failed_earlier_is_no_fault_now),
        SCENE_TEST(what_was_denied_is_shown_where_nothing_is_concluded),
        SCENE_TEST(coredns_probe_for_a_loop_is_nobodys_lookup),
        SCENE_TEST(a_search_list_at_work_is_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
