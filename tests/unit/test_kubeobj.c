// parse/kubeobj: lists, single objects, old and new endpoint shapes, objects without defaults, bad input.
// Test data is written with ' for " to be readable.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/parse/kubeobj.h"

static struct arena arena;

static const char *json(const char *text)
{
    char *copy = arena_strdup(&arena, text);
    for (char *c = copy; *c; c++) {
        if (*c == '\'')
            *c = '"';
    }
    return copy;
}

static bool parse(const char *text, struct cluster *cluster)
{
    struct error err;
    return kubeobj_parse(&arena, (struct text){span_of(json(text)), 5}, cluster, &err);
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const char pods[] =
    "{'apiVersion': 'v1', 'kind': 'List', 'items': [\n"
    "{'kind': 'Pod', 'metadata': {'name': 'cart-1', 'namespace': 'shop', 'labels': {'app': 'cart'},\n"
    "  'ownerReferences': [{'kind': 'X', 'name': 'other'}, {'kind': 'ReplicaSet', 'name': 'cart', "
    "'controller': true}]},\n"
    " 'spec': {'nodeName': 'n1', 'dnsPolicy': 'None', 'hostNetwork': true,\n"
    "  'dnsConfig': {'nameservers': ['10.9.9.9'], 'searches': ['a.b'], 'options': [{'name': 'ndots', "
    "'value': '2'}]},\n"
    "  'volumes': [{'name': 'v', 'configMap': {'name': 'cart-config'}}],\n"
    "  'initContainers': [{'name': 'wait'}],\n"
    "  'containers': [{'name': 'cart', 'command': ['/cart'], 'args': ['-v'], 'ports': [{'containerPort': 53, "
    "'protocol': 'UDP'}],\n"
    "   'resources': {'limits': {'memory': '170Mi', 'cpu': '250m'}}}]},\n"
    " 'status': {'phase': 'Running', 'podIP': '10.0.0.1', 'podIPs': [{'ip': '10.0.0.1'}, {'ip': "
    "'fd00::1'}],\n"
    "  'conditions': [{'type': 'Ready', 'status': 'False', 'lastTransitionTime': '2026-11-23T07:00:00Z'}],\n"
    "  'containerStatuses': [{'name': 'cart', 'ready': false, 'restartCount': 3,\n"
    "   'state': {'waiting': {\n"
    "     'reason': 'CrashLoopBackOff'}},\n"
    "   'lastState': {'terminated': {'reason': 'OOMKilled', 'exitCode': 137, 'finishedAt': "
    "'2026-11-23T07:01:00Z'}}}]}},\n"
    "{'kind': 'Pod', 'metadata': {'name': 'bare'}}\n"
    "], 'metadata': {}}\n";

static void a_pod_is_joined_from_spec_and_status(void **state)
{
    (void)state;
    struct cluster c = {0};
    assert_true(parse(pods, &c));
    const struct kube_pod *pod = cluster_pod(&c, "shop", "cart-1");
    assert_non_null(pod);
    assert_string_equal(pod->meta.owner_name, "cart");
    assert_string_equal(kube_label(&pod->meta.labels, "app"), "cart");
    assert_string_equal(pod->dns_policy, "None");
    assert_int_equal(pod->dns_policy_place.line, 4);
    assert_true(pod->host_network && pod->dns_config);
    assert_string_equal(pod->dns_config->nameserver, "10.9.9.9");
    assert_string_equal(pod->config_maps[0], "cart-config");
    assert_int_equal(pod->ip2.family, 6);
    assert_int_equal(pod->ready, TRI_NO);
    assert_int_equal(pod->n_containers, 2);
    const struct kube_container *cart = &pod->containers[1];
    assert_true(pod->containers[0].init);
    assert_int_equal(cart->memory_limit, 170 * 1024 * 1024);
    assert_int_equal(cart->n_args, 2);
    assert_int_equal(cart->restarts, 3);
    assert_string_equal(cart->waiting_reason, "CrashLoopBackOff");
    assert_int_equal(cart->waiting_place.line, 14);
    assert_int_equal(cart->waiting_place.column, 5);
    assert_true(cart->last && cart->last->exit_code == 137);
    assert_null(cart->terminated);
    cluster_done(&c);
}

static void a_bare_object_has_absent_values(void **state)
{
    (void)state;
    struct cluster c = {0};
    assert_true(parse(pods, &c));
    const struct kube_pod *pod = cluster_pod(&c, NULL, "bare");
    assert_non_null(pod);
    assert_null(pod->phase);
    assert_null(pod->dns_policy);
    assert_int_equal(pod->ready, TRI_UNKNOWN);
    assert_int_equal(pod->ip.family, 0);
    assert_true(pod->meta.created == TIME_UNKNOWN);
    cluster_done(&c);
}

static void one_line_has_columns(void **state)
{
    (void)state;
    struct cluster c = {0};
    const char *text =
        "{'kind': 'Pod', 'metadata': {'name': 'a', 'namespace': 'x'}, 'status': {'phase': 'Pending'}}";
    assert_true(parse(text, &c));
    assert_int_equal(c.pods.items[0].phase_place.line, 1);
    assert_int_equal(c.pods.items[0].phase_place.column, strstr(text, "'phase'") - text);
    cluster_done(&c);
}

static void slices_of_both_versions_and_endpoints_have_one_shape(void **state)
{
    (void)state;
    struct cluster c = {0};
    assert_true(parse(
        "{'kind': 'List', 'items': [\n"
        "{'kind': 'EndpointSlice', 'apiVersion': 'discovery.k8s.io/v1', 'addressType': 'IPv4',\n"
        " 'metadata': {'name': 's', 'labels': {'kubernetes.io/service-name': 'kube-dns'}},\n"
        " 'endpoints': [{'addresses': ['10.0.0.5'], 'nodeName': 'n1', 'targetRef': {'name': 'p', "
        "'namespace': 'kube-system'},\n"
        "  'conditions': {'ready': false, 'serving': true, 'terminating': true}}],\n"
        " 'ports': [{'name': 'dns', 'port': 1053, 'protocol': 'UDP'}]},\n"
        "{'kind': 'EndpointSlice', 'apiVersion': 'discovery.k8s.io/v1beta1', 'metadata': {'name': 't'},\n"
        " 'endpoints': [{'addresses': ['10.0.0.6', 'host.example'], 'topology': {'kubernetes.io/hostname': "
        "'n2'}}]},\n"
        "{'kind': 'Endpoints', 'metadata': {'name': 'kube-dns'}, 'subsets': [{'addresses': [{'ip': "
        "'10.0.0.7'}],\n"
        " 'notReadyAddresses': [{'ip': '10.0.0.8', 'nodeName': 'n3'}], 'ports': [{'port': 53}]}]}]}",
        &c));
    assert_int_equal(c.slices.n, 3);
    const struct kube_slice *s = c.slices.items;
    assert_string_equal(s[0].service, "kube-dns");
    assert_int_equal(s[0].endpoints[0].ready, TRI_NO);
    assert_int_equal(s[0].endpoints[0].terminating, TRI_YES);
    assert_int_equal(s[0].ports[0].port, 1053);
    assert_int_equal(s[1].n_endpoints, 1);
    assert_int_equal(s[1].endpoints[0].ready, TRI_YES);
    assert_string_equal(s[1].endpoints[0].node, "n2");
    assert_string_equal(s[2].service, "kube-dns");
    assert_int_equal(s[2].endpoints[1].ready, TRI_NO);
    assert_string_equal(s[2].ports[0].protocol, "TCP");
    cluster_done(&c);
}

static void services_and_their_targets(void **state)
{
    (void)state;
    struct cluster c = {0};
    assert_true(parse(
        "{'kind': 'ServiceList', 'items': [{'metadata': {'name': 'kube-dns', 'namespace': 'kube-system'},\n"
        "'spec': {'clusterIP': 'fd30::a', 'clusterIPs': ['fd30::a', '10.1.0.10'], 'selector': {'k8s-app': "
        "'kube-dns'},\n"
        "'ports': [{'port': 53, 'protocol': 'UDP', 'targetPort': 'dns'}, {'port': 53}]}},\n"
        "{'metadata': {'name': 'db'}, 'spec': {'clusterIP': 'None'}}]}",
        &c));
    const struct kube_service *dns = &c.services.items[0];
    assert_int_equal(dns->n_cluster_ips, 2);
    assert_string_equal(dns->ports[0].target_name, "dns");
    assert_int_equal(dns->ports[1].target_port, 53);
    assert_string_equal(dns->ports[1].protocol, "TCP");
    assert_true(c.services.items[1].headless);
    cluster_done(&c);
}

static void configmaps_keep_where_each_byte_stands(void **state)
{
    (void)state;
    struct cluster c = {0};
    assert_true(
        parse("{'kind': 'ConfigMap', 'metadata': {'name': 'coredns',\n"
              "'managedFields': [{'time': '2026-01-01T00:00:00Z'}, {'time': '2026-02-01T00:00:00Z'}]},\n"
              "'data': {'Corefile': '.:53 {\\n\\terrors\\n}'}}",
              &c));
    const struct kube_data *data = kube_configmap_data(cluster_configmap(&c, NULL, "coredns"), "Corefile");
    assert_true(span_is(data->value, ".:53 {\n\terrors\n}"));
    assert_int_equal(data->place.line, 3);
    struct place place = kube_data_place(data, 8); // "errors"
    assert_int_equal(place.column, strlen("'data': {'Corefile': '.:53 {\\n\\terrors") - strlen("errors"));
    assert_true(c.configmaps.items[0].changed > 0);
    assert_null(kube_configmap_data(NULL, "Corefile"));
    cluster_done(&c);
}

static void nodes_workloads_and_events(void **state)
{
    (void)state;
    struct cluster c = {0};
    assert_true(parse(
        "{'kind': 'List', 'items': [\n"
        "{'kind': 'Node', 'metadata': {'name': 'n1', 'labels': {'eks.amazonaws.com/compute-type': 'auto'}},\n"
        " 'status': {'addresses': [{'type': 'Hostname', 'address': 'n1'}, {'type': 'InternalIP', 'address': "
        "'10.0.0.9'}],\n"
        " 'conditions': [{'type': 'Ready', 'status': 'Unknown', 'reason': 'NodeStatusUnknown'}]}},\n"
        "{'kind': 'Deployment', 'metadata': {'name': 'coredns'}, 'spec': {'replicas': 0}},\n"
        "{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns'}, 'status': {'desiredNumberScheduled': "
        "3}},\n"
        "{'kind': 'Event', 'metadata': {}, 'involvedObject': {'kind': 'Pod', 'name': 'p'}, 'reason': "
        "'Killing',\n"
        " 'message': 'm', 'lastTimestamp': null, 'eventTime': '2026-11-23T07:04:10.123456Z', 'series': "
        "{'count': 4}},\n"
        "{'kind': 'Event', 'metadata': {}, 'regarding': {'kind': 'Pod', 'name': 'q'}, 'note': 'n'}]}",
        &c));
    const struct kube_node *node = cluster_node(&c, "n1");
    assert_true(kube_node_is_auto(node));
    assert_int_equal(node->internal_ip.family, 4);
    assert_string_equal(kube_node_condition(node, "Ready")->reason, "NodeStatusUnknown");
    assert_int_equal(cluster_workload(&c, "Deployment", NULL, "coredns")->desired, 0);
    assert_int_equal(cluster_workload(&c, "DaemonSet", NULL, "node-local-dns")->desired, 3);
    assert_int_equal(c.events.n, 2);
    assert_int_equal(c.events.items[0].count, 4);
    assert_true(c.events.items[0].last != TIME_UNKNOWN);
    assert_string_equal(c.events.items[1].object, "q");
    assert_string_equal(c.events.items[1].message, "n");
    cluster_done(&c);
}

static void quantities_are_clipped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
    } rows[] = {
        {"1Gi", 1073741824},     {"0.5Gi", 536870912}, {"129e6", 129000000}, {"64M", 64000000}, {"x", 0},
        {"9E", 9000000000000000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cluster c = {0};
        const char *text =
            arena_printf(&arena,
                         "{'kind': 'Pod', 'metadata': {}, 'spec': {'containers': [{'name': 'a',"
                         "'resources': {'limits': {'memory': '%s'}}}]}}",
                         rows[i].text);
        assert_true(parse(text, &c));
        int64_t limit = c.pods.items[0].containers[0].memory_limit;
        assert_true(i < 5 ? limit == rows[i].bytes : limit >= rows[i].bytes);
        cluster_done(&c);
    }
}

static void broken_text_is_an_error_and_gives_what_stood_before(void **state)
{
    (void)state;
    struct cluster c = {0};
    assert_false(
        parse("{'kind': 'List', 'items': [{'kind': 'Namespace', 'metadata': {'name': 'a'}}, {'kind': ", &c));
    assert_int_equal(c.namespaces.n, 1);
    assert_false(parse("", &c));
    assert_false(parse("error: You must be logged in to the server", &c));
    cluster_done(&c);
}

static void cut_and_changed_bytes_are_survived(void **state)
{
    (void)state;
    char *text = arena_strdup(&arena, json(pods));
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i += 3) {
        struct cluster c = {0};
        kubeobj_parse(&arena, (struct text){span_make(text, i), 0}, &c, NULL);
        char kept = text[i];
        text[i] = (char)(i * 37);
        kubeobj_parse(&arena, (struct text){span_make(text, length), 0}, &c, NULL);
        text[i] = kept;
        cluster_done(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pod_is_joined_from_spec_and_status),
        cmocka_unit_test(a_bare_object_has_absent_values),
        cmocka_unit_test(one_line_has_columns),
        cmocka_unit_test(slices_of_both_versions_and_endpoints_have_one_shape),
        cmocka_unit_test(services_and_their_targets),
        cmocka_unit_test(configmaps_keep_where_each_byte_stands),
        cmocka_unit_test(nodes_workloads_and_events),
        cmocka_unit_test(quantities_are_clipped),
        cmocka_unit_test(broken_text_is_an_error_and_gives_what_stood_before),
        cmocka_unit_test(cut_and_changed_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
