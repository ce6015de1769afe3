// What a run does only when a person, or `--allow`, said yes to it beforehand (contract, sections 2 and 4).
// The administrator's policy bounds it; guided mode has none of it.
#ifndef D5_MODEL_CONSENT_H
#define D5_MODEL_CONSENT_H

#include "core/base/span.h"

enum consent { // bits
    CONSENT_NONE = 0,
    CONSENT_EXEC = 1,    // run reading programs inside pods: exec is not a read for the API server
    CONSENT_CAPTURE = 2, // record packets
    CONSENT_BUNDLE = 4,  // collect a whole bundle, which writes files on the node
    CONSENT_SSM = 8,     // send commands to a node through AWS
    CONSENT_ALL = 15,
};

const char *consent_name(enum consent bit); // "exec": the word of --allow and of the policy
bool consent_parse(struct span name, unsigned *ret);

#endif
