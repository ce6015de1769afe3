// Any ruleset, whichever program listed it.
#ifndef D5_PARSE_RULES_H
#define D5_PARSE_RULES_H

#include "core/base/error.h"
#include "core/parse/ruleset.h"

// Finds out what the text is (iptables-save, nft list ruleset, iptables -L) and reads it. `path` is kept for
// what is said about it, copied; its base name tells a listing's table (iptables-nat.txt) and, where the text
// does not, the family (ip6tables-…). NULL with an error.
struct ruleset *rules_parse(struct text text, const char *path, struct error *err);

#endif
