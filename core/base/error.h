// An error that a person should read: what is wrong, where, and the way out.
//
// A function that can fail for such a reason takes `struct error *` last and returns false (or NULL);
// system calls return 0 or -errno and are turned into this at the door. Only the top prints.
#ifndef D5_BASE_ERROR_H
#define D5_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

struct error {
    char text[1024]; // UTF-8, one or more lines, no newline at the end; cut with "…" where it would not fit
};

// Sets the text and returns false, so that `return error_set(err, …)` ends a function. `err` may be NULL.
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same with "…: No such file or directory" for the errno value `code` (negative values are taken as
// -code).
bool error_set_errno(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "prefix: " in front of what is there; for a caller that knows the place. Returns false.
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
