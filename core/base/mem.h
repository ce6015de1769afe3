// Memory: allocation that does not fail (the program ends with a message instead), and growing arrays.
#ifndef D5_BASE_MEM_H
#define D5_BASE_MEM_H

#include <stddef.h>

// Zeroed; never NULL, also for n == 0. Ends the program when there is no memory.
void *mem_alloc(size_t n) __attribute__((malloc, returns_nonnull));
void *mem_calloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *at, size_t n) __attribute__((returns_nonnull));
// For a whole file; not zeroed. A large one lies on huge pages where the kernel has them: a listing of 40 MB
// would else cost ten thousand page faults.
void *mem_big(size_t n) __attribute__((malloc, returns_nonnull));
void *mem_dup(const void *at, size_t n) __attribute__((malloc, returns_nonnull));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *mem_strndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
char *mem_printf(const char *format, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

// The new address of an array that holds room for at least `want` items of `size` bytes; *cap is raised by
// doubling, of a large array at least to a huge page.
void *mem_grow(void *at, size_t *cap, size_t want, size_t size) __attribute__((returns_nonnull));

// Appends room for one item to `array` (with counters n and cap) and gives its address; the item is not
// zeroed.
#define MEM_PUSH(array, n, cap)                                                                              \
    ((array) = mem_grow((array), &(cap), (n) + 1, sizeof *(array)), &(array)[(n)++])

#define ARRAY_LEN(a) (sizeof(a) / sizeof *(a))

#endif
