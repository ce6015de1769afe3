// The bench itself. The child that it runs is the test's own program under another name.
#include "tests/kit/bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/kit/child.h"

enum { PATIENCE_MS = 60000 };

static void on_patience(void *context)
{
    struct bench *b = context;
    b->impatient = true;
    loop_stop(b->loop);
}

static void remove_folder(const char *folder)
{
    char *command = mem_printf("rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    free(command);
}

int bench_set_up(void **state)
{
    struct bench *b = mem_alloc(sizeof *b);
    const char *tmp = getenv("TMPDIR");
    b->folder = mem_printf("%s/d5tui-runner-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(b->folder));
    b->tree = mem_printf("%s/evidence", b->folder);
    b->bin = mem_printf("%s/bin", b->folder);
    mkdir(b->bin, 0700);
    char *program = child_program(), *link = mem_printf("%s/child", b->bin);
    assert_int_equal(symlink(program, link), 0);
    free(program);
    free(link);
    b->path[0] = b->bin;
    b->loop = loop_new(NULL);
    b->patience = loop_timer_new(b->loop, on_patience, b);
    loop_timer_start(b->patience, PATIENCE_MS);
    *state = b;
    return 0;
}

int bench_tear_down(void **state)
{
    struct bench *b = *state;
    runner_free(b->runner);
    evidence_close(b->evidence);
    loop_free(b->loop);
    remove_folder(b->folder);
    free(b->folder);
    free(b->tree);
    free(b->bin);
    free(b);
    return 0;
}

static unsigned count_running(const struct runner *runner, const char *host)
{
    unsigned n = 0;
    for (size_t i = 0; i < runner_count(runner); i++) {
        const struct probe_run *run = runner_at(runner, i);
        n += run->state == PROBE_RUNNING && (!host || strcmp(run->planned->host, host) == 0);
    }
    return n;
}

static void on_started(void *context, const struct probe_run *run)
{
    struct bench *b = context;
    unsigned all = count_running(b->runner, NULL), here = count_running(b->runner, run->planned->host);
    b->most = all > b->most ? all : b->most;
    b->per_host = here > b->per_host ? here : b->per_host;
    b->started++;
}

static void on_ended(void *context, const struct probe_run *run)
{
    struct bench *b = context;
    assert_true(run->ended != TIME_UNKNOWN);
    b->ended++;
}

static void on_grew(void *context, const struct probe_run *run)
{
    struct bench *b = context;
    assert_int_equal(run->state, PROBE_RUNNING);
    b->grew++;
    loop_stop(b->loop);
}

static void on_idle(void *context)
{
    struct bench *b = context;
    b->idle++;
    loop_stop(b->loop);
}

struct runner_config bench_config(struct bench *b)
{
    return (struct runner_config){.loop = b->loop,
                                  .tree = b->tree,
                                  .first_id = 7,
                                  .path = b->path,
                                  .started = on_started,
                                  .ended = on_ended,
                                  .grew = on_grew,
                                  .idle = on_idle,
                                  .context = b};
}

void bench_start(struct bench *b)
{
    struct runner_config config = bench_config(b);
    struct error err = {0};
    b->runner = runner_new(&config, &err);
    assert_string_equal(err.text, "");
    assert_non_null(b->runner);
}

void bench_wait_idle(struct bench *b)
{
    while (b->idle == 0 && !b->impatient)
        loop_run(b->loop);
    assert_false(b->impatient);
    b->idle = 0;
    assert_int_equal(runner_busy(b->runner), 0);
}

void bench_wait_growth(struct bench *b, unsigned n)
{
    while (b->grew < n && !b->impatient)
        loop_run(b->loop);
    assert_false(b->impatient);
}

// ------------------------------------------------------------------ plans

const struct probe_row bench_row = {.name = "plain"};

struct planned bench_plan(const char *file, const char *const *argv)
{
    return (struct planned){
        .row = &bench_row, .argv = argv, .where = "bastion", .host = "bastion", .file = file, .seconds = 30};
}

const struct probe_run *bench_add(struct bench *b, const struct planned *planned)
{
    runner_add(b->runner, planned, "T.M2.3");
    return runner_at(b->runner, runner_count(b->runner) - 1);
}

const struct probe_run *bench_add_plain(struct bench *b, const char *file, const char *const *argv)
{
    struct planned planned = bench_plan(file, argv);
    return bench_add(b, &planned);
}

// ------------------------------------------------------------------ looking at the tree

char *bench_file(const struct bench *b, const char *path)
{
    char *full = mem_printf("%s/%s", b->tree, path);
    FILE *f = fopen(full, "re");
    struct str text = {0};
    char buffer[4096];
    for (size_t n; f && (n = fread(buffer, 1, sizeof buffer, f)) > 0;)
        str_add_span(&text, span_make(buffer, n));
    if (f)
        fclose(f);
    free(full);
    if (f)
        return str_take(&text);
    str_done(&text);
    return NULL;
}

void bench_assert_file(const struct bench *b, const char *path, const char *text)
{
    char *found = bench_file(b, path);
    if (!found)
        fail_msg("%s is not there", path);
    assert_string_equal(found, text);
    free(found);
}

void bench_assert_no_file(const struct bench *b, const char *path)
{
    char *full = mem_printf("%s/%s", b->tree, path);
    assert_int_equal(access(full, F_OK), -1);
    free(full);
}

void bench_assert_record(const struct bench *b, const char *part)
{
    char *records = bench_file(b, "probes.jsonl");
    if (!records || !strstr(records, part))
        fail_msg("%s\nis not in\n%s", part, records ? records : "(nothing)");
    free(records);
}

const struct evidence *bench_look(struct bench *b)
{
    struct error err = {0};
    evidence_close(b->evidence);
    b->evidence = evidence_open((const char *const[]){b->tree}, 1, NULL, &err);
    assert_string_equal(err.text, "");
    return b->evidence;
}

const struct evidence_file *bench_must_find(const struct evidence *ev, const char *path)
{
    const struct evidence_file *f = evidence_find(ev, path);
    if (!f)
        fail_msg("%s is not in the tree", path);
    return f;
}

void bench_assert_state(const struct probe_run *run, enum probe_state state, const char *why)
{
    assert_string_equal(probe_state_names[run->state], probe_state_names[state]);
    if (why && (!run->why || !strstr(run->why, why)))
        fail_msg("\"%s\" is not in \"%s\"", why, run->why ? run->why : "(no reason)");
}
