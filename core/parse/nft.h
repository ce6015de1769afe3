// `nft list ruleset` (nft(8)), with or without counters, handles and names for numbers: text to ruleset.
// Tables of iptables-nft that nft lists in its own words ("xt match …", "managed by iptables-nft") are read
// as far as that listing tells; what it hides is a match or target that cannot be told.
#ifndef D5_PARSE_NFT_H
#define D5_PARSE_NFT_H

#include "core/base/error.h"
#include "core/parse/ruleset.h"

// Indexes the text; rules and sets are parsed later (ruleset.h). The text is borrowed. NULL with an error
// when there is no table in it. A table that is not closed sets ret->cut. You free it with ruleset_free.
struct ruleset *nft_parse(struct text text, struct error *err);

// Whether the text looks like nft's.
bool nft_is(struct span text);

#endif
