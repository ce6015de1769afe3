// Who keeps a chain. What a controller wrote it writes again: deleting its rules by hand fights it, so its
// object is what gets changed. What an administrator added can be taken out, exactly that and nothing else.
#include "core/base/mem.h"
#include "core/base/shell.h"
#include "core/judge/firewall.h"
#include "core/parse/iptables_words.h"

static const struct {
    const char *prefix;
    enum firewall_owner owner;
    const char *name;
} owners[] = {
    {"KUBE-NWPLCY", OWNER_POLICY, "kube-router"},
    {"KUBE-POD-FW", OWNER_POLICY, "kube-router"},
    {"KUBE-ROUTER", OWNER_CONTROLLER, "kube-router"},
    {"KUBE-", OWNER_KUBE_PROXY, "kube-proxy"},
    {"AWS-", OWNER_CONTROLLER, "the Amazon VPC CNI"},
    {"cali-pi-", OWNER_POLICY, "Calico"},
    {"cali-po-", OWNER_POLICY, "Calico"},
    {"cali-tw-", OWNER_POLICY, "Calico"},
    {"cali-fw-", OWNER_POLICY, "Calico"},
    {"cali-", OWNER_CONTROLLER, "Calico"},
    {"CILIUM", OWNER_POLICY, "Cilium"},
    {"OLD_CILIUM", OWNER_POLICY, "Cilium"},
    {"WEAVE-NPC", OWNER_POLICY, "Weave Net"},
    {"WEAVE", OWNER_CONTROLLER, "Weave Net"},
    {"FLANNEL", OWNER_CONTROLLER, "flannel"},
    {"ANTREA", OWNER_POLICY, "Antrea"},
    {"ISTIO_", OWNER_CONTROLLER, "Istio"},
    {"CNI-ADMIN", OWNER_ADMIN, NULL}, // kept free for the administrator's rules, as the next one is
    {"DOCKER-USER", OWNER_ADMIN, NULL},
    {"CNI-", OWNER_CONTROLLER, "a CNI plug-in"},
    {"DOCKER", OWNER_CONTROLLER, "Docker"},
    {"LIBVIRT", OWNER_CONTROLLER, "libvirt"},
    {"ufw-", OWNER_CONTROLLER, "ufw"},
    {"ufw6-", OWNER_CONTROLLER, "ufw"},
    {"f2b-", OWNER_CONTROLLER, "fail2ban"},
    {"IN_", OWNER_CONTROLLER, "firewalld"},
    {"FWDI_", OWNER_CONTROLLER, "firewalld"},
    {"FWDO_", OWNER_CONTROLLER, "firewalld"},
    {"FWD_", OWNER_CONTROLLER, "firewalld"},
    {"FORWARD_IN_ZONES", OWNER_CONTROLLER, "firewalld"},
    {"FORWARD_OUT_ZONES", OWNER_CONTROLLER, "firewalld"},
    {"INPUT_ZONES", OWNER_CONTROLLER, "firewalld"},
};

static const struct {
    const char *table;
    enum firewall_owner owner;
    const char *name;
} table_owners[] = {{"kube-proxy", OWNER_KUBE_PROXY, "kube-proxy"},
                    {"firewalld", OWNER_CONTROLLER, "firewalld"},
                    {"calico", OWNER_POLICY, "Calico"},
                    {"cilium", OWNER_POLICY, "Cilium"},
                    {"kube-network-policies", OWNER_POLICY, "kube-network-policies"}};

static struct span chain_table(const struct packet_decision *d)
{
    return d->ruleset->tables[d->chain->table].name;
}

enum firewall_owner firewall_owner(const struct packet_decision *d, const char **ret_name)
{
    for (size_t i = 0; i < ARRAY_LEN(table_owners); i++) {
        if (span_is(chain_table(d), table_owners[i].table)) {
            *ret_name = table_owners[i].name;
            return table_owners[i].owner;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
        if (span_starts(d->chain->name, owners[i].prefix)) {
            *ret_name = owners[i].name;
            return owners[i].owner;
        }
    }
    if (d->rule && span_contains(d->rule->text, "\"NodeLocal DNS Cache")) {
        *ret_name = "NodeLocal DNSCache";
        return OWNER_CONTROLLER;
    }
    *ret_name = NULL;
    return OWNER_ADMIN;
}

// The chains in which kube-proxy does nothing else (pkg/proxy/nftables, pkg/proxy/ipvs).
static bool is_for_unserved(struct span chain)
{
    static const char *const names[] = {"reject-chain", "service-endpoints-check", "cluster-ips-check",
                                        "KUBE-IPVS-FILTER"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(chain, names[i]))
            return true;
    }
    return false;
}

bool firewall_is_unserved(const struct packet_decision *d)
{
    const char *name;
    if (!d->rule || !d->chain || firewall_owner(d, &name) != OWNER_KUBE_PROXY)
        return false;
    return span_contains(d->rule->text, "has no endpoints") ||
           span_contains(d->rule->text, "has no local endpoints") || is_for_unserved(d->chain->name) ||
           (d->action == PACKET_REJECT && (span_starts(d->chain->name, "KUBE-SERVICES") ||
                                           span_starts(d->chain->name, "KUBE-EXTERNAL-SERVICES")));
}

// ---------------------------------------------------------------- what to do

static const char *program(const struct packet_decision *d)
{
    bool six = d->ruleset->tables[d->chain->table].family == NF_FAMILY_IP6;
    if (d->ruleset->path && strstr(d->ruleset->path, "legacy-save"))
        return six ? "ip6tables-legacy" : "iptables-legacy";
    return six ? "ip6tables" : "iptables";
}

static const char *nft_family(const struct packet_decision *d)
{
    static const char *const names[] = {"ip", "ip", "ip6", "inet", "netdev", "ip"};
    return names[d->ruleset->tables[d->chain->table].family];
}

// What stands in these sentences is copied into a shell, and a rule's comment or a chain's name may hold
// anything.
static const char *shell_word(struct arena *arena, struct span word)
{
    struct str out = {0};
    shell_add_word(&out, word);
    const char *ret = arena_strdup(arena, str_text(&out));
    str_done(&out);
    return ret;
}

// A word of iptables-save without its quotes, in which '\' stands before a quote or another '\'
// (xtables_save_string).
static void add_unquoted(struct str *out, struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == '\\' && i + 1 < word.len)
            i++;
        str_add_char(out, word.at[i]);
    }
}

static const char *rule_for_shell(struct arena *arena, struct span text)
{
    struct words words = {.rest = text};
    struct str line = {0}, plain = {0};
    for (struct span word; words_next(&words, &word);) {
        bool quoted = word.at > text.at && word.at[-1] == '"';
        str_clear(&plain);
        if (quoted)
            add_unquoted(&plain, word);
        else
            str_add_span(&plain, word);
        str_add(&line, line.len ? " " : "");
        if (span_is(word, "!"))
            str_add(&line, "!");
        else
            shell_add_word(&line, str_span(&plain));
    }
    const char *ret = arena_strdup(arena, str_text(&line));
    str_done(&plain);
    str_done(&line);
    return ret;
}

static const char *nft_chain(struct arena *arena, const struct packet_decision *d)
{
    struct span table = chain_table(d), chain = d->chain->name;
    return arena_printf(arena, "%s %s %s", nft_family(d),
                        shell_is_plain(table) ? arena_span(arena, table) : "TABLE",
                        shell_is_plain(chain) ? arena_span(arena, chain) : "CHAIN");
}

static const char *fix_policy(struct arena *arena, const struct packet_decision *d, const char *node)
{
    struct span chain = d->chain->name;
    if (d->ruleset->backend == RULESET_NFT)
        return arena_printf(arena,
                            "on node %s let the chain accept the pods' DNS: nft 'add rule %s"
                            " meta l4proto { tcp, udp } th dport 53 accept' (or policy accept for " SPAN_FMT
                            "), and put that into whatever sets the policy",
                            node, nft_chain(arena, d), SPAN_ARG(chain));
    const char *table = shell_word(arena, chain_table(d)), *name = shell_word(arena, chain);
    if (!d->chain->base || d->chain->base->hook != NF_FORWARD)
        return arena_printf(arena,
                            "on node %s accept DNS in the chain: %s -t %s -I %s"
                            " -p udp --dport 53 -j ACCEPT, the same for tcp, and put that into whatever "
                            "sets the policy",
                            node, program(d), table, name);
    return arena_printf(
        arena,
        "on node %s accept forwarded pod traffic again: %s -t %s -P %s ACCEPT, and find what set "
        "the policy to DROP",
        node, program(d), table, name);
}

static const char *fix_controller(struct arena *arena, const struct packet_decision *d, const char *owner,
                                  const char *node)
{
    return arena_printf(arena,
                        "chain " SPAN_FMT
                        " on node %s belongs to %s, which writes it again: allow UDP and TCP 53 to "
                        "CoreDNS in the configuration of %s (its policy, zone or profile), not in the chain",
                        SPAN_ARG(d->chain->name), node, owner, owner);
}

static const char *fix_rule(struct arena *arena, const struct packet_decision *d, const char *node)
{
    struct span chain = d->chain->name, text = ruleset_rule_text(d->rule);
    if (d->ruleset->backend == RULESET_NFT) {
        const char *where = nft_chain(arena, d);
        return arena_printf(arena,
                            "delete that one rule from chain " SPAN_FMT
                            " on node %s: its handle stands in nft -a list chain %s, then nft delete rule %s "
                            "handle N; and take it out of whatever put it there",
                            SPAN_ARG(chain), node, where, where);
    }
    const char *table = shell_word(arena, chain_table(d));
    if (d->ruleset->backend == RULESET_LISTING)
        return arena_printf(arena,
                            "delete that one rule of chain " SPAN_FMT
                            " on node %s: its exact words stand in %s -t %s -S %s, then the same with -D in "
                            "the place of -A; and take it out of whatever put it there",
                            SPAN_ARG(chain), node, program(d), table, shell_word(arena, chain));
    span_skip(&text, "-A ");
    return arena_printf(arena,
                        "delete that one rule on node %s: %s -t %s -D %s; and take it out of whatever put it "
                        "there (hardening "
                        "script, configuration management)",
                        node, program(d), table, rule_for_shell(arena, text));
}

const char *firewall_fix_tunnel(struct arena *arena, const struct packet_decision *d, const char *node,
                                uint16_t port)
{
    const char *owner;
    struct span chain = d->chain->name;
    if (firewall_owner(d, &owner) != OWNER_ADMIN)
        return arena_printf(arena,
                            "chain " SPAN_FMT
                            " on node %s belongs to %s, which writes it again: allow UDP %u from the "
                            "other nodes in the configuration of %s (its policy, zone or profile)",
                            SPAN_ARG(chain), node, owner, (unsigned)port, owner);
    const char *how =
        d->ruleset->backend == RULESET_NFT
            ? arena_printf(arena, "nft insert rule %s udp dport %u accept", nft_chain(arena, d),
                           (unsigned)port)
            : arena_printf(arena, "%s -t %s -I %s -p udp --dport %u -j ACCEPT", program(d),
                           shell_word(arena, chain_table(d)), shell_word(arena, chain), (unsigned)port);
    return arena_printf(arena,
                        "on node %s let the overlay's packets of the other nodes pass: %s, for their "
                        "addresses; and put that into whatever set the firewall up",
                        node, how);
}

const char *firewall_fix_left(struct arena *arena, const struct packet_decision *d, const char *node)
{
    return d->rule ? fix_rule(arena, d, node) : fix_policy(arena, d, node);
}

const char *firewall_fix(struct arena *arena, const struct packet_decision *d, const char *node)
{
    const char *owner;
    if (firewall_owner(d, &owner) != OWNER_ADMIN)
        return fix_controller(arena, d, owner, node);
    return firewall_fix_left(arena, d, node);
}
