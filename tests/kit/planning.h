// A plan on the small healthy cluster of scene.h: every subject wanted, all consents given, until a test says
// otherwise.
#ifndef D5_TESTS_KIT_PLANNING_H
#define D5_TESTS_KIT_PLANNING_H

#include "core/probe/plan.h"
#include "tests/kit/scene.h"

struct planning {
    struct scene scene;
    bool subjects[SUBJECT_COUNT];
    struct plan_input in;
    struct plan plan;
};

extern const char planning_kube_proxy[]; // a pod of it on n1, for scene_pods.more

void planning_begin(struct planning *t, enum reach via);
void planning_make(struct planning *t); // gathers the facts, and plans
void planning_end(struct planning *t);

// The first probe of that row whose command or place holds the part (NULL: any); NULL: there is none.
const struct planned *planning_find(const struct planning *t, const char *row, const char *part);
size_t planning_count(const struct planning *t, const char *row);

bool planning_ends_with(const char *const *argv, const char *text);
void planning_login(struct planning *t, const char *uid); // who arrives on n1

#endif
