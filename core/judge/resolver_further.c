// dns_policy, the quiet kind: the pod asks the cluster's DNS first, and its dnsConfig adds a server behind it
// that knows nothing of the cluster. glibc asks that one only where the first is silent. musl asks all at
// once and takes the first answer, and then the stranger's denial of a cluster name is as good as any. Which
// of the two it is stands nowhere, so this is likely at most, and only where that server was seen to deny
// such a name while the first one answers and the pod's own lookups fail.
#include "core/judge/resolver.h"

static const struct resolv_server *find_stranger(const struct bench *b, const struct resolvconf *conf)
{
    bool first = true;
    for (size_t i = 0; i < conf->n_servers; i++) {
        const struct resolv_server *server = &conf->servers[i];
        if (!server->used)
            continue;
        enum tri right = resolver_is_right(b, server->ip);
        if (first && right != TRI_YES)
            return NULL;
        if (right == TRI_NO)
            return server;
        first = false;
    }
    return NULL;
}

static bool is_answered_inside(const struct bench *b, const struct lookup *l)
{
    return l->target_pod && l->outcome == LOOKUP_ANSWERED && l->name_class == LOOKUP_NAME_CLUSTER &&
           (l->at == LOOKUP_AT_CLUSTER_DNS || l->at == LOOKUP_AT_ENDPOINT || l->at == LOOKUP_AT_NODELOCAL) &&
           bench_time_in_window(b, l->time) == TRI_YES;
}

static bool has_answer_inside(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        if (is_answered_inside(b, &b->facts->lookups.items[i]))
            return true;
    }
    return false;
}

void resolver_judge_further(struct bench *b, const struct resolvconf *conf)
{
    const struct kube_pod *pod = b->facts->pod;
    const struct resolv_server *server = find_stranger(b, conf);
    const struct lookup *told = bench_told_failure(b);
    if (!server || !told || !pod || !pod->dns_config || !pod->dns_config->nameserver ||
        !resolver_denies_cluster(b, server->ip) || !has_answer_inside(b))
        return;
    struct cites cites = {0};
    cite(&cites, server->place);
    cite(&cites, pod->dns_config->nameserver_place);
    cite(&cites, told->place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_DNS_POLICY,
                  .subject = SUBJECT_DNS_CONFIG,
                  .on_path = bench_query_class(b) == LOOKUP_NAME_EXTERNAL ? TRI_NO : TRI_UNKNOWN,
                  .in_window = TRI_YES,
                  .text = arena_printf(
                      &b->arena,
                      "the pod's dnsConfig adds the nameserver %s, which denies the cluster's names: "
                      "musl asks all servers at once and takes the first answer",
                      server->text),
                  .fix = arena_printf(
                      &b->arena,
                      "take %s out of nameservers in the dnsConfig of the workload's template; what it "
                      "alone knows belongs into a forward block of the Corefile",
                      server->text),
                  .time = TIME_UNKNOWN,
              },
              &cites);
    resolver_say_harm(b, DIAGNOSIS_DNS_POLICY, server->ip);
}
