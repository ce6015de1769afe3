// What a lint has to say: problems of one file, with lines.
#ifndef D5_MODEL_PROBLEM_H
#define D5_MODEL_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/arena.h"

enum problem_kind { PROBLEM_ERROR, PROBLEM_WARNING, PROBLEM_NOTE };

struct problem {
    enum problem_kind kind;
    uint32_t line;    // from 1
    const char *text; // one sentence without its full stop; what is wrong, why, and the way out
};

struct problems { // zero-initialized is empty and valid
    struct arena arena;
    struct problem *items;
    size_t n, cap;
};

void problems_done(struct problems *p);
void problems_add(struct problems *p, enum problem_kind kind, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void problems_sort(struct problems *p); // by line; those of one line stay in order
const struct problem *problems_first_error(const struct problems *p); // NULL: none

const char *problem_kind_name(enum problem_kind kind); // "error", "warning", "note"

#endif
