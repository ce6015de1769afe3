// The tools that procedures of this family may call, and their arguments: those of the EKS node diagnostics
// gateway and of the EKS server beside it. What d5tui reads in a tool's stead is in probe/catalogue.h.
#ifndef D5_PARSE_PROCEDURE_TOOL_H
#define D5_PARSE_PROCEDURE_TOOL_H

#include <stdbool.h>

#include "core/base/span.h"

struct procedure_tool {
    const char *name;
    const char *required; // names of arguments, separated by spaces; "a/b" are two spellings of one
    const char *optional;
};

const struct procedure_tool *procedure_tool(struct span name); // NULL: no such tool
const char *procedure_tool_nearest(struct span name);          // NULL: none is near

// Whether that tool takes an argument of that name, in either of its spellings.
bool procedure_tool_takes(const struct procedure_tool *tool, struct span argument);

// Whether some tool takes an argument of that name.
bool procedure_is_argument(struct span name);

// Whether a list as in struct procedure_tool names `word`; ret_entry (may be NULL) gets "a/b" or "a".
bool procedure_list_has(const char *list, struct span word, struct span *ret_entry);

#endif
