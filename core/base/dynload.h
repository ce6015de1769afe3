// Libraries that are loaded at first use: those that cost more than half a millisecond to load must not be
// paid for by a program that prints its help.
#ifndef D5_BASE_DYNLOAD_H
#define D5_BASE_DYNLOAD_H

#include <stddef.h>

#include "core/base/error.h"

struct dynload_symbol {
    const char *name;
    size_t offset; // of the function pointer in the caller's struct
};

// One row of a table: DYNLOAD(struct archive_api, read_new, "archive_read_new").
#define DYNLOAD(type, member, name)                                                                          \
    {                                                                                                        \
        name, offsetof(type, member)                                                                         \
    }

// Loads `soname` ("libhs.so.5"), unless the program has these functions itself, and fills the n function
// pointers of the struct at `ret_api`. The library
// stays loaded until the process ends; loading it again costs next to nothing, and every thread may. False
// when it is not installed or lacks a symbol: nothing of *ret_api may be used then.
bool dynload_open(const char *soname, const struct dynload_symbol *symbols, size_t n, void *ret_api,
                  struct error *err);

#endif
