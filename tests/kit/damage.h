// A copy of an evidence tree of which one file at a time is damaged, and what evidence, facts, claims, cause
// and report then say: whether evidence that was lost ever makes an answer more certain. The procedure's own
// searches are left out: they say nothing to the cause, and would take most of the time.
#ifndef D5_TESTS_KIT_DAMAGE_H
#define D5_TESTS_KIT_DAMAGE_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/model/diagnosis.h"
#include "core/report/steps.h"

struct damage_file {
    const char *path;  // in the tree
    struct span bytes; // as they were
    bool decides;      // the verdict rests on it (damage_find_deciding)
};

struct damage {
    struct arena arena;
    char *dir; // the copy
    struct sop *sop;
    struct step_list steps;
    struct log_set *log_set; // compiled once, with a prefilter
    struct damage_file *files;
    size_t n, cap;
};

// Copies `tree` into a folder below $TMPDIR; without its probes.jsonl where `records` is false, as a tree
// that somebody collected by hand. Aborts when the disk says no.
void damage_init(struct damage *d, const char *tree, bool records);
void damage_done(struct damage *d);

// Takes the file away; writes it anew: its first `at` bytes; all, with another byte at `at`; as it was.
void damage_remove(struct damage *d, size_t file);
void damage_cut(struct damage *d, size_t file, size_t at);
void damage_change(struct damage *d, size_t file, size_t at, char byte);
void damage_mend(struct damage *d, size_t file);

struct outcome {
    bool refused;  // the tree was not read at all: what it asks about (target.yaml) is damaged; nothing else
    bool timeless; // nothing says when it hurt
    enum diagnosis diagnosis;
    enum verdict verdict;
    enum verdict of[DIAGNOSIS_COUNT]; // how well each diagnosis is shown, the answer or not
};

// Analyses the copy and builds the report of all steps. False, and why (yours) in *ret_fault, where that
// fails, or the report contradicts itself or quotes what does not stand there.
bool damage_judge(const struct damage *d, struct outcome *ret, char **ret_fault);

// Marks the files that the verdict on the copy as it is rests on, and says how many they are: those that a
// claim for or against any diagnosis cites (so all evidence of the report, and what was rejected by), what is
// asked (target.yaml), and the record of what was read when (probes.jsonl).
size_t damage_find_deciding(struct damage *d);

// Takes into `whole` what the copy without its records says, where that is surer: with a record goes what it
// says of a state, that it was read long before.
void damage_allow_unrecorded(struct damage *d, struct outcome *whole, char **ret_fault);

// Whether the answer to the tree with that file cut, or without it, is surer of its diagnosis than the whole
// tree's evidence is. Half a target.yaml asks another question: without a symptom only to be certain is too
// much; of no time state alone may decide (contract, section 3).
bool damage_made_surer(const struct damage *d, size_t file, const struct outcome *whole,
                       const struct outcome *damaged);

#endif
