// The list of problems that a lint fills.
#include "core/model/problem.h"

#include <stdarg.h>

#include "core/base/str.h"

void problems_done(struct problems *p)
{
    arena_done(&p->arena);
    *p = (struct problems){0};
}

enum { MAX_PROBLEMS = 10000 }; // of hostile files; who reads so many has read enough

void problems_add(struct problems *p, enum problem_kind kind, uint32_t line, const char *format, ...)
{
    if (p->n == MAX_PROBLEMS)
        return;
    struct str text = {0};
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    *ARENA_PUSH(&p->arena, p->items, p->n, p->cap) =
        (struct problem){.kind = kind, .line = line, .text = arena_span(&p->arena, str_span(&text))};
    str_done(&text);
}

// By insertion: problems come nearly in order, and are few.
void problems_sort(struct problems *p)
{
    for (size_t i = 1; i < p->n; i++) {
        struct problem one = p->items[i];
        size_t k = i;
        for (; k > 0 && p->items[k - 1].line > one.line; k--)
            p->items[k] = p->items[k - 1];
        p->items[k] = one;
    }
}

const struct problem *problems_first_error(const struct problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i].kind == PROBLEM_ERROR)
            return &p->items[i];
    }
    return NULL;
}

const char *problem_kind_name(enum problem_kind kind)
{
    static const char *const names[] = {"error", "warning", "note"};
    return names[kind];
}
