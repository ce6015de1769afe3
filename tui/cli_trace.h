// `d5tui trace`: what its two halves share (cli_trace.c asks, trace_print.c says).
#ifndef D5_TUI_CLI_TRACE_H
#define D5_TUI_CLI_TRACE_H

#include <stdbool.h>

#include "core/judge/packet.h"
#include "tui/cli.h"

struct trace_result {
    const struct packet_query *query;
    const struct packet_answer *answer;
    const char *node; // NULL: not known
};

// Both print to standard output.
void trace_print_json(const struct trace_result *r);
void trace_print_text(const struct trace_result *r);

#endif
