// The nodes as a person looks at them: which are sick and why, the sick ones first, and the same facts of
// each in the same order, so that a sick one can be laid beside a well one. What no file tells stays unknown.
#ifndef D5_JUDGE_HEALTH_H
#define D5_JUDGE_HEALTH_H

#include "core/facts/facts.h"
#include "core/model/claim.h"

enum health { HEALTH_SICK, HEALTH_ODD, HEALTH_UNKNOWN, HEALTH_WELL };

struct node_health {
    const char *name;
    const struct kube_node *kube;  // NULL: the API's listing does not have it
    const struct node_facts *node; // NULL: no folder of it is there
    enum health health;
    const char *why;    // "NotReady", "ready": one or two words
    struct place place; // what says so; unset: nothing does
};

// Of all nodes that the listing or a folder knows; in the arena.
struct node_health *health_list(struct arena *arena, const struct facts *facts, const struct claims *claims,
                                size_t *ret_n);

struct node_fact {
    const char *label; // "Ready", "kubelet"
    const char *text;  // NULL: not known
    const char *key;   // what is compared instead of the text, or NULL
    struct place place;
};

// As many for every node, the same label at the same place; in the arena.
struct node_fact *health_facts(struct arena *arena, const struct facts *facts, const struct claims *claims,
                               const struct node_health *node, size_t *ret_n);

#endif
