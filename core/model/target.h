// What is being looked at: target.yaml (contract, section 1), the command line, the intake.
#ifndef D5_MODEL_TARGET_H
#define D5_MODEL_TARGET_H

#include "core/base/clock.h"

// The name outside of the cluster that probes ask for beside those of the incident. It is reserved (RFC
// 2606), so no application's complaint is about it, and a network that is closed to the world denies it.
#define TARGET_OUTSIDE_NAME "example.com"

struct target { // every text may be NULL; whoever made the target owns them, in one arena
    const char *context;
    const char *namespace_;
    const char *pod;
    const char *node;
    const char *instance;
    const char *query;   // the name that fails
    const char *symptom; // free text, as reported
    struct window window;
};

#endif
