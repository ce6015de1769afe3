// The evidence tree (contract, section 1): what was collected, read where it lies. Files are numbered in path
// order; places (model/place.h) carry those numbers. A part that is missing, or that its probe did not
// finish, is unknown, never clean.
#ifndef D5_EVIDENCE_EVIDENCE_H
#define D5_EVIDENCE_EVIDENCE_H

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/feed.h"
#include "core/base/str.h"
#include "core/model/place.h"
#include "core/model/probe_state.h"
#include "core/model/target.h"

struct evidence;

enum evidence_state {
    EVIDENCE_KNOWN,   // whole
    EVIDENCE_PARTIAL, // a log or capture that was cut: what stands there was seen, what does not proves
                      // nothing
    EVIDENCE_UNKNOWN, // empty, only an error message, broken off, or its probe failed: says nothing
};

struct evidence_file {
    uint32_t id;        // its index
    const char *path;   // in the tree: "nodes/ip-10-0-11-37/networking/iptables-save.txt"
    const char *real;   // on disk
    const char *source; // which --from it came from
    uint64_t size;      // bytes on disk
    usec_t mtime;
    bool compressed; // .gz, .xz, .zst, .bz2: its text is the unpacked one
    enum evidence_state state;
    const char *why; // state is not KNOWN: the reason, a clause ("kubectl exited 1: …", "the file is empty")
    const char *probe; // "E-007" from probes.jsonl, or NULL
};

// Opens sources: a tree, an eks_*.tar.gz or its unpacked folder, a capture, a log file; what each is, is
// found out. Folders are read where they lie; an archive is unpacked (hostile ones refused by the entry's
// name) below `unpack_to`, where its files take the places that they have in the tree, or, where that is
// NULL, into a private folder under $TMPDIR that goes with evidence_close, or with the process. Where two
// sources hold the same path, the later one's becomes "name~2.txt". NULL with an error.
struct evidence *evidence_open(const char *const *paths, size_t n, const char *unpack_to, struct error *err);
void evidence_close(struct evidence *ev); // takes NULL

// The folder in `dir` where a log collector's bundle begins, be it below an archive's top folder; NULL: there
// is none. Yours.
char *evidence_find_bundle(const char *dir);

size_t evidence_count(const struct evidence *ev);
const struct evidence_file *evidence_file(const struct evidence *ev,
                                          uint32_t id); // NULL when there is no such id
const struct evidence_file *evidence_find(const struct evidence *ev, const char *path); // NULL: not there

// The next file whose path matches `pattern` ('*' matches within one folder, a whole "**" any number of
// folders;
// '?' one character), in path order, after *cursor (start with 0). NULL at the end.
const struct evidence_file *evidence_next(const struct evidence *ev, const char *pattern, uint32_t *cursor);

// Whether a path, which need not be in the tree, matches such a pattern.
bool evidence_matches(const char *pattern, const char *path);

// The whole (unpacked) text of a file. Loaded at first use and kept until evidence_close; safe from several
// threads.
bool evidence_text(struct evidence *ev, uint32_t id, struct text *ret, struct error *err);

// One line (from 1) without its newline (and a '\r' before it), as bytes; reads only what is needed, by an
// index of every 64th line, so a file of any size costs little memory. Compressed files are unpacked whole.
bool evidence_line(struct evidence *ev, uint32_t id, uint32_t line, struct str *ret, struct error *err);
bool evidence_line_count(struct evidence *ev, uint32_t id, uint32_t *ret, struct error *err);

// All lines in order, each once and with what ends it ("\n", or nothing at the end of the file); nothing is
// kept in memory but the line. `each` returns false to stop early (then true is returned). For passes over
// all of a tree, which may be larger than memory.
typedef bool evidence_line_fn(struct span line, uint32_t number, void *context);
bool evidence_each_line(const struct evidence *ev, uint32_t id, evidence_line_fn *each, void *context,
                        struct error *err);

// The text from its beginning, a stretch at a time (base/feed.h): for big files that are read once. A
// compressed one is unpacked as a whole. evidence_feed_close only after true.
bool evidence_feed_open(struct evidence *ev, uint32_t id, struct feed *ret, struct error *err);
void evidence_feed_close(struct feed *feed);

// "path:line" or "path:first-last".
void evidence_source(const struct evidence *ev, struct place place, struct str *ret);

// What probes.jsonl says of one call; a file may be the work of several, each with its lines.
struct evidence_probe {
    const char *id;         // "E-007"
    const char *step;       // or NULL
    const char *source;     // which --from its record came from
    const char *file;       // path in the tree, there or not; or NULL: nothing came
    const char *meant;      // the file that it was to make, also where another one's stands there; or NULL
    const char *where;      // "node NAME", "pod NS/NAME", "bastion", or NULL
    const char *via;        // "ssh", …; or NULL
    const char *command;    // what ran where it looked, as words for a shell, or NULL: that of ssh or SSM is
                            // what they gave to the node
    uint32_t from, to;      // its lines; 0: the whole file
    enum probe_state state; // PROBE_FAILED where the record names none
    bool answered;          // done, an accepted exit status, uncut
    const char *why;        // not answered: the reason, a clause
    usec_t started;         // or TIME_UNKNOWN
    usec_t took;            // how long it ran, or TIME_UNKNOWN
    uint64_t bytes;         // how many came; 0: none, or it does not say
};
const struct evidence_probe *evidence_probes(const struct evidence *ev, size_t *ret_n);

// The probe that a place came from, or NULL; and how far that place may be trusted, which differs from the
// file's own state where several probes share a file. ret_why may be NULL.
const struct evidence_probe *evidence_probe_at(const struct evidence *ev, struct place place);
enum evidence_state evidence_state_at(const struct evidence *ev, struct place place, const char **ret_why);

// What stands below the sources and was not taken in, and why: links out of the tree, devices, folders that
// cannot be read.
struct evidence_left_out {
    const char *path, *why;
};
const struct evidence_left_out *evidence_left_out(const struct evidence *ev, size_t *ret_n);

// What target.yaml says; every field NULL and an open window where there is none. Borrowed.
const struct target *evidence_target(const struct evidence *ev);

// Names of the nodes that have a folder, in order. Borrowed.
const char *const *evidence_nodes(const struct evidence *ev, size_t *ret_n);

#endif
