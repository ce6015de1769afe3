// The runner with real children: what they print lands in the tree with its record, limits hold, and whatever
// goes wrong is said and lets the rest go on. What it wrote is read back by core/evidence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/evidence/evidence.h"
#include "core/probe/runner.h"
#include "tests/kit/child.h"

enum { PATIENCE_MS = 60000 };

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

static int set_up(void **state)
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

static int tear_down(void **state)
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

static struct runner_config config_of(struct bench *b)
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

static void start(struct bench *b)
{
    struct runner_config config = config_of(b);
    struct error err = {0};
    b->runner = runner_new(&config, &err);
    assert_string_equal(err.text, "");
    assert_non_null(b->runner);
}

static void wait_idle(struct bench *b)
{
    while (b->idle == 0 && !b->impatient)
        loop_run(b->loop);
    assert_false(b->impatient);
    b->idle = 0;
    assert_int_equal(runner_busy(b->runner), 0);
}

static void wait_growth(struct bench *b, unsigned n)
{
    while (b->grew < n && !b->impatient)
        loop_run(b->loop);
    assert_false(b->impatient);
}

// ------------------------------------------------------------------ plans

static const struct probe_row plain_row = {.name = "plain"};
static const struct probe_row dig_row = {.name = "dig", .answers = "9"};
static const struct probe_row asking_row = {.name = "can-i", .answers = "1"};
static const struct probe_row small_row = {.name = "small", .bytes = 100000};
static const struct probe_row piece_row = {.name = "piece", .flags = PROBE_PIECES};

#define WORDS(...)                                                                                           \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

static struct planned plan_of(const char *file, const char *const *argv)
{
    return (struct planned){
        .row = &plain_row, .argv = argv, .where = "bastion", .host = "bastion", .file = file, .seconds = 30};
}

static const struct probe_run *add(struct bench *b, const struct planned *planned)
{
    runner_add(b->runner, planned, "T.M2.3");
    return runner_at(b->runner, runner_count(b->runner) - 1);
}

static const struct probe_run *add_plain(struct bench *b, const char *file, const char *const *argv)
{
    struct planned planned = plan_of(file, argv);
    return add(b, &planned);
}

// ------------------------------------------------------------------ looking at the tree

static char *read_file(const struct bench *b, const char *path)
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

static void assert_file(const struct bench *b, const char *path, const char *text)
{
    char *found = read_file(b, path);
    if (!found)
        fail_msg("%s is not there", path);
    assert_string_equal(found, text);
    free(found);
}

static void assert_no_file(const struct bench *b, const char *path)
{
    char *full = mem_printf("%s/%s", b->tree, path);
    assert_int_equal(access(full, F_OK), -1);
    free(full);
}

static void assert_record(const struct bench *b, const char *part)
{
    char *records = read_file(b, "probes.jsonl");
    if (!records || !strstr(records, part))
        fail_msg("%s\nis not in\n%s", part, records ? records : "(nothing)");
    free(records);
}

static const struct evidence *look(struct bench *b)
{
    struct error err = {0};
    evidence_close(b->evidence);
    b->evidence = evidence_open((const char *const[]){b->tree}, 1, NULL, &err);
    assert_string_equal(err.text, "");
    return b->evidence;
}

static const struct evidence_file *must_find(const struct evidence *ev, const char *path)
{
    const struct evidence_file *f = evidence_find(ev, path);
    if (!f)
        fail_msg("%s is not in the tree", path);
    return f;
}

static void assert_state(const struct probe_run *run, enum probe_state state, const char *why)
{
    assert_string_equal(probe_state_names[run->state], probe_state_names[state]);
    if (why && (!run->why || !strstr(run->why, why)))
        fail_msg("\"%s\" is not in \"%s\"", why, run->why ? run->why : "(no reason)");
}

// ------------------------------------------------------------------ files and records

static void what_is_printed_lands_in_the_tree(void **state)
{
    struct bench *b = *state;
    start(b);
    const struct probe_run *run =
        add_plain(b, "nodes/n1/networking/ss.txt", WORDS("child", "child:say", "a\n", "caf\xc3"));
    assert_int_equal(b->started, 0); // never from within a call
    wait_idle(b);
    assert_string_equal(run->id, "E-007");
    assert_state(run, PROBE_DONE, NULL);
    assert_int_equal(run->exit, 0);
    assert_int_equal(run->bytes, 6);
    assert_int_equal(b->started, 1);
    assert_int_equal(b->ended, 1);
    assert_file(b, "nodes/n1/networking/ss.txt", "a\ncaf\xc3");
    char *argv = mem_printf("\"argv\":[\"%s/child\",\"child:say\",\"a\\n\",\"caf\xef\xbf\xbd\"]", b->bin);
    assert_record(b, argv);
    free(argv);
    assert_record(b, "{\"id\":\"E-007\",\"step\":\"T.M2.3\",");
    assert_record(b, "\"where\":\"bastion\",\"via\":null,\"started\":\"20");
    assert_record(b, "\"exit\":0,\"signal\":null,\"bytes\":6,\"cut\":false,\"stderr\":\"\","
                     "\"file\":\"nodes/n1/networking/ss.txt\",\"state\":\"done\",\"answers\":[0]}\n");
    const struct evidence_file *f = must_find(look(b), "nodes/n1/networking/ss.txt");
    assert_int_equal(f->state, EVIDENCE_KNOWN);
    assert_string_equal(f->probe, "E-007");
}

static void files_are_private(void **state)
{
    struct bench *b = *state;
    mode_t before = umask(0);
    start(b);
    add_plain(b, "nodes/n1/x.txt", WORDS("child", "child:say", "a\n"));
    wait_idle(b);
    umask(before);
    const char *const folders[] = {"", "nodes", "nodes/n1"}, *const files[] = {"nodes/n1/x.txt",
                                                                               "probes.jsonl"};
    struct stat st;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        char *path = mem_printf("%s/%s", b->tree, folders[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        free(path);
    }
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path = mem_printf("%s/%s", b->tree, files[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        free(path);
    }
}

static void nothing_printed_is_an_answer(void **state)
{
    struct bench *b = *state;
    start(b);
    const struct probe_run *run = add_plain(b, "bastion/none.txt", WORDS("child", "child:exit", "0"));
    wait_idle(b);
    assert_state(run, PROBE_DONE, NULL);
    assert_file(b, "bastion/none.txt", "");
    assert_int_equal(must_find(look(b), "bastion/none.txt")->state, EVIDENCE_KNOWN);
}

static void a_row_says_what_is_an_answer(void **state)
{
    struct bench *b = *state;
    start(b);
    struct planned planned = plan_of("bastion/dig-a.txt", WORDS("child", "child:exit", "9"));
    planned.row = &dig_row;
    const struct probe_run *no_reply = add(b, &planned);
    const struct probe_run *plain = add_plain(b, "bastion/b.txt", WORDS("child", "child:exit", "9"));
    planned = plan_of("cluster/access.json", WORDS("child", "child:exit", "1", "Unable to connect"));
    planned.row = &asking_row;
    const struct probe_run *asking = add(b, &planned);
    planned = plan_of("nodes/n1/c.txt", WORDS("child", "child:exit", "4", "no root\n"));
    planned.via = "ssh";
    const struct probe_run *there = add(b, &planned);
    planned = plan_of("nodes/n1/d.txt", WORDS("child", "child:exit", "255", "No route to host\n"));
    planned.via = "ssh";
    const struct probe_run *nowhere = add(b, &planned);
    wait_idle(b);
    assert_state(there, PROBE_FAILED, "plain exited 4: no root");
    assert_state(nowhere, PROBE_FAILED, "child exited 255: No route");
    assert_state(no_reply, PROBE_DONE, NULL);
    assert_state(plain, PROBE_FAILED, "child exited 9");
    assert_state(asking, PROBE_FAILED, "exited 1: Unable to connect"); // it said neither yes nor no
    const struct evidence *ev = look(b);
    assert_int_equal(must_find(ev, "bastion/dig-a.txt")->state, EVIDENCE_KNOWN);
    assert_int_equal(must_find(ev, "bastion/b.txt")->state, EVIDENCE_UNKNOWN);
    assert_string_equal(must_find(ev, "bastion/b.txt")->why, "its probe failed: child exited 9");
}

static void ends_have_their_words(void **state)
{
    static const struct {
        const char *words[6];
        enum probe_state state;
        const char *why;
    } cases[] = {
        {{"child", "child:exit", "1", "Warning: old\nError from server (Forbidden): pods is forbidden\n"},
         PROBE_DENIED,
         "exited 1: Error from server (Forbidden)"},
        {{"child", "child:exit", "1", "sudo: a password is required\n"}, PROBE_DENIED, "a password"},
        {{"child", "child:exit", "4", "Fatal: Permission denied (you must be root)\n"}, PROBE_DENIED, "root"},
        {{"child", "child:exit", "254", "An error occurred (AccessDenied) when calling\n"}, PROBE_DENIED, ""},
        {{"child", "child:exit", "0", "Permission denied, but it went on\n"}, PROBE_DONE, NULL},
        {{"child", "child:exit", "124"}, PROBE_TIMEOUT, "after its time"},
        {{"child", "child:exit", "127", "bash: ethtool: command not found\n"}, PROBE_MISSING, "ethtool"},
        {{"child", "child:exit", "126", "timeout: failed to run command 'x': Permission denied\n"},
         PROBE_DENIED,
         "'x'"},
        {{"child", "child:exit", "2", "Unauthorized access is forbidden\nno luck\n"}, PROBE_FAILED, NULL},
        {{"child", "child:exit", "2", "no luck\nat all\n"}, PROBE_FAILED, "child exited 2: no luck"},
        {{"child", "child:exit", "1",
          "E1129 08:15:35.544803   29297 memcache.go:265] \"Unhandled Error\"\nno server\n"},
         PROBE_FAILED,
         "child exited 1: no server"},
        {{"child", "child:exit", "1", "E1129 08:15:35.544803   29297 alone.go:1] trouble\n"},
         PROBE_FAILED,
         "alone.go:1] trouble"},
        {{"child", "child:die", "10"}, PROBE_FAILED, "was killed: User defined signal 1"},
        {{"nowhere"}, PROBE_MISSING, "nowhere is in none of the folders of PATH"},
    };
    struct bench *b = *state;
    start(b);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *file = mem_printf("bastion/%zu.txt", i);
        add_plain(b, file, cases[i].words);
        free(file);
    }
    wait_idle(b);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_state(runner_at(b->runner, i), cases[i].state, cases[i].why);
    assert_record(b, "\"file\":\"bastion/13.txt\",\"state\":\"missing\"");
    assert_record(b, "\"stderr\":\"sudo: a password is required\\n\"");
    assert_record(b, "\"signal\":10");
    size_t n;
    evidence_probes(look(b), &n);
    assert_int_equal(n, ARRAY_LEN(cases));
    assert_int_equal(must_find(b->evidence, "bastion/0.txt")->state, EVIDENCE_UNKNOWN);
}

static void what_may_not_run_is_recorded(void **state)
{
    struct bench *b = *state;
    start(b);
    struct planned planned = plan_of("captures/x.pcap", WORDS("child", "child:say", "a"));
    planned.state = PLANNED_NOT_ALLOWED;
    planned.why = "no consent to capture";
    const struct probe_run *denied = add(b, &planned);
    planned.state = PLANNED_UNFIT;
    planned.why = "node name \"-oProxyCommand\" is no DNS name";
    const struct probe_run *unfit = add(b, &planned);
    planned.file = NULL;
    planned.row = &piece_row;
    add(b, &planned);
    wait_idle(b);
    assert_state(denied, PROBE_DENIED, "no consent");
    assert_state(unfit, PROBE_FAILED, "is no DNS name");
    assert_int_equal(b->started, 0);
    assert_int_equal(b->ended, 3);
    assert_no_file(b, "captures/x.pcap");
    assert_record(b, "\"state\":\"denied\",\"answers\":[0],\"why\":\"no consent to capture\"");
}

static void the_end_of_what_went_wrong_is_kept(void **state)
{
    struct bench *b = *state;
    start(b);
    struct str much = {0};
    str_add_repeat(&much, 'x', 60000);
    str_add(&much, "\nand so it ended\n");
    const struct probe_run *run =
        add_plain(b, "bastion/a.txt", WORDS("child", "child:exit", "1", str_text(&much), str_text(&much)));
    wait_idle(b);
    assert_int_equal(run->errors.len, 64 * 1024);
    assert_true(span_ends(run->errors, "x\nand so it ended\n"));
    assert_record(b, "\"stderr\":\"and so it ended\\n\"");
    str_done(&much);
}

// ------------------------------------------------------------------ limits

static void limits_hold(void **state)
{
    struct bench *b = *state;
    struct runner_config config = config_of(b);
    config.max_all = 6;
    config.max_per_host = 3;
    b->runner = runner_new(&config, NULL);
    for (unsigned i = 0; i < 50; i++) {
        char *file = mem_printf("bastion/%u.txt", i), *host = mem_printf("node-%u", i / 40);
        struct planned planned = plan_of(file, WORDS("child", "child:quiet", "0"));
        planned.host = host;
        add(b, &planned);
        free(file);
        free(host);
    }
    wait_idle(b);
    assert_int_equal(b->ended, 50);
    assert_int_equal(b->most, 6);
    assert_int_equal(b->per_host, 3);
    for (size_t i = 0; i < 50; i++)
        assert_state(runner_at(b->runner, i), PROBE_DONE, NULL);
    size_t n;
    evidence_probes(look(b), &n);
    assert_int_equal(n, 50);
}

static void what_hangs_and_floods_is_bounded(void **state)
{
    struct bench *b = *state;
    start(b);
    struct planned planned = plan_of("var_log/flood.log", WORDS("child", "child:flood"));
    planned.row = &small_row;
    const struct probe_run *flood = add(b, &planned);
    planned = plan_of("bastion/hang.txt", WORDS("child", "child:hang"));
    planned.seconds = 1;
    const struct probe_run *hang = add(b, &planned);
    const struct probe_run *well = add_plain(b, "bastion/well.txt", WORDS("child", "child:say", "a\n"));
    wait_idle(b);
    assert_state(flood, PROBE_DONE, "cut at 100000 bytes");
    assert_true(flood->cut);
    assert_int_equal(flood->bytes, 100000);
    assert_state(hang, PROBE_TIMEOUT, "longer than 1 s");
    assert_state(well, PROBE_DONE, NULL);
    const struct evidence *ev = look(b);
    assert_int_equal(must_find(ev, "var_log/flood.log")->size, 100000);
    assert_int_equal(must_find(ev, "var_log/flood.log")->state, EVIDENCE_PARTIAL);
    assert_string_equal(must_find(ev, "var_log/flood.log")->why, "its probe's output was cut");
    assert_int_equal(must_find(ev, "bastion/hang.txt")->state, EVIDENCE_UNKNOWN);
}

static void one_is_cancelled_or_all(void **state)
{
    struct bench *b = *state;
    struct runner_config config = config_of(b);
    config.max_all = 2;
    b->runner = runner_new(&config, NULL);
    const struct probe_run *first = add_plain(b, "bastion/1.txt", WORDS("child", "child:hang"));
    const struct probe_run *second = add_plain(b, "bastion/2.txt", WORDS("child", "child:stubborn"));
    const struct probe_run *third = add_plain(b, "bastion/3.txt", WORDS("child", "child:hang"));
    const struct probe_run *never = add_plain(b, "bastion/4.txt", WORDS("child", "child:say", "a"));
    wait_growth(b, 2);
    runner_cancel(b->runner, first->id);
    wait_growth(b, 3);
    assert_state(first, PROBE_CANCELLED, NULL);
    assert_state(third, PROBE_RUNNING, NULL);
    runner_cancel(b->runner, NULL);
    wait_idle(b);
    assert_state(second, PROBE_CANCELLED, NULL);
    assert_state(third, PROBE_CANCELLED, NULL);
    assert_state(never, PROBE_CANCELLED, NULL);
    assert_int_equal(never->started, TIME_UNKNOWN);
    assert_no_file(b, "bastion/4.txt");
    assert_int_equal(b->ended, 4);
}

static void freeing_it_ends_and_records_all(void **state)
{
    struct bench *b = *state;
    start(b);
    add_plain(b, "bastion/1.txt", WORDS("child", "child:away"));
    add_plain(b, "bastion/2.txt", WORDS("child", "child:stubborn"));
    add_plain(b, "bastion/3.txt", WORDS("child", "child:hang"));
    wait_growth(b, 3);
    usec_t before = clock_monotonic();
    runner_free(b->runner);
    b->runner = NULL;
    assert_true(clock_monotonic() - before < 4 * USEC_SEC);
    assert_int_equal(b->ended, 3);
    size_t n;
    const struct evidence_probe *probes = evidence_probes(look(b), &n);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(probes[i].why, "its probe was cancelled: it was cancelled");
}

// ------------------------------------------------------------------ the loop stays free

enum { TICK_MS = 5, TICKS = 300, FRAME = 16000, ALLOWED_GROWTH = 24 << 20 };

struct ticks { // a timer that stands for somebody's keys
    struct bench *bench;
    struct loop_timer *timer;
    int statistics; // of the loop's thread
    unsigned n;
    usec_t wall_before, queued_before;
    usec_t late[TICKS], own[TICKS]; // beyond its time: in all, and not for want of a processor
};

// How long the thread could have run and another did (proc(5), /proc/PID/schedstat, the second number): what
// a busy machine takes, and no program can give.
static usec_t queued(const struct ticks *t)
{
    char text[128];
    unsigned long long worked, waited = 0;
    ssize_t n = pread(t->statistics, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    assert_int_equal(sscanf(text, "%llu %llu", &worked, &waited), 2);
    return (usec_t)(waited / 1000);
}

static void on_tick(void *context)
{
    struct ticks *t = context;
    usec_t wall = clock_monotonic(), waited = queued(t);
    t->late[t->n] = wall - t->wall_before - TICK_MS * USEC_MSEC;
    t->own[t->n] = t->late[t->n] - (waited - t->queued_before);
    t->n++;
    t->wall_before = wall;
    t->queued_before = waited;
    if (t->n < TICKS)
        loop_timer_start(t->timer, TICK_MS);
    else
        runner_cancel(t->bench->runner, NULL);
}

static int compare_times(const void *a, const void *b)
{
    usec_t x = *(const usec_t *)a, y = *(const usec_t *)b;
    return (x > y) - (x < y);
}

static size_t resident(void)
{
    unsigned long all, here;
    FILE *f = fopen("/proc/self/statm", "re");
    assert_int_equal(fscanf(f, "%lu %lu", &all, &here), 2);
    fclose(f);
    return here * (size_t)sysconf(_SC_PAGESIZE);
}

// A key is answered within a frame, as far as it is the program's doing: working, or waiting for a disk.
static void keys_are_answered_while_a_probe_floods(void **state)
{
    struct bench *b = *state;
    start(b);
    for (unsigned i = 0; i < 12; i++) {
        char *file = mem_printf("var_log/%u.log", i), *host = mem_printf("node-%u", i / 4);
        struct planned planned = plan_of(file, i == 0   ? WORDS("child", "child:pour", "100")
                                               : i == 1 ? WORDS("child", "child:hang")
                                                        : WORDS("child", "child:pour", "1"));
        planned.host = host;
        add(b, &planned);
        free(file);
        free(host);
    }
    wait_growth(b, 12);
    size_t before = resident();
    struct ticks t = {.bench = b, .statistics = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)};
    t.wall_before = clock_monotonic();
    t.queued_before = queued(&t);
    t.timer = loop_timer_new(b->loop, on_tick, &t);
    loop_timer_start(t.timer, TICK_MS);
    wait_idle(b);
    size_t after = resident();
    qsort(t.late, TICKS, sizeof *t.late, compare_times);
    qsort(t.own, TICKS, sizeof *t.own, compare_times);
    print_message("%.0f MB came; a key waited %.1f ms (median), %.1f (99th percentile), %.1f (longest); %.1f "
                  "(99th percentile) not for want of a processor; memory %+.1f MB\n",
                  (double)runner_at(b->runner, 0)->bytes / 1e6, (double)t.late[TICKS / 2] / 1e3,
                  (double)t.late[TICKS * 99 / 100] / 1e3, (double)t.late[TICKS - 1] / 1e3,
                  (double)t.own[TICKS * 99 / 100] / 1e3, ((double)after - (double)before) / 1e6);
    assert_true(runner_at(b->runner, 0)->bytes > 20 << 20);
    assert_true(t.own[TICKS * 99 / 100] < FRAME);
    assert_true(after < before + ALLOWED_GROWTH);
    loop_timer_free(t.timer);
    close(t.statistics);
}

// ------------------------------------------------------------------ readings and pieces

// The path below earlier/<UTC>/ of the one reading that moved there.
static char *earlier_of(struct bench *b, const char *path)
{
    char *pattern = mem_printf("earlier/*/%s", path);
    uint32_t cursor = 0;
    const struct evidence_file *f = evidence_next(look(b), pattern, &cursor);
    char *ret = f ? mem_strdup(f->path) : NULL;
    free(pattern);
    assert_non_null(ret);
    return ret;
}

static void a_reading_is_never_written_over(void **state)
{
    struct bench *b = *state;
    start(b);
    add_plain(b, "bastion/a.txt", WORDS("child", "child:say", "first\n"));
    wait_idle(b);
    const struct probe_run *never = add_plain(b, "bastion/a.txt", WORDS("nowhere"));
    wait_idle(b);
    assert_state(never, PROBE_MISSING, NULL);
    assert_file(b, "bastion/a.txt", "first\n"); // nobody was asked anew
    assert_record(b, "\"file\":null,\"state\":\"missing\"");
    assert_int_equal(must_find(look(b), "bastion/a.txt")->state, EVIDENCE_KNOWN);
    runner_free(b->runner);
    struct runner_config config = config_of(b);
    config.first_id = 20;
    b->runner = runner_new(&config, NULL); // a case that goes on
    add_plain(b, "bastion/a.txt", WORDS("child", "child:exit", "2", "no\n"));
    wait_idle(b);
    assert_file(b, "bastion/a.txt", "");
    char *earlier = earlier_of(b, "bastion/a.txt");
    assert_file(b, earlier, "first\n");
    const struct evidence_file *old = must_find(b->evidence, earlier);
    assert_string_equal(old->probe, "E-007");
    assert_int_equal(old->state, EVIDENCE_KNOWN);
    assert_string_equal(must_find(b->evidence, "bastion/a.txt")->probe, "E-020");
    assert_int_equal(must_find(b->evidence, "bastion/a.txt")->state, EVIDENCE_UNKNOWN);
    free(earlier);
}

static const struct probe_run *add_piece(struct bench *b, const char *heading, const char *const *argv)
{
    struct planned planned = plan_of("nodes/n1/networking/ethtool.txt", argv);
    planned.row = &piece_row;
    planned.heading = heading;
    return add(b, &planned);
}

static void pieces_of_a_file_do_not_mix(void **state)
{
    struct bench *b = *state;
    start(b);
    add_piece(b, "Interface eth0", WORDS("child", "child:flood", "1024"));
    add_piece(b, "Interface eth1", WORDS("child", "child:flood", "2048"));
    add_piece(b, "Interface eth2", WORDS("child", "child:exit", "71", "no such device\n"));
    wait_idle(b);
    const struct evidence *ev = look(b);
    const struct evidence_file *f = must_find(ev, "nodes/n1/networking/ethtool.txt");
    size_t n;
    const struct evidence_probe *probes = evidence_probes(ev, &n);
    assert_int_equal(n, 3);
    uint32_t sum = 0;
    struct str line = {0};
    for (size_t i = 0; i < n; i++) {
        assert_true(evidence_line(b->evidence, f->id, probes[i].from, &line, NULL));
        assert_true(span_starts(str_span(&line), "Interface eth"));
        str_clear(&line);
        sum += probes[i].to - probes[i].from + 1;
        if (probes[i].to - probes[i].from > 0) { // the last line of its piece is of what it printed
            assert_true(evidence_line(b->evidence, f->id, probes[i].to, &line, NULL));
            assert_true(span_starts(str_span(&line), "xxx"));
            str_clear(&line);
        }
        const char *why;
        struct place place = {.file = f->id, .line = probes[i].from};
        bool bad = evidence_state_at(ev, place, &why) == EVIDENCE_UNKNOWN;
        assert_int_equal(bad, probes[i].to == probes[i].from);
    }
    str_done(&line);
    assert_int_equal(sum, 3 + (1024 + 2048) * 8); // three headings, lines of 128 bytes
    assert_int_equal(f->state, EVIDENCE_PARTIAL);
}

static void a_piece_that_is_there_begins_the_file_anew(void **state)
{
    struct bench *b = *state;
    start(b);
    add_piece(b, "A", WORDS("child", "child:say", "1"));
    wait_idle(b);
    add_piece(b, "B", WORDS("child", "child:say", "2\n"));
    wait_idle(b);
    assert_file(b, "nodes/n1/networking/ethtool.txt", "A\n1\nB\n2\n");
    add_piece(b, "A", WORDS("child", "child:say", "3\n"));
    wait_idle(b);
    assert_file(b, "nodes/n1/networking/ethtool.txt", "A\n3\n");
    char *earlier = earlier_of(b, "nodes/n1/networking/ethtool.txt");
    assert_file(b, earlier, "A\n1\nB\n2\n");
    size_t n;
    const struct evidence_probe *probes = evidence_probes(b->evidence, &n);
    assert_int_equal(n, 3);
    assert_string_equal(probes[0].file, earlier);
    assert_string_equal(probes[1].file, earlier);
    assert_string_equal(probes[2].file, "nodes/n1/networking/ethtool.txt");
    assert_int_equal(probes[1].from, 3);
    free(earlier);
}

// ------------------------------------------------------------------ what stands in the way

static void a_link_in_the_tree_leads_nowhere(void **state)
{
    struct bench *b = *state;
    char *outside = mem_printf("%s/outside", b->folder), *inside = mem_printf("%s/nodes", b->tree);
    char *kept = mem_printf("%s/kept.txt", outside), *link = mem_printf("%s/a.txt", b->tree);
    mkdir(outside, 0700);
    mkdir(b->tree, 0700);
    assert_int_equal(symlink(outside, inside), 0);
    assert_int_equal(symlink(kept, link), 0);
    start(b);
    const struct probe_run *folder = add_plain(b, "nodes/n1/a.txt", WORDS("child", "child:say", "a\n"));
    const struct probe_run *file = add_plain(b, "a.txt", WORDS("child", "child:say", "a\n"));
    const struct probe_run *up = add_plain(b, "../b.txt", WORDS("child", "child:say", "a\n"));
    wait_idle(b);
    assert_state(folder, PROBE_FAILED, "a file stands where its folder should be");
    assert_state(up, PROBE_FAILED, "leads out of the folder");
    assert_state(file, PROBE_DONE, NULL);
    assert_file(b, "a.txt", "a\n");
    assert_int_equal(access(kept, F_OK), -1);
    assert_int_equal(rmdir(outside), 0); // nothing is in it
    free(outside);
    free(inside);
    free(kept);
    free(link);
}

static void a_full_disk_is_named_and_the_rest_goes_on(void **state)
{
    struct bench *b = *state;
    mkdir(b->tree, 0700);
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", b->tree, "tmpfs", 0, "size=256k") != 0)
        skip(); // needs root
    start(b);
    struct planned planned = plan_of("bastion/big.txt", WORDS("child", "child:flood"));
    const struct probe_run *big = add(b, &planned);
    wait_idle(b);
    const struct probe_run *lost = add_plain(b, "bastion/lost.txt", WORDS("child", "child:flood", "64"));
    wait_idle(b);
    assert_state(big, PROBE_FAILED, "the disk is full");
    assert_state(lost, PROBE_FAILED, "the disk is full");
    char *full = mem_printf("%s/bastion/big.txt", b->tree);
    assert_int_equal(unlink(full), 0);
    free(full);
    const struct probe_run *small = add_plain(b, "bastion/small.txt", WORDS("child", "child:say", "a\n"));
    wait_idle(b);
    assert_state(small, PROBE_DONE, NULL);
    assert_file(b, "bastion/small.txt", "a\n");
    size_t n;
    evidence_probes(look(b), &n);
    assert_int_equal(n, 3); // the records that found no room came when there was some
    evidence_close(b->evidence);
    b->evidence = NULL;
    runner_free(b->runner);
    b->runner = NULL;
    assert_int_equal(umount2(b->tree, MNT_DETACH), 0);
}

static void a_tree_that_cannot_be_written_is_refused(void **state)
{
    struct bench *b = *state;
    struct runner_config config = config_of(b);
    struct error err = {0};
    config.tree = "/proc/d5tui";
    assert_null(runner_new(&config, &err));
    assert_non_null(strstr(err.text, "/proc/d5tui: the evidence cannot be written"));
}

// ------------------------------------------------------------------ programs and environment

static void the_environment_is_a_list_of_what_is_allowed(void **state)
{
    struct bench *b = *state;
    setenv("KUBECONFIG", "/k/config", 1);
    setenv("AWS_PROFILE", "prod", 1);
    setenv("AWS_PAGER", "less", 1);
    setenv("https_proxy", "http://10.0.0.9:3128", 1);
    setenv("no_proxy", "10.0.0.0/8", 1);
    setenv("LD_PRELOAD_NOT", "x", 1);
    setenv("BASH_ENV", "/tmp/x", 1);
    setenv("TZ", "Asia/Tokyo", 1);
    start(b);
    add_plain(b, "bastion/env.txt", WORDS("child", "child:look"));
    wait_idle(b);
    char *text = read_file(b, "bastion/env.txt"), *path = mem_printf("env PATH=%s\n", b->bin);
    const char *const there[] = {path,
                                 "env KUBECONFIG=/k/config\n",
                                 "env AWS_PROFILE=prod\n",
                                 "env https_proxy=http://10.0.0.9:3128\n",
                                 "env no_proxy=10.0.0.0/8\n",
                                 "env TZ=UTC\n",
                                 "env LC_ALL=C.UTF-8\n",
                                 "env PAGER=cat\n",
                                 "env AWS_PAGER=\n"};
    for (size_t i = 0; i < ARRAY_LEN(there); i++)
        assert_non_null(strstr(text, there[i]));
    const char *const absent[] = {"LD_PRELOAD_NOT", "BASH_ENV", "Tokyo", "less", "TMPDIR"};
    for (size_t i = 0; i < ARRAY_LEN(absent); i++)
        assert_null(strstr(text, absent[i]));
    free(path);
    free(text);
    unsetenv("KUBECONFIG");
    unsetenv("AWS_PROFILE");
    unsetenv("AWS_PAGER");
    unsetenv("https_proxy");
    unsetenv("no_proxy");
    unsetenv("LD_PRELOAD_NOT");
    unsetenv("BASH_ENV");
    unsetenv("TZ");
}

static void only_absolute_folders_are_searched(void **state)
{
    struct bench *b = *state;
    char *own = mem_strdup(getenv("PATH")), *path = mem_printf("bin:.::%s/nothing", b->folder);
    char *here = getcwd(NULL, 0);
    assert_int_equal(chdir(b->folder), 0);
    setenv("PATH", path, 1);
    struct runner_config config = config_of(b);
    config.path = NULL;
    b->runner = runner_new(&config, NULL);
    const struct probe_run *run = add_plain(b, "bastion/a.txt", WORDS("child", "child:say", "a"));
    wait_idle(b);
    setenv("PATH", own, 1);
    assert_int_equal(chdir(here), 0);
    assert_state(run, PROBE_MISSING, NULL);
    free(own);
    free(path);
    free(here);
}

// ------------------------------------------------------------------ scripts and connections

static enum script_step three_calls(const struct planned *planned, struct script_turn *turn)
{
    static const char *const ask[] = {"child", "child:exit", "3", "not yet", NULL};
    static const char *const fetch[] = {"child", "child:say", "the answer\n", NULL};
    (void)planned;
    turn->wait_ms = 1;
    switch (turn->round) {
    case 1:
        assert_true(span_is(turn->printed, "id-1"));
        assert_null(turn->state);
        turn->state = (void *)ask;
        turn->ret_argv = ask;
        return SCRIPT_CALL;
    case 2:
        assert_int_equal(turn->exit, 3);
        assert_true(span_is(turn->errors, "not yet"));
        assert_int_equal(turn->printed.len, 0);
        turn->ret_argv = fetch;
        return SCRIPT_CALL;
    default:
        assert_true(turn->state == ask);
        turn->ret_cut = true;
        turn->ret_evidence = span_of(arena_span(turn->arena, turn->printed));
        return SCRIPT_DONE;
    }
}

static enum script_step never_done(const struct planned *planned, struct script_turn *turn)
{
    turn->ret_argv = planned->argv;
    turn->wait_ms = 50;
    return SCRIPT_CALL;
}

static enum script_step is_not_asked(const struct planned *planned, struct script_turn *turn)
{
    (void)planned, (void)turn;
    fail_msg("a script was shown half of what its call printed");
    return SCRIPT_FAILED;
}

static enum script_step gives_up(const struct planned *planned, struct script_turn *turn)
{
    (void)planned;
    turn->ret_why = "the command was refused";
    return SCRIPT_FAILED;
}

static void a_script_makes_several_calls(void **state)
{
    struct bench *b = *state;
    start(b);
    struct planned planned = plan_of("bastion/a.txt", WORDS("child", "child:say", "id-1"));
    planned.script = three_calls;
    const struct probe_run *good = add(b, &planned);
    planned = plan_of("bastion/b.txt", WORDS("child", "child:say", "id-1"));
    planned.script = never_done;
    planned.seconds = 1;
    const struct probe_run *late = add(b, &planned);
    planned = plan_of("bastion/c.txt", WORDS("child", "child:exit", "1", "(AccessDenied)"));
    planned.script = gives_up;
    const struct probe_run *bad = add(b, &planned);
    planned = plan_of("bastion/d.txt", WORDS("child", "child:flood"));
    planned.script = is_not_asked;
    planned.row = &small_row;
    const struct probe_run *wordy = add(b, &planned);
    wait_idle(b);
    assert_state(wordy, PROBE_FAILED, "printed more");
    assert_state(good, PROBE_DONE, "only its beginning");
    assert_true(good->cut);
    assert_file(b, "bastion/a.txt", "the answer\n");
    assert_int_equal(good->bytes, 11);
    assert_state(late, PROBE_TIMEOUT, NULL);
    assert_true(late->ended - late->started < 3 * USEC_SEC);
    assert_state(bad, PROBE_DENIED, "the command was refused");
}

static void a_waiting_script_can_be_cancelled(void **state)
{
    struct bench *b = *state;
    start(b);
    struct planned planned = plan_of("bastion/b.txt", WORDS("child", "child:say", "id-1"));
    planned.script = never_done;
    const struct probe_run *run = add(b, &planned);
    add_plain(b, "bastion/c.txt", WORDS("child", "child:hang"));
    wait_growth(b, 1);
    runner_cancel(b->runner, NULL);
    wait_idle(b);
    assert_state(run, PROBE_CANCELLED, NULL);
}

static void one_connection_is_shared(void **state)
{
    struct bench *b = *state;
    char *socket = mem_printf("%s/socket", b->folder), *bad = mem_printf("%s/bad", b->folder);
    start(b);
    for (unsigned i = 0; i < 8; i++) {
        char *file = mem_printf("nodes/n1/%u.txt", i);
        struct planned planned = plan_of(file, WORDS("child", "child:say", "a\n"));
        planned.connect =
            i % 2 ? WORDS("child", "child:connect", socket)
                  : WORDS("child", "child:exit", "255", "@@@@@\nssh: connect to host: No route\n");
        planned.socket = i % 2 ? socket : bad;
        add(b, &planned);
        free(file);
    }
    struct planned planned = plan_of("nodes/n1/8.txt", WORDS("child", "child:say", "a\n"));
    planned.connect = WORDS("nowhere");
    planned.socket = "/nowhere/socket";
    const struct probe_run *missing = add(b, &planned);
    wait_idle(b);
    assert_state(missing, PROBE_MISSING, "nowhere is in none");
    for (size_t i = 0; i < 8; i++)
        assert_state(runner_at(b->runner, i), i % 2 ? PROBE_DONE : PROBE_FAILED,
                     i % 2 ? NULL : "cannot be reached: ssh: connect to host: No route");
    char *made = mem_printf("%s.1", socket);
    assert_int_equal(access(made, F_OK), 0);
    made[strlen(made) - 1] = '2';
    assert_int_equal(access(made, F_OK), -1); // one for all
    assert_int_equal(child_count("child:connect"), 1);
    runner_free(b->runner);
    b->runner = NULL;
    assert_int_equal(child_count("child:connect"), 0);
    free(made);
    free(socket);
    free(bad);
}

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    child_play(argc, argv);
    const struct CMUnitTest tests[] = {
        BENCH_TEST(what_is_printed_lands_in_the_tree),
        BENCH_TEST(files_are_private),
        BENCH_TEST(nothing_printed_is_an_answer),
        BENCH_TEST(a_row_says_what_is_an_answer),
        BENCH_TEST(ends_have_their_words),
        BENCH_TEST(what_may_not_run_is_recorded),
        BENCH_TEST(the_end_of_what_went_wrong_is_kept),
        BENCH_TEST(limits_hold),
        BENCH_TEST(what_hangs_and_floods_is_bounded),
        BENCH_TEST(one_is_cancelled_or_all),
        BENCH_TEST(freeing_it_ends_and_records_all),
        BENCH_TEST(keys_are_answered_while_a_probe_floods),
        BENCH_TEST(a_reading_is_never_written_over),
        BENCH_TEST(pieces_of_a_file_do_not_mix),
        BENCH_TEST(a_piece_that_is_there_begins_the_file_anew),
        BENCH_TEST(a_link_in_the_tree_leads_nowhere),
        BENCH_TEST(a_tree_that_cannot_be_written_is_refused),
        BENCH_TEST(the_environment_is_a_list_of_what_is_allowed),
        BENCH_TEST(only_absolute_folders_are_searched),
        BENCH_TEST(a_script_makes_several_calls),
        BENCH_TEST(a_waiting_script_can_be_cancelled),
        BENCH_TEST(one_connection_is_shared),
        BENCH_TEST(a_full_disk_is_named_and_the_rest_goes_on), // last: it moves into a namespace of its own
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
