// Inside core/search/: compiled patterns over one block of lines.
#ifndef D5_SEARCH_SET_H
#define D5_SEARCH_SET_H

#include "core/door/prefilter.h"
#include "core/search/search.h"

struct search_set {
    struct match **matches;
    char **texts;
    size_t n;
    struct prefilter *filter; // or NULL
    uint32_t *everywhere;     // patterns that the prefilter does not look for: tried on each line
    size_t n_everywhere;
    uint32_t *special; // those that it finds on plain lines only: tried on each other line
    size_t n_special;
};

struct set_hit {     // a line that a pattern matches
    size_t from, to; // the line's bytes in the block, without its newline
    uint32_t pattern;
};

struct set_room { // what one thread scans with
    struct match_room *match;
    struct prefilter_room *filter; // or NULL
    struct set_hit *hits;          // of the last block: by line, then pattern
    size_t n_hits, cap_hits;
    const atomic_bool *enough; // by pattern: true: it is no longer looked for; or NULL
    bool binary;               // the last block holds a NUL byte
    struct set_gave_up {       // on lines of the last block
        uint64_t times;
        uint32_t pattern; // the first one,
        size_t from;      // and where its line begins
    } gave_up;
    size_t *done;                // per pattern: where the line that was tried last ends
    size_t tried_from, tried_to; // the line that the matcher holds, or SIZE_MAX
};

void set_room_init(struct set_room *room, const struct search_set *set);
void set_room_done(struct set_room *room);

// Finds all lines of the block that any pattern matches. All lines but the last end in '\n'.
void set_scan(const struct search_set *set, struct set_room *room, struct span block);

// Makes `line` the one that room->match holds.
void set_subject(struct set_room *room, struct span line);

#endif
