// Network policies: every listing whose name says so, standard ones, admin ones and those of other engines,
// and the agent of the VPC CNI, whose DaemonSet says whether and how it enforces. What an object is, it says
// itself.
#include <string.h>

#include "core/facts/gather.h"

// "cluster/networkpolicies.json", "cluster/networkpolicies.networking.k8s.io.json", with or without
// "@namespace".
static bool is_standard_listing(const char *path, struct span *ret_namespace)
{
    struct span rest = span_of(path);
    *ret_namespace = (struct span){0};
    if (!span_skip(&rest, "cluster/networkpolicies"))
        return false;
    span_skip(&rest, ".networking.k8s.io");
    if (span_skip(&rest, "@"))
        *ret_namespace = span_first(rest, span_find(rest, ".json"));
    return ret_namespace->at || span_is(rest, ".json");
}

// Reads one file. On false what it held is taken back: a broken listing may be missing what decides.
static bool read_file(struct facts *facts, const struct evidence_file *file, struct error *err)
{
    struct netpol_set *set = &facts->policies.set;
    size_t n = set->n, n_foreign = set->n_foreign;
    struct text text;
    if (file->state != EVIDENCE_KNOWN)
        return error_set(err, "%s", file->why ? file->why : "the file says nothing");
    if (evidence_text(facts->evidence, file->id, &text, err) && netpol_parse(&facts->arena, text, set, err))
        return true;
    set->n = n;
    set->n_foreign = n_foreign;
    return false;
}

static void note_standard(struct facts *facts, const struct evidence_file *file, struct span namespace_,
                          const char *why)
{
    struct listing said = {.state = LISTING_WHOLE, .place = place_at(file->id, 1)};
    if (why) {
        said.state = LISTING_UNKNOWN;
        said.why = arena_strdup(&facts->arena, why);
    } else if (namespace_.at) {
        said = listing_of_namespace(&facts->arena, said.place, namespace_);
    }
    listing_add(&facts->arena, &facts->policies.standard, said);
}

// "cluster/networkpolicies.crd.projectcalico.org@shop.json": whether the API server lists that kind.
static bool is_listed_kind(struct facts *facts, const char *path)
{
    struct span name = span_of(path);
    span_skip(&name, "cluster/");
    name = span_first(name, span_find(name, ".json"));
    name = span_first(name, span_find_char(name, '@'));
    return api_serves(&facts->api, arena_span(&facts->arena, name)) == TRI_YES;
}

// A cluster without that kind says so, and then there are none. kubectl says the same of a kind that is
// there where it was not told of it, as when a group's discovery failed
// (DiscoveryClient.ServerGroupsAndResources).
static bool has_no_such_kind(struct facts *facts, const char *path, const char *why)
{
    return (strstr(why, "doesn't have a resource type") ||
            strstr(why, "could not find the requested resource")) &&
           !is_listed_kind(facts, path);
}

static void read_listing(struct facts *facts, const struct evidence_file *file)
{
    struct error err = {{0}};
    struct span namespace_;
    bool ok = read_file(facts, file, &err);
    if (is_standard_listing(file->path, &namespace_))
        note_standard(facts, file, namespace_, ok ? NULL : err.text);
    else if (!ok && !has_no_such_kind(facts, file->path, err.text))
        facts->policies.admin_unknown =
            arena_printf(&facts->arena, "%s could not be read: %s", file->path, err.text);
}

static void read_listings(struct facts *facts, const char *pattern)
{
    uint32_t cursor = 0;
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, pattern, &cursor)))
        read_listing(facts, file);
}

static void read_agents(struct facts *facts)
{
    uint32_t cursor = 0;
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, "cluster/daemonsets*.json", &cursor))) {
        struct error err;
        read_file(facts, file, &err);
    }
}

void gather_policies(struct facts *facts)
{
    facts->policies.set.enforced = TRI_UNKNOWN;
    read_listings(facts, "cluster/*networkpolicies*.json");
    read_agents(facts);
    const struct listing *standard = &facts->policies.standard;
    if (standard->state != LISTING_WHOLE)
        facts_add_gap(facts,
                      arena_printf(&facts->arena, "network policies: %s",
                                   standard->why ? standard->why : "not collected"),
                      "kubectl get networkpolicies -A -o json");
    if (facts->policies.admin_unknown)
        facts_add_gap(facts, facts->policies.admin_unknown, "kubectl get adminnetworkpolicies -o json");
}
