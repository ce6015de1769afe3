// How bad a log line says of itself that it is, whatever wrote it: by its first word of level (ERROR, warn,
// fatal, …), by klog's letter (E1123 07:04:10.123456), or by the kernel's number (<3>). A line without any
// has no level.
#ifndef D5_PARSE_LOGLEVEL_H
#define D5_PARSE_LOGLEVEL_H

enum log_level { LOG_ANY, LOG_WARNING, LOG_ERROR, LOG_LEVEL_COUNT };

const char *loglevel_words(enum log_level level); // "warnings and worse"

// A pattern (PCRE2) that matches the lines of that level and worse; NULL for LOG_ANY.
const char *loglevel_pattern(enum log_level level);

#endif
