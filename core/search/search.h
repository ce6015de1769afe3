// The one scanner: many patterns in one pass over many files, for the command line, the screen and the facts.
//
// Files are cut in slices at line ends and searched by several threads; lines come out in the order of the
// files and of their lines whatever the threads do. Memory does not grow with the files: blocks are read,
// matched lines wait for their turn in bounded number. A line is what stands before a '\n' (a '\r' belongs to
// it), is searched whole however long, and handed over cut at SEARCH_SHOWN bytes.
#ifndef D5_SEARCH_SEARCH_H
#define D5_SEARCH_SEARCH_H

#include <stdatomic.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/door/match.h"
#include "core/evidence/evidence.h"

enum { SEARCH_SHOWN = 64 * 1024 };

// ---------------------------------------------------------------- patterns

struct search_pattern {
    const char *text; // PCRE2
    unsigned flags;   // enum match_flags
};

struct search_set; // compiled patterns; read-only, any number of searches may use it at once

// NULL with an error that names the pattern that is wrong. `n` is at least 1. `bytes`: about how much text is
// to be searched; of little, PCRE2 alone has the answers before a prefilter is compiled. UINT64_MAX: not
// known.
struct search_set *search_set_new(const struct search_pattern *patterns, size_t n, uint64_t bytes,
                                  struct error *err);
void search_set_free(struct search_set *set); // takes NULL

// ---------------------------------------------------------------- what comes out

struct search_line { // borrowed for the call
    uint32_t file;
    uint64_t number;  // from 1
    struct span text; // without its newline, at most SEARCH_SHOWN bytes
    uint64_t length;  // of the whole line
    usec_t time;  // the line's own or that of the last line above that has one; TIME_UNKNOWN: none has, or
                  // times were not asked for
    bool context; // stands beside a match, is none
    bool apart;   // context was asked for, and lines are left out between this and the one before
    bool binary;  // the file was seen to hold a NUL byte up to here
    const uint32_t *patterns; // those that match, in order
    size_t n_patterns;
    const struct match_range *spans; // in `text`: what matched, in order, not overlapping, none empty
    size_t n_spans;
};

struct search_file {
    uint32_t file;
    uint64_t matched; // lines that at least one pattern matches, inside the window
    uint64_t lines;   // in all, where lines or whole_lines were asked for
    uint64_t bytes;   // searched, unpacked
    usec_t last_time; // of its last line, where times were wanted; TIME_UNKNOWN: none has one
    bool binary;      // it holds a NUL byte
    bool untimed;     // a window was given, and lines count here that have no time
    char *left_out;   // why it could not be searched (to its end), or NULL
};

struct search_result {
    uint64_t *counts;        // of each pattern: lines that it matches
    uint64_t matched;        // lines that at least one pattern matches
    uint64_t bytes;          // read
    uint64_t cut;            // matched lines handed over cut
    uint64_t gave_up;        // times that a pattern was given up on a line (match.h)
    struct place gave_up_at; // the first one
    uint32_t gave_up_pattern;
    struct search_file *files; // in the order of search_options.files
    size_t n_files;
    bool stopped; // by cancel, or by the sink
};
void search_result_done(struct search_result *result);

// ---------------------------------------------------------------- searching

struct search_options {    // zero-initialized: count everything
    const uint32_t *files; // which, in this order; NULL: all
    size_t n_files;
    unsigned threads; // 0: as many as there are processors

    // Of a file's id and a pattern, [id * number of patterns + pattern]: true: enough of it was seen in that
    // file, and lines need no longer be tried for it. May be set meanwhile; seen sooner or later. Or NULL.
    const atomic_bool *enough;

    // A matched line, in order, from one thread at a time. False ends the search. NULL: lines are only
    // counted.
    bool (*line)(void *ctx, const struct search_line *line);
    void *ctx;
    bool numbers;           // lines are wanted by number alone: their text is not handed over
    bool spans;             // say where in the line
    unsigned before, after; // lines of context
    bool groups;            // say where lines are left out (search_line.apart), without context lines, too

    bool times;                  // say when
    const struct window *window; // only lines of this window, and those without a time; NULL: all
    usec_t near; // for times without a year: lies within half a year of all lines; 0: nothing is later than
                 // the file's last change

    usec_t above; // search_text: the time of the line above the text; 0: there is none

    bool whole_lines; // a last line without '\n' is left for later (following)

    const atomic_bool *cancel;      // looked at every block; or NULL
    atomic_uint_fast64_t *progress; // bytes read so far are added; or NULL
};

// False only when the search could not be done at all or had to be given up; files that could not be read are
// named in the result. *ret is set in any case, and search_result_done frees it.
bool search_run(const struct search_set *set, struct evidence *ev, const struct search_options *options,
                struct search_result *ret, struct error *err);

// The same over one text in memory, whose lines are numbered from `first_line`: of a file that grew, of what
// a screen shows. options->files is not looked at.
bool search_text(const struct search_set *set, struct text text, uint64_t first_line,
                 const struct search_options *options, struct search_result *ret, struct error *err);

// The same over a part of one file that is open, on as many threads as search_run has.
struct search_part {
    int fd;            // read by pread; -1: `text`
    struct span text;  // all of it
    uint64_t from, to; // bytes; a line begins at `from`,
    uint64_t line;     // and has this number
    usec_t mtime;      // for times without a year, where options->near is 0; or TIME_UNKNOWN
};
bool search_part(const struct search_set *set, const struct search_part *part,
                 const struct search_options *options, struct search_result *ret, struct error *err);

#endif
