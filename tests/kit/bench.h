// The runner on a bench: a tree in a folder of its own, this program's own parts (child.h) as what it runs,
// and a loop that gives up after a minute. Each test of the runner sets one up (BENCH_TEST).
#ifndef D5_TESTS_KIT_BENCH_H
#define D5_TESTS_KIT_BENCH_H

#include "core/evidence/evidence.h"
#include "core/probe/runner.h"

struct bench {
    char *folder, *tree, *bin;
    struct loop *loop;
    struct loop_timer *patience;
    struct runner *runner;
    struct evidence *evidence;
    const char *path[2];
    unsigned most, per_host; // that ran at once
    unsigned started, ended, grew, idle;
    bool impatient;
};

int bench_set_up(void **state);
int bench_tear_down(void **state);
#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, bench_set_up, bench_tear_down)

struct runner_config bench_config(struct bench *b);
void bench_start(struct bench *b);     // the runner, with that
void bench_wait_idle(struct bench *b); // nothing runs any more
void bench_wait_growth(struct bench *b, unsigned n);

#define WORDS(...)                                                                                           \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

extern const struct probe_row bench_row; // with no flag and no limit

// Thirty seconds on the bastion, by bench_row.
struct planned bench_plan(const char *file, const char *const *argv);
const struct probe_run *bench_add(struct bench *b, const struct planned *planned);
const struct probe_run *bench_add_plain(struct bench *b, const char *file, const char *const *argv);

char *bench_file(const struct bench *b, const char *path); // its text, yours; NULL: it is not there
void bench_assert_file(const struct bench *b, const char *path, const char *text);
void bench_assert_no_file(const struct bench *b, const char *path);
void bench_assert_record(const struct bench *b, const char *part); // of probes.jsonl

// The tree as whoever reads it later sees it; until the next call.
const struct evidence *bench_look(struct bench *b);
const struct evidence_file *bench_must_find(const struct evidence *ev, const char *path);

void bench_assert_state(const struct probe_run *run, enum probe_state state, const char *why); // a part of it

#endif
