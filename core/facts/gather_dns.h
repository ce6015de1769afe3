// Parts of gather_dns: for core/facts/gather_*.c only.
#ifndef D5_FACTS_GATHER_DNS_H
#define D5_FACTS_GATHER_DNS_H

#include "core/facts/facts.h"

const struct corefile *gather_corefile(struct facts *facts,
                                       const struct kube_configmap *map); // NULL: none there
void gather_dns_by_proxy(struct facts *facts);
void gather_nodelocal(struct facts *facts);
void gather_proxy_mode(struct facts *facts);

#endif
