// Levels as patterns, since it is the scanner that looks for them in gigabytes. The first word of level on
// the line decides: "[INFO] … error" is a line of information. A word counts only between blanks, brackets,
// quotes and the like, so that /proc/info and error_count are none; classes say so, not look-arounds, since a
// prefilter that knows only the former has the most to leave out.
#include "core/parse/loglevel.h"

#include <assert.h>
#include <stddef.h>

#define FRONT   "(?:^|[\\s\\[(<|\"'=:])"
#define BACK    "(?:$|[\\s\\])>|\"',:=])"
#define KLOG(l) "[" l "]\\d{4}(?= \\d\\d:\\d\\d:\\d\\d\\.)"
#define ERROR   "(?i:err(?:or)?|fatal|panic|crit(?:ical)?|alert|emerg(?:ency)?|severe)"
#define WARNING "(?i:warn(?:ing)?)"
#define OTHER   "(?i:info|notice|debug|trace|verbose)"

// No level stands before the one that is looked for.
#define FIRST "^(?:(?!" FRONT "(?:" WARNING "|" OTHER "|" ERROR "|" KLOG("IWEF") ")" BACK ").)*+"

static const struct {
    const char *words, *pattern;
} levels[] = {
    [LOG_ANY] = {"all levels", NULL},
    [LOG_WARNING] = {"warnings and worse",
                     "^<[0-4]>|" FIRST FRONT "(?:" WARNING "|" ERROR "|" KLOG("WEF") ")" BACK},
    [LOG_ERROR] = {"errors", "^<[0-3]>|" FIRST FRONT "(?:" ERROR "|" KLOG("EF") ")" BACK},
};

const char *loglevel_words(enum log_level level)
{
    assert(level < LOG_LEVEL_COUNT);
    return levels[level].words;
}

const char *loglevel_pattern(enum log_level level)
{
    assert(level < LOG_LEVEL_COUNT);
    return levels[level].pattern;
}
