// Errors are bounded buffers on purpose: reporting one must work when memory is what ran out.
#include "core/base/error.h"

#include <stdio.h>
#include <string.h>

// Marks a text that was cut, on a character's boundary.
static void error_mark_cut(struct error *err)
{
    static const char mark[] = "…";
    size_t at = sizeof err->text - sizeof mark;
    while (at > 0 && ((unsigned char)err->text[at] & 0xC0) == 0x80)
        at--;
    memcpy(err->text + at, mark, sizeof mark);
}

static void error_format(struct error *err, const char *format, va_list args)
{
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    if (n >= (int)sizeof err->text)
        error_mark_cut(err);
}

bool error_set(struct error *err, const char *format, ...)
{
    if (!err)
        return false;
    va_list args;
    va_start(args, format);
    error_format(err, format, args);
    va_end(args);
    return false;
}

bool error_set_errno(struct error *err, int code, const char *format, ...)
{
    if (!err)
        return false;
    va_list args;
    va_start(args, format);
    error_format(err, format, args);
    va_end(args);
    size_t len = strlen(err->text);
    int n = snprintf(err->text + len, sizeof err->text - len, ": %s", strerror(code < 0 ? -code : code));
    if (n >= (int)(sizeof err->text - len))
        error_mark_cut(err);
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    if (!err)
        return false;
    struct error old = *err;
    va_list args;
    va_start(args, format);
    error_format(err, format, args);
    va_end(args);
    size_t len = strlen(err->text);
    int n = snprintf(err->text + len, sizeof err->text - len, ": %s", old.text);
    if (n >= (int)(sizeof err->text - len))
        error_mark_cut(err);
    return false;
}
