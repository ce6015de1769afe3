// probe/catalogue: what each step of the shipped procedure is about, and what its gate holds; and that
// nothing of it hangs on ids or order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/procedure.h"
#include "core/probe/catalogue_rows.h"
#include "core/probe/probe.h"

enum { EACH = 8 };

static void read_text(const char *path, struct str *ret)
{
    char bytes[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        str_add_span(ret, span_make(bytes, n));
    fclose(file);
}

static struct sop *parse(struct span text)
{
    struct problems problems = {0};
    struct sop *sop = procedure_parse(text, "D5.md", &problems);
    const struct problem *first = problems_first_error(&problems);
    if (first)
        fail_msg("%u: %s", first->line, first->text);
    problems_done(&problems);
    return sop;
}

static struct sop *parse_d5(void)
{
    struct str text = {0};
    read_text("sops/D5.md", &text);
    struct sop *sop = parse(str_span(&text));
    str_done(&text);
    return sop;
}

typedef void visit_fn(const struct sop_item *item, const struct sop_item *parent, void *context);

static void visit_items(const struct sop_item *items, size_t n, const struct sop_item *parent,
                        visit_fn *visit, void *context)
{
    for (size_t i = 0; i < n; i++) {
        visit(&items[i], parent, context);
        visit_items(items[i].nested, items[i].n_nested, &items[i], visit, context);
    }
}

static void visit_sop(const struct sop *sop, visit_fn *visit, void *context)
{
    for (size_t i = 0; i < sop->n_phases; i++)
        visit_items(sop->phases[i].items, sop->phases[i].n_items, NULL, visit, context);
}

// "DNS configuration, CoreDNS; held" for one item.
static void describe(const struct sop_item *item, const struct sop_item *parent, const char *gate,
                     struct str *ret)
{
    enum subject subjects[EACH];
    size_t n = catalogue_subjects(item, parent, subjects, EACH);
    bool held = false;
    for (size_t i = 0; i < n; i++) {
        str_printf(ret, "%s%s", i ? ", " : "", subject_name(subjects[i]));
        held = held || catalogue_gate_names(gate, subjects[i]);
    }
    if (held)
        str_add(ret, "; held");
}

static void find_gate(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    (void)parent;
    if (item->gate == SOP_GATE_ONLY)
        *(const char **)context = item->text;
}

static const struct {
    const char *id, *about;
} d5[] = {
    {"T.M1", "pod state, CoreDNS pods, node state"},
    {"T.M1.1", "pod state"},
    {"T.M1.2", "pod state"},
    {"T.M1.3", "CoreDNS pods"},
    {"T.M1.4", "node state"},
    {"T.M2", "collection, firewall, network policy"},
    {"T.M2.1", "collection"},
    {"T.M2.2", "collection"},
    {"T.M2.3", "firewall"},
    {"T.M2.4", "firewall"},
    {"T.M2.5", "network policy"},
    {"T.M2.6", "firewall"},
    {"T.M3", "findings; held"},
    {"T.M4", "DNS configuration; held"},
    {"T.S1", "symptom"},
    {"T.S2", "DNS configuration; held"},
    {"T.S3", "security groups"},
    {"T.Y1", "link-local allowance"},
    {"T.Y2", "cluster health"},
    {"E.M1", "DNS configuration; held"},
    {"E.M2", "link-local allowance"},
    {"E.M3", "DNS configuration; held"},
    {"E.M4", "CoreDNS; held"},
    {"E.M5", "memory"},
    {"E.S1", "timeline"},
    {"E.S2", "search list; held"},
    {"E.S3", "NodeLocal DNSCache; held"},
    {"E.S4", "kube-proxy; held"},
    {"E.Y1", "changes of CoreDNS"},
    {"E.Y2", "changes of policies"},
    {"E.Y3", "capture"},
    {"R.M1", "report"},
};

static void check_item(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    struct str about = {0};
    describe(item, parent, context, &about);
    const char *expected = "";
    for (size_t i = 0; i < ARRAY_LEN(d5); i++) {
        if (strcmp(d5[i].id, item->id) == 0)
            expected = d5[i].about;
    }
    if (strcmp(str_text(&about), expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", item->id, str_text(&about), expected);
    str_done(&about);
}

static void every_step_has_its_subjects_and_gate(void **state)
{
    (void)state;
    struct sop *sop = parse_d5();
    const char *gate = NULL;
    visit_sop(sop, find_gate, &gate);
    visit_sop(sop, check_item, (void *)(uintptr_t)gate);
    sop_free(sop);
}

// The same text with the blocks of each list in reverse order, and phases by other names: all ids change.
static void reorder(struct span text, struct str *ret)
{
    struct span rest = text, line;
    struct str block = {0}, list = {0};
    while (span_cut_line(&rest, &line)) {
        bool item = span_starts(line, "- "), below = span_starts(line, "  ");
        if (item || !below) {
            struct str joined = {0};
            str_add_span(&joined, str_span(&block));
            str_add_span(&joined, str_span(&list));
            str_done(&list);
            list = joined;
            str_clear(&block);
        }
        if (!item && !below) {
            str_add_span(ret, str_span(&list));
            str_clear(&list);
            if (span_starts(line, "## Phase 1"))
                line = span_of("## Phase 1 — Looking");
            if (span_starts(line, "## Phase 2"))
                line = span_of("## Phase 2 — Digging");
            str_printf(ret, SPAN_FMT "\n", SPAN_ARG(line));
        } else {
            str_printf(&block, SPAN_FMT "\n", SPAN_ARG(line));
        }
    }
    str_add_span(ret, str_span(&block));
    str_add_span(ret, str_span(&list));
    str_done(&block);
    str_done(&list);
}

struct by_text {
    const char *gate;
    struct map about; // by the item's words
    struct arena arena;
    size_t n, same_id;
};

static void keep_about(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    struct by_text *all = context;
    struct str about = {0};
    describe(item, parent, all->gate, &about);
    str_printf(&about, "\n%s", item->id);
    map_put(&all->about, span_of(item->text), arena_strdup(&all->arena, str_text(&about)));
    str_done(&about);
}

static void compare_about(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    struct by_text *all = context;
    struct str about = {0};
    const char *before = map_get(&all->about, span_of(item->text));
    assert_non_null(before);
    const char *id = strchr(before, '\n') + 1;
    describe(item, parent, all->gate, &about);
    // The order of what an item is about may follow its list's; the set may not change.
    assert_int_equal(about.len, (size_t)(id - before) - 1);
    all->same_id += strcmp(id, item->id) == 0;
    all->n++;
    str_done(&about);
}

static void neither_ids_nor_order_matter(void **state)
{
    (void)state;
    struct str text = {0}, other = {0};
    struct by_text all = {0};
    read_text("sops/D5.md", &text);
    reorder(str_span(&text), &other);
    struct sop *first = parse(str_span(&text)), *second = parse(str_span(&other));
    visit_sop(first, find_gate, &all.gate);
    visit_sop(first, keep_about, &all);
    visit_sop(second, compare_about, &all);
    assert_int_equal(all.n, 38);
    assert_true(all.same_id < 4);
    map_done(&all.about);
    arena_done(&all.arena);
    sop_free(first);
    sop_free(second);
    str_done(&text);
    str_done(&other);
}

static void expect_about(const char *words, const char *expected)
{
    char *text = mem_printf(
        "---\ntitle: \"T1 — x\"\nseverity: LOW\ntriggers: [x]\n---\n## Phase 1 — T\nMUST:\n- %s\n", words);
    struct sop *sop = parse(span_of(text));
    struct str about = {0};
    describe(&sop->phases[0].items[0], NULL, "", &about);
    if (strcmp(str_text(&about), expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", words, str_text(&about), expected);
    str_done(&about);
    sop_free(sop);
    free(text);
}

static void other_procedures_speak_of_subjects_too(void **state)
{
    (void)state;
    expect_about("Use `network_diagnostics` tool with instanceId and sections=iptables,kube_proxy",
                 "firewall, kube-proxy");
    expect_about("Use `network_diagnostics` iptables section to look for drops", "firewall");
    expect_about("See `kubectl get nodes -L topology.kubernetes.io/zone`", "node state");
    expect_about("See `kubectl get svc,ep -A` now", "kube-proxy");
    expect_about(
        "See `kubectl get pods --field-selector spec.nodeName=<node>` (via EKS MCP `list_k8s_resources`)",
        "pod state");
    expect_about("Use `list_k8s_resources` with kind=DaemonSet, labelSelector=k8s-app=node-local-dns",
                 "NodeLocal DNSCache");
    expect_about("Use `search` tool with query=`rx_dropped|zoom|room`", "");
    expect_about("Use `search` tool with query=`OOM|oom-killer`", "memory");
    expect_about("Use `search` tool with query=`SERVFAIL|linklocal_allowance_exceeded`", "symptom");
    expect_about("Use `search` tool with query=`nf_conntrack.*full`", "conntrack");
    expect_about("Capture: `tcpdump -ni any port 53` for a while", "capture");
    expect_about("Ask the owner of the pod", "");
}

// A back-ticked command of a program in the probe table counts as a call; other shell text does not.
static void commands_of_probes_count(void **state)
{
    (void)state;
    expect_about("Look at `conntrack -S` twice", "conntrack");
    expect_about("Look at `iptables-save -c` on the node", "firewall");
    expect_about("Look at `nft list ruleset`", "firewall");
    expect_about("Look at `ethtool -S eth0`", "link-local allowance");
    expect_about("Look at `cat /etc/resolv.conf` and `ss -lntup`", "DNS configuration, NodeLocal DNSCache");
    expect_about("Ask with `dig orders.shop.svc.cluster.local`", "symptom");
    expect_about("Ask `aws ec2 describe-security-groups`", "security groups");
    expect_about("Never `rm -rf /` or `nft flush ruleset` or `cat /etc/shadow`", "");
    expect_about("The kernel says so in `dmesg`", ""); // only spoken of
}

static void every_row_has_its_probe(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct target target = {.namespace_ = "shop", .pod = "cart-1"};
    for (const struct catalogue_row *row = catalogue_rows; row->tool; row++) {
        const struct probe_row *probe = row->probe ? probe_find(row->probe) : NULL;
        if (row->probe && (!probe || !probe_serves(probe, row->subject)))
            fail_msg("%s, %s: the probe %s does not serve it", row->tool, subject_name(row->subject),
                     row->probe);
        assert_int_equal(catalogue_command(row, &target, &arena) != NULL, row->probe != NULL);
        if (row->probe && strcmp(row->probe, "pod-resolv.conf") == 0)
            assert_string_equal(catalogue_command(row, &target, &arena),
                                "kubectl exec --namespace=shop cart-1 -- cat /etc/resolv.conf");
        if (row->probe && strcmp(row->probe, "ethtool") == 0)
            assert_string_equal(catalogue_command(row, NULL, &arena), "ethtool -S INTERFACE");
    }
    arena_done(&arena);
}

static void a_gate_names_by_its_words(void **state)
{
    (void)state;
    const char *gate = "ONLY if no memory is short, proceed to the security groups";
    assert_true(catalogue_gate_names(gate, SUBJECT_SECURITY_GROUP));
    assert_false(catalogue_gate_names(gate, SUBJECT_MEMORY));
    assert_true(catalogue_gate_names("ONLY if so, look into CoreDNS", SUBJECT_COREDNS));
    assert_false(catalogue_gate_names("ONLY if CoreDNS runs, go on", SUBJECT_COREDNS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_has_its_subjects_and_gate),
        cmocka_unit_test(neither_ids_nor_order_matter),
        cmocka_unit_test(other_procedures_speak_of_subjects_too),
        cmocka_unit_test(commands_of_probes_count),
        cmocka_unit_test(every_row_has_its_probe),
        cmocka_unit_test(a_gate_names_by_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
