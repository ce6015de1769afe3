// corefile_error, the other kind: CoreDNS runs, and nothing in its Corefile answers the name. Without
// `forward` (or another plug-in that asks elsewhere) every name outside the cluster ends at the last plug-in
// of its block, which says SERVFAIL and "no next plugin found"; a name that no block serves is REFUSED.
#include <string.h>

#include "core/base/mem.h"
#include "core/judge/coredns.h"
#include "core/parse/corefile.h"

// Whether a plug-in can answer a name outside the cluster, or hand it to somebody who can.
static bool may_answer(const struct core_plugin *plugin)
{
    static const char *const passive[] = {
        "any",   "autopath", "bind",     "bufsize",  "cache",       "cancel",     "chaos",       "debug",
        "dns64", "dnstap",   "errors",   "health",   "header",      "kubernetes", "loadbalance", "local",
        "log",   "loop",     "metadata", "minimal",  "multisocket", "nsid",       "pprof",       "prometheus",
        "ready", "reload",   "root",     "timeouts", "trace",       "transfer"};
    for (size_t i = 0; i < ARRAY_LEN(passive); i++) {
        if (strcmp(plugin->name, passive[i]) == 0)
            return false;
    }
    return true;
}

struct unserved {
    const char *name;                 // that nothing answers
    const struct core_server *server; // its block; NULL: none, or not known
    bool shown;                       // by the Corefile
    struct coredns_hits hits;         // by CoreDNS' own lines
};

static void look_at_corefile(const struct bench *b, struct unserved *u)
{
    const struct corefile *file = b->facts->dns.corefile;
    if (!file || !file->n_servers || file->imports || file->n_faults)
        return;
    u->server = corefile_server_for(file, span_of(u->name));
    u->shown = true;
    for (size_t i = 0; u->server && i < u->server->n_plugins; i++)
        u->shown &= !may_answer(&u->server->plugins[i]);
}

// A name outside that CoreDNS answered out of that block, in the window: something does.
static const struct lookup *find_answer(const struct bench *b, const struct unserved *u)
{
    const struct corefile *file = b->facts->dns.corefile;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool here =
            l->at == LOOKUP_AT_CLUSTER_DNS || l->at == LOOKUP_AT_ENDPOINT || l->origin == LOOKUP_SERVER_LOG;
        if (here && l->name && l->name_class == LOOKUP_NAME_EXTERNAL && l->origin != LOOKUP_APP_LOG &&
            !lookup_failed(l->outcome) && bench_time_in_window(b, l->time) == TRI_YES &&
            corefile_server_for(file, span_of(l->name)) == u->server)
            return l;
    }
    return NULL;
}

static void say_answered(struct bench *b, const struct lookup *l)
{
    struct cites cites = {0};
    cite(&cites, l->place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_AGAINST,
                  .diagnosis = DIAGNOSIS_COREFILE_ERROR,
                  .subject = SUBJECT_COREDNS,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "%s, outside the cluster, was answered", l->name),
                  .time = l->time,
              },
              &cites);
}

static const char *describe(struct bench *b, const struct unserved *u)
{
    if (u->shown && !u->server)
        return arena_printf(&b->arena, "no server block of the Corefile serves %s", u->name);
    return "the Corefile has no forward plug-in for names outside the cluster: nothing answers them";
}

static void say_unserved(struct bench *b, const struct unserved *u)
{
    struct cites cites = {0};
    coredns_cite_hits(b, LOG_COREDNS_NO_PLUGIN, 3, &cites);
    if (u->shown)
        cite(&cites, u->server ? u->server->place : b->facts->dns.corefile->place);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_COREFILE_ERROR,
            .subject = SUBJECT_COREDNS,
            .on_path = bench_query_class(b) == LOOKUP_NAME_CLUSTER ? TRI_NO : bench_asks_cluster_dns(b),
            .in_window = u->hits.in_window ? TRI_YES
                         : u->hits.total   ? TRI_NO
                                           : TRI_UNKNOWN,
            .text = describe(b, u),
            .fix = "put a forward line (forward . /etc/resolv.conf) back into the root block of the Corefile "
                   "in the coredns ConfigMap, or roll it back to the last one that worked",
            .time = u->hits.first_in_window ? u->hits.first_in_window->time : TIME_UNKNOWN,
        },
        &cites);
    coredns_say_effect(b, DIAGNOSIS_COREFILE_ERROR, LOOKUP_NAME_EXTERNAL);
}

void coredns_judge_unserved(struct bench *b)
{
    const char *query = b->facts->target.query;
    bool outside = query && bench_query_class(b) == LOOKUP_NAME_EXTERNAL;
    struct unserved u = {.name = outside ? query : TARGET_OUTSIDE_NAME,
                         .hits = coredns_hits(b, LOG_COREDNS_NO_PLUGIN)};
    look_at_corefile(b, &u);
    bool forwards = coredns_hits(b, LOG_COREDNS_UPSTREAM_TIMEOUT).in_window > 0; // by the Corefile before
    if (!u.hits.total && (forwards || !u.shown || !bench_failure(b, LOOKUP_NAME_EXTERNAL)))
        return;
    const struct lookup *answer = u.shown ? find_answer(b, &u) : NULL;
    say_unserved(b, &u);
    if (answer)
        say_answered(b, answer);
}
