// conntrack_race: a pair of questions from one port, and the port that source NAT leaves to two pods.
#include "core/base/mem.h"
#include "tests/kit/scene.h"

#define CONNTRACK(failed, drop)                                                                              \
    "cpu=0   \tfound=1 invalid=2 insert=0 insert_failed=" failed " drop=" drop                               \
    " early_drop=0 error=0 search_restart=0\n"
#define TABLE(count) "net.netfilter.nf_conntrack_count = " count "\nnet.netfilter.nf_conntrack_max = 131072\n"

// ------------------------------------------------------------------ a pair

#define ASK(time, id, type)                                                                                  \
    "2026-11-23 07:" time " eni7 In  IP 10.0.1.10.4000 > 172.20.0.10.53: " id "+ " type                      \
    "? orders.shop. (29)\n"                                                                                  \
    "2026-11-23 07:" time " eth0 Out IP 10.0.1.10.4000 > 10.0.2.10.53: " id "+ " type                        \
    "? orders.shop. (29)\n"
#define REPLY(time, id)                                                                                      \
    "2026-11-23 07:" time " eth0 In  IP 10.0.2.10.53 > 10.0.1.10.4000: " id "*- 1/0/0 A 172.20.7.7 (45)\n"   \
    "2026-11-23 07:" time " eni7 Out IP 172.20.0.10.53 > 10.0.1.10.4000: " id "*- 1/0/0 A 172.20.7.7 (45)\n"

static const char half_lost[] = ASK(
    "10:00.000000", "7", "A") "2026-11-23 07:10:00.000050 eni7 In  IP 10.0.1.10.4000 > 172.20.0.10.53: 8+ "
                              "AAAA? orders.shop. (29)\n" REPLY("10:00.000500", "7")
                                  ASK("10:05.000100", "8", "AAAA") REPLY("10:05.000500", "8");

static void a_race_loses_one_of_a_pair(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n1/sysctls/sysctl_all.txt", TABLE("500")},
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("812", "0")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("843", "0")},
        {"captures/port53.txt", half_lost},
    };
    SCENE_EXPECT(s, SCENE_NAME, files, DIAGNOSIS_CONNTRACK_RACE, VERDICT_CONFIRMED);
    static const struct scene_file still[] = {
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("812", "0")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("812", "0")},
        {"captures/port53.txt", half_lost},
    };
    SCENE_EXPECT(s, SCENE_NAME, still, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

// ------------------------------------------------------------------ a port

// The pod asks a resolver beyond the cluster, for which its node translates its address.
#define CAME_IN(time, id)                                                                                    \
    "2026-11-23 07:" time " eni1 In  IP 10.0.1.10.4000 > 10.9.9.9.53: " id "+ A? db.example.org. (32)\n"
#define LEFT(time, id)                                                                                       \
    "2026-11-23 07:" time " eth0 Out IP 10.0.1.1.4000 > 10.9.9.9.53: " id "+ A? db.example.org. (32)\n"
#define CAME_BACK(time, id)                                                                                  \
    "2026-11-23 07:" time " eth0 In  IP 10.9.9.9.53 > 10.0.1.1.4000: " id " 1/0/0 A 10.7.7.7 (48)\n"         \
    "2026-11-23 07:" time " eni1 Out IP 10.9.9.9.53 > 10.0.1.10.4000: " id " 1/0/0 A 10.7.7.7 (48)\n"
#define ANSWERED(second, id)                                                                                 \
    CAME_IN("10:" second ".000000", id) LEFT("10:" second ".000050", id) CAME_BACK("10:" second ".000500", id)
#define STAYED(second, id) CAME_IN("10:" second ".000000", id)

#define MASQUERADE "-A POSTROUTING ! -d 10.0.0.0/16 -j MASQUERADE"
#define TWO_LOST                                                                                             \
    ANSWERED("00", "7") STAYED("01", "8") ANSWERED("02", "9") STAYED("03", "10") ANSWERED("04", "11")

struct port_case {
    const char *nat; // NULL: no rules were read
    const char *capture;
    const char *later; // insert_failed, which was 812
    const char *nft;   // in the place of those rules
};

#define CASE(nat_, capture_, later_)                                                                         \
    {                                                                                                        \
        .nat = nat_, .capture = capture_, .later = later_                                                    \
    }

static void judge_port_case(struct scene *s, const struct port_case *c)
{
    scene_reset(s);
    scene_target(s, "db.example.org");
    scene_pods(s, &(struct scene_pods){.spec = "'dnsPolicy': 'Default', "});
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 10.9.9.9\n");
    scene_write(s, "nodes/n1/sysctls/sysctl_all.txt", TABLE("500"));
    scene_write(s, "nodes/n1/networking/conntrack.txt", CONNTRACK("812", "812"));
    scene_write(s, "nodes/n1/samples/20261123T071000Z/conntrack.txt",
                arena_printf(&s->arena, CONNTRACK("%s", "%s"), c->later, c->later));
    scene_write(s, "captures/port53.txt", c->capture);
    if (c->nat)
        scene_rules(s, "n1", &(struct scene_rules){.nat = c->nat});
    if (c->nft) {
        scene_rules(s, "n1", &(struct scene_rules){.no_proxy = true});
        scene_write(s, "nodes/n1/networking/nftables.txt", c->nft);
    }
    scene_judge(s);
}

static void a_port_that_source_nat_leaves_to_two_pods_loses_queries(void **state)
{
    struct scene *s = *state;
    judge_port_case(s, &(struct port_case)CASE(MASQUERADE "\n", TWO_LOST, "843"));
    SCENE_CONCLUDES(s, DIAGNOSIS_CONNTRACK_RACE, VERDICT_CONFIRMED);
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_CONNTRACK_RACE);
    assert_true(scene_cites(s, cause, "insert_failed=843") && scene_cites(s, cause, MASQUERADE));
    scene_expect(cause->fix, "--random-fully");
    const struct claim *effect = scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_CONNTRACK_RACE);
    scene_expect(effect->text,
                 "of the pod's queries 2 came in at n1 and did not leave it, beside 3 that did");
    assert_true(scene_cites(s, effect, ": 8+ A? db.example.org.") &&
                scene_cites(s, effect, ": 10+ A? db.example.org."));
}

static void who_writes_the_rule_is_told_in_its_own_words(void **state)
{
    struct scene *s = *state;
    static const struct port_case aws =
        CASE(":AWS-SNAT-CHAIN-0 - [0:0]\n-A POSTROUTING -j AWS-SNAT-CHAIN-0\n"
             "-A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -j RETURN\n"
             "-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.1.1\n",
             TWO_LOST, "843");
    judge_port_case(s, &aws);
    SCENE_CONCLUDES(s, DIAGNOSIS_CONNTRACK_RACE, VERDICT_CONFIRMED);
    scene_expect(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_CONNTRACK_RACE)->fix,
                 "AWS_VPC_K8S_CNI_RANDOMIZESNAT=prng");
}

#define NFT(end)                                                                                             \
    "table ip nat {\n\tchain post {\n\t\ttype nat hook postrouting priority 100; policy accept;\n"           \
    "\t\tip daddr != 10.0.0.0/16 masquerade" end "\n\t}\n}\n"

static void what_nft_translates_counts_as_well(void **state)
{
    struct scene *s = *state;
    judge_port_case(s, &(struct port_case){.capture = TWO_LOST, .later = "843", .nft = NFT("")});
    SCENE_CONCLUDES(s, DIAGNOSIS_CONNTRACK_RACE, VERDICT_CONFIRMED);
    judge_port_case(s, &(struct port_case){.capture = TWO_LOST, .later = "843", .nft = NFT(" fully-random")});
    SCENE_CONCLUDES(s, DIAGNOSIS_CONNTRACK_RACE, VERDICT_LIKELY);
}

// Each lacks one part of the proof; the counter alone still makes a race likely.
static void a_race_is_not_sure_without_all_of_it(void **state)
{
    struct scene *s = *state;
    static const struct port_case cases[] = {
        CASE(NULL, TWO_LOST, "843"),                           // no rule is known that leaves a port
        CASE(MASQUERADE " --random-fully\n", TWO_LOST, "843"), // it draws them
        CASE(MASQUERADE " --to-ports 2000-3000\n", TWO_LOST, "843"),
        CASE("-A POSTROUTING -d 10.0.0.0/16 -j MASQUERADE\n", TWO_LOST, "843"), // for others
        CASE(MASQUERADE "\n", TWO_LOST, "813"), // more were lost than it counted
        CASE(MASQUERADE "\n",                   // lost behind the node
             ANSWERED("00", "7") STAYED("01", "8") LEFT("10:01.000050", "8") ANSWERED("02", "9")
                 ANSWERED("04", "11"),
             "843"),
        CASE(MASQUERADE "\n", // the capture does not see what leaves
             CAME_IN("10:00.000000", "7") CAME_BACK("10:00.000500", "7") STAYED("01", "8") ANSWERED("02", "9")
                 ANSWERED("04", "11"),
             "843"),
        CASE(MASQUERADE "\n", // most of them: no race is so frequent
             ANSWERED("00", "7") STAYED("01", "8") STAYED("02", "9") ANSWERED("04", "11"), "843"),
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        judge_port_case(s, &cases[i]);
        SCENE_CONCLUDES(s, DIAGNOSIS_CONNTRACK_RACE, VERDICT_LIKELY);
        assert_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_CONNTRACK_RACE));
    }
}

static void losses_without_a_race_are_innocent_of_one(void **state)
{
    struct scene *s = *state;
    static const struct port_case still = CASE(MASQUERADE "\n", TWO_LOST, "812");
    judge_port_case(s, &still);
    assert_int_not_equal(s->cause->diagnosis, DIAGNOSIS_CONNTRACK_RACE);
    assert_true(scene_rejects(s, DIAGNOSIS_CONNTRACK_RACE));
    static const struct port_case all_lost =
        CASE(MASQUERADE "\n", STAYED("00", "7") STAYED("01", "8") CAME_BACK("10:09.000000", "99"), "843");
    judge_port_case(s, &all_lost);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_CONNTRACK_RACE));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_CONNTRACK_RACE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_race_loses_one_of_a_pair),
        SCENE_TEST(a_port_that_source_nat_leaves_to_two_pods_loses_queries),
        SCENE_TEST(who_writes_the_rule_is_told_in_its_own_words),
        SCENE_TEST(what_nft_translates_counts_as_well),
        SCENE_TEST(a_race_is_not_sure_without_all_of_it),
        SCENE_TEST(losses_without_a_race_are_innocent_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
