// Judges of counters, memory, sizes and lookups, each on a small tree of its own: the files are written,
// opened, gathered and judged as a real one is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/facts/gather.h"
#include "core/judge/cause.h"
#include "core/judge/judge.h"
#include "core/judge/nearname.h"

struct file {
    const char *path, *text;
};

struct judged {
    char root[64];
    struct evidence *ev;
    struct facts *facts;
    struct claims claims;
    struct cause *cause;
};

#define WINDOW "window: {from: 2026-11-23T07:00:00Z, to: 2026-11-23T07:30:00Z}\n"
#define TARGET "namespace: shop\npod: cart-1\nnode: n1\nquery: orders.shop.svc.cluster.local\n" WINDOW

// A pod on n1, CoreDNS on n2, the DNS Service, two Services, two nodes.
static const struct file base[] = {
    {"cluster/pods.json",
     "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[\n"
     "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"cart-1\",\"namespace\":\"shop\"},\n"
     "\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"app\"}]},\n"
     "\"status\":{\"phase\":\"Running\",\"podIP\":\"10.0.1.5\",\"hostIP\":\"10.0.1.1\"}},\n"
     "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"coredns-a\",\"namespace\":\"kube-"
     "system\",\n"
     "\"labels\":{\"k8s-app\":\"kube-dns\"}},\"spec\":{\"nodeName\":\"n2\",\"containers\":[{\"name\":"
     "\"coredns\"}]},\n"
     "\"status\":{\"phase\":\"Running\",\"podIP\":\"10.0.2.9\",\"hostIP\":\"10.0.2.1\"}}]}\n"},
    {"cluster/services.json",
     "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[\n"
     "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"kube-dns\",\"namespace\":\"kube-"
     "system\"},\n"
     "\"spec\":{\"clusterIP\":\"172.20.0.10\",\"selector\":{\"k8s-app\":\"kube-dns\"},\n"
     "\"ports\":[{\"name\":\"dns\",\"port\":53,\"protocol\":\"UDP\",\"targetPort\":53}]}},\n"
     "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"orders\",\"namespace\":\"shop\"},"
     "\n"
     "\"spec\":{\"clusterIP\":\"172.20.7.7\"}}]}\n"},
    {"cluster/nodes.json",
     "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[\n"
     "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n1\"},\"status\":{\"addresses\":[\n"
     "{\"type\":\"InternalIP\",\"address\":\"10.0.1.1\"}]}},\n"
     "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n2\"},\"status\":{\"addresses\":[\n"
     "{\"type\":\"InternalIP\",\"address\":\"10.0.2.1\"}]}}]}\n"},
};

static void write_file(const char *root, const struct file *file)
{
    char *path = mem_printf("%s/%s", root, file->path);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(file->text, out);
    fclose(out);
    free(path);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void judge(struct judged *j, const char *target, const struct file *files, size_t n)
{
    *j = (struct judged){.ev = NULL};
    snprintf(j->root, sizeof j->root, "/tmp/d5judges-XXXXXX");
    assert_non_null(mkdtemp(j->root));
    const struct file said = {"target.yaml", target};
    write_file(j->root, &said);
    for (size_t i = 0; i < ARRAY_LEN(base); i++)
        write_file(j->root, &base[i]);
    for (size_t i = 0; i < n; i++)
        write_file(j->root, &files[i]);
    struct error err = {{0}};
    const char *root = j->root;
    j->ev = evidence_open(&root, 1, NULL, &err);
    assert_non_null(j->ev);
    j->facts = facts_gather(j->ev, NULL, NULL);
    static judge_fn *const judges[] = {judge_throttle, judge_memory, judge_conntrack, judge_mtu,
                                       judge_lookups};
    for (size_t i = 0; i < ARRAY_LEN(judges); i++)
        judges[i](j->facts, &j->claims);
    j->cause = cause_weigh(&j->claims, &j->facts->target);
}

static void done(struct judged *j)
{
    cause_free(j->cause);
    claims_done(&j->claims);
    facts_free(j->facts);
    evidence_close(j->ev);
    nftw(j->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const struct claim *find(const struct judged *j, enum claim_kind kind, enum diagnosis d)
{
    for (size_t i = 0; i < j->claims.n; i++) {
        if (j->claims.items[i].kind == kind && j->claims.items[i].diagnosis == d)
            return &j->claims.items[i];
    }
    return NULL;
}

#define EXPECT(target, files, d, v)                                                                          \
    do {                                                                                                     \
        struct judged j;                                                                                     \
        judge(&j, target, files, ARRAY_LEN(files));                                                          \
        assert_string_equal(diagnosis_info(j.cause->diagnosis)->id, diagnosis_info(d)->id);                  \
        assert_int_equal(j.cause->verdict, v);                                                               \
        done(&j);                                                                                            \
    } while (0)

// ------------------------------------------------------------------ link-local allowance

#define OUTSIDE        "namespace: shop\npod: cart-1\nnode: n1\nquery: login.example.org\n" WINDOW
#define ETHTOOL(value) "Interface eth0\nNIC statistics:\n     linklocal_allowance_exceeded: " value "\n"
#define TIMEOUT_LINE(minute)                                                                                 \
    "2026-11-23T07:" minute ":00.1Z [ERROR] plugin/errors: 2 login.example.org. A: read udp "                \
    "10.0.2.9:4000->10.0.0.2:53: i/o timeout\n"

static const struct file throttled[] = {
    {"nodes/n2/networking/ethtool.txt", ETHTOOL("100")},
    {"nodes/n2/samples/20261123T071000Z/ethtool.txt", ETHTOOL("900")},
    {"nodes/n2/samples/20261123T071200Z/ethtool.txt", ETHTOOL("1700")},
    {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05") TIMEOUT_LINE("11")},
};

static void a_counter_that_grows_where_coredns_sends_throttles(void **state)
{
    (void)state;
    struct judged j;
    judge(&j, OUTSIDE, throttled, ARRAY_LEN(throttled));
    assert_int_equal(j.cause->diagnosis, DIAGNOSIS_LINKLOCAL_THROTTLE);
    assert_int_equal(j.cause->verdict, VERDICT_CONFIRMED);
    const struct claim *cause = find(&j, CLAIM_CAUSE, DIAGNOSIS_LINKLOCAL_THROTTLE);
    assert_non_null(strstr(cause->text, "100 → 1700"));
    assert_int_equal(cause->places[0].line, 3);
    done(&j);
}

static void a_counter_that_stands_still_is_history(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"nodes/n2/networking/ethtool.txt", ETHTOOL("1843")},
        {"nodes/n2/samples/20261123T071000Z/ethtool.txt", ETHTOOL("1843")},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    struct judged j;
    judge(&j, OUTSIDE, files, ARRAY_LEN(files));
    assert_null(find(&j, CLAIM_CAUSE, DIAGNOSIS_LINKLOCAL_THROTTLE));
    const struct claim *innocent = find(&j, CLAIM_INNOCENT, DIAGNOSIS_LINKLOCAL_THROTTLE);
    assert_non_null(innocent);
    assert_non_null(strstr(innocent->text, "1843 → 1843"));
    done(&j);
}

static void growth_elsewhere_or_before_is_no_throttling(void **state)
{
    (void)state;
    static const struct file other_node[] = {
        {"nodes/n1/networking/ethtool.txt", ETHTOOL("1")},
        {"nodes/n1/samples/20261123T071000Z/ethtool.txt", ETHTOOL("999")},
        {"pods/shop/cart-1/resolv.conf",
         "nameserver 172.20.0.10\nsearch shop.svc.cluster.local\noptions ndots:5\n"},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    EXPECT(OUTSIDE, other_node, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    static const struct file before[] = {
        {"nodes/n2/samples/20261122T070000Z/ethtool.txt", ETHTOOL("1")},
        {"nodes/n2/samples/20261122T070500Z/ethtool.txt", ETHTOOL("999")},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    EXPECT(OUTSIDE, before, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

static void an_absent_counter_is_a_gap(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"nodes/n2/networking/ethtool.txt", "Interface eth0\nNIC statistics:\n     tx_timeout: 0\n"},
    };
    struct judged j;
    judge(&j, OUTSIDE, files, ARRAY_LEN(files));
    assert_non_null(find(&j, CLAIM_GAP, DIAGNOSIS_LINKLOCAL_THROTTLE));
    assert_null(find(&j, CLAIM_INNOCENT, DIAGNOSIS_LINKLOCAL_THROTTLE));
    done(&j);
}

// ------------------------------------------------------------------ conntrack

#define CONNTRACK(failed, drop)                                                                              \
    "cpu=0   \tfound=1 invalid=2 insert=0 insert_failed=" failed " drop=" drop                               \
    " early_drop=0 error=0 search_restart=0\n"
#define TABLE(count) "net.netfilter.nf_conntrack_count = " count "\nnet.netfilter.nf_conntrack_max = 131072\n"
#define FULL_LINE(day)                                                                                       \
    "[Mon Nov " day " 07:10:00 2026] nf_conntrack: nf_conntrack: table full, dropping packet\n"

static void a_full_table_hands_off(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"nodes/n1/sysctls/sysctl_all.txt", TABLE("131072")},
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("0", "5")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("0", "900")},
    };
    EXPECT(TARGET, files, DIAGNOSIS_CONNTRACK_FULL, VERDICT_CONFIRMED);
    static const struct file kernel[] = {{"nodes/n1/kernel/dmesg.human.current", FULL_LINE("23")}};
    EXPECT(TARGET, kernel, DIAGNOSIS_CONNTRACK_FULL, VERDICT_CONFIRMED);
}

static void a_table_that_was_full_another_day_is_innocent(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"nodes/n1/sysctls/sysctl_all.txt", TABLE("500")},
        {"nodes/n1/kernel/dmesg.human.current", FULL_LINE("16")},
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("0", "900")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("0", "900")},
    };
    struct judged j;
    judge(&j, TARGET, files, ARRAY_LEN(files));
    assert_null(find(&j, CLAIM_CAUSE, DIAGNOSIS_CONNTRACK_FULL));
    assert_non_null(find(&j, CLAIM_INNOCENT, DIAGNOSIS_CONNTRACK_FULL));
    done(&j);
}

#define ASK(time, id, type)                                                                                  \
    "2026-11-23 07:" time " eni7 In  IP 10.0.1.5.4000 > 172.20.0.10.53: " id "+ " type                       \
    "? orders.shop. (29)\n"                                                                                  \
    "2026-11-23 07:" time " eth0 Out IP 10.0.1.5.4000 > 10.0.2.9.53: " id "+ " type "? orders.shop. (29)\n"
#define REPLY(time, id)                                                                                      \
    "2026-11-23 07:" time " eth0 In  IP 10.0.2.9.53 > 10.0.1.5.4000: " id "*- 1/0/0 A 172.20.7.7 (45)\n"     \
    "2026-11-23 07:" time " eni7 Out IP 172.20.0.10.53 > 10.0.1.5.4000: " id "*- 1/0/0 A 172.20.7.7 (45)\n"

static const char half_lost[] =
    ASK("10:00.000000", "7", "A") "2026-11-23 07:10:00.000050 eni7 In  IP 10.0.1.5.4000 > 172.20.0.10.53: 8+ "
                                  "AAAA? orders.shop. (29)\n" REPLY("10:00.000500", "7")
                                      ASK("10:05.000100", "8", "AAAA") REPLY("10:05.000500", "8");

static void a_race_loses_one_of_a_pair(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"nodes/n1/sysctls/sysctl_all.txt", TABLE("500")},
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("812", "0")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("843", "0")},
        {"captures/port53.txt", half_lost},
    };
    EXPECT(TARGET, files, DIAGNOSIS_CONNTRACK_RACE, VERDICT_CONFIRMED);
    static const struct file still[] = {
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("812", "0")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("812", "0")},
        {"captures/port53.txt", half_lost},
    };
    EXPECT(TARGET, still, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

// ------------------------------------------------------------------ memory

#define KILL(day, words) "[Mon Nov " day " 07:10:00 2026] " words ": Killed process 31 (java) total-vm:1kB\n"

static void a_node_without_memory_is_not_dns(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"nodes/n1/kernel/dmesg.human.current",
         KILL("23", "Out of memory") "[Mon Nov 23 07:10:01 2026] Out of memory: Killed process 9 (kubelet) "
                                     "total-vm:1kB\n"},
    };
    EXPECT(TARGET, files, DIAGNOSIS_NODE_OOM, VERDICT_CONFIRMED);
}

static void other_kills_are_innocent(void **state)
{
    (void)state;
    static const struct file sets[][1] = {
        {{"nodes/n1/kernel/dmesg.human.current", KILL("16", "Out of memory")}},
        {{"nodes/n1/kernel/dmesg.human.current", KILL("23", "Memory cgroup out of memory")}},
        {{"nodes/n3/kernel/dmesg.human.current", KILL("23", "Out of memory")}},
    };
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        struct judged j;
        judge(&j, TARGET, sets[i], 1);
        assert_null(find(&j, CLAIM_CAUSE, DIAGNOSIS_NODE_OOM));
        assert_non_null(find(&j, CLAIM_INNOCENT, DIAGNOSIS_NODE_OOM));
        done(&j);
    }
}

#define APP_POD(finished)                                                                                    \
    "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[\n"                                                 \
    "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"cart-1\",\"namespace\":\"shop\"},\n"   \
    "\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"app\"}]},\"status\":{\"phase\":\"Running\","  \
    "\n"                                                                                                     \
    "\"containerStatuses\":[{\"name\":\"app\",\"ready\":false,\"restartCount\":4,\"lastState\":{"            \
    "\"terminated\":\n"                                                                                      \
    "{\"reason\":\"OOMKilled\",\"exitCode\":137,\"finishedAt\":\"" finished "\"}},\"state\":{\"waiting\":\n" \
    "{\"reason\":\"CrashLoopBackOff\"}}}]}}]}\n"

static void a_killed_application_is_its_own_cause(void **state)
{
    (void)state;
    static const struct file files[] = {{"cluster/pods.json", APP_POD("2026-11-23T07:12:00Z")}};
    EXPECT(TARGET, files, DIAGNOSIS_APP_OOM, VERDICT_CONFIRMED);
    static const struct file before[] = {{"cluster/pods.json", APP_POD("2026-11-22T07:12:00Z")}};
    EXPECT(TARGET, before, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

// ------------------------------------------------------------------ sizes

#define LINKS(mtu, ip)                                                                                       \
    "eth0: flags=4163<UP,BROADCAST>  mtu " mtu "\n        inet " ip "  netmask 255.255.255.0\n"
#define DIG_LOST(name)                                                                                       \
    ";; communications error to 172.20.0.10#53: timed out\n\n; <<>> DiG 9.18.1 <<>> @172.20.0.10 " name      \
    "\n;; global options: +cmd\n;; no servers could be reached\n"
#define DIG_GOT(name, options, status, flags, size)                                                          \
    "\n; <<>> DiG 9.18.1 <<>> @172.20.0.10 " name " " options "\n;; global options: +cmd\n"                  \
    ";; ->>HEADER<<- opcode: QUERY, status: " status ", id: 7\n;; flags: qr " flags                          \
    " rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1\n;; QUESTION SECTION:\n;" name ".\tIN\tA\n\n"     \
    ";; SERVER: 172.20.0.10#53(172.20.0.10) (UDP)\n;; WHEN: Mon Nov 23 07:15:00 UTC 2026\n;; MSG SIZE  "     \
    "rcvd: " size "\n"

static void large_answers_are_lost_where_small_ones_arrive(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"nodes/n1/networking/ifconfig.txt", LINKS("9001", "10.0.1.1")},
        {"nodes/n2/networking/ifconfig.txt", LINKS("1500", "10.0.2.1")},
        {"pods/shop/cart-1/dig-large.txt", DIG_LOST("orders.shop.svc.cluster.local")},
        {"pods/shop/cart-1/dig-small.txt",
         DIG_GOT("kubernetes.default.svc.cluster.local", "", "NOERROR", "aa", "120")},
        {"cluster/logs/kube-system/coredns-a/coredns.log",
         "2026-11-23T07:15:00Z [INFO] 10.0.1.5:4000 - 7 \"A IN orders.shop.svc.cluster.local. udp 60 false "
         "4096\" "
         "NOERROR qr,aa,rd 2893 0.0002s\n"},
    };
    EXPECT(TARGET, files, DIAGNOSIS_MTU, VERDICT_CONFIRMED);
}

// ------------------------------------------------------------------ names

#define WRONG "namespace: shop\npod: cart-1\nnode: n1\nquery: ordres.shop.svc.cluster.local\n" WINDOW

static void a_name_that_is_not_there_has_a_neighbour(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"pods/shop/cart-1/dig-query-udp.txt",
         DIG_GOT("ordres.shop.svc.cluster.local", "", "NXDOMAIN", "aa", "120")},
    };
    struct judged j;
    judge(&j, WRONG, files, 1);
    assert_int_equal(j.cause->diagnosis, DIAGNOSIS_NAME_DOES_NOT_EXIST);
    assert_int_equal(j.cause->verdict, VERDICT_CONFIRMED);
    assert_non_null(strstr(j.cause->candidates[0].cause->fix, "orders.shop"));
    done(&j);
}

static void a_stranger_denies_without_authority(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"pods/shop/cart-1/dig-query-udp.txt",
         DIG_GOT("ordres.shop.svc.cluster.local", "", "NXDOMAIN", "ra", "120")},
    };
    EXPECT(WRONG, files, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    static const struct file exists[] = {
        {"pods/shop/cart-1/dig-query-udp.txt",
         DIG_GOT("orders.shop.svc.cluster.local", "", "NXDOMAIN", "aa", "120")},
    };
    EXPECT(TARGET, exists, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

// A network that is closed to the world denies the outside name that every run asks for.
static void what_probes_ask_for_is_no_complaint(void **state)
{
    (void)state;
#define NO_QUERY "namespace: shop\npod: cart-1\nnode: n1\n" WINDOW
    static const struct file files[] = {
        {"pods/shop/cart-1/dig-external.txt", DIG_GOT("example.com", "", "NXDOMAIN", "aa", "120")},
    };
    EXPECT(NO_QUERY, files, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    static const struct file asked[] = {
        {"pods/shop/cart-1/dig-external.txt", DIG_GOT("example.org", "", "NXDOMAIN", "aa", "120")},
    };
    EXPECT(NO_QUERY, asked, DIAGNOSIS_NAME_DOES_NOT_EXIST, VERDICT_LIKELY);
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
    "2026-11-23T" time "Z [INFO] 10.0.1.5:4000 - 7 \"A IN " name ". udp 60 false 512\" " rcode               \
    " qr,aa,rd 93 0.0002s\n"
#define EARLIER "2026-11-23T05:00:00Z getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local\n"

static const struct file quiet[] = {
    {"pods/shop/cart-1/dig-query-udp.txt",
     DIG_GOT("orders.shop.svc.cluster.local", "", "NOERROR", "aa", "120")},
    {"pods/shop/cart-1/app.log", EARLIER "2026-11-23T07:20:00Z info: GET /healthz 200\n"},
    {"pods/shop/cart-1/resolv.conf", "search shop.svc.cluster.local svc.cluster.local "
                                     "cluster.local\nnameserver 172.20.0.10\noptions ndots:5\n"},
    {"cluster/logs/kube-system/coredns-a/coredns.log",
     QUERY_LINE("07:10:00", "orders.shop.svc.cluster.local.shop.svc.cluster.local", "NXDOMAIN")
         QUERY_LINE("07:10:00.1", "orders.shop.svc.cluster.local", "NOERROR")},
};

static void what_failed_earlier_is_no_fault_now(void **state)
{
    (void)state;
    EXPECT(TARGET "symptom: someone saw a failed lookup last night\n", quiet, DIAGNOSIS_NO_FAULT,
           VERDICT_CONFIRMED);
    EXPECT(TARGET "symptom: some calls take 5 seconds\n", quiet, DIAGNOSIS_INCONCLUSIVE,
           VERDICT_INCONCLUSIVE);
    static const struct file fails[] = {
        {"pods/shop/cart-1/dig-query-udp.txt",
         DIG_GOT("orders.shop.svc.cluster.local", "", "NOERROR", "aa", "120")},
        {"pods/shop/cart-1/app.log",
         "2026-11-23T07:20:00Z getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local\n"},
    };
    EXPECT(TARGET, fails, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

static void a_search_list_at_work_is_normal(void **state)
{
    (void)state;
    EXPECT(TARGET "symptom: the log is full of NXDOMAIN\n", quiet, DIAGNOSIS_SEARCH_EXPANSION,
           VERDICT_CONFIRMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_that_grows_where_coredns_sends_throttles),
        cmocka_unit_test(a_counter_that_stands_still_is_history),
        cmocka_unit_test(growth_elsewhere_or_before_is_no_throttling),
        cmocka_unit_test(an_absent_counter_is_a_gap),
        cmocka_unit_test(a_full_table_hands_off),
        cmocka_unit_test(a_table_that_was_full_another_day_is_innocent),
        cmocka_unit_test(a_race_loses_one_of_a_pair),
        cmocka_unit_test(a_node_without_memory_is_not_dns),
        cmocka_unit_test(other_kills_are_innocent),
        cmocka_unit_test(a_killed_application_is_its_own_cause),
        cmocka_unit_test(large_answers_are_lost_where_small_ones_arrive),
        cmocka_unit_test(a_name_that_is_not_there_has_a_neighbour),
        cmocka_unit_test(what_probes_ask_for_is_no_complaint),
        cmocka_unit_test(a_stranger_denies_without_authority),
        cmocka_unit_test(near_names_are_measured),
        cmocka_unit_test(what_failed_earlier_is_no_fault_now),
        cmocka_unit_test(a_search_list_at_work_is_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
