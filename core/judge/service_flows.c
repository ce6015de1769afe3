// service_path, past rules that are right: a flow in the node's table of connections that still leads the
// cluster's DNS address to a CoreDNS pod that is gone. A flow is translated by its first packet alone, and
// one over UDP that goes on from the same port never ends (30 s after its last packet). kube-proxy deletes
// such flows when an endpoint goes, and has failed to at times. dig and whoever takes a new port for each
// question are well served meanwhile.
#include "core/judge/bench.h"
#include "core/judge/judge.h"
#include "core/parse/conntrack.h"

// From here on what is left of a flow is kept alive by new packets: the kernel's time-out, and a rollout's.
static const usec_t settled = 2 * USEC_MIN;

static const struct kube_pod *pod_of(const struct facts *facts, const struct kube_endpoint *e)
{
    for (size_t i = 0; i < facts->dns.n_pods; i++) {
        if (ip_eq(facts->dns.pods[i]->ip, e->ip))
            return facts->dns.pods[i];
    }
    return NULL;
}

// Whether CoreDNS' pods have stood since well before that time, and all of them are known.
static bool has_settled(const struct facts *facts, usec_t time)
{
    const struct dns_facts *dns = &facts->dns;
    bool any = false;
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        const struct kube_pod *pod = pod_of(facts, &dns->endpoints[i]);
        if (!pod || pod->started == TIME_UNKNOWN || pod->started + settled > time)
            return false;
        any = true;
    }
    return any && dns->endpoints_known == TRI_YES;
}

static bool is_stuck(const struct bench *b, const struct conntrack_flow *flow)
{
    const struct facts *facts = b->facts;
    return !flow->tcp && flow->unreplied && flow->dport == 53 && ip_eq(flow->src, facts->pod_ip) &&
           facts->dns.n_addresses && ip_eq(flow->dst, facts->dns.addresses[0]) &&
           flow->reply_src.family == flow->dst.family && !bench_is_cluster_dns(b, flow->reply_src) &&
           !dns_has_endpoint(&facts->dns, flow->reply_src);
}

static void say_stuck(struct bench *b, const struct conntrack_reading *reading,
                      const struct conntrack_flow *flow)
{
    char gone[IP_TEXT], pod[IP_TEXT], dns[IP_TEXT];
    struct cites cites = {0};
    cite(&cites, flow->place);
    ip_format(flow->reply_src, gone);
    ip_format(flow->src, pod);
    ip_format(flow->dst, dns);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_SERVICE_PATH,
            .subject = SUBJECT_CONNTRACK,
            .on_path = TRI_UNKNOWN, // the pod's other flows may be well
            .in_window = bench_reading_in_window(b, reading->time),
            .text = arena_printf(&b->arena,
                                 "a flow of the pod from port %u still leads the cluster's DNS address to "
                                 "%s, which is no CoreDNS endpoint any more: queries from that port are lost",
                                 flow->sport, gone),
            .fix = arena_printf(&b->arena,
                                "delete that flow on node %s: conntrack -D -p udp --orig-src %s --orig-dst "
                                "%s --orig-port-dst 53; and read kube-proxy's log for why it did not",
                                b->facts->node->name, pod, dns),
            .time = reading->time,
        },
        &cites);
}

void judge_flows(const struct facts *facts, struct claims *claims)
{
    const struct node_facts *node = facts->node;
    struct bench b;
    bench_init(&b, facts, claims);
    for (size_t i = 0; node && facts->pod && !facts->pod->host_network && i < node->n_conntrack; i++) {
        const struct conntrack_reading *reading = &node->conntrack[i];
        usec_t time = reading->time != TIME_UNKNOWN ? reading->time : facts->target.window.to;
        if (time == TIME_UNKNOWN || !has_settled(facts, time))
            continue;
        for (size_t k = 0; k < reading->conntrack->n_flows; k++) {
            if (is_stuck(&b, &reading->conntrack->flows[k])) {
                say_stuck(&b, reading, &reading->conntrack->flows[k]);
                break;
            }
        }
    }
    bench_done(&b);
}
