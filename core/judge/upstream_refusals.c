// upstream_unreachable, where the forward target is reached and answers REFUSED: it does not serve these
// clients (allow-query, access-control). CoreDNS hands that on without a word in its log. Of its own accord
// it says REFUSED to names that no block serves, by the acl plug-in, and beyond max_concurrent, of which its
// log tells. Nobody saw the target itself say so: likely at most.
#include "core/judge/coredns.h"
#include "core/judge/upstream.h"
#include "core/parse/corefile.h"

enum { OFTEN = 3 };

struct refusals {
    const struct core_server *server; // the block whose names are refused
    struct core_forward forward;
    struct cites cites;
    size_t n;
    usec_t first;
};

static bool is_outside(const struct bench *b, const struct lookup *l)
{
    bool here =
        l->at == LOOKUP_AT_CLUSTER_DNS || l->at == LOOKUP_AT_ENDPOINT || l->origin == LOOKUP_SERVER_LOG;
    return here && l->origin != LOOKUP_APP_LOG && l->name && l->name_class == LOOKUP_NAME_EXTERNAL &&
           bench_time_in_window(b, l->time) == TRI_YES;
}

static void take_refusal(struct bench *b, struct refusals *r, const struct lookup *l)
{
    const struct core_server *server = corefile_server_for(b->facts->dns.corefile, span_of(l->name));
    if (!r->server && server && !core_plugin(server, "acl") && !core_plugin(server, "view") &&
        core_forward_parse(&b->arena, core_plugin(server, "forward"), &r->forward))
        r->server = server;
    if (!r->server || server != r->server)
        return;
    if (r->n++ < 3)
        cite(&r->cites, l->place);
    if (l->time != TIME_UNKNOWN && (r->first == TIME_UNKNOWN || l->time < r->first))
        r->first = l->time;
}

// A name of that block that got an answer: then the target serves these clients.
static bool is_served(const struct bench *b, const struct refusals *r)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool answer =
            l->outcome == LOOKUP_ANSWERED || l->outcome == LOOKUP_NODATA || l->outcome == LOOKUP_NXDOMAIN;
        if (answer && is_outside(b, l) &&
            corefile_server_for(b->facts->dns.corefile, span_of(l->name)) == r->server)
            return true;
    }
    return false;
}

static void say(struct bench *b, struct refusals *r)
{
    struct claim claim = {
        .kind = CLAIM_EFFECT,
        .diagnosis = DIAGNOSIS_UPSTREAM_UNREACHABLE,
        .subject = SUBJECT_SYMPTOM,
        .on_path = TRI_YES,
        .in_window = TRI_YES,
        .text = arena_printf(&b->arena, "names outside the cluster are answered REFUSED (%zu in the window)",
                             r->n),
        .time = r->first,
    };
    bench_say(b, &claim, &r->cites);
    cite(&r->cites, r->forward.place);
    claim.kind = CLAIM_CAUSE;
    claim.subject = SUBJECT_COREDNS;
    claim.on_path = bench_query_class(b) == LOOKUP_NAME_CLUSTER ? TRI_NO : TRI_UNKNOWN;
    claim.text =
        arena_printf(&b->arena,
                     "CoreDNS hands on REFUSED for names outside the cluster, which nothing in its Corefile "
                     "says: %s, to which it forwards, does not serve it",
                     r->forward.targets[0].text);
    claim.fix = arena_printf(&b->arena,
                             "let %s answer what comes from the CoreDNS nodes and pods (its allow-query or "
                             "access-control), or correct the forward target in the Corefile",
                             r->forward.targets[0].text);
    bench_say(b, &claim, &r->cites);
}

void upstream_judge_refusals(struct upstream *u)
{
    struct bench *b = &u->bench;
    struct refusals r = {.first = TIME_UNKNOWN};
    if (!b->facts->dns.corefile || coredns_hits(b, LOG_COREDNS_MAX_CONCURRENT).in_window)
        return;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->outcome == LOOKUP_REFUSED && is_outside(b, l))
            take_refusal(b, &r, l);
    }
    if (r.n >= OFTEN && !is_served(b, &r))
        say(b, &r);
}
