// Blocks are looked at 64 bytes a step through the compiler's vectors, which become SSE2, AVX2 or NEON,
// whatever the target has. As signed numbers, NUL and all bytes that are not ASCII are those that are not
// above 0.
#include "core/base/bytes.h"

typedef int8_t vec __attribute__((vector_size(16)));
typedef uint8_t counters __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

enum { STEP = 64 };

static vec load(const char *at)
{
    vec v;
    memcpy(&v, at, sizeof v);
    return v;
}

// Whether the STEP bytes at `at` are plain.
static bool step_is_plain(const char *at)
{
    const vec zero = {0};
    vec plain = (load(at) > zero) & (load(at + 16) > zero) & (load(at + 32) > zero) & (load(at + 48) > zero);
    halves h = (halves)plain;
    return (h[0] & h[1]) == UINT64_MAX;
}

size_t bytes_find_special(struct span s)
{
    size_t i = 0;
    while (i + STEP <= s.len && step_is_plain(s.at + i))
        i += STEP;
    while (i < s.len && (signed char)s.at[i] > 0)
        i++;
    return i;
}

bool bytes_are_plain(struct span s)
{
    return bytes_find_special(s) == s.len;
}

// The counters of one byte each overflow after 255 steps, so that they are added up before.
static size_t count_steps(const char *at, size_t steps, vec wanted)
{
    counters counts[4] = {{0}};
    size_t n = 0;
    for (size_t i = 0; i < steps; i++, at += STEP) {
        for (size_t k = 0; k < 4; k++)
            counts[k] -= (counters)(load(at + k * 16) == wanted);
    }
    for (size_t k = 0; k < 4; k++) {
        for (size_t b = 0; b < 16; b++)
            n += counts[k][b];
    }
    return n;
}

size_t bytes_span(struct span s, char c)
{
    char wanted[8];
    size_t i = 0;
    memset(wanted, c, sizeof wanted);
    while (i + sizeof wanted <= s.len && memcmp(s.at + i, wanted, sizeof wanted) == 0)
        i += sizeof wanted;
    while (i < s.len && s.at[i] == c)
        i++;
    return i;
}

size_t bytes_count(struct span s, char c)
{
    const signed char b = (signed char)c;
    const vec wanted = {b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b};
    size_t n = 0;
    while (s.len >= STEP) {
        size_t steps = s.len / STEP < 255 ? s.len / STEP : 255;
        n += count_steps(s.at, steps, wanted);
        s = span_from(s, steps * STEP);
    }
    for (size_t i = 0; i < s.len; i++)
        n += s.at[i] == c;
    return n;
}
