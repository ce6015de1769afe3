// The ways to a node: how a call that is to run there is made into one that can be started here. One file a
// way. For the plan alone.
#ifndef D5_PROBE_REACH_H
#define D5_PROBE_REACH_H

#include "core/probe/scope.h"

struct way {
    const struct plan_input *in;
    struct arena *arena;
    const char *context; // of the kubeconfig, or NULL
    const char *node;
    const struct kube_node *kube;             // or NULL
    bool root;                                // who arrives there is root
    bool logs_in;                             // as a user, whom `login` tells
    bool in_doubt;                            // nobody has arrived there yet: only `login` may go
    const char *why_not;                      // there is no way: a clause; NULL: there is one
    const char *nobody;                       // `login` did not get there: a clause
    const char *address;                      // ssh: where to
    const char *namespace_, *pod, *container; // exec: where in
    const char *instance, *region;            // ssm
};

// Finds the way of in->via to the node of that name. The rest of *way is filled, whatever comes of it.
void reach_find(struct way *way);

// Makes ret->argv (and connect, socket, script) of the words that are to run on the node. False with a clause
// where this row cannot go that way.
bool reach_wrap(const struct way *way, const char *const *words, struct planned *ret, struct error *err);

// The consent that the way itself needs.
unsigned reach_consent(enum reach via);

// `kubectl exec` into a container, in front of the words; and its words before anything is known.
extern const char *const reach_pod_shapes[];
const char *const *reach_into_pod(struct arena *arena, const char *context, const char *const pod[static 3],
                                  const char *const *words);

// One record for each way; reach.c has them in a table.
struct reach_way {
    void (*find)(struct way *way);
    bool (*wrap)(const struct way *way, const char *const *words, struct planned *ret, struct error *err);
    unsigned consent;
    bool logs_in; // as a user, who may not be root
};
extern const struct reach_way reach_local, reach_ssh, reach_exec, reach_ssm;

#endif
