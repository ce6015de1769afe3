// Names and small look-ups of procedures.
#include "core/model/sop.h"

#include <stdlib.h>

const char *sop_level_name(enum sop_level level)
{
    static const char *const names[] = {NULL, "FIRST", "MUST", "SHOULD", "MAY"};
    return names[level];
}

const char *sop_gate_name(enum sop_gate gate)
{
    static const char *const names[] = {NULL, "FIRST", "PREREQUISITE", "ONLY"};
    return names[gate];
}

const char *sop_call_arg(const struct sop_call *call, const char *name)
{
    for (size_t i = 0; i < call->n_args; i++) {
        if (strcmp(call->args[i].name, name) == 0)
            return call->args[i].value;
    }
    return NULL;
}

void sop_free(struct sop *sop)
{
    if (!sop)
        return;
    arena_done(&sop->arena);
    free(sop);
}
