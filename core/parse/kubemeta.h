// What all Kubernetes objects have: names, labels, times, the owner. See parse/kubeobj.h.
#ifndef D5_PARSE_KUBEMETA_H
#define D5_PARSE_KUBEMETA_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/model/place.h"

struct kube_label {
    const char *name, *value;
};
struct kube_labels {
    const struct kube_label *items;
    size_t n;
};
const char *kube_label(const struct kube_labels *labels, const char *name); // NULL: absent

// Whether a Service's selector fits: every label of it, and at least one.
bool kube_labels_match(const struct kube_labels *selector, const struct kube_labels *labels);

struct kube_meta {
    const char *namespace_, *name;
    struct kube_labels labels;
    usec_t created, deleted;             // deletionTimestamp
    const char *owner_kind, *owner_name; // the controlling ownerReference
    struct place place;                  // of metadata.name
};

struct kube_condition { // of a pod, a node or a workload
    const char *type, *status, *reason, *message;
    usec_t since;
    struct place place; // of its words: message, reason, status, type
};

#endif
