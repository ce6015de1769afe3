// Sets of patterns for the tests of core/search.
#ifndef D5_TESTS_KIT_PATTERNS_H
#define D5_TESTS_KIT_PATTERNS_H

#include "core/search/search.h"

// At most 8, all with these flags; the test fails where one of them is wrong.
struct search_set *patterns_set(const char *const *texts, size_t n, unsigned flags);

#endif
