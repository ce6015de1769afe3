// parse/netpol and judge/policy: what policies do with traffic between two pods, and what cannot be told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/policy.h"

// One cluster: a client and a server in two namespaces, on two nodes; a server on the host's network; a
// service.
static const char objects[] =
    "{\"kind\":\"List\",\"items\":["
    "{\"kind\":\"Namespace\",\"metadata\":{\"name\":\"shop\",\"labels\":{\"team\":\"a\"}}},"
    "{\"kind\":\"Namespace\",\"metadata\":{\"name\":\"dns\",\"labels\":{\"team\":\"b\"}}},"
    "{\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\",\"labels\":{\"zone\":\"x\"}},\"status\":{\"addresses\":"
    "["
    "{\"type\":\"InternalIP\",\"address\":\"10.9.0.1\"}]}},"
    "{\"kind\":\"Node\",\"metadata\":{\"name\":\"n2\"},\"status\":{\"addresses\":[{\"type\":\"InternalIP\","
    "\"address\":\"10.9.0.2\"}]}},"
    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"client\",\"namespace\":\"shop\",\"labels\":{\"app\":"
    "\"client\"}},"
    "\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"c\"}]},\"status\":{\"phase\":\"Running\","
    "\"podIP\":\"10.1.0.5\"}},"
    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"old\",\"namespace\":\"shop\",\"labels\":{\"app\":\"old\"}},"
    "\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"c\"}]},\"status\":{\"phase\":\"Succeeded\","
    "\"podIP\":\"10.1.0.7\"}},"
    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"server\",\"namespace\":\"dns\",\"labels\":{\"app\":"
    "\"server\"}},"
    "\"spec\":{\"nodeName\":\"n2\",\"containers\":[{\"name\":\"c\",\"ports\":[{\"name\":\"dns\","
    "\"containerPort\":5353,"
    "\"protocol\":\"UDP\"}]}]},\"status\":{\"phase\":\"Running\",\"podIP\":\"10.1.0.7\"}},"
    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"host\",\"namespace\":\"dns\",\"labels\":{\"app\":\"server\"}}"
    ","
    "\"spec\":{\"nodeName\":\"n2\",\"hostNetwork\":true,\"containers\":[{\"name\":\"c\"}]},"
    "\"status\":{\"phase\":\"Running\",\"podIP\":\"10.9.0.2\"}},"
    "{\"kind\":\"Service\",\"metadata\":{\"name\":\"server\",\"namespace\":\"dns\"},\"spec\":{\"clusterIP\":"
    "\"10.96.0.10\","
    "\"clusterIPs\":[\"10.96.0.10\"],\"ports\":[{\"name\":\"d\",\"port\":53,\"protocol\":\"UDP\","
    "\"targetPort\":\"dns\"}]}},"
    "{\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"s\",\"namespace\":\"dns\",\"labels\":{\"kubernetes."
    "io/service-name\":"
    "\"server\"}},\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"d\",\"port\":5353,\"protocol\":\"UDP\"}],"
    "\"endpoints\":["
    "{\"addresses\":[\"10.1.0.7\"],\"targetRef\":{\"kind\":\"Pod\",\"name\":\"server\",\"namespace\":\"dns\"}"
    "},"
    "{\"addresses\":[\"10.1.0.9\"],\"conditions\":{\"ready\":false}}]}"
    "]}";

#define POLICY(ns, name, spec)                                                                               \
    "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"" name     \
    "\",\"namespace\":\"" ns "\"},\"spec\":{" spec "}}"
#define ADMIN(name, spec)                                                                                    \
    "{\"apiVersion\":\"policy.networking.k8s.io/"                                                            \
    "v1alpha1\",\"kind\":\"AdminNetworkPolicy\",\"metadata\":{\"name\":\"" name "\"},\"spec\":{" spec "}}"
#define BASELINE(spec)                                                                                       \
    "{\"apiVersion\":\"policy.networking.k8s.io/"                                                            \
    "v1alpha1\",\"kind\":\"BaselineAdminNetworkPolicy\",\"metadata\":{\"name\":"                             \
    "\"default\"},\"spec\":{" spec "}}"
#define TIERED(name, tier, priority, rules)                                                                  \
    "{\"apiVersion\":\"policy.networking.k8s.io/"                                                            \
    "v1alpha2\",\"kind\":\"ClusterNetworkPolicy\",\"metadata\":{\"name\":\"" name                            \
    "\"},\"spec\":{\"tier\":\"" tier "\",\"priority\":" priority                                             \
    ",\"subject\":{\"namespaces\":{}},\"egress\":[" rules "]}}"
#define TO_ALL(action, more) "{\"action\":\"" action "\",\"to\":[{\"namespaces\":{}}]" more "}"
#define UDP_ONLY(port)       ",\"protocols\":[{\"udp\":{\"destinationPort\":" port "}}]"
#define EGRESS(rules)        "\"podSelector\":{},\"policyTypes\":[\"Egress\"],\"egress\":[" rules "]"
#define INGRESS(rules)       "\"podSelector\":{},\"policyTypes\":[\"Ingress\"],\"ingress\":[" rules "]"
#define TO_DNS               "\"to\":[{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"dns\"}}}]"
#define UDP(port)            "\"ports\":[{\"protocol\":\"UDP\",\"port\":" port "}]"

struct scene {
    struct arena arena;
    struct cluster cluster;
    struct netpol_set set;
    struct policy_world world;
};

static void open_scene(struct scene *s, const char *policies)
{
    struct error err;
    char *text = mem_printf("{\"kind\":\"List\",\"items\":[%s]}", policies);
    *s = (struct scene){0};
    s->set.enforced = TRI_UNKNOWN;
    if (!kubeobj_parse(&s->arena, (struct text){span_of(objects), 0}, &s->cluster, &err) ||
        !netpol_parse(&s->arena, (struct text){span_of(arena_strdup(&s->arena, text)), 1}, &s->set, &err))
        fail_msg("%s", err.text);
    free(text);
    s->cluster.pods.listing.state = s->cluster.namespaces.listing.state = LISTING_WHOLE;
    s->cluster.nodes.listing.state = LISTING_WHOLE;
    s->world = (struct policy_world){
        .policies = &s->set, .cluster = &s->cluster, .standard = {.state = LISTING_WHOLE}};
}

static void close_scene(struct scene *s)
{
    cluster_done(&s->cluster);
    free(s->set.items);
    free(s->set.foreign);
    arena_done(&s->arena);
}

static struct policy_answer ask(struct scene *s, const char *to, const char *protocol, uint16_t port)
{
    struct policy_query q = {
        .from = cluster_pod(&s->cluster, "shop", "client"), .protocol = protocol, .port = port};
    if (!ip_parse(span_of(to), &q.to_ip))
        q.to = cluster_pod(&s->cluster, "dns", to);
    assert_true(q.from && (q.to || q.to_ip.family));
    return policy_judge(&s->world, &q, &s->arena);
}

static const struct {
    const char *policies, *to, *protocol;
    uint16_t port;
    const char *fate;
} cases[] = {
    {"", "server", "UDP", 5353, "passes"},
    // Isolation follows policyTypes, and without them the rules.
    {POLICY("shop", "p", EGRESS("")), "server", "UDP", 5353, "blocked"},
    {POLICY("shop", "p", "\"podSelector\":{}"), "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p", "\"podSelector\":{},\"egress\":[]"), "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p", "\"podSelector\":{},\"egress\":[{" UDP("53") "}]"), "server", "UDP", 5353,
     "blocked"},
    {POLICY("dns", "p", "\"podSelector\":{}"), "server", "UDP", 5353, "blocked"},
    {POLICY("dns", "p", INGRESS("{}")), "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p", "\"podSelector\":{\"matchLabels\":{\"app\":\"x\"}},\"policyTypes\":[\"Egress\"]"),
     "server", "UDP", 5353, "passes"},
    // Peers and ports: the pod's port, UDP and TCP apart, no protocol means TCP.
    {POLICY("shop", "p", EGRESS("{" TO_DNS "," UDP("5353") "}")), "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p", EGRESS("{" TO_DNS "," UDP("5353") "}")), "server", "TCP", 5353, "blocked"},
    {POLICY("shop", "p", EGRESS("{" TO_DNS "," UDP("53") "}")), "server", "UDP", 5353, "blocked"},
    {POLICY("shop", "p", EGRESS("{\"ports\":[{\"port\":5353}]}")), "server", "UDP", 5353, "blocked"},
    {POLICY("shop", "p", EGRESS("{" UDP("\"dns\"") "}")), "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p", EGRESS("{" UDP("\"dns\"") "}")), "server", "UDP", 53, "blocked"},
    {POLICY("shop", "p", EGRESS("{\"ports\":[{\"protocol\":\"UDP\",\"port\":5000,\"endPort\":6000}]}")),
     "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p", EGRESS("{\"to\":[{\"podSelector\":{}}]}")), "server", "UDP", 5353, "blocked"},
    {POLICY("shop", "p", EGRESS("{\"to\":[]}")), "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p",
            EGRESS("{\"to\":[{\"namespaceSelector\":{\"matchExpressions\":[{\"key\":\"none\",\"operator\":"
                   "\"NotIn\",\"values\":[\"x\"]}]}}]}")),
     "server", "UDP", 5353, "passes"},
    {POLICY("shop", "p",
            EGRESS("{\"to\":[{\"ipBlock\":{\"cidr\":\"10.1.0.9/16\",\"except\":[\"10.1.0.7/32\"]}}]}")),
     "server", "UDP", 5353, "blocked"},
    {POLICY("shop", "p", EGRESS("")) "," POLICY("shop", "q", EGRESS("{" TO_DNS "}")), "server", "UDP", 5353,
     "passes"},
    {POLICY("shop", "p", EGRESS("{" TO_DNS "}")) "," POLICY("dns", "q", INGRESS("")), "server", "UDP", 5353,
     "blocked"},
    // What the API server would have refused.
    {POLICY("shop", "p", "\"podSelector\":{},\"policyTypes\":[\"Out\"]"), "server", "UDP", 5353, "unknown"},
    {POLICY("shop", "p", EGRESS("{\"to\":[{}]}")), "server", "UDP", 5353, "unknown"},
    {POLICY("shop", "p", EGRESS("{\"to\":[{\"ipBlock\":{\"cidr\":\"10.1.0.0\"}}]}")), "server", "UDP", 5353,
     "unknown"},
    {POLICY("shop", "p", EGRESS("{\"ports\":[{\"port\":\"53\",\"protocol\":\"UDP\"}]}")), "server", "UDP",
     5353, "unknown"},
    {POLICY("shop", "p", EGRESS("{\"to\":[{}]}")) "," POLICY("shop", "q", EGRESS("{}")), "server", "UDP",
     5353, "passes"},
    // Service addresses: pods are meant either way, addresses and bare ports are not.
    {POLICY("shop", "p", EGRESS("{" TO_DNS "," UDP("5353") "}")), "10.96.0.10", "UDP", 53, "passes"},
    {POLICY("shop", "p", EGRESS("{" UDP("53") "}")), "10.96.0.10", "UDP", 53, "unknown"},
    {POLICY("shop", "p", EGRESS("{\"to\":[{\"ipBlock\":{\"cidr\":\"10.96.0.0/16\"}}]}")), "10.96.0.10", "UDP",
     53, "unknown"},
    {POLICY("shop", "p", EGRESS("{\"to\":[{\"ipBlock\":{\"cidr\":\"10.0.0.0/8\"}}]}")), "10.96.0.10", "UDP",
     53, "passes"},
    {"", "10.96.0.10", "TCP", 53, "unknown"},
    // Addresses: of running pods, of nodes, of the world.
    {POLICY("dns", "p", INGRESS("")), "10.1.0.7", "UDP", 5353, "blocked"},
    {POLICY("shop", "p", EGRESS("")), "10.9.0.1", "UDP", 53, "unknown"},
    {POLICY("shop", "p", EGRESS("")), "10.9.0.2", "UDP", 53, "blocked"},
    {POLICY("shop", "p", EGRESS("")), "169.254.20.10", "UDP", 53, "unknown"},
    {POLICY("shop", "p", EGRESS("{" UDP("53") "}")), "169.254.20.10", "UDP", 53, "passes"},
    {POLICY("shop", "p", EGRESS("")), "8.8.8.8", "UDP", 53, "blocked"},
    {POLICY("dns", "p", INGRESS("")), "host", "UDP", 53, "unknown"},
    {POLICY("shop", "p", EGRESS("{" TO_DNS "}")), "host", "UDP", 53, "unknown"},
    // Admin policies come first, the baseline last.
    {ADMIN("a", "\"priority\":5,\"subject\":{\"namespaces\":{}},\"egress\":[{\"action\":\"Deny\",\"to\":[{"
                "\"namespaces\":{}}]}]"),
     "server", "UDP", 5353, "blocked"},
    {ADMIN("a", "\"priority\":5,\"subject\":{\"namespaces\":{}},\"egress\":[{\"action\":\"Allow\",\"to\":[{"
                "\"namespaces\":{}}]}]") "," POLICY("shop", "p", EGRESS("")),
     "server", "UDP", 5353, "passes"},
    {ADMIN("a", "\"priority\":5,\"subject\":{\"namespaces\":{}},\"egress\":[{\"action\":\"Deny\",\"to\":[{"
                "\"namespaces\":{}}]}]") "," ADMIN("b", "\"priority\":1,\"subject\":{\"namespaces\":{}},"
                                                        "\"egress\":[{\"action\":\"Pass\",\"to\":[{"
                                                        "\"namespaces\":{}}]}]"),
     "server", "UDP", 5353, "passes"},
    {ADMIN("a", "\"priority\":5,\"subject\":{\"namespaces\":{}},\"egress\":[{\"action\":\"Deny\",\"to\":[{"
                "\"namespaces\":{}}]}]") "," ADMIN("b", "\"priority\":5,\"subject\":{\"namespaces\":{}},"
                                                        "\"egress\":[{\"action\":\"Allow\",\"to\":[{"
                                                        "\"namespaces\":{}}]}]"),
     "server", "UDP", 5353, "unknown"},
    {ADMIN("a", "\"priority\":5,\"subject\":{\"namespaces\":{\"namespaceSelector\":{}}},\"egress\":[{"
                "\"action\":\"Deny\",\"to\":"
                "[{\"namespaces\":{\"notSameLabels\":[\"team\"]}}]}]"),
     "server", "UDP", 5353, "blocked"},
    {ADMIN("a", "\"priority\":5,\"subject\":{\"namespaces\":{}},\"egress\":[{\"action\":\"Deny\",\"to\":"
                "[{\"pods\":{\"namespaces\":{\"sameLabels\":[\"team\"]},\"podSelector\":{}}}]}]"),
     "server", "UDP", 5353, "passes"},
    {ADMIN("a", "\"priority\":5,\"subject\":{\"namespaces\":{}},\"egress\":[{\"action\":\"Deny\",\"to\":[{"
                "\"nodes\":{\"matchLabels\":"
                "{\"zone\":\"x\"}}}]}]"),
     "10.9.0.2", "UDP", 53, "passes"},
    {BASELINE("\"subject\":{\"namespaces\":{}},\"ingress\":[{\"action\":\"Deny\",\"from\":[{\"namespaces\":{}"
              "}]}]"),
     "server", "UDP", 5353, "blocked"},
    {BASELINE("\"subject\":{\"namespaces\":{}},\"ingress\":[{\"action\":\"Deny\",\"from\":[{\"namespaces\":{}"
              "}]}]") "," POLICY("dns", "p", INGRESS("{}")),
     "server", "UDP", 5353, "passes"},
    // ClusterNetworkPolicy has both tiers, each by priority; Pass leads to the next one.
    {TIERED("a", "Admin", "5", TO_ALL("Deny", "")), "server", "UDP", 5353, "blocked"},
    {TIERED("a", "Admin", "5", TO_ALL("Accept", "")) "," POLICY("shop", "p", EGRESS("")), "server", "UDP",
     5353, "passes"},
    {TIERED("a", "Admin", "5", TO_ALL("Deny", UDP_ONLY("{\"number\":5353}"))), "server", "UDP", 5353,
     "blocked"},
    {TIERED("a", "Admin", "5", TO_ALL("Deny", UDP_ONLY("{\"number\":53}"))), "server", "UDP", 5353, "passes"},
    {TIERED("a", "Admin", "5", TO_ALL("Deny", UDP_ONLY("{\"range\":{\"start\":5000,\"end\":6000}}"))),
     "server", "UDP", 5353, "blocked"},
    {TIERED("a", "Admin", "5", TO_ALL("Deny", UDP_ONLY("{\"number\":5353}"))), "server", "TCP", 5353,
     "passes"},
    {TIERED("a", "Admin", "5", TO_ALL("Deny", ",\"protocols\":[{\"destinationNamedPort\":\"dns\"}]")),
     "server", "UDP", 5353, "blocked"},
    {TIERED("a", "Baseline", "5", TO_ALL("Deny", "")), "server", "UDP", 5353, "blocked"},
    {TIERED("a", "Baseline", "5", TO_ALL("Deny", "")) "," POLICY("shop", "p", EGRESS("{}")), "server", "UDP",
     5353, "passes"},
    {TIERED("a", "Baseline", "5", TO_ALL("Deny", "")) "," TIERED("b", "Baseline", "1", TO_ALL("Pass", "")),
     "server", "UDP", 5353, "passes"},
    {TIERED("a", "Baseline", "1", TO_ALL("Deny", "")) "," TIERED("b", "Baseline", "5", TO_ALL("Accept", "")),
     "server", "UDP", 5353, "blocked"},
    {TIERED("a", "Admin", "5", TO_ALL("Pass", "")) "," TIERED("b", "Baseline", "9", TO_ALL("Deny", "")),
     "server", "UDP", 5353, "blocked"},
    {TIERED("a", "Admin", "5", TO_ALL("Deny", "")), "host", "UDP", 53, "passes"}, // is no peer
    {TIERED("a", "Admin", "5", "{\"action\":\"Deny\",\"to\":[{\"nodes\":{}}]}"), "host", "UDP", 53,
     "blocked"},
    {TIERED("a", "Admin", "5", TO_ALL("Accept", ",\"match\":[]")), "server", "UDP", 5353, "unknown"},
    {TIERED("a", "Admin", "5", TO_ALL("Allow", "")), "server", "UDP", 5353, "unknown"},
    {TIERED("a", "Other", "5", TO_ALL("Accept", "")), "server", "UDP", 5353, "unknown"},
    {TIERED("a", "Admin", "5", TO_ALL("Accept", "")) "," BASELINE("\"subject\":{\"namespaces\":{}}"),
     "server", "UDP", 5353, "unknown"},
    // Other engines; a staged policy is not in force.
    {"{\"apiVersion\":\"crd.projectcalico.org/v1\",\"kind\":\"StagedNetworkPolicy\",\"metadata\":{\"name\":"
     "\"c\"}}",
     "server", "UDP", 5353, "passes"},
    {"{\"apiVersion\":\"networking.k8s.aws/v1alpha1\",\"kind\":\"ClusterNetworkPolicy\",\"metadata\":{"
     "\"name\":\"c\"}}",
     "server", "UDP", 5353, "unknown"},
    {"{\"apiVersion\":\"cilium.io/v2\",\"kind\":\"CiliumNetworkPolicy\",\"metadata\":{\"name\":\"c\"}}",
     "server", "UDP", 5353, "unknown"},
    {"{\"apiVersion\":\"crd.projectcalico.org/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"c\"}}",
     "server", "UDP", 5353, "unknown"},
    {"{\"kind\":\"DaemonSet\",\"metadata\":{\"name\":\"aws-node\"},\"spec\":{\"template\":{\"spec\":{"
     "\"containers\":[{\"env\":[{\"name\":"
     "\"NETWORK_POLICY_ENFORCING_MODE\",\"value\":\"strict\"}]}]}}}}",
     "server", "UDP", 5353, "unknown"},
    {"{\"kind\":\"DaemonSet\",\"metadata\":{\"name\":\"aws-node\"},\"spec\":{\"template\":{\"spec\":{"
     "\"containers\":[{\"args\":["
     "\"--enable-network-policy=false\"]}]}}}}," POLICY("shop", "p", EGRESS("")),
     "server", "UDP", 5353, "unknown"},
};

static void policies_are_judged_as_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scene s;
        open_scene(&s, cases[i].policies);
        struct policy_answer a = ask(&s, cases[i].to, cases[i].protocol, cases[i].port);
        if (strcmp(policy_fate_name(a.fate), cases[i].fate) != 0)
            fail_msg("case %zu: %s, not %s: %s\n%s to %s", i, policy_fate_name(a.fate), cases[i].fate, a.why,
                     cases[i].policies, cases[i].to);
        close_scene(&s);
    }
}

static void the_deciding_policies_are_named(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, POLICY("shop", "deny", EGRESS("")) "," POLICY("dns", "q", INGRESS("")));
    struct policy_answer a = ask(&s, "server", "UDP", 5353);
    assert_true(a.has_direction && a.direction == NETPOL_EGRESS);
    assert_int_equal(a.n_deciders, 1);
    assert_string_equal(a.deciders[0]->meta.name, "deny");
    assert_int_equal(a.deciders[0]->meta.place.line, 1);
    close_scene(&s);
}

static void what_was_not_listed_is_unknown(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, POLICY("shop", "p",
                          EGRESS("{\"to\":[{\"namespaceSelector\":{\"matchLabels\":{\"team\":\"b\"}}}]}")));
    const char *only = "shop";
    s.world.standard.state = LISTING_UNKNOWN;
    assert_int_equal(ask(&s, "server", "UDP", 5353).fate, POLICY_FATE_UNKNOWN);
    s.world.standard = (struct listing){.state = LISTING_PARTIAL, .namespaces = &only, .n_namespaces = 1};
    assert_int_equal(ask(&s, "server", "UDP", 5353).fate, POLICY_FATE_UNKNOWN);
    s.world.standard.state = LISTING_WHOLE;
    assert_int_equal(ask(&s, "server", "UDP", 5353).fate, POLICY_FATE_PASSES);
    s.cluster.namespaces.n = 0;
    assert_int_equal(ask(&s, "server", "UDP", 5353).fate, POLICY_FATE_UNKNOWN);
    s.cluster.pods.listing.state = LISTING_PARTIAL;
    assert_int_equal(ask(&s, "10.1.7.7", "UDP", 53).fate, POLICY_FATE_UNKNOWN);
    close_scene(&s);
}

static void broken_listings_are_refused(void **state)
{
    (void)state;
    static const char text[] = "{\"items\":[" POLICY("shop", "p", EGRESS("{}")) ",{\"kind\":";
    struct arena arena = {0};
    struct netpol_set set = {0};
    struct error err;
    assert_false(netpol_parse(&arena, (struct text){span_of(text), 0}, &set, &err));
    assert_int_equal(set.n, 1);
    free(set.items);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_are_judged_as_documented),
        cmocka_unit_test(the_deciding_policies_are_named),
        cmocka_unit_test(what_was_not_listed_is_unknown),
        cmocka_unit_test(broken_listings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
