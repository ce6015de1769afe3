// iptables-save and ip6tables-save of both back ends, with or without -c: text to ruleset.
//
// The format is that of iptables(8) and iptables-extensions(8): `*table`, `:CHAIN POLICY [packets:bytes]`,
// `[packets:bytes] -A CHAIN matches -j TARGET options`, `COMMIT`.
#ifndef D5_PARSE_IPTABLES_H
#define D5_PARSE_IPTABLES_H

#include "core/base/error.h"
#include "core/parse/ruleset.h"

// Indexes the text; rules are parsed later (ruleset.h). The text is borrowed. NULL with an error when there
// is no table in it. A table without COMMIT sets ret->cut. You free it with ruleset_free.
struct ruleset *iptables_parse(struct text text, struct error *err);

// Makes a chain with a builtin name a base chain of its table, which knows its hook and priority.
void iptables_set_base(struct ruleset *rs, struct chain *chain, enum verdict_kind policy, uint64_t packets);

// One rule's words, behind "-A CHAIN ": for iptables-save and for listings that were put into its words.
const struct rule_items *iptables_parse_words(struct ruleset *rs, uint32_t table, struct span words);

#endif
