// Parts of judge_resolver. For core/judge/resolver*.c only.
#ifndef D5_JUDGE_RESOLVER_H
#define D5_JUDGE_RESOLVER_H

#include "core/judge/bench.h"
#include "core/parse/kubelet.h"
#include "core/parse/resolvconf.h"

// Who decides what stands in a pod's resolv.conf (Kubernetes docs, DNS for Services and Pods).
enum blame { BLAME_UNKNOWN, BLAME_KUBELET, BLAME_NONE, BLAME_DEFAULT, BLAME_HOST_NETWORK };
enum blame resolver_blame(const struct kube_pod *pod); // NULL: unknown

enum tri resolver_is_right(const struct bench *b, struct ip ip); // is it the cluster's DNS
const char *resolver_dns_text(struct bench *b);                  // its address

// The EFFECT of asking `server` (family 0: any that is not the cluster's DNS), or AGAINST where it knows the
// cluster's names.
void resolver_say_harm(struct bench *b, enum diagnosis diagnosis, struct ip server);

// Whether the pod was told there that a name of the cluster does not exist.
bool resolver_denies_cluster(const struct bench *b, struct ip server);

// What one lookup of the failing name costs under this search list.
void resolver_say_cost(struct bench *b, const struct resolvconf *conf);

// The Service that a short name means, "orders" in the pod's namespace, "orders.shop", "orders.shop.svc"; or
// NULL.
const struct kube_service *resolver_find_service(const struct bench *b, struct span name);

// Short names that are asked for as they are, and never with the search list.
void resolver_judge_unsearched(struct bench *b, const struct resolvconf *conf);

// Further servers, behind the cluster's DNS, that the pod's own spec adds.
void resolver_judge_further(struct bench *b, const struct resolvconf *conf);

// Search domains and the cluster domain: the right server asked for the wrong names.
void resolver_judge_search(struct bench *b, const struct resolvconf *conf);

#endif
