// parse/aws and judge/vpc: what security groups and ACLs do with DNS between two addresses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/vpc.h"

#define RULE(protocol, from, to, groups, ranges)                                                             \
    "{\"IpProtocol\":\"" protocol "\",\"FromPort\":" from ",\"ToPort\":" to ",\"UserIdGroupPairs\":[" groups \
    "],\"IpRanges\":[" ranges "]}"
#define ALL_OUT "{\"IpProtocol\":\"-1\",\"UserIdGroupPairs\":[],\"IpRanges\":[{\"CidrIp\":\"0.0.0.0/0\"}]}"
#define GROUP(id, in, out)                                                                                   \
    "{\"GroupId\":\"" id "\",\"GroupName\":\"n\",\"IpPermissions\":[" in "],\"IpPermissionsEgress\":[" out   \
    "]}"
// The client's group sg-a and CoreDNS' sg-b, each with what it lets in and out.
#define GROUPS(a_in, a_out, b_in, b_out)                                                                     \
    "{\"SecurityGroups\":[" GROUP("sg-a", a_in, a_out) "," GROUP("sg-b", b_in, b_out) "]}"
#define FROM(cidr) "{\"CidrIp\":\"" cidr "\"}"
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

static int start(void **state)
{
    *state = mem_calloc(1, sizeof(struct arena));
    return 0;
}

static int stop(void **state)
{
    arena_done(*state);
    free(*state);
    return 0;
}

// ------------------------------------------------------------------ security groups

static void a_reference_allows_the_peers_group(void **state)
{
    const char *groups = GROUPS("", ALL_OUT, RULE("udp", "53", "53", "{\"GroupId\":\"sg-a\"}", ""), "");
    assert_int_equal(ask_groups(*state, groups, 17).passes, TRI_YES);
    struct vpc_fate tcp = ask_groups(*state, groups, 6);
    assert_int_equal(tcp.passes, TRI_NO);
    assert_int_equal(tcp.gate, VPC_GROUP_INGRESS);
    assert_string_equal(tcp.group->id, "sg-b");
    assert_int_equal(tcp.group->place.line, 1);
}

static void a_range_of_ports_counts_both_ends(void **state)
{
    const char *above = GROUPS("", ALL_OUT, RULE("udp", "54", "65535", "", FROM("10.0.0.0/16")), "");
    const char *around = GROUPS("", ALL_OUT, RULE("udp", "50", "53", "", FROM("10.0.0.0/16")), "");
    assert_int_equal(ask_groups(*state, above, 17).passes, TRI_NO);
    assert_int_equal(ask_groups(*state, around, 17).passes, TRI_YES);
}

static void egress_blocks_too(void **state)
{
    const char *groups = GROUPS("", RULE("tcp", "443", "443", "", FROM("0.0.0.0/0")), ALL_OUT, "");
    struct vpc_fate fate = ask_groups(*state, groups, 17);
    assert_int_equal(fate.passes, TRI_NO);
    assert_int_equal(fate.gate, VPC_GROUP_EGRESS);
}

static void what_is_not_there_is_unknown(void **state)
{
    static const char *const groups[] = {
        "{\"SecurityGroups\":[" GROUP("sg-a", "", ALL_OUT) "]}", // sg-b is not in the list
        "{\"SecurityGroups\":[{\"GroupId\":\"sg-a\",\"IpPermissions\":[]}," GROUP("sg-b", ALL_OUT, "") "]}",
        GROUPS("", ALL_OUT, "{\"IpProtocol\":\"-1\",\"PrefixListIds\":[{\"PrefixListId\":\"pl-1\"}]}", ""),
    };
    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        assert_int_equal(ask_groups(*state, groups[i], 17).passes, TRI_UNKNOWN);
}

// ------------------------------------------------------------------ ACLs

#define ENTRY(number, egress, action, protocol, cidr)                                                        \
    "{\"RuleNumber\":" number ",\"Egress\":" egress ",\"RuleAction\":\"" action                              \
    "\",\"Protocol\":\"" protocol "\",\"CidrBlock\":\"" cidr "\"}"
#define ACL(subnet, entries)                                                                                 \
    "{\"NetworkAclId\":\"acl-1\",\"Associations\":[{\"SubnetId\":\"" subnet "\"}],\"Entries\":[" entries "]" \
    "}"
#define OPEN_BOTH                                                                                            \
    ENTRY("100", "true", "allow", "-1", "0.0.0.0/0") "," ENTRY("100", "false", "allow", "-1", "0.0.0.0/0")

#define ACLS(one, two) "{\"NetworkAcls\":[" ACL("subnet-1", one) "," ACL("subnet-2", two) "]}"

static struct vpc_fate ask_acls(struct arena *arena, const char *acls, int protocol)
{
    const char *const texts[] = {ENIS, GROUPS(ALL_OUT, ALL_OUT, ALL_OUT, ALL_OUT), acls};
    return ask(read_all(arena, texts, 3), protocol);
}

static void acls_that_are_open_let_pass(void **state)
{
    assert_int_equal(ask_acls(*state, ACLS(OPEN_BOTH, OPEN_BOTH), 17).passes, TRI_YES);
}

static void a_lower_number_comes_first_wherever_it_stands(void **state)
{
    const char *denied = ACLS(OPEN_BOTH, OPEN_BOTH "," ENTRY("90", "false", "deny", "17", "10.0.1.0/24"));
    struct vpc_fate fate = ask_acls(*state, denied, 17);
    assert_int_equal(fate.passes, TRI_NO);
    assert_int_equal(fate.gate, VPC_ACL_QUERY);
    assert_int_equal(fate.entry->number, 90);
    assert_int_equal(ask_acls(*state, denied, 6).passes, TRI_YES);
}

static void an_acl_sees_the_reply(void **state)
{
    const char *no_way_out = ACLS(OPEN_BOTH, ENTRY("100", "false", "allow", "-1", "0.0.0.0/0"));
    struct vpc_fate fate = ask_acls(*state, no_way_out, 17);
    assert_int_equal(fate.passes, TRI_NO);
    assert_int_equal(fate.gate, VPC_ACL_REPLY);
}

static void broken_answers_are_errors(void **state)
{
    struct arena *arena = *state;
    static const char *const texts[] = {"", "{", "{\"SecurityGroups\":[{\"GroupId\":\"sg-1\"",
                                        "An error occurred"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct aws aws = {0};
        struct error err;
        assert_false(aws_parse(arena, (struct text){span_of(texts[i]), 0}, &aws, &err));
        assert_false(aws.groups_known);
    }
    struct aws aws = {0};
    struct error err;
    assert_true(aws_parse(arena, (struct text){span_of("{\"SecurityGroups\": [3, {\"GroupId\": 4}]}"), 0},
                          &aws, &err));
    assert_int_equal(aws.n_groups, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ARENA_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
        ARENA_TEST(a_reference_allows_the_peers_group),
        ARENA_TEST(a_range_of_ports_counts_both_ends),
        ARENA_TEST(egress_blocks_too),
        ARENA_TEST(what_is_not_there_is_unknown),
        ARENA_TEST(acls_that_are_open_let_pass),
        ARENA_TEST(a_lower_number_comes_first_wherever_it_stands),
        ARENA_TEST(an_acl_sees_the_reply),
        ARENA_TEST(broken_answers_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
