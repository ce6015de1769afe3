// Three-valued truth (Kleene's strong logic): every match of a judge is yes, no, or cannot tell, and cannot
// tell never turns into no on its way up.
#ifndef D5_BASE_TRI_H
#define D5_BASE_TRI_H

#include <stdbool.h>

enum tri { TRI_NO, TRI_YES, TRI_UNKNOWN };

static inline enum tri tri_of(bool b)
{
    return b ? TRI_YES : TRI_NO;
}

static inline enum tri tri_not(enum tri a)
{
    return a == TRI_UNKNOWN ? TRI_UNKNOWN : tri_of(a == TRI_NO);
}

static inline enum tri tri_and(enum tri a, enum tri b)
{
    if (a == TRI_NO || b == TRI_NO)
        return TRI_NO;
    return a == TRI_YES && b == TRI_YES ? TRI_YES : TRI_UNKNOWN;
}

static inline enum tri tri_or(enum tri a, enum tri b)
{
    return tri_not(tri_and(tri_not(a), tri_not(b)));
}

#endif
