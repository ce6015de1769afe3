// Paths against patterns. A star is retried from the place where it last matched, for '*' and "**" each on
// their own, so the time is bounded by the product of the lengths and needs no recursion.
#include "core/evidence/inside.h"

size_t glob_fixed_part(const char *pattern)
{
    return strcspn(pattern, "*?");
}

// A "**" that is a whole folder's name, at the front of `pattern`; its length with the slash behind it.
static size_t glob_deep(const char *pattern, const char *begin)
{
    if (strncmp(pattern, "**", 2) != 0 || (pattern > begin && pattern[-1] != '/'))
        return 0;
    if (pattern[2] == '/')
        return 3;
    return pattern[2] == '\0' ? 2 : 0;
}

bool glob_matches(const char *pattern, const char *path)
{
    const char *begin = pattern;
    const char *deep_pattern = NULL, *deep_path = NULL, *star_pattern = NULL, *star_path = NULL;
    for (;;) {
        size_t deep = glob_deep(pattern, begin);
        if (deep) {
            if (pattern[deep] == '\0')
                return true;
            deep_pattern = pattern += deep;
            deep_path = path;
            star_pattern = NULL;
        } else if (*pattern == '*') {
            star_pattern = ++pattern;
            star_path = path;
        } else if (*path && (*pattern == *path || (*pattern == '?' && *path != '/'))) {
            pattern++;
            path++;
        } else if (!*path && !*pattern) {
            return true;
        } else if (star_pattern && *star_path && *star_path != '/') {
            pattern = star_pattern;
            path = ++star_path;
        } else if (deep_pattern && (deep_path = strchr(deep_path, '/'))) {
            pattern = deep_pattern;
            path = ++deep_path;
            star_pattern = NULL;
        } else {
            return false;
        }
    }
}
