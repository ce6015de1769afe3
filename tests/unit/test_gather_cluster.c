// facts/gather_cluster, gather_dns, gather_nodelocal, gather_kubelets, gather_pods: what a tree says
// together.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/parse/kubelet.h"
#include "tests/kit/scene.h"

static const char dns_service[] =
    "{'kind': 'List', 'items': [{'kind': 'Service', 'metadata': {'name': '%s', 'namespace': "
    "'kube-system'%s},\n"
    "'spec': {'clusterIP': '172.20.0.10', 'selector': {'k8s-app': 'kube-dns'},\n"
    "'ports': [{'port': 53, 'protocol': 'UDP', 'targetPort': 'dns'}]}}]}";

static void the_healthy_cluster_is_put_together(void **state)
{
    struct scene *s = *state;
    scene_judge(s);
    const struct dns_facts *dns = &s->facts->dns;
    assert_string_equal(dns->service->meta.name, "kube-dns");
    assert_int_equal(dns->n_pods, 2);
    assert_int_equal(dns->n_endpoints, 2);
    assert_int_equal(dns->endpoints_known, TRI_YES);
    assert_int_equal(dns->endpoint_port, 53);
    assert_string_equal(dns->deployment->meta.name, "coredns");
    assert_string_equal(dns->cluster_domain, "cluster.local");
    assert_string_equal(dns->corefile_map->meta.name, "coredns");
    assert_int_equal(dns->vpc_resolver.bytes[3], 2);
    assert_string_equal(s->facts->pod->meta.name, "cart-1");
    assert_string_equal(s->facts->node_name, "n1");
    assert_true(kubelet_hands_out(s->facts->node->kubelet, dns->addresses[0]));
    assert_true(s->facts->pods[0].target);
}

static void a_renamed_service_is_found_by_its_selector(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/services.json", arena_printf(&s->arena, dns_service, "cluster-dns", ""));
    scene_judge(s);
    assert_string_equal(s->facts->dns.service->meta.name, "cluster-dns");
}

static void the_way_to_coredns_is_not_the_service(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/services.json",
               arena_printf(&s->arena, dns_service, "kube-dns-upstream",
                            ", 'labels': {'kubernetes.io/name': 'KubeDNSUpstream'}"));
    scene_judge(s);
    assert_null(s->facts->dns.service);
}

static void a_listing_of_one_namespace_is_partial(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/pods.json", NULL);
    scene_json(
        s, "cluster/pods@shop.json",
        "{'kind': 'List', 'items': [{'kind': 'Pod', 'metadata': {'name': 'cart-1', 'namespace': 'shop'}}]}");
    scene_judge(s);
    assert_int_equal(s->facts->cluster.pods.listing.state, LISTING_PARTIAL);
    assert_string_equal(s->facts->cluster.pods.listing.namespaces[0], "shop");
    assert_non_null(s->facts->pod);
    assert_true(s->facts->n_gaps > 0);
}

static void listings_of_namespaces_add_up(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/services.json", NULL);
    scene_json(s, "cluster/services@kube-system.json", "{'kind': 'List', 'items': []}");
    scene_json(s, "cluster/services@shop.json", "{'kind': 'List', 'items': []}");
    scene_judge(s);
    const struct listing *listing = &s->facts->cluster.services.listing;
    assert_int_equal(listing->state, LISTING_PARTIAL);
    assert_true(listing_covers(listing, "shop"));
    assert_true(listing_covers(listing, "kube-system"));
    assert_false(listing_covers(listing, "billing"));
    assert_false(listing_covers(listing, NULL));
}

static void a_broken_listing_says_nothing(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/services.json",
               "{'kind': 'List', 'items': [{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': "
               "'kube-system'}, 'spec': {]}}");
    scene_judge(s);
    assert_int_equal(s->facts->cluster.services.listing.state, LISTING_UNKNOWN);
    assert_int_equal(s->facts->cluster.services.n, 0);
}

static void errors_quoted_in_one_line_of_json_are_no_error(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/events.json",
               "{'kind':'List','items':[{'kind':'Event','metadata':{'name':'e'},'reason':'Failed','message':'"
               "Failed to "
               "pull image: i/o timeout','involvedObject':{'kind':'Pod','name':'cart-1'}}]}");
    scene_judge(s);
    assert_int_equal(s->facts->cluster.events.listing.state, LISTING_WHOLE);
    assert_int_equal(s->facts->cluster.events.n, 1);
}

static void the_only_pod_with_a_folder_complains(void **state)
{
    struct scene *s = *state;
    scene_write(s, "target.yaml", NULL);
    scene_judge(s);
    assert_string_equal(s->facts->pod->meta.name, "cart-1");
    assert_string_equal(s->facts->node_name, "n1");
}

static void two_pods_with_folders_leave_it_open(void **state)
{
    struct scene *s = *state;
    scene_write(s, "target.yaml", NULL);
    scene_write(s, "pods/shop/cart-2/resolv.conf", "nameserver 172.20.0.10\n");
    scene_judge(s);
    assert_null(s->facts->pod);
}

static void a_short_node_name_is_enough(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/nodes.json",
               "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': 'n1.example.internal'}},\n"
               "{'kind': 'Node', 'metadata': {'name': 'n10.example.internal'}}]}");
    scene_judge(s);
    assert_string_equal(s->facts->node_name, "n1.example.internal");
}

static void the_caches_addresses_come_from_its_arguments(void **state)
{
    struct scene *s = *state;
    scene_json(
        s, "cluster/daemonsets.json",
        "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'dns-cache', 'namespace': "
        "'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', 'image': "
        "'example/k8s-dns-node-cache:1',\n'args': ['--localip=172.20.0.10,169.254.20.10']}]}}}}]}");
    scene_judge(s);
    assert_int_equal(s->facts->dns.nodelocal.bytes[0], 169);
    assert_int_equal(s->facts->dns.n_nodelocal_also, 1);
    assert_string_equal(s->facts->dns.nodelocal_set->meta.name, "dns-cache");
}

static void the_proxys_mode_comes_from_its_log_at_last(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/logs/kube-system/kube-proxy-x/kube-proxy.log",
                "2026-11-20T00:00:00Z I1120 00:00:00.1 1 server.go:1 \"start\"\n"
                "2026-11-20T00:00:01Z I1120 00:00:01.1 1 server_linux.go:66] \"Using nftables Proxier\"\n");
    scene_judge(s);
    assert_string_equal(s->facts->dns.proxy_mode, "nftables");
    assert_int_equal(s->facts->dns.proxy_mode_place.line, 2);
}

static void drop_ins_of_the_kubelet_win(void **state)
{
    struct scene *s = *state;
    scene_json(s, "nodes/n1/kubelet/config.json.d/40-x.conf",
               "{'kind': 'KubeletConfiguration', 'clusterDNS': ['10.9.9.9']}");
    scene_judge(s);
    assert_string_equal(s->facts->node->kubelet->cluster_dns[0].text, "10.9.9.9");
}

// What kubectl says of a kind that it was not told of.
static const char no_such_type[] =
    "error: the server doesn't have a resource type \"adminnetworkpolicies\"\n";

#define ADMIN_POLICIES "adminnetworkpolicies.policy.networking.k8s.io"

static void a_kind_that_is_not_served_has_no_policies(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/api-resources.txt", "networkpolicies.networking.k8s.io\n");
    scene_write(s, "cluster/" ADMIN_POLICIES ".json", no_such_type);
    scene_judge(s);
    assert_null(s->facts->policies.admin_unknown);
}

static void a_kind_that_is_listed_and_then_not_found_is_unknown(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/api-resources.txt", ADMIN_POLICIES "\nnetworkpolicies.networking.k8s.io\n");
    scene_write(s, "cluster/" ADMIN_POLICIES ".json", no_such_type);
    scene_judge(s);
    scene_expect(s->facts->policies.admin_unknown, "doesn't have a resource type");
}

// Where the Services were not listed.
static void the_proxys_rules_tell_of_the_service(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/services.json", NULL);
    scene_healthy_rules(s);
    scene_judge(s);
    const struct dns_facts *dns = &s->facts->dns;
    struct ip kube_dns;
    assert_true(ip_parse(span_of("172.20.0.10"), &kube_dns));
    assert_null(dns->service);
    assert_int_equal(dns->n_addresses, 1);
    assert_true(ip_eq(dns->addresses[0], kube_dns));
    assert_int_equal(dns->n_endpoints, 2);
    assert_int_equal(dns->endpoints_known, TRI_YES);
}

static void so_does_its_map_in_nftables_mode(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/services.json", NULL);
    scene_write(
        s, "nodes/n1/networking/nftables.txt",
        "table ip kube-proxy {\n\tmap service-ips {\n\t\ttype ipv4_addr . inet_proto . inet_service : "
        "verdict\n\t\telements = { 172.20.0.1 . tcp . 443 : goto "
        "service-2QRHZV4L-default/kubernetes/tcp/https,\n\t\t\t     172.20.0.10 . udp . 53 : goto "
        "service-ULMVA6XW-kube-system/kube-dns/udp/dns }\n\t}\n"
        "\tchain service-ULMVA6XW-kube-system/kube-dns/udp/dns {\n\t}\n"
        "\tchain service-2QRHZV4L-default/kubernetes/tcp/https {\n\t}\n}\n");
    scene_judge(s);
    struct ip kube_dns;
    assert_true(ip_parse(span_of("172.20.0.10"), &kube_dns));
    assert_int_equal(s->facts->dns.n_addresses, 1);
    assert_true(ip_eq(s->facts->dns.addresses[0], kube_dns));
}

static void nodes_that_differ_tell_nothing_of_it(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/services.json", NULL);
    scene_healthy_rules(s);
    scene_write(
        s, "nodes/n2/networking/iptables-save.txt",
        "*nat\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -d 172.20.0.99/32 -p udp -m comment --comment "
        "\"kube-system/kube-dns:dns cluster IP\" -m udp --dport 53 -j ACCEPT\nCOMMIT\n");
    scene_judge(s);
    assert_int_equal(s->facts->dns.n_addresses, 0);
    assert_int_equal(s->facts->dns.n_endpoints, 0);
}

static size_t count_gaps(const struct scene *s, const char *words)
{
    size_t n = 0;
    for (size_t i = 0; i < s->facts->n_gaps; i++)
        n += strstr(s->facts->gaps[i].what, words) != NULL;
    return n;
}

// Of what could not be read its reader has told; the rest is told by probe, what is alike at once.
static void what_was_denied_is_told_once(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/nodes.json", "");
    scene_write(s, "nodes/n1/networking/iptables-save.txt", "");
    scene_json(
        s, "probes.jsonl",
        "{'id': 'E-001', 'argv': ['kubectl', 'get', 'nodes'], 'where': 'bastion', 'exit': 1, 'file': "
        "'cluster/nodes.json', 'state': 'denied', 'why': 'nodes is forbidden'}\n"
        "{'id': 'E-002', 'argv': ['iptables-save', '-c'], 'where': 'node n1', 'exit': 1, 'file': "
        "'nodes/n1/networking/iptables-save.txt', 'state': 'denied', 'why': 'a password is required'}\n"
        "{'id': 'E-003', 'argv': ['dmesg'], 'where': 'node n1', 'exit': 1, 'file': null, 'meant': "
        "'nodes/n1/kernel/dmesg.human.current', 'state': 'denied', 'why': 'a password is required'}\n"
        "{'id': 'E-004', 'argv': ['journalctl'], 'where': 'node n1', 'exit': 1, 'file': null, 'meant': "
        "'nodes/n1/kubelet/kubelet.log', 'state': 'denied', 'why': 'a password is required'}\n");
    scene_judge(s);
    assert_int_equal(count_gaps(s, "nodes is forbidden"), 1);
    assert_int_equal(count_gaps(s, "nodes/n1/networking/iptables-save.txt"), 1);
    assert_int_equal(count_gaps(s, "nodes/n1/kernel/dmesg.human.current and 1 more"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_healthy_cluster_is_put_together),
        SCENE_TEST(a_renamed_service_is_found_by_its_selector),
        SCENE_TEST(the_way_to_coredns_is_not_the_service),
        SCENE_TEST(a_listing_of_one_namespace_is_partial),
        SCENE_TEST(listings_of_namespaces_add_up),
        SCENE_TEST(a_broken_listing_says_nothing),
        SCENE_TEST(errors_quoted_in_one_line_of_json_are_no_error),
        SCENE_TEST(the_only_pod_with_a_folder_complains),
        SCENE_TEST(two_pods_with_folders_leave_it_open),
        SCENE_TEST(a_short_node_name_is_enough),
        SCENE_TEST(the_caches_addresses_come_from_its_arguments),
        SCENE_TEST(the_proxys_mode_comes_from_its_log_at_last),
        SCENE_TEST(drop_ins_of_the_kubelet_win),
        SCENE_TEST(a_kind_that_is_not_served_has_no_policies),
        SCENE_TEST(a_kind_that_is_listed_and_then_not_found_is_unknown),
        SCENE_TEST(the_proxys_rules_tell_of_the_service),
        SCENE_TEST(so_does_its_map_in_nftables_mode),
        SCENE_TEST(nodes_that_differ_tell_nothing_of_it),
        SCENE_TEST(what_was_denied_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
