// No caller of d5tui can do better than stop when memory is out: the case is on disk, the terminal is
// restored by the abort handler. So allocation never returns NULL, and no path for that has to be written, or
// tested, anywhere else.
#include "core/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *mem_check(void *at)
{
    if (!at) {
        fputs("d5tui: out of memory; what was said to be saved is saved\n", stderr);
        abort();
    }
    return at;
}

void *mem_alloc(size_t n)
{
    return mem_check(calloc(1, n ? n : 1));
}

void *mem_calloc(size_t n, size_t size)
{
    return mem_check(calloc(n ? n : 1, size ? size : 1));
}

// From a quarter of a huge page on, clearing the whole of it costs less than the faults of small ones.
enum { HUGE_PAGE = 2 << 20, LARGE = HUGE_PAGE / 4 };

void *mem_big(size_t n)
{
    if (n < LARGE)
        return mem_realloc(NULL, n);
    size_t whole = (n + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
    void *ret = mem_check(aligned_alloc(HUGE_PAGE, whole));
    madvise(ret, whole, MADV_HUGEPAGE);
    return ret;
}

void *mem_realloc(void *at, size_t n)
{
    return mem_check(realloc(at, n ? n : 1));
}

void *mem_dup(const void *at, size_t n)
{
    void *ret = mem_check(malloc(n ? n : 1));
    if (n)
        memcpy(ret, at, n);
    return ret;
}

char *mem_strdup(const char *s)
{
    return mem_dup(s, strlen(s) + 1);
}

char *mem_strndup(const char *s, size_t n)
{
    n = strnlen(s, n);
    char *ret = mem_check(malloc(n + 1));
    memcpy(ret, s, n);
    ret[n] = '\0';
    return ret;
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *ret;
    int n = vasprintf(&ret, format, args);
    va_end(args);
    return mem_check(n < 0 ? NULL : ret);
}

// An array that has become large.
static void *move_to_big(void *at, size_t n)
{
    void *ret = mem_big(HUGE_PAGE);
    if (at)
        memcpy(ret, at, n);
    free(at);
    return ret;
}

void *mem_grow(void *at, size_t *cap, size_t want, size_t size)
{
    if (at && want <= *cap)
        return at;
    size_t n = *cap ? *cap : 8;
    while (n < want)
        n = n > SIZE_MAX / 2 ? want : n * 2;
    void *ret;
    if (*cap < LARGE / size && n >= LARGE / size && n <= HUGE_PAGE / size) {
        n = HUGE_PAGE / size;
        ret = move_to_big(at, *cap * size);
    } else {
        ret = mem_check(reallocarray(at, n, size));
    }
    *cap = n;
    return ret;
}
