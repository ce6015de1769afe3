// What the two halves of the plan share: plan.c puts probes down, plan_rows.c says for what. Not for anyone
// else.
#ifndef D5_PROBE_PLANNER_H
#define D5_PROBE_PLANNER_H

#include "core/base/map.h"
#include "core/probe/argv.h"
#include "core/probe/reach.h"
#include "core/probe/scope.h"

struct planner {
    const struct plan_input *in;
    struct plan *plan;
    struct arena *arena; // the plan's
    struct scope scope;
    struct way ways[SCOPE_NODES]; // to scope.nodes
    bool wants_nodes;             // some row that is wanted runs on nodes
    struct map seen;              // what was put down: file, command and place
};

struct errand {                    // what one row is run for, once
    const struct scope_node *node; // where it runs, or what limits count it for; or NULL
    const struct way *way;         // to that node; NULL: not on a node
    const char *const *pod;        // in a pod: namespace, name, container (or NULL)
    struct probe_values values;
};

// Puts it down, whatever its state; not twice.
void plan_put(struct planner *p, const struct probe_row *row, const struct errand *errand);

// Finds what the row is to be run for, and puts that down.
void plan_put_row(struct planner *p, const struct probe_row *row);

// Whether it is the row that tells who arrives on a node.
bool plan_is_login(const struct probe_row *row);

#endif
