// Names and small look-ups of procedures.
#include "core/model/sop.h"

#include <stdlib.h>

static const char *const level_names[] = {NULL, "FIRST", "MUST", "SHOULD", "MAY"};

const char *sop_level_name(enum sop_level level)
{
    return level_names[level];
}

bool sop_level_parse(struct span name, enum sop_level *ret)
{
    for (unsigned i = SOP_LEVEL_FIRST; i <= SOP_LEVEL_MAY; i++) {
        if (span_is(name, level_names[i])) {
            *ret = (enum sop_level)i;
            return true;
        }
    }
    return false;
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

struct span sop_title_id(struct span title)
{
    static const char *const dashes[] = {" \xE2\x80\x94 ", " \xE2\x80\x93 ", " - "};
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes && at == SIZE_MAX; i++)
        at = span_find(title, dashes[i]);
    struct span id = at == SIZE_MAX ? span_make(title.at, 0) : span_trim(span_first(title, at));
    return span_find_char(id, ' ') == SIZE_MAX ? id : span_make(title.at, 0);
}

void sop_free(struct sop *sop)
{
    if (!sop)
        return;
    arena_done(&sop->arena);
    free(sop);
}
