// A copy of an evidence tree of which one file at a time is damaged, and what the whole analysis, up to the
// report, then says: whether evidence that was lost ever makes an answer more certain.
#ifndef D5_TESTS_KIT_DAMAGE_H
#define D5_TESTS_KIT_DAMAGE_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/model/diagnosis.h"

struct damage_file {
    const char *path;  // in the tree
    struct span bytes; // as they were
};

struct damage {
    struct arena arena;
    char *dir; // the copy
    struct damage_file *files;
    size_t n, cap;
};

// Copies `tree` into a folder under /tmp; without its probes.jsonl where `records` is false, as a tree that
// somebody collected by hand. Aborts when the disk says no.
void damage_init(struct damage *d, const char *tree, bool records);
void damage_done(struct damage *d);

// Writes the file anew: its first `at` bytes; all, with another byte at `at`; as it was.
void damage_cut(struct damage *d, size_t file, size_t at);
void damage_change(struct damage *d, size_t file, size_t at, char byte);
void damage_mend(struct damage *d, size_t file);

struct outcome {
    bool refused; // the tree was not read at all: what it asks about (target.yaml) is damaged; nothing else
    enum diagnosis diagnosis;
    enum verdict verdict;
    enum verdict of[DIAGNOSIS_COUNT]; // how well each diagnosis is shown, the answer or not
};

// Analyses the copy, runs every step and builds the report. False, and why (yours) in *ret_fault, where that
// fails, or the report contradicts itself or quotes what does not stand there.
bool damage_judge(const struct damage *d, struct outcome *ret, char **ret_fault);

// Whether the answer to the tree with that file cut is surer of its diagnosis than the whole tree's evidence
// is. Half a target.yaml asks another question (without a window, a symptom): only to be certain is too much.
bool damage_made_surer(const struct damage *d, size_t file, const struct outcome *whole,
                       const struct outcome *damaged);

#endif
