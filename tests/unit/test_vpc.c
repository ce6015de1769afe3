// parse/aws and judge/vpc: what security groups and ACLs do with DNS between two addresses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/judge/vpc.h"

#define RULE(protocol, from, to, groups, ranges)                                                             \
    "{\"IpProtocol\":\"" protocol "\",\"FromPort\":" from ",\"ToPort\":" to ",\"UserIdGroupPairs\":[" groups \
    "],\"IpRanges\":[" ranges "]}"
#define ALL_OUT "{\"IpProtocol\":\"-1\",\"UserIdGroupPairs\":[],\"IpRanges\":[{\"CidrIp\":\"0.0.0.0/0\"}]}"
#define GROUP(id, in, out)                                                                                   \
    "{\"GroupId\":\"" id "\",\"GroupName\":\"n\",\"IpPermissions\":[" in "],\"IpPermissionsEgress\":[" out   \
    "]}"
#define ENI(id, ip, group, subnet)                                                                           \
    "{\"NetworkInterfaceId\":\"" id "\",\"PrivateIpAddress\":\"" ip "\",\"SubnetId\":\"" subnet              \
    "\",\"Groups\":[{\"GroupId\":\"" group "\"}]}"
#define ENIS                                                                                                 \
    "{\"NetworkInterfaces\":[" ENI("eni-a", "10.0.1.5", "sg-a", "subnet-1") "," ENI("eni-b", "10.0.2.5",     \
                                                                                    "sg-b", "subnet-2") "]}"

static struct aws *read_all(struct arena *arena, const char *const *texts, size_t n)
{
    struct aws *aws = arena_alloc(arena, sizeof *aws);
    for (size_t i = 0; i < n; i++) {
        struct error err;
        if (!aws_parse(arena, (struct text){span_of(texts[i]), (uint32_t)i}, aws, &err))
            fail_msg("%s", err.text);
    }
    return aws;
}

static struct vpc_fate ask(const struct aws *aws, int protocol)
{
    struct vpc_query q = {.protocol = protocol, .port = 53};
    ip_parse(span_of("10.0.1.5"), &q.from_ip);
    ip_parse(span_of("10.0.2.5"), &q.to_ip);
    q.from = aws_interface_of(aws, q.from_ip);
    q.to = aws_interface_of(aws, q.to_ip);
    return vpc_reach(aws, &q);
}

static struct vpc_fate ask_groups(struct arena *arena, const char *groups, int protocol)
{
    const char *const texts[] = {ENIS, groups};
    return ask(read_all(arena, texts, 2), protocol);
}

static void a_reference_allows_the_peers_group(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *groups = "{\"SecurityGroups\":[" GROUP("sg-a", "", ALL_OUT) "," GROUP(
        "sg-b", RULE("udp", "53", "53", "{\"GroupId\":\"sg-a\"}", ""), "") "]}";
    assert_int_equal(ask_groups(&arena, groups, 17).passes, TRI_YES);
    struct vpc_fate tcp = ask_groups(&arena, groups, 6);
    assert_int_equal(tcp.passes, TRI_NO);
    assert_int_equal(tcp.gate, VPC_GROUP_INGRESS);
    assert_string_equal(tcp.group->id, "sg-b");
    assert_int_equal(tcp.group->place.line, 1);
    arena_done(&arena);
}

static void a_range_of_ports_counts_both_ends(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_int_equal(
        ask_groups(&arena,
                   "{\"SecurityGroups\":[" GROUP("sg-a", "", ALL_OUT) "," GROUP(
                       "sg-b", RULE("udp", "54", "65535", "", "{\"CidrIp\":\"10.0.0.0/16\"}"), "") "]}",
                   17)
            .passes,
        TRI_NO);
    assert_int_equal(
        ask_groups(&arena,
                   "{\"SecurityGroups\":[" GROUP("sg-a", "", ALL_OUT) "," GROUP(
                       "sg-b", RULE("udp", "50", "53", "", "{\"CidrIp\":\"10.0.0.0/16\"}"), "") "]}",
                   17)
            .passes,
        TRI_YES);
    arena_done(&arena);
}

static void egress_blocks_too(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct vpc_fate fate = ask_groups(
        &arena,
        "{\"SecurityGroups\":[" GROUP(
            "sg-a", "",
            RULE("tcp", "443", "443", "", "{\"CidrIp\":\"0.0.0.0/0\"}")) "," GROUP("sg-b", ALL_OUT, "") "]}",
        17);
    assert_int_equal(fate.passes, TRI_NO);
    assert_int_equal(fate.gate, VPC_GROUP_EGRESS);
    arena_done(&arena);
}

static void what_is_not_there_is_unknown(void **state)
{
    (void)state;
    struct arena arena = {0};
    // a group that is not in the list, one without its egress, a prefix list
    assert_int_equal(ask_groups(&arena, "{\"SecurityGroups\":[" GROUP("sg-a", "", ALL_OUT) "]}", 17).passes,
                     TRI_UNKNOWN);
    assert_int_equal(ask_groups(&arena,
                                "{\"SecurityGroups\":[{\"GroupId\":\"sg-a\",\"IpPermissions\":[]}," GROUP(
                                    "sg-b", ALL_OUT, "") "]}",
                                17)
                         .passes,
                     TRI_UNKNOWN);
    assert_int_equal(
        ask_groups(
            &arena,
            "{\"SecurityGroups\":[" GROUP("sg-a", "", ALL_OUT) "," GROUP(
                "sg-b", "{\"IpProtocol\":\"-1\",\"PrefixListIds\":[{\"PrefixListId\":\"pl-1\"}]}", "") "]}",
            17)
            .passes,
        TRI_UNKNOWN);
    arena_done(&arena);
}

#define ENTRY(number, egress, action, protocol, cidr)                                                        \
    "{\"RuleNumber\":" number ",\"Egress\":" egress ",\"RuleAction\":\"" action                              \
    "\",\"Protocol\":\"" protocol "\",\"CidrBlock\":\"" cidr "\"}"
#define ACL(subnet, entries)                                                                                 \
    "{\"NetworkAclId\":\"acl-1\",\"Associations\":[{\"SubnetId\":\"" subnet "\"}],\"Entries\":[" entries "]" \
    "}"
#define OPEN_BOTH                                                                                            \
    ENTRY("100", "true", "allow", "-1", "0.0.0.0/0") "," ENTRY("100", "false", "allow", "-1", "0.0.0.0/0")

static void acls_go_by_number_and_see_the_reply(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *groups =
        "{\"SecurityGroups\":[" GROUP("sg-a", ALL_OUT, ALL_OUT) "," GROUP("sg-b", ALL_OUT, ALL_OUT) "]}";
    const char *open[] = {
        ENIS, groups, "{\"NetworkAcls\":[" ACL("subnet-1", OPEN_BOTH) "," ACL("subnet-2", OPEN_BOTH) "]}"};
    assert_int_equal(ask(read_all(&arena, open, 3), 17).passes, TRI_YES);
    // the deny comes first by its number, though it stands last
    const char *denied[] = {
        ENIS, groups,
        "{\"NetworkAcls\":[" ACL("subnet-1", OPEN_BOTH) "," ACL(
            "subnet-2", OPEN_BOTH "," ENTRY("90", "false", "deny", "17", "10.0.1.0/24")) "]}"};
    struct vpc_fate fate = ask(read_all(&arena, denied, 3), 17);
    assert_int_equal(fate.passes, TRI_NO);
    assert_int_equal(fate.gate, VPC_ACL_QUERY);
    assert_int_equal(fate.entry->number, 90);
    assert_int_equal(ask(read_all(&arena, denied, 3), 6).passes, TRI_YES);
    const char *reply[] = {ENIS, groups,
                           "{\"NetworkAcls\":[" ACL("subnet-1", OPEN_BOTH) "," ACL(
                               "subnet-2", ENTRY("100", "false", "allow", "-1", "0.0.0.0/0")) "]}"};
    fate = ask(read_all(&arena, reply, 3), 17);
    assert_int_equal(fate.passes, TRI_NO);
    assert_int_equal(fate.gate, VPC_ACL_REPLY);
    arena_done(&arena);
}

static void broken_answers_are_errors(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const texts[] = {"", "{", "{\"SecurityGroups\":[{\"GroupId\":\"sg-1\"",
                                        "An error occurred"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct aws aws = {0};
        struct error err;
        assert_false(aws_parse(&arena, (struct text){span_of(texts[i]), 0}, &aws, &err));
        assert_false(aws.groups_known);
    }
    struct aws aws = {0};
    struct error err;
    assert_true(aws_parse(&arena, (struct text){span_of("{\"SecurityGroups\": [3, {\"GroupId\": 4}]}"), 0},
                          &aws, &err));
    assert_int_equal(aws.n_groups, 0);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_allows_the_peers_group),
        cmocka_unit_test(a_range_of_ports_counts_both_ends),
        cmocka_unit_test(egress_blocks_too),
        cmocka_unit_test(what_is_not_there_is_unknown),
        cmocka_unit_test(acls_go_by_number_and_see_the_reply),
        cmocka_unit_test(broken_answers_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
