// A packet's walk in words, for the command line and for the screen.
#ifndef D5_TUI_TRACE_WORDS_H
#define D5_TUI_TRACE_WORDS_H

#include "core/base/str.h"
#include "core/judge/packet.h"

// The hops in the order in which they were met; the array lies in the arena. Returns how many.
size_t trace_hops(struct arena *arena, const struct packet_hop *last, const struct packet_hop ***ret);

// Whether a hop is the first of its leg (query, reply), or of its hook there. `before` NULL: it is the first.
bool trace_begins_leg(const struct packet_hop *hop, const struct packet_hop *before);
bool trace_begins_hook(const struct packet_hop *hop, const struct packet_hop *before);

// All append. "filter FORWARD: jump KUBE-FORWARD", or what the kernel itself does.
void trace_add_step(const struct packet_hop *hop, struct str *ret);
// "to 10.0.12.53:53: blocked (query), DROP, PATH:31"
void trace_add_fate(const struct packet_branch *b, struct str *ret);
void trace_add_gap(const struct packet_gap *gap, struct str *ret); // "what cannot be told, line N of PATH"

uint32_t trace_hop_line(const struct packet_hop *hop); // 0: it stands in no ruleset

// The deciding line itself; of a policy the chain's. Empty: nobody decides.
struct span trace_decision_text(const struct packet_decision *d);

#endif
