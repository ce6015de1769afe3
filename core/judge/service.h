// Parts of judge_service. For core/judge/service*.c only.
//
//   service.c      where rules and virtual services lead each address
//   service_say.c  what is said of that
#ifndef D5_JUDGE_SERVICE_H
#define D5_JUDGE_SERVICE_H

#include "core/judge/firewall.h"
#include "core/parse/ipvs.h"

struct service { // one run of the judge
    struct bench bench;
    const struct node_facts *node;
    const struct kube_service *asked; // whose address it is
    struct ip address;
    bool by_cache;    // NodeLocal DNSCache asks there, from the node itself; else the pod
    enum tri on_path; // whether the failing queries go that way
    bool ipvs;        // how kube-proxy works here
    usec_t read;      // when the rules were, or TIME_UNKNOWN
};

bool service_serves(const struct kube_endpoint *e);

// The EFFECT of each of the following: what was lost on the way to the address.
void service_say_effects(struct service *s);

// A rule of kube-proxy's, or of somebody else's, leads to `to`, which nobody has; so does a virtual service.
void service_say_stale(struct service *s, struct ip to, const struct packet_decision *rule);
void service_say_answered(struct service *s); // AGAINST, where all rules do so: yet the pod was answered
void service_say_stale_server(struct service *s, const struct ipvs_server *server);

// Rules or virtual services, at that place, "do not translate" the address though endpoints are ready.
void service_say_absent(struct service *s, struct place proxy, const char *what);

// They were never written; `ready`: kube-proxy's pod on the node is.
void service_say_missing(struct service *s, const struct kube_pod *proxy, struct place rules);

// A rule keeps the queries from being tracked; `left`: NodeLocal DNSCache, which is gone, put it there.
void service_say_untracked(struct service *s, const struct packet_decision *rule, bool left);

void service_say_good(struct service *s, struct place place);
void service_say_replaced(struct service *s);

#endif
