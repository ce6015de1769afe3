// Where a probe's output lands: no reading is written over, pieces of a file do not mix, links lead nowhere,
// and a disk that is full is said.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/kit/bench.h"
#include "tests/kit/child.h"

static const struct probe_row piece_row = {.name = "piece", .flags = PROBE_PIECES};

// ------------------------------------------------------------------ readings and pieces

// The path below earlier/<UTC>/ of the one reading that moved there.
static char *earlier_of(struct bench *b, const char *path)
{
    char *pattern = mem_printf("earlier/*/%s", path);
    uint32_t cursor = 0;
    const struct evidence_file *f = evidence_next(bench_look(b), pattern, &cursor);
    char *ret = f ? mem_strdup(f->path) : NULL;
    free(pattern);
    assert_non_null(ret);
    return ret;
}

static void a_reading_is_never_written_over(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    bench_add_plain(b, "bastion/a.txt", WORDS("child", "child:say", "first\n"));
    bench_wait_idle(b);
    const struct probe_run *never = bench_add_plain(b, "bastion/a.txt", WORDS("nowhere"));
    bench_wait_idle(b);
    bench_assert_state(never, PROBE_MISSING, NULL);
    bench_assert_file(b, "bastion/a.txt", "first\n"); // nobody was asked anew
    bench_assert_record(b, "\"file\":null,\"state\":\"missing\"");
    assert_int_equal(bench_must_find(bench_look(b), "bastion/a.txt")->state, EVIDENCE_KNOWN);
    runner_free(b->runner);
    struct runner_config config = bench_config(b);
    config.first_id = 20;
    b->runner = runner_new(&config, NULL); // a case that goes on
    bench_add_plain(b, "bastion/a.txt", WORDS("child", "child:exit", "2", "no\n"));
    bench_wait_idle(b);
    bench_assert_file(b, "bastion/a.txt", "");
    char *earlier = earlier_of(b, "bastion/a.txt");
    bench_assert_file(b, earlier, "first\n");
    const struct evidence_file *old = bench_must_find(b->evidence, earlier);
    assert_string_equal(old->probe, "E-007");
    assert_int_equal(old->state, EVIDENCE_KNOWN);
    assert_string_equal(bench_must_find(b->evidence, "bastion/a.txt")->probe, "E-020");
    assert_int_equal(bench_must_find(b->evidence, "bastion/a.txt")->state, EVIDENCE_UNKNOWN);
    free(earlier);
}

static const struct probe_run *add_piece(struct bench *b, const char *heading, const char *const *argv)
{
    struct planned planned = bench_plan("nodes/n1/networking/ethtool.txt", argv);
    planned.row = &piece_row;
    planned.heading = heading;
    return bench_add(b, &planned);
}

static void pieces_of_a_file_do_not_mix(void **state)
{
    struct bench *b = *state;
    bench_start(b);
    add_piece(b, "Interface eth0", WORDS("child", "child:flood", "1024"));
    add_piece(b, "Interface eth1", WORDS("child", "child:flood", "2048"));
    add_piece(b, "Interface eth2", WORDS("child", "child:exit", "71", "no such device\n"));
    bench_wait_idle(b);
    const struct evidence *ev = bench_look(b);
    const struct evidence_file *f = bench_must_find(ev, "nodes/n1/networking/ethtool.txt");
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
    bench_start(b);
    add_piece(b, "A", WORDS("child", "child:say", "1"));
    bench_wait_idle(b);
    add_piece(b, "B", WORDS("child", "child:say", "2\n"));
    bench_wait_idle(b);
    bench_assert_file(b, "nodes/n1/networking/ethtool.txt", "A\n1\nB\n2\n");
    add_piece(b, "A", WORDS("child", "child:say", "3\n"));
    bench_wait_idle(b);
    bench_assert_file(b, "nodes/n1/networking/ethtool.txt", "A\n3\n");
    char *earlier = earlier_of(b, "nodes/n1/networking/ethtool.txt");
    bench_assert_file(b, earlier, "A\n1\nB\n2\n");
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
    bench_start(b);
    const struct probe_run *folder = bench_add_plain(b, "nodes/n1/a.txt", WORDS("child", "child:say", "a\n"));
    const struct probe_run *file = bench_add_plain(b, "a.txt", WORDS("child", "child:say", "a\n"));
    const struct probe_run *up = bench_add_plain(b, "../b.txt", WORDS("child", "child:say", "a\n"));
    bench_wait_idle(b);
    bench_assert_state(folder, PROBE_FAILED, "a file stands where its folder should be");
    bench_assert_state(up, PROBE_FAILED, "leads out of the folder");
    bench_assert_state(file, PROBE_DONE, NULL);
    bench_assert_file(b, "a.txt", "a\n");
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
    bench_start(b);
    struct planned planned = bench_plan("bastion/big.txt", WORDS("child", "child:flood"));
    const struct probe_run *big = bench_add(b, &planned);
    bench_wait_idle(b);
    const struct probe_run *lost =
        bench_add_plain(b, "bastion/lost.txt", WORDS("child", "child:flood", "64"));
    bench_wait_idle(b);
    bench_assert_state(big, PROBE_FAILED, "the disk is full");
    bench_assert_state(lost, PROBE_FAILED, "the disk is full");
    char *full = mem_printf("%s/bastion/big.txt", b->tree);
    assert_int_equal(unlink(full), 0);
    free(full);
    const struct probe_run *small =
        bench_add_plain(b, "bastion/small.txt", WORDS("child", "child:say", "a\n"));
    bench_wait_idle(b);
    bench_assert_state(small, PROBE_DONE, NULL);
    bench_assert_file(b, "bastion/small.txt", "a\n");
    size_t n;
    evidence_probes(bench_look(b), &n);
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
    struct runner_config config = bench_config(b);
    struct error err = {0};
    config.tree = "/proc/d5tui";
    assert_null(runner_new(&config, &err));
    assert_non_null(strstr(err.text, "/proc/d5tui: the evidence cannot be written"));
}

int main(int argc, char **argv)
{
    child_play(argc, argv);
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_reading_is_never_written_over),
        BENCH_TEST(pieces_of_a_file_do_not_mix),
        BENCH_TEST(a_piece_that_is_there_begins_the_file_anew),
        BENCH_TEST(a_link_in_the_tree_leads_nowhere),
        BENCH_TEST(a_tree_that_cannot_be_written_is_refused),
        BENCH_TEST(a_full_disk_is_named_and_the_rest_goes_on), // last: it moves into a namespace of its own
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
