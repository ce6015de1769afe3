// The runner with real children: what they print lands in the tree with its record, limits hold, and whatever
// goes wrong is said and lets the rest go on. What it wrote is read back by core/evidence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/kit/bench.h"
#include "tests/kit/child.h"

static const struct probe_row dig_row = {.name = "dig", .answers = "9"};
static const struct probe_row asking_row = {.name = "can-i", .answers = "1"};
static const struct probe_row changing_row = {.name = "bundle", .flags = PROBE_CHANGES};
static const struct probe_row capture_row = {.name = "capture", .flags = PROBE_LASTS};
static const struct probe_row small_row = {.name = "small", .bytes = 100000};
static const struct probe_row piece_row = {.name = "piece", .flags = PROBE_PIECES};

// ------------------------------------------------------------------ files and records

static void what_is_printed_lands_in_the_tree(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    const struct probe_run *run =
        bench_add_plain(b, "nodes/n1/networking/ss.txt", WORDS("child", "child:say", "a\n", "caf\xc3"));
    assert_int_equal(b->started, 0); // never from within a call
    bench_wait_idle(b);
    assert_string_equal(run->id, "E-007");
    bench_assert_state(run, PROBE_DONE, NULL);
    assert_int_equal(run->exit, 0);
    assert_int_equal(run->bytes, 6);
    assert_int_equal(b->started, 1);
    assert_int_equal(b->ended, 1);
    bench_assert_file(b, "nodes/n1/networking/ss.txt", "a\ncaf\xc3");
    char *argv = mem_printf("\"argv\":[\"%s/child\",\"child:say\",\"a\\n\",\"caf\xef\xbf\xbd\"]", b->bin);
    bench_assert_record(b, argv);
    free(argv);
    bench_assert_record(b, "{\"id\":\"E-007\",\"step\":\"T.M2.3\",");
    bench_assert_record(b, "\"where\":\"bastion\",\"via\":null,\"started\":\"20");
    bench_assert_record(b, "\"exit\":0,\"signal\":null,\"bytes\":6,\"cut\":false,\"stderr\":\"\","
                           "\"file\":\"nodes/n1/networking/ss.txt\",\"state\":\"done\",\"answers\":[0]}\n");
    const struct evidence_file *f = bench_must_find(bench_look(b), "nodes/n1/networking/ss.txt");
    assert_int_equal(f->state, EVIDENCE_KNOWN);
    assert_string_equal(f->probe, "E-007");
}

static void files_are_private(void **state)
{
    struct bench *b = *state;
    mode_t before = umask(0);
    bench_start(b);
    bench_add_plain(b, "nodes/n1/x.txt", WORDS("child", "child:say", "a\n"));
    bench_wait_idle(b);
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
    bench_start(b);
    const struct probe_run *run = bench_add_plain(b, "bastion/none.txt", WORDS("child", "child:exit", "0"));
    bench_wait_idle(b);
    bench_assert_state(run, PROBE_DONE, NULL);
    bench_assert_file(b, "bastion/none.txt", "");
    assert_int_equal(bench_must_find(bench_look(b), "bastion/none.txt")->state, EVIDENCE_KNOWN);
}

static void a_row_says_what_is_an_answer(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    struct planned planned = bench_plan("bastion/dig-a.txt", WORDS("child", "child:exit", "9"));
    planned.row = &dig_row;
    const struct probe_run *no_reply = bench_add(b, &planned);
    const struct probe_run *plain = bench_add_plain(b, "bastion/b.txt", WORDS("child", "child:exit", "9"));
    planned = bench_plan("cluster/access.json", WORDS("child", "child:exit", "1", "Unable to connect"));
    planned.row = &asking_row;
    const struct probe_run *asking = bench_add(b, &planned);
    planned = bench_plan("nodes/n1/c.txt", WORDS("child", "child:exit", "4", "no root\n"));
    planned.via = "ssh";
    const struct probe_run *there = bench_add(b, &planned);
    planned = bench_plan("nodes/n1/d.txt", WORDS("child", "child:exit", "255", "No route to host\n"));
    planned.via = "ssh";
    const struct probe_run *nowhere = bench_add(b, &planned);
    bench_wait_idle(b);
    bench_assert_state(there, PROBE_FAILED, "plain exited 4: no root");
    bench_assert_state(nowhere, PROBE_FAILED, "child exited 255: No route");
    bench_assert_state(no_reply, PROBE_DONE, NULL);
    bench_assert_state(plain, PROBE_FAILED, "child exited 9");
    bench_assert_state(asking, PROBE_FAILED, "exited 1: Unable to connect"); // it said neither yes nor no
    const struct evidence *ev = bench_look(b);
    assert_int_equal(bench_must_find(ev, "bastion/dig-a.txt")->state, EVIDENCE_KNOWN);
    assert_int_equal(bench_must_find(ev, "bastion/b.txt")->state, EVIDENCE_UNKNOWN);
    assert_string_equal(bench_must_find(ev, "bastion/b.txt")->why, "its probe failed: child exited 9");
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
    bench_start(b);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *file = mem_printf("bastion/%zu.txt", i);
        bench_add_plain(b, file, cases[i].words);
        free(file);
    }
    bench_wait_idle(b);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        bench_assert_state(runner_at(b->runner, i), cases[i].state, cases[i].why);
    bench_assert_record(b, "\"file\":\"bastion/13.txt\",\"state\":\"missing\"");
    bench_assert_record(b, "\"stderr\":\"sudo: a password is required\\n\"");
    bench_assert_record(b, "\"signal\":10");
    size_t n;
    evidence_probes(bench_look(b), &n);
    assert_int_equal(n, runner_count(b->runner)); // one more where what took too long was tried again
    assert_int_equal(bench_must_find(b->evidence, "bastion/0.txt")->state, EVIDENCE_UNKNOWN);
}

static void what_may_not_run_is_recorded(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    struct planned planned = bench_plan("captures/x.pcap", WORDS("child", "child:say", "a"));
    planned.state = PLANNED_NOT_ALLOWED;
    planned.why = "no consent to capture";
    const struct probe_run *denied = bench_add(b, &planned);
    planned.state = PLANNED_UNFIT;
    planned.why = "node name \"-oProxyCommand\" is no DNS name";
    const struct probe_run *unfit = bench_add(b, &planned);
    planned.file = NULL;
    planned.row = &piece_row;
    bench_add(b, &planned);
    bench_wait_idle(b);
    bench_assert_state(denied, PROBE_DENIED, "no consent");
    bench_assert_state(unfit, PROBE_FAILED, "is no DNS name");
    assert_int_equal(b->started, 0);
    assert_int_equal(b->ended, 3);
    bench_assert_no_file(b, "captures/x.pcap");
    bench_assert_record(b, "\"state\":\"denied\",\"answers\":[0],\"why\":\"no consent to capture\"");
}

static void the_end_of_what_went_wrong_is_kept(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    struct str much = {0};
    str_add_repeat(&much, 'x', 60000);
    str_add(&much, "\nand so it ended\n");
    const struct probe_run *run = bench_add_plain(
        b, "bastion/a.txt", WORDS("child", "child:exit", "1", str_text(&much), str_text(&much)));
    bench_wait_idle(b);
    assert_int_equal(run->errors.len, 64 * 1024);
    assert_true(span_ends(run->errors, "x\nand so it ended\n"));
    bench_assert_record(b, "\"stderr\":\"and so it ended\\n\"");
    str_done(&much);
}

// ------------------------------------------------------------------ limits

static void limits_hold(void **state)
{
    struct bench *b = *state;
    struct runner_config config = bench_config(b);
    config.max_all = 6;
    config.max_per_host = 3;
    b->runner = runner_new(&config, NULL);
    for (unsigned i = 0; i < 50; i++) {
        char *file = mem_printf("bastion/%u.txt", i), *host = mem_printf("node-%u", i / 40);
        struct planned planned = bench_plan(file, WORDS("child", "child:quiet", "0"));
        planned.host = host;
        bench_add(b, &planned);
        free(file);
        free(host);
    }
    bench_wait_idle(b);
    assert_int_equal(b->ended, 50);
    assert_int_equal(b->most, 6);
    assert_int_equal(b->per_host, 3);
    for (size_t i = 0; i < 50; i++)
        bench_assert_state(runner_at(b->runner, i), PROBE_DONE, NULL);
    size_t n;
    evidence_probes(bench_look(b), &n);
    assert_int_equal(n, 50);
}

static void what_hangs_and_floods_is_bounded(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    struct planned planned = bench_plan("var_log/flood.log", WORDS("child", "child:flood"));
    planned.row = &small_row;
    const struct probe_run *flood = bench_add(b, &planned);
    planned = bench_plan("bastion/hang.txt", WORDS("child", "child:hang"));
    planned.seconds = 1;
    const struct probe_run *hang = bench_add(b, &planned);
    const struct probe_run *well = bench_add_plain(b, "bastion/well.txt", WORDS("child", "child:say", "a\n"));
    bench_wait_idle(b);
    bench_assert_state(flood, PROBE_DONE, "cut at 100000 bytes");
    assert_true(flood->cut);
    assert_int_equal(flood->bytes, 100000);
    bench_assert_state(hang, PROBE_TIMEOUT, "longer than 1 s");
    bench_assert_state(well, PROBE_DONE, NULL);
    const struct evidence *ev = bench_look(b);
    assert_int_equal(bench_must_find(ev, "var_log/flood.log")->size, 100000);
    assert_int_equal(bench_must_find(ev, "var_log/flood.log")->state, EVIDENCE_PARTIAL);
    assert_string_equal(bench_must_find(ev, "var_log/flood.log")->why, "its probe's output was cut");
    assert_int_equal(bench_must_find(ev, "bastion/hang.txt")->state, EVIDENCE_UNKNOWN);
}

static struct planned late_plan(const struct probe_row *row, const char *file, const char *const *argv)
{
    struct planned planned = bench_plan(file, argv);
    planned.row = row;
    planned.seconds = 2;
    return planned;
}

static size_t count_retries(const struct bench *b, const char *file)
{
    size_t n = 0;
    for (size_t i = 0; i < runner_count(b->runner); i++) {
        const struct probe_run *run = runner_at(b->runner, i);
        n += run->retry_of && strcmp(run->planned->file, file) == 0;
    }
    return n;
}

// Once, where it only reads, and while others of the same host are answered.
static void what_took_too_long_is_tried_again(void **state)
{
    struct bench *b = *state;
    char *mark = mem_printf("%s/mark", b->folder);
    struct runner_config config = bench_config(b);
    config.max_per_host = 8;
    b->runner = runner_new(&config, NULL);
    struct planned late =
        late_plan(&bench_row, "bastion/late.txt", WORDS("child", "child:late", mark, "there\n"));
    const struct probe_run *first = bench_add(b, &late);
    late = late_plan(&bench_row, "bastion/never.txt", WORDS("child", "child:hang"));
    bench_add(b, &late);
    late = late_plan(&changing_row, "nodes/n1/bundle.tar.gz", WORDS("child", "child:hang"));
    bench_add(b, &late);
    late = late_plan(&capture_row, "captures/n1.pcap", WORDS("child", "child:hang"));
    bench_add(b, &late);
    bench_add_plain(b, "bastion/well.txt", WORDS("child", "child:say", "a\n"));
    late = late_plan(&bench_row, "nodes/n2/dead.txt", WORDS("child", "child:hang"));
    late.host = "a dead node";
    bench_add(b, &late);
    bench_wait_idle(b);
    bench_assert_state(first, PROBE_TIMEOUT, "longer than 2 s");
    bench_assert_file(b, "bastion/late.txt", "there\n");
    assert_int_equal(bench_must_find(bench_look(b), "bastion/late.txt")->state, EVIDENCE_KNOWN);
    bench_assert_record(b, "\"retry_of\":\"E-007\"");
    assert_int_equal(count_retries(b, "bastion/late.txt"), 1);
    assert_int_equal(count_retries(b, "bastion/never.txt"), 1);
    assert_int_equal(count_retries(b, "nodes/n1/bundle.tar.gz"), 0);
    assert_int_equal(count_retries(b, "captures/n1.pcap"), 0);
    assert_int_equal(count_retries(b, "nodes/n2/dead.txt"), 0);
    assert_int_equal(b->started, 8);
    free(mark);
}

static void one_is_cancelled_or_all(void **state)
{
    struct bench *b = *state;
    struct runner_config config = bench_config(b);
    config.max_all = 2;
    b->runner = runner_new(&config, NULL);
    const struct probe_run *first = bench_add_plain(b, "bastion/1.txt", WORDS("child", "child:hang"));
    const struct probe_run *second = bench_add_plain(b, "bastion/2.txt", WORDS("child", "child:stubborn"));
    const struct probe_run *third = bench_add_plain(b, "bastion/3.txt", WORDS("child", "child:hang"));
    const struct probe_run *never = bench_add_plain(b, "bastion/4.txt", WORDS("child", "child:say", "a"));
    bench_wait_growth(b, 2);
    runner_cancel(b->runner, first->id);
    bench_wait_growth(b, 3);
    bench_assert_state(first, PROBE_CANCELLED, NULL);
    bench_assert_state(third, PROBE_RUNNING, NULL);
    runner_cancel(b->runner, NULL);
    bench_wait_idle(b);
    bench_assert_state(second, PROBE_CANCELLED, NULL);
    bench_assert_state(third, PROBE_CANCELLED, NULL);
    bench_assert_state(never, PROBE_CANCELLED, NULL);
    assert_int_equal(never->started, TIME_UNKNOWN);
    bench_assert_no_file(b, "bastion/4.txt");
    assert_int_equal(b->ended, 4);
}

static void freeing_it_ends_and_records_all(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    bench_add_plain(b, "bastion/1.txt", WORDS("child", "child:away"));
    bench_add_plain(b, "bastion/2.txt", WORDS("child", "child:stubborn"));
    bench_add_plain(b, "bastion/3.txt", WORDS("child", "child:hang"));
    bench_wait_growth(b, 3);
    usec_t before = clock_monotonic();
    runner_free(b->runner);
    b->runner = NULL;
    assert_true(clock_monotonic() - before < 4 * USEC_SEC);
    assert_int_equal(b->ended, 3);
    size_t n;
    const struct evidence_probe *probes = evidence_probes(bench_look(b), &n);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(probes[i].why, "its probe was cancelled: it was cancelled");
}

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
        BENCH_TEST(what_took_too_long_is_tried_again),
        BENCH_TEST(one_is_cancelled_or_all),
        BENCH_TEST(freeing_it_ends_and_records_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
