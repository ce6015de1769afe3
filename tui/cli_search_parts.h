// What the files of `d5tui search` share: what was asked for, what is searched, and the tally of it.
#ifndef D5_TUI_CLI_SEARCH_PARTS_H
#define D5_TUI_CLI_SEARCH_PARTS_H

#include "core/search/search.h"
#include "core/session.h"

enum search_mode {
    SEARCH_LINES,
    SEARCH_COUNT,       // --count
    SEARCH_COUNT_FILES, // --count-files
    SEARCH_QUERIES,     // --sop
};

struct search_request { // the command line, read
    enum search_mode mode;
    bool json, follow;
    bool groups; // context was asked for, if of no lines: "--" parts what is apart
    unsigned before, after;
    struct window window; // ends TIME_UNKNOWN where not given
    struct search_pattern *patterns;
    size_t n_patterns, cap_patterns;
};

struct search_source { // one --from or --case
    char *prefix;      // "NAME/" in front of its paths, or ""
    struct evidence *ev;
    struct session *session; // of a case, whose folder must stay as long; or NULL
};

struct search_tally { // over all sources
    uint64_t *counts; // of each pattern
    uint64_t matched, files, bytes, cut, gave_up;
    bool incomplete; // something could not be searched
};

// ---------------------------------------------------------------- cli_search_print.c

struct search_printer {
    const struct search_request *request;
    const struct search_source *source;
    bool safe;       // standard output is a terminal
    bool parted;     // a source before this one has given lines, and "--" is due
    struct str line; // what is written next
    struct str shown;
    struct match_range *spans;
    size_t cap_spans;
};

void search_printer_init(struct search_printer *printer, const struct search_request *request);
void search_printer_done(struct search_printer *printer);

// A search_options.line with the printer as its context. False when standard output is gone.
bool search_print_line(void *printer, const struct search_line *line);
void search_print_file_count(struct search_printer *printer, uint32_t file, uint64_t n);
void search_print_count(struct search_printer *printer, uint64_t n);
void search_print_query(struct search_printer *printer, const char *query, uint64_t n);

// ---------------------------------------------------------------- cli_search_say.c

// Adds a result to the tally, and says on standard error what about the source is worth knowing: files that
// are binary, that were left out, whose lines count without a time.
void search_tally_add(struct search_tally *tally, const struct search_request *request,
                      const struct search_source *source, const struct search_result *result);
void search_tally_say(const struct search_tally *tally);

// ---------------------------------------------------------------- cli_search_follow.c

// How far a file was searched.
struct search_mark {
    const struct search_source *source;
    uint32_t file;
    uint64_t offset, lines;
    usec_t time; // of the last line, or TIME_UNKNOWN
};

// Prints what is added to the files, and matches, for as long as standard output is there. The exit status.
int search_follow(const struct search_set *set, const struct search_options *options,
                  struct search_printer *printer, struct search_mark *marks, size_t n_marks);

#endif
