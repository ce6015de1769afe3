// The door to PCRE2: one pattern over one line.
//
// A line is any bytes. A byte that is not part of valid UTF-8 counts as one character: `.` and negated
// classes match it, nothing else does (contract, section 5). Inside, such bytes stand as U+10FF80…U+10FFFF,
// which a pattern cannot name; where a line really holds one of those 128 (private use, noncharacters), it is
// matched by `.`, negated classes and \p{C} only.
//
// No pattern can hang: a search that backtracks too much is given up, and says so.
#ifndef D5_DOOR_MATCH_H
#define D5_DOOR_MATCH_H

#include "core/base/error.h"
#include "core/base/span.h"

struct match;      // one compiled pattern; any number of threads may use it
struct match_room; // what one thread matches with: the line at hand, PCRE2's memory

enum match_flags {
    MATCH_CASELESS = 1, // by Unicode's simple case folding
    MATCH_LITERAL = 2,  // the pattern is text
};

enum match_outcome {
    MATCH_NO,
    MATCH_YES,
    MATCH_GAVE_UP, // a limit was met: whether the line matches is not known
};

struct match_range { // bytes of the line
    size_t from, to;
};

// The pattern, UTF-8 and PCRE2 10.x syntax without \C, is compiled with JIT where the machine has it. NULL
// with an error that names the pattern and the byte where it is wrong.
struct match *match_new(struct span pattern, unsigned flags, struct error *err);
void match_free(struct match *match); // takes NULL

// Whether the pattern can match no characters at all.
bool match_may_be_empty(const struct match *match);

struct match_room *match_room_new(void);
void match_room_free(struct match_room *room); // takes NULL

// The line that is matched from now on, without its newline. Borrowed until the next one.
void match_subject(struct match_room *room, struct span line);

// The first match that begins at byte `from` or behind it (a character's first byte, or the line's end). What
// stands before `from` is seen by look-behinds. *ret is set with MATCH_YES only; may be NULL.
enum match_outcome match_find(const struct match *match, struct match_room *room, size_t from,
                              struct match_range *ret);

#endif
