// One rule of a listing (iptables_list.c) in the words of iptables-save.
#ifndef D5_PARSE_IPTABLES_LIST_WORDS_H
#define D5_PARSE_IPTABLES_LIST_WORDS_H

#include "core/base/arena.h"
#include "core/base/span.h"

struct list_row { // its columns; `rest`: what stands behind them
    struct span target, proto, opt, in, out, source, destination, rest;
    bool has_target;
};

// " -p udp -m udp --dport 53 -j DROP"; in the arena, since rules point into it.
const char *list_words(struct arena *arena, const struct list_row *row);

#endif
