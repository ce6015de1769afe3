// corefile_error, of a CoreDNS that runs: a plug-in in front of `kubernetes` and `forward` that ends the
// chain. `hosts` without `fallthrough` says SERVFAIL to every name of its zones that it does not have, at
// once and without a word in the log (plugin/hosts: it has no SOA for an NXDOMAIN). `template` may say
// NXDOMAIN to AAAA alone, where an empty answer was meant: that denies the name as a whole (RFC 8020), and
// musl, .NET and others take it so, whatever the answer to A.
#include <string.h>
#include <strings.h>

#include "core/judge/coredns.h"
#include "core/parse/corefile.h"

// What CoreDNS itself answered, in the window.
static bool is_its_own(const struct bench *b, const struct lookup *l)
{
    bool here =
        l->at == LOOKUP_AT_CLUSTER_DNS || l->at == LOOKUP_AT_ENDPOINT || l->origin == LOOKUP_SERVER_LOG;
    return here && l->name && l->origin != LOOKUP_APP_LOG && bench_time_in_window(b, l->time) == TRI_YES;
}

static bool zones_have(const char *const *zones, size_t n, struct span name)
{
    for (size_t i = 0; i < n; i++) {
        if (corefile_zone_has(zones[i], name))
            return true;
    }
    return false;
}

static void say(struct bench *b, enum claim_kind kind, struct claim claim, const struct cites *cites)
{
    claim.kind = kind;
    claim.diagnosis = DIAGNOSIS_COREFILE_ERROR;
    claim.in_window = TRI_YES;
    bench_say(b, &claim, cites);
}

static void say_lookup(struct bench *b, enum claim_kind kind, const struct lookup *l, const char *text)
{
    struct cites cites = {0};
    cite(&cites, l->place);
    say(b, kind,
        (struct claim){.subject = SUBJECT_SYMPTOM, .on_path = TRI_YES, .text = text, .time = l->time},
        &cites);
}

// ------------------------------------------------------------------ hosts
static bool has_entry(const struct core_plugin *hosts, struct span name)
{
    for (size_t i = 0; i < hosts->n_options; i++) {
        const struct core_option *line = &hosts->options[i];
        struct ip ip;
        for (size_t j = 0; ip_parse(span_of(line->name), &ip) && j < line->args.n; j++) {
            if (span_is_caseless(name, line->args.items[j]))
                return true;
        }
    }
    return false;
}

// The `hosts` plug-in that no such name gets past; NULL: none. "hosts [FILE [ZONES…]]".
static const struct core_plugin *find_hosts(const struct bench *b, const char *text)
{
    struct span name = span_of(text);
    const struct core_server *server = corefile_server_for(b->facts->dns.corefile, name);
    const struct core_plugin *hosts = core_plugin(server, "hosts");
    if (!hosts || has_entry(hosts, name))
        return NULL;
    bool all = hosts->args.n < 2; // the zones of its block
    const struct core_option *on = core_option(hosts, "fallthrough");
    bool has = all || zones_have(hosts->args.items + 1, hosts->args.n - 1, name);
    bool goes_on = on && (!on->args.n || zones_have(on->args.items, on->args.n, name));
    return has && !goes_on ? hosts : NULL;
}

static const struct lookup *find_stopped(const struct bench *b)
{
    const struct lookup *found = NULL;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (is_its_own(b, l) && l->outcome == LOOKUP_SERVFAIL &&
            (!found || l->target_pod > found->target_pod) && find_hosts(b, l->name))
            found = l;
    }
    return found;
}

// A name that got past afterwards all the same: another Corefile is in force. A file of hosts may have any
// name.
static const struct lookup *find_passed(const struct bench *b, const struct core_plugin *hosts, usec_t since)
{
    for (size_t i = 0; !hosts->args.n && i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool later = l->time == TIME_UNKNOWN || since == TIME_UNKNOWN || l->time >= since;
        if (later && is_its_own(b, l) && (l->outcome == LOOKUP_ANSWERED || l->outcome == LOOKUP_NXDOMAIN) &&
            find_hosts(b, l->name) == hosts)
            return l;
    }
    return NULL;
}

static void judge_hosts(struct bench *b)
{
    const struct lookup *stopped = find_stopped(b);
    if (!stopped || coredns_hits(b, LOG_COREDNS_UPSTREAM_TIMEOUT).in_window)
        return;
    const struct core_plugin *hosts = find_hosts(b, stopped->name);
    struct cites cites = {0};
    if (find_passed(b, hosts, stopped->time))
        return;
    cite(&cites, hosts->place);
    say(b, CLAIM_CAUSE,
        (struct claim){
            .subject = SUBJECT_COREDNS,
            .on_path = bench_asks_cluster_dns(b),
            .text =
                arena_printf(&b->arena,
                             "hosts in line %u of the Corefile has no fallthrough for %s: names that it does "
                             "not have end there, with SERVFAIL",
                             hosts->line, stopped->name),
            .fix = arena_printf(
                &b->arena,
                "add fallthrough to the hosts plug-in in line %u of the Corefile, in the coredns "
                "ConfigMap",
                hosts->line),
            .time = TIME_UNKNOWN,
        },
        &cites);
    say_lookup(b, CLAIM_EFFECT, stopped, bench_tell_lookup(b, stopped));
}

// ------------------------------------------------------------------ template
// "template CLASS TYPE [ZONE…]" with `rcode NXDOMAIN`, for AAAA.
static bool denies_aaaa(const struct core_server *server, const struct core_plugin *plugin, struct span name)
{
    const struct core_option *rcode = core_option(plugin, "rcode");
    if (strcmp(plugin->name, "template") != 0 || plugin->args.n < 2 ||
        strcasecmp(plugin->args.items[1], "AAAA") != 0 || !rcode || !rcode->args.n ||
        strcasecmp(rcode->args.items[0], "NXDOMAIN") != 0)
        return false;
    return plugin->args.n > 2 ? zones_have(plugin->args.items + 2, plugin->args.n - 2, name)
                              : zones_have(server->zones, server->n_zones, name);
}

static const struct core_plugin *find_template(const struct bench *b, const char *text)
{
    struct span name = span_of(text);
    const struct core_server *server = corefile_server_for(b->facts->dns.corefile, name);
    for (size_t i = 0; server && i < server->n_plugins; i++) {
        if (denies_aaaa(server, &server->plugins[i], name))
            return &server->plugins[i];
    }
    return NULL;
}

static const struct lookup *find_denied_aaaa(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (is_its_own(b, l) && l->outcome == LOOKUP_NXDOMAIN && l->authoritative == TRI_YES && l->type &&
            strcmp(l->type, "AAAA") == 0 && find_template(b, l->name))
            return l;
    }
    return NULL;
}

static const struct lookup *find_a(const struct bench *b, const char *name)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (is_its_own(b, l) && l->outcome == LOOKUP_ANSWERED && l->type && strcmp(l->type, "A") == 0 &&
            strcmp(l->name, name) == 0)
            return l;
    }
    return NULL;
}

// glibc and Go make do with the answer to A: only where the pod itself tells of a failure, something is
// wrong.
static void judge_template(struct bench *b)
{
    const struct lookup *denied = find_denied_aaaa(b), *told = bench_told_failure(b);
    const struct lookup *a = denied ? find_a(b, denied->name) : NULL;
    if (!a || !told)
        return;
    const struct core_plugin *plugin = find_template(b, denied->name);
    struct cites cites = {0};
    cite(&cites, plugin->place);
    cite(&cites, denied->place);
    cite(&cites, a->place);
    say(b, CLAIM_CAUSE,
        (struct claim){
            .subject = SUBJECT_COREDNS,
            .on_path = TRI_UNKNOWN,
            .text = arena_printf(
                &b->arena,
                "template in line %u of the Corefile answers NXDOMAIN to AAAA of %s, which has an "
                "A record: musl, .NET and others take the name for absent",
                plugin->line, denied->name),
            .fix = arena_printf(
                &b->arena,
                "let the template plug-in in line %u of the Corefile answer rcode NOERROR: an empty "
                "answer says that there is no AAAA record",
                plugin->line),
            .time = TIME_UNKNOWN,
        },
        &cites);
    say_lookup(b, CLAIM_EFFECT, told, bench_tell_lookup(b, told));
}

void coredns_judge_stopped(struct bench *b)
{
    if (!b->facts->dns.corefile)
        return;
    judge_hosts(b);
    judge_template(b);
}
