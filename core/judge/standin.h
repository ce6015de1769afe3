// Who asks whom where nobody named a pod and the API server was not asked: a bundle by itself. The pods that
// a node's own files show stand for the one that complains, asking the cluster's DNS as that node hands it
// out. What they meet any pod of the node may meet; that they pass does not say that all do.
#ifndef D5_JUDGE_STANDIN_H
#define D5_JUDGE_STANDIN_H

#include "core/facts/facts.h"

// Pods of the node by its routes: a CNI that routes sets one for each pod, to its address alone, by a device
// of its own (amazon-vpc-cni-k8s: "POD dev eniXXXXXXXXXXX scope link"; Calico: cali…). At most `most`.
size_t standin_pods(const struct node_facts *node, struct ip *ret, size_t most);

// The cluster's DNS: what the kubelet hands out, else the kube-dns Service in kube-proxy's rules.
size_t standin_dns(const struct node_facts *node, struct ip *ret, size_t most);

#endif
