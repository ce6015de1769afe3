// security_group_block where an overlay carries queries: groups see its packets, between the nodes' own
// interfaces.
#include "core/base/mem.h"
#include "tests/kit/scene.h"

#define OVERLAY(device)                                                                                      \
    "default via 10.0.1.254 dev eth0\n10.0.2.0/24 via 10.0.2.0 dev " device                                  \
    " onlink\n10.0.3.0/24 via 10.0.3.0 dev " device " onlink\n10.0.1.10 dev eni1 scope link\n"               \
    "local 10.0.1.1 dev eth0 table local proto kernel scope host src 10.0.1.1\n"

#define ENI(n)                                                                                               \
    "{\"NetworkInterfaceId\":\"eni-" n "\",\"InstanceId\":\"i-" n "\",\"PrivateIpAddress\":\"10.0." n        \
    ".1\",\"SubnetId\":\"subnet-1\",\"Groups\":[{\"GroupId\":\"sg-nodes\"}]}"
#define LETS_IN(protocol, ports)                                                                             \
    "{\"IpProtocol\":\"" protocol "\"," ports                                                                \
    "\"UserIdGroupPairs\":[{\"GroupId\":\"sg-nodes\"}],\"IpRanges\":[]}"
#define PORTS(from, to) "\"FromPort\":" from ",\"ToPort\":" to ","
#define NODE_GROUP(in)                                                                                       \
    "{\"SecurityGroups\":[\n{\"GroupId\":\"sg-nodes\",\"GroupName\":\"workers\",\n\"IpPermissions\":[" in    \
    "],\n\"IpPermissionsEgress\":[{\"IpProtocol\":\"-1\",\"UserIdGroupPairs\":[],\"IpRanges\":"              \
    "[{\"CidrIp\":\"0.0.0.0/0\"}]}]}]}"

static void judge(struct scene *s, const char *routes, const char *group)
{
    scene_reset(s);
    scene_write(s, "nodes/n1/networking/iproute.txt", routes);
    scene_write(s, "aws/describe-network-interfaces.json",
                "{\"NetworkInterfaces\":[\n" ENI("1") ",\n" ENI("2") ",\n" ENI("3") "]}");
    scene_write(s, "aws/describe-security-groups.json", group);
    scene_dig(s, "coredns", "10.0.2.10", SCENE_NAME, NULL);
    scene_ask_in_vain(s);
    scene_judge(s);
}

static const struct claim *block(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_SECURITY_GROUP_BLOCK);
}

static void an_overlay_needs_its_own_port(void **state)
{
    struct scene *s = *state;
    judge(s, OVERLAY("flannel.1"), NODE_GROUP(LETS_IN("udp", PORTS("53", "53"))));
    assert_non_null(block(s));
    scene_expect(block(s)->text, "security group sg-nodes (workers) lets no incoming UDP 8472 from node n1");
    scene_expect(block(s)->fix, "allow UDP 8472");
    assert_true(scene_cites(s, block(s), "sg-nodes"));
    SCENE_CONCLUDES(s, DIAGNOSIS_SECURITY_GROUP_BLOCK, VERDICT_LIKELY);

    judge(s, OVERLAY("tunl0"), NODE_GROUP(LETS_IN("udp", PORTS("0", "65535"))));
    assert_non_null(block(s));
    scene_expect(block(s)->text, "IP in IP");
}

static void what_it_carries_needs_none(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *routes, *group;
    } cases[] = {
        {OVERLAY("flannel.1"), NODE_GROUP(LETS_IN("udp", PORTS("8472", "8472")))},
        {OVERLAY("tunl0"), NODE_GROUP(LETS_IN("4", ""))},
        {OVERLAY("vxlan.calico"), NODE_GROUP(LETS_IN("-1", ""))},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        judge(s, cases[i].routes, cases[i].group);
        assert_null(block(s));
        assert_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_SECURITY_GROUP_BLOCK));
        assert_non_null(
            scene_says(s, CLAIM_CLEAR, SUBJECT_SECURITY_GROUP, "security groups let DNS through"));
    }
}

// 10.0.1.10 and the like stand on no interface here: which group sees them is not known, and no port is held
// against it.
static void an_address_of_the_nodes_pod_range_is_no_interfaces(void **state)
{
    struct scene *s = *state;
    scene_reset(s);
    scene_json(s, "cluster/nodes.json",
               "{'items': [{'metadata': {'name': 'n1'}, 'spec': {'podCIDRs': ['10.0.1.0/25']}, 'status': "
               "{'addresses': [{'type': 'InternalIP', 'address': '10.0.1.1'}]}}]}");
    scene_write(s, "aws/describe-network-interfaces.json",
                "{\"NetworkInterfaces\":[\n" ENI("1") ",\n" ENI("2") ",\n" ENI("3") "]}");
    scene_write(s, "aws/describe-security-groups.json", NODE_GROUP(LETS_IN("tcp", PORTS("443", "443"))));
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(block(s));
    assert_non_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_SECURITY_GROUP_BLOCK));
}

// NodeLocal DNSCache asks CoreDNS by its node's interface: what the pod's own group forbids is no matter.
static void the_cache_asks_by_its_nodes_interface(void **state)
{
    struct scene *s = *state;
    static const char *const servers[] = {"172.20.0.10", "169.254.20.10"};
    for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
        scene_reset(s);
        scene_json(
            s, "cluster/daemonsets.json",
            "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
            "'namespace': 'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', "
            "'image': 'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10']}]}}}}]}");
        scene_write(s, "pods/shop/cart-1/resolv.conf",
                    arena_printf(&s->arena, "nameserver %s\n", servers[i]));
        scene_json(
            s, "aws/describe-network-interfaces.json",
            "{'NetworkInterfaces':[\n{'NetworkInterfaceId':'eni-p','PrivateIpAddress':'10.0.1.10','SubnetId':"
            "'subnet-1','Groups':[{'GroupId':'sg-pod'}]},\n{'NetworkInterfaceId':'eni-1','PrivateIpAddress':"
            "'10.0.1.1','SubnetId':'subnet-1','Groups':[{'GroupId':'sg-nodes'}]},\n{'NetworkInterfaceId':"
            "'eni-2','PrivateIpAddress':'10.0.2.10','SubnetId':'subnet-1','Groups':[{'GroupId':'sg-nodes'}]}]"
            "}");
        scene_write(s, "aws/describe-security-groups.json", NODE_GROUP(LETS_IN("-1", "")));
        scene_dig(s, "coredns", "10.0.2.10", SCENE_NAME, NULL);
        scene_judge(s);
        assert_int_equal(block(s) != NULL, i == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_cache_asks_by_its_nodes_interface),
        SCENE_TEST(an_overlay_needs_its_own_port),
        SCENE_TEST(what_it_carries_needs_none),
        SCENE_TEST(an_address_of_the_nodes_pod_range_is_no_interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
