// One log file that may be gigabytes long and may still grow: its lines, read from the disk when they are
// asked for, and their exact number, counted in slices. Memory holds an offset for every 64th line, for lines
// that begin a quarter of a megabyte behind such a one, and one block.
//
// One thread may count while another reads lines.
#ifndef D5_EVIDENCE_LOGFILE_H
#define D5_EVIDENCE_LOGFILE_H

#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/str.h"

struct logfile;

struct logfile *logfile_open(const char *path, struct error *err); // reads nothing yet

// The unpacked text of a .gz, .xz, .zst or .bz2, in memory, up to 2 GiB of it: takes its time.
struct logfile *logfile_unpack(const char *path, struct error *err);
void logfile_close(struct logfile *file); // takes NULL

// Counts on by about `most` bytes, from where it stopped the last time. True when there was more to count:
// call it again. A file that became shorter is counted afresh.
bool logfile_count(struct logfile *file, size_t most);

// Lines that were counted so far; one without its newline at the end of the file counts, too.
uint32_t logfile_lines(struct logfile *file);
bool logfile_is_counted(struct logfile *file); // up to the end, as it was the last time that was looked at

// Line `line` (from 1) without its newline, of which the first 64 KiB at most. False when no such line was
// counted.
bool logfile_line(struct logfile *file, uint32_t line, struct str *ret);

// The same from byte `from` of the line on: of a line of megabytes what stands far to the right. Empty behind
// its end.
bool logfile_piece(struct logfile *file, uint32_t line, uint64_t from, struct str *ret);

// The byte at which line `line` begins; UINT64_MAX when no such line was counted.
uint64_t logfile_offset(struct logfile *file, uint32_t line);

struct logfile_bytes { // what others may read by themselves, from any thread
    int fd;            // for pread; -1: `text`
    struct span text;
    uint64_t size; // at this moment
    usec_t mtime;  // of its last change, or TIME_UNKNOWN
};
struct logfile_bytes logfile_bytes(const struct logfile *file);

#endif
