// The words of one iptables rule, shared by its matches (iptables_match.c) and its target
// (iptables_target.c).
#ifndef D5_PARSE_IPTABLES_WORDS_H
#define D5_PARSE_IPTABLES_WORDS_H

#include "core/parse/rulebuild.h"

struct words {
    struct rule_build build;
    struct span rest;
    struct span module; // of the last -m
    bool invert;        // a `!` stood before the option
    size_t module_from; // build.n when the last -m was read
    bool opaque;        // what that module looks at, no file tells
    bool state_seen;    // -m conntrack: --ctstate was given
    size_t recent;      // index of the -m recent item plus 1, and its --name
    struct span recent_name;
};

// The next word; what stands in double quotes is one, without them.
bool words_next(struct words *w, struct span *ret);

// The next word, if it is no option: an option's value.
bool words_value(struct words *w, struct span *ret);

// Takes one match option with its values. False: not known to any match.
bool iptables_match_option(struct words *w, struct span option);

// A -m MODULE begins, another one or the target follows.
void iptables_match_module(struct words *w, struct span module);
void iptables_match_end(struct words *w);

// Takes the target and all of its options.
void iptables_target(struct words *w, struct span target, bool go_to);

// Whether it only notes or changes what has no say in a packet's fate: LOG, DSCP, TEE.
bool iptables_target_is_effect(struct span target);

// "0x4000/0xff00"; without a mask all bits.
bool words_mark(struct span word, struct num *ret_value, struct num *ret_mask);

#endif
