// `d5tui trace`: what its two halves share (cli_trace.c asks, trace_print.c says).
#ifndef D5_TUI_CLI_TRACE_H
#define D5_TUI_CLI_TRACE_H

#include <stdbool.h>

#include "core/facts/facts.h"
#include "core/judge/packet.h"
#include "tui/cli.h"

struct trace_result {
    const struct packet_query *query;
    const struct packet_answer *answer;
    const char *node; // NULL: not known
};

struct trace_from { // zero-initialized until opened; done frees all
    struct arena arena;
    struct evidence *evidence;
    struct facts *facts;
    const char *node; // the one that was asked for, else the evidence's own; or NULL
};

bool trace_from_open(struct trace_from *from, const char *path, const char *node, struct error *err);
void trace_from_done(struct trace_from *from);

// Each fills only what is not given: addresses with family 0; then, for that query, rules (unless they are to
// be kept), sets, the node's addresses and interfaces.
void trace_from_addresses(const struct trace_from *from, struct packet_query *q);
void trace_from_fill(struct trace_from *from, struct packet_query *q, bool keep_rules);

// Both print to standard output.
void trace_print_json(const struct trace_result *r);
void trace_print_text(const struct trace_result *r);

#endif
