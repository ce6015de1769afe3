// What the files of this room share, and nobody else includes: the tree while it is being made, and after.
#ifndef D5_EVIDENCE_INSIDE_H
#define D5_EVIDENCE_INSIDE_H

#include <pthread.h>

#include "core/base/arena.h"
#include "core/base/map.h"
#include "core/evidence/evidence.h"

enum { EVIDENCE_LOCKS = 16, EVIDENCE_MARK_LINES = 64 };

struct content { // of one file, guarded by the lock that content_lock names
    char *text;  // whole and unpacked, once it was asked for
    size_t len;
    bool loaded;
    uint64_t *marks; // where lines 1, 65, 129, … begin
    size_t n_marks, cap_marks;
    uint64_t scanned;   // bytes that were looked at for newlines
    uint64_t last_line; // where the line that is not ended yet begins
    uint32_t newlines;
};

struct evidence {
    struct arena arena; // every path and word
    struct evidence_file *files;
    size_t n, cap;
    struct map by_path;
    struct content *contents; // one a file
    pthread_mutex_t locks[EVIDENCE_LOCKS];
    struct evidence_probe *probes;
    size_t n_probes, cap_probes;
    struct evidence_left_out *left_out;
    size_t n_left_out, cap_left_out;
    const char **nodes;
    size_t n_nodes, cap_nodes;
    struct target target;
    const char *unpack_to;   // where the caller wants archives, during evidence_open; NULL: nowhere
    struct tempdir *tempdir; // for archives otherwise; removed at the end
    unsigned n_unnamed, n_archives;
};

// walk.c — adds every file below `dir`; their paths in the tree begin with `prefix` ("" or "nodes/x/").
bool walk_folder(struct evidence *ev, const char *source, const char *dir, const char *prefix,
                 struct error *err);
// Adds one file under the given path in the tree. `st` is a struct stat.
struct stat;
void walk_add_file(struct evidence *ev, const char *source, const char *real, const char *path,
                   const struct stat *st);
void evidence_leave_out(struct evidence *ev, const char *path, const char *why);

// source.c — finds out what a path is and adds what it holds.
bool source_add(struct evidence *ev, const char *path, struct error *err);
// Where in `dir` an evidence tree begins, as evidence_find_bundle for a bundle: an archive may hold it in a
// folder of its own, or beside a case's record. The caller frees it.
char *source_find_tree(const char *dir);

// packed.c — unpacks an archive and adds what it holds.
bool packed_add(struct evidence *ev, const char *source, struct error *err);

// bundle.c — whether a folder is the log collector's, and the name of its node ("node-1" where nothing says
// it).
bool bundle_is_one(const char *dir);
bool bundle_is_tree(const char *dir); // whether it holds anything of an evidence tree by name
const char *bundle_node(struct evidence *ev, const char *dir);

// quality.c — sets state and why from what stands in the file.
void quality_judge(struct evidence *ev, struct evidence_file *f);
// Of listings without a probe's record: what no cluster is without, and is listed as nothing, is unknown.
void quality_doubt_empty_lists(struct evidence *ev);
bool quality_is_log(const char *path); // a log or a capture: what stands there was seen, cut or not
// quality_words.c — whether a text (a small one) is nothing but error messages.
enum quality_kind {
    QUALITY_ANSWER,
    QUALITY_LOG,
    QUALITY_REACH
}; // a tool's answer; a log; dig, ping and curl
bool quality_is_only_error(struct span text, enum quality_kind kind, struct span *ret_first);

// probes.c — reads a probes.jsonl and lays what it says over the files' states.
bool probes_read(struct evidence *ev, uint32_t file, struct error *err);
void probes_apply(struct evidence *ev);

// targetfile.c — reads a target.yaml into ev->target; what is set already stays.
bool targetfile_read(struct evidence *ev, uint32_t file, struct error *err);

// glob.c — '*' within one folder, a whole "**" any number of folders, '?' one character.
bool glob_matches(const char *pattern, const char *path);
size_t glob_fixed_part(const char *pattern); // length of what stands before the first of them

// content.c
void content_free(struct content *c);
int content_open(const char *real, struct error *err); // a descriptor to read from, or -1
bool content_is_loaded(struct evidence *ev, uint32_t id);
size_t content_head(const char *real, char *ret, size_t n);                // bytes read; 0 on any error
size_t content_tail(const char *real, uint64_t size, char *ret, size_t n); // the last bytes

#endif
