// judge/resolver_search, resolver_unsearched, lookups_normal: what a search list makes of a name, and what it
// looks like where it does not come to work.
#include "tests/kit/scene.h"

#define SECOND(hms)             "2026-11-23T" hms "Z [INFO] 10.0.1.10:40000 - 7 "
#define ASKED(hms, name, rcode) SECOND(hms) "\"A IN " name ". udp 40 false 512\" " rcode " 90 0.0002s\n"
#define DENIED(hms, name)       ASKED(hms, name, "NXDOMAIN qr,rd,ra")

static void give_ndots(struct scene *s, int ndots)
{
    scene_write(s, "pods/shop/cart-1/resolv.conf",
                arena_printf(&s->arena,
                             "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
                             "nameserver 172.20.0.10\noptions ndots:%d\n",
                             ndots));
}

static void give_log(struct scene *s, const char *text)
{
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log", text);
}

// ------------------------------------------------------------------ asked as it is, and no further
static const char bare[] = DENIED("07:05:00.1", "orders.shop") DENIED("07:06:00.1", "orders.shop")
    DENIED("07:07:00.1", "orders.shop");

static void a_lowered_ndots_that_musl_takes_at_its_word(void **state)
{
    struct scene *s = *state;
    scene_target(s, "orders.shop");
    give_ndots(s, 1);
    give_log(s, bare);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_DNS_POLICY, VERDICT_LIKELY);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY);
    assert_true(scene_cites(s, claim, "ndots:1"));
    scene_expect(claim->fix, "ndots in the dnsConfig of the workload's template to 2");
}

static void who_knows_no_search_list(void **state)
{
    struct scene *s = *state;
    scene_target(s, "orders.shop");
    give_ndots(s, 5);
    give_log(s, bare);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_NAME_DOES_NOT_EXIST, VERDICT_LIKELY);
    scene_expect(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NAME_DOES_NOT_EXIST)->fix, SCENE_NAME);
}

static void denied_once_proves_nothing(void **state)
{
    struct scene *s = *state;
    scene_target(s, "orders.shop");
    give_ndots(s, 1);
    give_log(s, DENIED("07:05:00.1", "orders.shop"));
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY));
}

// ------------------------------------------------------------------ asked as it is first
static const char searched[] = DENIED("07:05:00.1", "orders.shop")
    ASKED("07:05:00.2", "orders.shop.shop.svc.cluster.local", "NXDOMAIN qr,aa,rd")
        ASKED("07:05:00.3", "orders.shop.svc.cluster.local", "NOERROR qr,aa,rd");

static void enough_dots_and_a_search_list_that_finds_it(void **state)
{
    struct scene *s = *state;
    scene_complaint(s, "orders.shop", "NXDOMAIN for orders.shop");
    give_ndots(s, 1);
    give_log(s, searched);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_SEARCH_EXPANSION, VERDICT_CONFIRMED);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY));
}

static void a_search_list_that_finds_it_for_another_pod(void **state)
{
    struct scene *s = *state;
    scene_complaint(s, "orders.shop", "NXDOMAIN for orders.shop");
    give_ndots(s, 1);
    give_log(s,
             DENIED("07:05:00.1", "orders.shop") "2026-11-23T07:05:00.3Z [INFO] 10.0.1.99:40000 - 7 "
                                                 "\"A IN orders.shop.svc.cluster.local. udp 40 false 512\" "
                                                 "NOERROR qr,aa,rd 90 0.0002s\n");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_SEARCH_EXPANSION));
}

// ------------------------------------------------------------------ the cluster domain
static void give_domains(struct scene *s, const char *zones)
{
    scene_corefile(s, arena_printf(&s->arena,
                                   ".:53 {\\n kubernetes %s in-addr.arpa\\n forward . "
                                   "/etc/resolv.conf\\n}\\n",
                                   zones));
}

static void a_domain_that_coredns_does_not_serve(void **state)
{
    struct scene *s = *state;
    give_domains(s, "clouster.local");
    give_log(s,
             DENIED("07:05:00.1", SCENE_NAME) DENIED("07:06:00.1", "kubernetes.default.svc.cluster.local"));
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_WRONG_NAMESERVER, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER);
    scene_expect(claim->text,
                 "hands out the cluster domain cluster.local, and CoreDNS serves clouster.local");
    assert_true(scene_cites(s, claim, "search shop.svc.cluster.local"));
}

static void a_name_outside_does_not_need_the_domain(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    give_domains(s, "clouster.local");
    give_log(s, DENIED("07:05:00.1", "api.example.com"));
    scene_judge(s);
    assert_int_not_equal(s->cause->diagnosis, DIAGNOSIS_WRONG_NAMESERVER);
}

static void one_of_the_domains_that_coredns_serves(void **state)
{
    struct scene *s = *state;
    give_domains(s, "prod.k8s.corp cluster.local");
    give_log(s, ASKED("07:05:00.1", SCENE_NAME, "NXDOMAIN qr,aa,rd"));
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER));
    assert_string_equal(s->facts->dns.cluster_domain, "cluster.local");
}

static void what_is_imported_may_serve_it(void **state)
{
    struct scene *s = *state;
    scene_corefile(s, ".:53 {\\n kubernetes clouster.local\\n}\\nimport custom/*.server\\n");
    give_log(s, DENIED("07:05:00.1", SCENE_NAME));
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER));
}

// ------------------------------------------------------------------ a further server
static void add_server(struct scene *s, const char *log)
{
    scene_write(s, "pods/shop/cart-1/resolv.conf",
                "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
                "nameserver 172.20.0.10\nnameserver 10.77.0.53\noptions ndots:5\n");
    scene_pods(s, &(struct scene_pods){.spec = "'dnsConfig': {'nameservers': [\n'10.77.0.53']}, "});
    scene_dig(s, "first", "172.20.0.10", SCENE_NAME, "NOERROR");
    scene_dig(s, "further", "10.77.0.53", SCENE_NAME, "NXDOMAIN");
    scene_write(s, "cluster/logs/shop/cart-1/main.log", log);
}

static void a_further_server_that_denies_the_clusters_names(void **state)
{
    struct scene *s = *state;
    add_server(s, "2026-11-23T07:10:00Z [Errno -2] Name does not resolve (orders.shop.svc.cluster.local)\n");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_DNS_POLICY, VERDICT_LIKELY);
    assert_true(scene_cites(s, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY), "nameserver 10.77.0.53"));
}

static void a_further_server_that_nobody_asks(void **state)
{
    struct scene *s = *state;
    add_server(s, "2026-11-23T07:10:00Z GET orders.shop.svc.cluster.local 200\n");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_lowered_ndots_that_musl_takes_at_its_word),
        SCENE_TEST(who_knows_no_search_list),
        SCENE_TEST(denied_once_proves_nothing),
        SCENE_TEST(enough_dots_and_a_search_list_that_finds_it),
        SCENE_TEST(a_search_list_that_finds_it_for_another_pod),
        SCENE_TEST(a_domain_that_coredns_does_not_serve),
        SCENE_TEST(a_name_outside_does_not_need_the_domain),
        SCENE_TEST(one_of_the_domains_that_coredns_serves),
        SCENE_TEST(what_is_imported_may_serve_it),
        SCENE_TEST(a_further_server_that_denies_the_clusters_names),
        SCENE_TEST(a_further_server_that_nobody_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
