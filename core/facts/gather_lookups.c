// Lookups of all origins: dig files by the folder that they lie in, captures, and what the logs say.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/facts/captures.h"
#include "core/facts/gather.h"
#include "core/facts/loglookups.h"
#include "core/facts/lookups_add.h"
#include "core/parse/dig.h"

// Who asked, by the folder: pods/NS/POD/, nodes/NODE/, bastion/.
struct asker {
    enum lookup_vantage vantage;
    const char *pod, *node;
    bool target;
};

static struct asker asker_of(struct facts *facts, const char *path)
{
    struct span rest = span_of(path), root, first, second;
    struct asker asker = {.vantage = LOOKUP_FROM_UNKNOWN};
    if (!span_cut(&rest, '/', &root) || !span_cut(&rest, '/', &first))
        return asker;
    if (span_is(root, "bastion")) {
        asker.vantage = LOOKUP_FROM_BASTION;
    } else if (span_is(root, "nodes")) {
        asker.vantage = LOOKUP_FROM_NODE;
        asker.node = arena_span(&facts->arena, first);
    } else if (span_is(root, "pods") && span_cut(&rest, '/', &second)) {
        const char *ns = arena_span(&facts->arena, first), *name = arena_span(&facts->arena, second);
        const struct kube_pod *pod = cluster_pod(&facts->cluster, ns, name);
        const struct target *t = &facts->target;
        asker.vantage = LOOKUP_FROM_POD;
        asker.pod = arena_printf(&facts->arena, "%s/%s", ns, name);
        asker.node = pod ? pod->node : NULL;
        asker.target = t->namespace_ && t->pod && strcmp(t->namespace_, ns) == 0 && strcmp(t->pod, name) == 0;
        if (asker.target && !asker.node)
            asker.node = facts->node_name;
    }
    return asker;
}

static bool outcome_of_rcode(const struct dig *d, enum lookup_outcome *ret)
{
    struct span rcode = span_of(d->rcode ? d->rcode : "");
    if (d->truncated && !d->tcp && !d->retried_tcp)
        *ret = LOOKUP_TRUNCATED;
    else if (span_is(rcode, "NOERROR"))
        *ret = d->answers ? LOOKUP_ANSWERED : LOOKUP_NODATA;
    else if (span_is(rcode, "NXDOMAIN"))
        *ret = LOOKUP_NXDOMAIN;
    else if (span_is(rcode, "REFUSED"))
        *ret = LOOKUP_REFUSED;
    else
        *ret = LOOKUP_SERVFAIL;
    return rcode.len > 0;
}

static bool dig_outcome(const struct dig *d, enum lookup_outcome *ret)
{
    switch (d->outcome) {
    case DIG_ANSWER:
        return outcome_of_rcode(d, ret);
    case DIG_TIMEOUT:
        *ret = LOOKUP_TIMEOUT;
        return true;
    case DIG_REFUSED:
    case DIG_UNREACHABLE:
        *ret = LOOKUP_UNREACHABLE;
        return true;
    case DIG_FAILED:
        *ret = LOOKUP_FAILED_UNKNOWN;
        return true;
    case DIG_UNKNOWN:
        break;
    }
    return false;
}

static void add_dig(struct facts *facts, const struct asker *asker, const struct dig *d)
{
    struct lookup l = lookup_new(LOOKUP_DIG);
    if (!dig_outcome(d, &l.outcome))
        return;
    l.vantage = asker->vantage;
    l.pod = asker->pod;
    l.node = asker->node;
    l.target_pod = asker->target;
    l.client = asker->target ? facts->pod_ip : (struct ip){0};
    l.proto = d->tcp || d->retried_tcp ? LOOKUP_TCP : LOOKUP_UDP;
    l.time = d->time;
    l.latency = d->latency;
    l.server = d->server;
    l.server_port = d->port ? d->port : 53;
    l.name = d->name;
    l.type = d->type;
    if (d->outcome == DIG_ANSWER && d->rcode && !d->short_)
        l.authoritative = tri_of(d->authoritative);
    l.size = d->size;
    l.bufsize = d->no_edns ? 512 : d->bufsize;
    l.place = d->place;
    l.asked = d->question;
    lookups_add(facts, l);
}

static void read_digs(struct facts *facts, const char *pattern)
{
    uint32_t cursor = 0;
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, pattern, &cursor))) {
        struct text text;
        struct error err;
        if (!evidence_text(facts->evidence, file->id, &text, &err)) // an error message may be the answer
            continue;
        struct asker asker = asker_of(facts, file->path);
        const struct digs *digs = dig_parse(&facts->arena, text);
        for (size_t i = 0; i < digs->n; i++)
            add_dig(facts, &asker, &digs->items[i]);
    }
}

void gather_lookups(struct facts *facts)
{
    read_digs(facts, "pods/*/*/dig*");
    read_digs(facts, "nodes/*/**/dig*");
    read_digs(facts, "bastion/dig*");
    gather_captures(facts);
    gather_log_lookups(facts);
    lookups_mark_expansions(facts);
}
