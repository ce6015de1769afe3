// Probes that take several calls. Each looks at what its last call printed and names the next one; the first
// call is the row's own argv. For table.c and the ways to a node alone.
#ifndef D5_PROBE_SCRIPTS_H
#define D5_PROBE_SCRIPTS_H

#include "core/base/span.h"
#include "core/probe/probe.h"

// What may be asked of the API server: `kubectl auth can-i` once for each listing of the table, and for logs
// and exec; all answers as one JSON document, {"answers": [{"verb", "resource", "subresource", "allowed"}]}.
// Ends at the first call that got no answer.
probe_script_fn script_access;

// A command through SSM (reach_ssm.c).
probe_script_fn script_ssm;

// A log collector's bundle, through SSM and S3.
probe_script_fn script_bundle;

// A query of CloudWatch Logs Insights.
probe_script_fn script_query;

// Whether AWS may have given that as an id of something that it has begun: it becomes a word of the next
// call, and the aws tool reads what looks like an address (file://…).
bool script_is_id(struct span id);

// Ends a script: "WHAT: first line of words".
enum script_step script_fail(struct script_turn *turn, const char *what, struct span words);

#endif
