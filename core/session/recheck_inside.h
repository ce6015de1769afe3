// What the files of a recheck share, and nobody else includes.
#ifndef D5_SESSION_RECHECK_INSIDE_H
#define D5_SESSION_RECHECK_INSIDE_H

#include "core/session/live_inside.h"
#include "core/session/recheck.h"

struct file_set {
    const char **items;
    size_t n, cap;
};
bool file_set_has(const struct file_set *set, const char *file);

enum recheck_phase { RECHECK_FIRST, RECHECK_WAITING, RECHECK_SECOND, RECHECK_READING, RECHECK_DONE };

struct recheck {
    struct recheck_config config;
    struct session *s;
    struct session *after; // the new tree, as a session of its own
    struct session_job *reading;
    struct runner *runner;
    struct live_way way;
    struct arena arena;
    struct file_set decided; // what the report quotes
    struct file_set again;   // what is read again
    struct file_set fresh;   // of that, what was answered
    struct file_set states;  // of that, what tells by its silence, too: no logs
    char *tree;
    usec_t begun, second_at;
    struct loop_timer *soon;
    enum recheck_phase phase;
    bool cancelled;
    struct recheck_result result;
    struct error trouble;
};

// recheck.c — the path of a file's first reading: of a later one that beside the samples' folder.
const char *recheck_first_reading(struct recheck *r, const char *path);

// recheck_tree.c — a folder beside the first tree with all of it that is not read again, without a copy.
bool recheck_make_tree(struct recheck *r, struct error *err);

// recheck_judge.c — before and after, side by side, and what that means.
void recheck_judge(struct recheck *r);

#endif
