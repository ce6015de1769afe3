#include "tests/kit/patterns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct search_set *patterns_set(const char *const *texts, size_t n, unsigned flags)
{
    struct error err;
    struct search_pattern patterns[8];
    assert_in_range(n, 1, 8);
    for (size_t i = 0; i < n; i++)
        patterns[i] = (struct search_pattern){texts[i], flags};
    struct search_set *set = search_set_new(patterns, n, UINT64_MAX, &err);
    if (!set)
        fail_msg("%s", err.text);
    return set;
}
