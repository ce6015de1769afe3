// A place: where something was read. Facts carry one, and a verdict without one cannot be made.
#ifndef D5_MODEL_PLACE_H
#define D5_MODEL_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

#define FILE_NONE UINT32_MAX

struct place {
    uint32_t file;   // the file's number in the evidence tree (evidence.h), or FILE_NONE
    uint32_t line;   // from 1; in a capture (pcap, pcapng) the packet's number
    uint32_t last;   // last line of a range; equal to `line`, or 0, for one line
    uint32_t column; // byte in the line where the matter begins, from 0: very long lines are quoted around it
};

// What a parser is given: the whole text of one file, and the number that its places carry.
struct text {
    struct span bytes; // the unpacked text of a compressed file
    uint32_t file;
};

static inline struct place place_at(uint32_t file, uint32_t line)
{
    return (struct place){.file = file, .line = line, .last = line};
}

static inline bool place_is_set(struct place p)
{
    return p.line != 0 && p.file != FILE_NONE;
}

#endif
