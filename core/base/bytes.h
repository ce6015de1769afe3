// Many bytes at once: what a scanner asks of a whole block.
#ifndef D5_BASE_BYTES_H
#define D5_BASE_BYTES_H

#include "core/base/span.h"

// Whether all bytes are ASCII and none is NUL.
bool bytes_are_plain(struct span s);

// How many of the bytes are c.
size_t bytes_count(struct span s, char c);

// How many of the first bytes are c.
size_t bytes_span(struct span s, char c);

// The index of the first byte that is NUL or not ASCII; s.len when there is none.
size_t bytes_find_special(struct span s);

#endif
