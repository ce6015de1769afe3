// Strict: names are learned where the tree says that something is a name (folders of nodes and pods, the
// metadata of listings, the target), never guessed from text. What belongs to the cluster itself (kube-system
// and its like) is everybody's and stays.
#include <ctype.h>

#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/report/redact_inside.h"

static bool is_everybodys(struct span ns)
{
    static const char *const names[] = {"kube-system", "kube-public", "kube-node-lease", "default",
                                        "amazon-vpc-cni"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(ns, names[i]))
            return true;
    }
    return false;
}

// Words that formats are made of, or that domain names end in; no name of a pod is worth losing them.
static bool is_common_word(struct span s)
{
    static const char *const words[] = {
        "kubernetes", "default", "cluster", "local",    "internal", "compute",  "svc",     "pod",
        "com",        "net",     "org",     "io",       "true",     "false",    "null",    "node",
        "name",       "status",  "type",    "kind",     "spec",     "error",    "warning", "info",
        "debug",      "udp",     "tcp",     "dns",      "coredns",  "kube",     "system",  "ready",
        "running",    "accept",  "filter",  "nat",      "mangle",   "forward",  "input",   "output",
        "drop",       "reject",  "return",  "iptables", "kubelet",  "kube-dns", "ec2",     "amazonaws"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is_caseless(s, words[i]))
            return true;
    }
    return s.len < 3;
}

static void learn_name(struct redactor *r, struct span name)
{
    struct span part;
    while (span_cut(&name, '.', &part)) {
        bool letters = false;
        for (size_t i = 0; i < part.len; i++)
            letters = letters || isalpha((unsigned char)part.at[i]);
        if (letters && !is_common_word(part) && !span_starts(part, "ip-") && !span_starts(part, "i-"))
            redact_stand_in(r, REDACT_NAME, part);
    }
}

// A host's name: its first part; the rest is the region's and the provider's.
static void learn_host(struct redactor *r, struct span name)
{
    struct span part;
    if (name.at && span_cut(&name, '.', &part))
        learn_name(r, part);
}

static bool learn_item(const struct json_value *item, void *context)
{
    struct redactor *r = context;
    struct span ns = json_text(json_path(item, "metadata.namespace"));
    struct span name = json_text(json_path(item, "metadata.name"));
    struct span kind = json_text(json_get(item, "kind"));
    if (span_is(kind, "Node"))
        learn_host(r, name);
    else if (span_is(kind, "Namespace") && name.at && !is_everybodys(name))
        learn_name(r, name);
    if (!ns.at || is_everybodys(ns) || span_is(kind, "Event"))
        return true;
    learn_name(r, ns);
    learn_name(r, name);
    const struct json_value *owners = json_path(item, "metadata.ownerReferences");
    for (size_t i = 0; owners && owners->kind == JSON_LIST && i < owners->n; i++)
        learn_name(r, json_text(json_get(&owners->items[i], "name")));
    return true;
}

static void learn_listings(struct redactor *r, struct evidence *ev)
{
    uint32_t cursor = 0;
    for (const struct evidence_file *f; (f = evidence_next(ev, "cluster/*.json", &cursor));) {
        struct text text;
        if (evidence_text(ev, f->id, &text, NULL))
            json_each_item(text.bytes, learn_item, r, NULL); // broken off: what stood before was learned
    }
}

// pods/<namespace>/<pod>/…, cluster/logs/<namespace>/<pod>/…
static void learn_paths(struct redactor *r, const struct evidence *ev)
{
    for (uint32_t i = 0; i < evidence_count(ev); i++) {
        struct span rest = span_of(evidence_file(ev, i)->path), ns, pod;
        if (!span_skip(&rest, "pods/") && !span_skip(&rest, "cluster/logs/"))
            continue;
        if (!span_cut(&rest, '/', &ns) || !span_cut(&rest, '/', &pod) || !rest.at || is_everybodys(ns))
            continue;
        learn_name(r, ns);
        learn_name(r, pod);
    }
}

void redact_learn_names(struct redactor *r, struct evidence *ev)
{
    const struct target *t = evidence_target(ev);
    const char *const said[] = {t->namespace_, t->pod, t->context, t->query};
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        if (said[i] && !is_everybodys(span_of(said[i])))
            learn_name(r, span_of(said[i]));
    }
    learn_host(r, span_of(t->node));
    size_t n;
    const char *const *nodes = evidence_nodes(ev, &n);
    for (size_t i = 0; i < n; i++)
        learn_host(r, span_of(nodes[i]));
    learn_paths(r, ev);
    learn_listings(r, ev);
}
