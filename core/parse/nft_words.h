// The words of one nft rule or set, shared by nft_select.c (what is looked at), nft_value.c (what it is
// compared with) and nft_rule.c (statements).
#ifndef D5_PARSE_NFT_WORDS_H
#define D5_PARSE_NFT_WORDS_H

#include "core/parse/rulebuild.h"

struct nft_words {
    struct rule_build build;
    struct span rest;
    struct span word; // the next word; empty at the end (where `at_end`)
    bool at_end;
    bool quoted;       // it stood in quotes
    const char *begin; // where it begins
    unsigned nesting;
};

enum { NFT_NO_PACKET = 255 }; // a protocol for selectors of what no question has
enum { NFT_FIELDS = 8 };      // of a concatenation: NFT_REG32_COUNT allows 16 words of 4 bytes

void nft_words_init(struct nft_words *w, struct ruleset *rs, uint32_t table, struct span text);
void nft_next(struct nft_words *w); // steps over the word
bool nft_is_word(const struct nft_words *w, const char *word);
bool nft_take(struct nft_words *w, const char *word); // steps over it if it is that word

void nft_skip_words(struct nft_words *w, unsigned n);
void nft_skip_braces(struct nft_words *w); // a group, whose opening brace is the word

// Whether iptables-nft made the table: then nft's words for some matches say other than the rule does.
bool nft_is_translated(const struct nft_words *w);
// How iptables' marks are set, once nft's words of it are read.
void nft_mend_mark(struct nft_words *w, struct rule_item *assign);
void nft_distrust(struct nft_words *w); // makes matches of the finished rule unknown that may be the reverse

// What a chain without a name ("jump { … }") that opens in that line is called here.
struct span nft_unnamed_chain(struct ruleset *rs, uint32_t line);

// Reads fields with their transforms, joined by dots, and says how many. 0: the word begins none; nothing was
// read.
unsigned nft_selectors(struct nft_words *w, struct selector ret[static NFT_FIELDS]);

// "type ipv4_addr . inet_service": a selector that stands for values of that kind.
bool nft_type(struct span name, struct selector *ret);

// Steps over what an opaque field is compared with.
void nft_skip_value(struct nft_words *w);

// What stands behind the fields of a match ("!= 53", "{ 53, 853 }", "@set"), and behind their `vmap`.
void nft_comparison(struct nft_words *w, const struct selector *s, unsigned n);
void nft_verdict_map(struct nft_words *w, const struct selector *s, unsigned n);

// One value of a field: an address, a prefix, a range, a name … False: not understood.
bool nft_value(const struct selector *s, struct span word, bool quoted, struct range *ret);

// Whether the field's values are sets of bits. Their names are joined by commas, or `|` as in "(syn | ack)".
bool nft_is_bits(const struct selector *s);

// "established,related", "fin | syn", "(fin|syn)", "0xff": all bits of it. What joins them outside of
// parentheses: in a set a comma parts elements, behind an operator `|` is the next one.
bool nft_bits(struct nft_words *w, const struct selector *s, bool comma, bool bar, struct num *ret);

// "{ …, … }" behind its opening brace: elements of a set (n_data 0), a map or, with `verdicts`, a verdict
// map.
struct nft_shape {
    const struct selector *keys;
    unsigned n_keys;
    const struct selector *data;
    unsigned n_data, most_data; // most_data: so many where the elements have more than n_data, or 0
    bool verdicts;
};

// "{ … }" or "@name".
const struct elements *nft_set(struct nft_words *w, const struct nft_shape *shape);

// A match of all packets of that family or protocol (0: any): in front of what only they have.
void nft_presence(struct nft_words *w, uint8_t family, uint8_t proto);

// "counter", "log …", "limit …", "add @set { … }": what has no say in the packet's fate, or one that no file
// tells. False: none of these; nothing was read.
bool nft_effect(struct nft_words *w);

// "accept", "jump NAME" … False: no verdict; nothing was read.
bool nft_verdict(struct nft_words *w, struct target_verdict *ret);

// A whole rule, and the body of a named set.
const struct rule_items *nft_parse_rule(struct ruleset *rs, uint32_t table, struct span text);
const struct elements *nft_parse_set(struct ruleset *rs, const struct named_set *set);

#endif
