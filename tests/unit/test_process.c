// Children that misbehave: each is ended, with all that it started, and what it printed is there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/door/process.h"
#include "tests/kit/child.h"

enum { PATIENCE_MS = 30000 };

struct bench {
    struct loop *loop;
    struct loop_timer *patience;
    char *program;
    bool impatient;
};

struct child { // one on its way
    struct bench *bench;
    struct process *process;
    struct str output, errors;
    struct process_result result;
    uint64_t given;
    size_t keep; // of its output; 0: all
    bool ended;
};

static void on_patience(void *context)
{
    struct bench *b = context;
    b->impatient = true;
    loop_stop(b->loop);
}

static int set_up(void **state)
{
    struct bench *b = mem_alloc(sizeof *b);
    b->loop = loop_new(NULL);
    b->patience = loop_timer_new(b->loop, on_patience, b);
    b->program = child_program();
    loop_timer_start(b->patience, PATIENCE_MS);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    loop_free(b->loop);
    free(b->program);
    free(b);
    return 0;
}

static void take_output(void *context, struct span bytes)
{
    struct child *c = context;
    c->given += bytes.len;
    if (c->keep == 0 || c->output.len < c->keep)
        str_add_span(&c->output, bytes);
    loop_stop(c->bench->loop);
}

static void take_errors(void *context, struct span bytes)
{
    struct child *c = context;
    str_add_span(&c->errors, bytes);
}

static void take_end(void *context, const struct process_result *result)
{
    struct child *c = context;
    assert_false(c->ended);
    c->ended = true;
    c->result = *result;
    loop_stop(c->bench->loop);
}

// `words`: the part, then its arguments; NULL ends them.
static void start(struct bench *b, struct child *c, const char *const *words, struct process_config config)
{
    static const char *const no_env[] = {NULL};
    const char *argv[16] = {"child"};
    for (size_t i = 0; words[i]; i++)
        argv[i + 1] = words[i];
    c->bench = b;
    config.program = config.program ? config.program : b->program;
    config.argv = argv;
    config.env = config.env ? config.env : no_env;
    config.output = take_output;
    config.errors = take_errors;
    config.ended = take_end;
    config.context = c;
    c->process = process_start(b->loop, &config);
    assert_false(c->ended);
}

static void wait_end(struct child *c)
{
    while (!c->ended && !c->bench->impatient)
        loop_run(c->bench->loop);
    assert_true(c->ended);
}

static void wait_lines(struct child *c, size_t n)
{
    for (size_t seen = 0; seen < n && !c->ended && !c->bench->impatient;) {
        loop_run(c->bench->loop);
        seen = 0;
        for (size_t i = 0; i < c->output.len; i++)
            seen += c->output.at[i] == '\n';
    }
    assert_false(c->bench->impatient);
}

static void done(struct child *c)
{
    str_done(&c->output);
    str_done(&c->errors);
}

#define WORDS(...)                                                                                           \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

static void assert_pids_gone(struct child *c)
{
    struct span rest = str_span(&c->output), line;
    unsigned n = 0;
    while (span_cut_line(&rest, &line)) {
        uint64_t pid;
        assert_true(span_to_u64(line, &pid));
        assert_int_equal(kill((pid_t)pid, 0), -1);
        assert_int_equal(errno, ESRCH);
        n++;
    }
    assert_true(n > 0);
}

// ------------------------------------------------------------------ what comes back

static void output_and_status_come_back(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:exit", "3", "no ", "luck\n"), (struct process_config){0});
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_EXITED);
    assert_int_equal(c.result.code, 3);
    assert_string_equal(str_text(&c.errors), "no luck\n");
    assert_int_equal(c.result.bytes, 0);
    assert_int_equal(c.output.len, 0);
    assert_true(c.result.started > 0 && c.result.ended >= c.result.started);
    done(&c);
}

static void bytes_are_given_as_they_are(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:say", "caf\xc3"), (struct process_config){0});
    wait_end(&c);
    assert_string_equal(str_text(&c.output), "caf\xc3");
    assert_int_equal(c.result.bytes, 4);
    assert_int_equal(c.result.code, 0);
    done(&c);
}

static void a_signal_is_named(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:die", "10"), (struct process_config){0});
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_KILLED);
    assert_int_equal(c.result.code, SIGUSR1);
    done(&c);
}

static void a_closed_output_is_no_end(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:quiet", "7"), (struct process_config){0});
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_EXITED);
    assert_int_equal(c.result.code, 7);
    done(&c);
}

// ------------------------------------------------------------------ what it is given

static void it_gets_its_words_and_nothing_else(void **state)
{
    int open_here = open("/dev/null", O_RDONLY); // on purpose without O_CLOEXEC
    struct sigaction before, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, &before);
    struct child c = {0};
    start(*state, &c, WORDS("child:look", "$(id)", "; rm -rf x", "a b\nc"),
          (struct process_config){.env = WORDS("TZ=UTC", "PAGER=cat")});
    wait_end(&c);
    sigaction(SIGPIPE, &before, NULL);
    close(open_here);
    assert_string_equal(str_text(&c.output),
                        "arg $(id)\narg ; rm -rf x\narg a b\nc\nenv TZ=UTC\nenv PAGER=cat\n"
                        "fd 0\nfd 1\nfd 2\n"
                        "input 0\nsession 1\n");
    done(&c);
}

static void what_cannot_be_started_says_why(void **state)
{
    struct bench *b = *state;
    char plain[] = "/tmp/d5tui-plain-XXXXXX";
    int fd = mkstemp(plain);
    fchmod(fd, 0600);
    close(fd);
    const struct {
        const char *program;
        int code;
    } cases[] = {{"/nowhere/kubectl", ENOENT}, {plain, EACCES}, {"/tmp", EACCES}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct child c = {0};
        start(b, &c, WORDS("x"), (struct process_config){.program = cases[i].program});
        wait_end(&c);
        assert_int_equal(c.result.end, PROCESS_NOT_STARTED);
        assert_int_equal(c.result.code, cases[i].code);
        done(&c);
    }
    unlink(plain);
}

// ------------------------------------------------------------------ limits

static void one_that_hangs_is_ended_in_time(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:hang"), (struct process_config){.seconds = 1});
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_TIMED_OUT);
    assert_true(c.result.ended - c.result.started < 2 * USEC_SEC);
    assert_pids_gone(&c);
    done(&c);
}

static void one_that_will_not_hear_is_killed(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:stubborn"), (struct process_config){0});
    wait_lines(&c, 1);
    process_cancel(c.process);
    process_cancel(c.process);
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_CANCELLED);
    assert_true(c.result.ended - c.result.started >= PROCESS_GRACE_MS * USEC_MSEC);
    assert_pids_gone(&c);
    done(&c);
}

static void a_flood_ends_at_its_limit(void **state)
{
    struct child c = {.keep = 1};
    start(*state, &c, WORDS("child:flood"), (struct process_config){.bytes = 10000001});
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_FULL);
    assert_int_equal(c.given, 10000001);
    assert_int_equal(c.result.bytes, c.given);
    done(&c);
}

static void one_that_ends_at_its_limit_is_whole(void **state)
{
    struct child c = {.keep = 1};
    start(*state, &c, WORDS("child:flood", "640"), (struct process_config){.bytes = 640 * 1024});
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_EXITED);
    assert_int_equal(c.given, 640 * 1024);
    done(&c);
}

// A paused one waits with a full pipe; its end comes only when its last bytes were taken.
static void a_paused_one_waits(void **state)
{
    struct bench *b = *state;
    struct child held = {.keep = 1}, other = {0};
    start(b, &held, WORDS("child:flood", "1024"), (struct process_config){0});
    process_pause(held.process);
    start(b, &other, WORDS("child:quiet", "0"), (struct process_config){0});
    wait_end(&other);
    assert_int_equal(held.given, 0);
    assert_false(held.ended);
    process_resume(held.process);
    wait_end(&held);
    assert_int_equal(held.given, 1024 * 1024);
    done(&held);
    done(&other);
}

static void one_that_ended_while_paused_loses_nothing(void **state)
{
    struct bench *b = *state;
    struct child held = {0}, other = {0};
    start(b, &held, WORDS("child:say", "all of it"), (struct process_config){0});
    process_pause(held.process);
    start(b, &other, WORDS("child:quiet", "0"), (struct process_config){0});
    wait_end(&other);
    assert_false(held.ended);
    process_resume(held.process);
    wait_end(&held);
    assert_string_equal(str_text(&held.output), "all of it");
    done(&held);
    done(&other);
}

// ------------------------------------------------------------------ nobody is left

static void who_forks_away_ends_with_it(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:away"), (struct process_config){0});
    wait_lines(&c, 2);
    process_cancel(c.process);
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_CANCELLED);
    assert_pids_gone(&c);
    done(&c);
}

static void who_is_left_behind_ends_too(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:away", "300"), (struct process_config){0});
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_EXITED);
    assert_int_equal(c.result.code, 0);
    assert_true(c.result.ended - c.result.started < PROCESS_GRACE_MS * USEC_MSEC);
    assert_pids_gone(&c);
    done(&c);
}

static void who_runs_away_is_caught(void **state)
{
    struct child c = {0};
    start(*state, &c, WORDS("child:runaway"), (struct process_config){0});
    wait_lines(&c, 1);
    assert_true(child_count("child:runaway") > 0);
    process_cancel(c.process);
    wait_end(&c);
    assert_int_equal(c.result.end, PROCESS_CANCELLED);
    assert_int_equal(child_count("child:runaway"), 0);
    done(&c);
}

static void fifty_at_once(void **state)
{
    struct child many[50] = {0};
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        start(*state, &many[i], i % 2 ? WORDS("child:hang") : WORDS("child:say", "hello"),
              (struct process_config){0});
    for (size_t i = 1; i < ARRAY_LEN(many); i += 2)
        process_cancel(many[i].process);
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        wait_end(&many[i]);
        assert_int_equal(many[i].result.end, i % 2 ? PROCESS_CANCELLED : PROCESS_EXITED);
        done(&many[i]);
    }
}

static void it_can_be_waited_for_without_the_loop(void **state)
{
    struct child c = {0}, wordy = {0}, missing = {0};
    start(*state, &c, WORDS("child:stubborn"), (struct process_config){0});
    start(*state, &wordy, WORDS("child:flood", "256"), (struct process_config){0});
    start(*state, &missing, WORDS("x"), (struct process_config){.program = "/nowhere"});
    wait_lines(&c, 1);
    if (!missing.ended)
        process_end(missing.process);
    if (!wordy.ended)
        process_end(wordy.process);
    process_end(c.process);
    assert_true(c.ended && wordy.ended && missing.ended);
    assert_int_equal(c.result.end, PROCESS_CANCELLED);
    assert_int_equal(missing.given, 0);
    assert_pids_gone(&c);
    done(&c);
    done(&wordy);
    done(&missing);
}

// ------------------------------------------------------------------ when d5tui itself is killed

// Stands for d5tui: a loop, a child that forked away, and its words passed on.
static void pass_on(void *context, struct span bytes)
{
    (void)context;
    if (write(1, bytes.at, bytes.len) < 0)
        _exit(9);
}

static void be_a_parent(void)
{
    static const char *const env[] = {NULL};
    struct loop *loop = loop_new(NULL);
    char *program = child_program();
    struct process_config config = {.program = program,
                                    .argv = WORDS("child", "child:away"),
                                    .env = env,
                                    .output = pass_on,
                                    .ended = NULL};
    process_start(loop, &config);
    loop_run(loop);
    _exit(0);
}

static void nobody_outlives_a_killed_parent(void **state)
{
    struct bench *b = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        execl(b->program, b->program, "parent", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    int pids[2];
    for (size_t i = 0; i < ARRAY_LEN(pids); i++)
        assert_int_equal(fscanf(said, "%d", &pids[i]), 1);
    for (size_t i = 0; i < ARRAY_LEN(pids); i++)
        assert_int_equal(kill(pids[i], 0), 0);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(pids); i++)
        assert_true(child_is_gone(pids[i]));
    fclose(said);
}

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parent") == 0)
        be_a_parent();
    child_play(argc, argv);
    const struct CMUnitTest tests[] = {
        BENCH_TEST(output_and_status_come_back),
        BENCH_TEST(bytes_are_given_as_they_are),
        BENCH_TEST(a_signal_is_named),
        BENCH_TEST(a_closed_output_is_no_end),
        BENCH_TEST(it_gets_its_words_and_nothing_else),
        BENCH_TEST(what_cannot_be_started_says_why),
        BENCH_TEST(one_that_hangs_is_ended_in_time),
        BENCH_TEST(one_that_will_not_hear_is_killed),
        BENCH_TEST(a_flood_ends_at_its_limit),
        BENCH_TEST(one_that_ends_at_its_limit_is_whole),
        BENCH_TEST(a_paused_one_waits),
        BENCH_TEST(one_that_ended_while_paused_loses_nothing),
        BENCH_TEST(who_forks_away_ends_with_it),
        BENCH_TEST(who_is_left_behind_ends_too),
        BENCH_TEST(who_runs_away_is_caught),
        BENCH_TEST(fifty_at_once),
        BENCH_TEST(it_can_be_waited_for_without_the_loop),
        BENCH_TEST(nobody_outlives_a_killed_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
