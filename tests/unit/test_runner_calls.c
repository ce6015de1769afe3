// How a probe is called: by which program, with which environment, in several calls, over a shared
// connection; and that none of it keeps a key waiting.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/kit/bench.h"
#include "tests/kit/child.h"

static const struct probe_row small_row = {.name = "small", .bytes = 100000};

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
    bench_start(b);
    for (unsigned i = 0; i < 12; i++) {
        char *file = mem_printf("var_log/%u.log", i), *host = mem_printf("node-%u", i / 4);
        struct planned planned = bench_plan(file, i == 0   ? WORDS("child", "child:pour", "100")
                                                  : i == 1 ? WORDS("child", "child:hang")
                                                           : WORDS("child", "child:pour", "1"));
        planned.host = host;
        bench_add(b, &planned);
        free(file);
        free(host);
    }
    bench_wait_growth(b, 12);
    size_t before = resident();
    struct ticks t = {.bench = b, .statistics = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)};
    t.wall_before = clock_monotonic();
    t.queued_before = queued(&t);
    t.timer = loop_timer_new(b->loop, on_tick, &t);
    loop_timer_start(t.timer, TICK_MS);
    bench_wait_idle(b);
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
    bench_start(b);
    bench_add_plain(b, "bastion/env.txt", WORDS("child", "child:look"));
    bench_wait_idle(b);
    char *text = bench_file(b, "bastion/env.txt"), *path = mem_printf("env PATH=%s\n", b->bin);
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
    struct runner_config config = bench_config(b);
    config.path = NULL;
    b->runner = runner_new(&config, NULL);
    const struct probe_run *run = bench_add_plain(b, "bastion/a.txt", WORDS("child", "child:say", "a"));
    bench_wait_idle(b);
    setenv("PATH", own, 1);
    assert_int_equal(chdir(here), 0);
    bench_assert_state(run, PROBE_MISSING, NULL);
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
    bench_start(b);
    struct planned planned = bench_plan("bastion/a.txt", WORDS("child", "child:say", "id-1"));
    planned.script = three_calls;
    const struct probe_run *good = bench_add(b, &planned);
    planned = bench_plan("bastion/b.txt", WORDS("child", "child:say", "id-1"));
    planned.script = never_done;
    planned.seconds = 1;
    const struct probe_run *late = bench_add(b, &planned);
    planned = bench_plan("bastion/c.txt", WORDS("child", "child:exit", "1", "(AccessDenied)"));
    planned.script = gives_up;
    const struct probe_run *bad = bench_add(b, &planned);
    planned = bench_plan("bastion/d.txt", WORDS("child", "child:flood"));
    planned.script = is_not_asked;
    planned.row = &small_row;
    const struct probe_run *wordy = bench_add(b, &planned);
    bench_wait_idle(b);
    bench_assert_state(wordy, PROBE_FAILED, "printed more");
    bench_assert_state(good, PROBE_DONE, "only its beginning");
    assert_true(good->cut);
    bench_assert_file(b, "bastion/a.txt", "the answer\n");
    assert_int_equal(good->bytes, 11);
    bench_assert_state(late, PROBE_TIMEOUT, NULL);
    assert_true(late->ended - late->started < 3 * USEC_SEC);
    bench_assert_state(bad, PROBE_DENIED, "the command was refused");
}

static void a_waiting_script_can_be_cancelled(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    struct planned planned = bench_plan("bastion/b.txt", WORDS("child", "child:say", "id-1"));
    planned.script = never_done;
    const struct probe_run *run = bench_add(b, &planned);
    bench_add_plain(b, "bastion/c.txt", WORDS("child", "child:hang"));
    bench_wait_growth(b, 1);
    runner_cancel(b->runner, NULL);
    bench_wait_idle(b);
    bench_assert_state(run, PROBE_CANCELLED, NULL);
}

static void one_connection_is_shared(void **state)
{
    struct bench *b = *state;
    char *socket = mem_printf("%s/socket", b->folder), *bad = mem_printf("%s/bad", b->folder);
    bench_start(b);
    for (unsigned i = 0; i < 8; i++) {
        char *file = mem_printf("nodes/n1/%u.txt", i);
        struct planned planned = bench_plan(file, WORDS("child", "child:say", "a\n"));
        planned.connect =
            i % 2 ? WORDS("child", "child:connect", socket)
                  : WORDS("child", "child:exit", "255", "@@@@@\nssh: connect to host: No route\n");
        planned.socket = i % 2 ? socket : bad;
        bench_add(b, &planned);
        free(file);
    }
    struct planned planned = bench_plan("nodes/n1/8.txt", WORDS("child", "child:say", "a\n"));
    planned.connect = WORDS("nowhere");
    planned.socket = "/nowhere/socket";
    const struct probe_run *missing = bench_add(b, &planned);
    bench_wait_idle(b);
    bench_assert_state(missing, PROBE_MISSING, "nowhere is in none");
    for (size_t i = 0; i < 8; i++)
        bench_assert_state(runner_at(b->runner, i), i % 2 ? PROBE_DONE : PROBE_FAILED,
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

int main(int argc, char **argv)
{
    child_play(argc, argv);
    const struct CMUnitTest tests[] = {
        BENCH_TEST(keys_are_answered_while_a_probe_floods),
        BENCH_TEST(the_environment_is_a_list_of_what_is_allowed),
        BENCH_TEST(only_absolute_folders_are_searched),
        BENCH_TEST(a_script_makes_several_calls),
        BENCH_TEST(a_waiting_script_can_be_cancelled),
        BENCH_TEST(one_connection_is_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
