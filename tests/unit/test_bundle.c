// Evidence that is read from an archive or a compressed file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/evidence/evidence.h"
#include "tests/kit/scratch.h"

static char *put_bundle(const char *folder)
{
    struct archive_writer *w = archive_writer_new();
    archive_writer_add_text(w, "./networking/iptables-save.txt", span_of("*filter\nCOMMIT\n"));
    archive_writer_add_text(w, "./system/instance-id.txt", span_of("i-0abc123def4567890\n"));
    char *path = scratch_path(folder, "eks_i-0abc_2026-11-23_0700-UTC_0.7.9.tar.gz");
    struct error err = {0};
    if (!archive_writer_finish(w, path, &err))
        fail_msg("%s", err.text);
    archive_writer_free(w);
    return path;
}

static const char bundled[] = "nodes/i-0abc123def4567890/networking/iptables-save.txt";

static void a_bundle_is_read_from_its_archive(void **state)
{
    const char *folder = *state;
    char *path = put_bundle(folder);
    struct error err = {0};
    struct evidence *ev = evidence_open((const char *const[]){path}, 1, NULL, &err);
    if (!ev)
        fail_msg("%s", err.text);
    const struct evidence_file *f = evidence_find(ev, bundled);
    assert_non_null(f);
    assert_int_equal(f->state, EVIDENCE_KNOWN);
    assert_string_equal(f->source, path);
    struct text text;
    assert_true(evidence_text(ev, f->id, &text, &err));
    assert_true(span_is(text.bytes, "*filter\nCOMMIT\n"));
    char *real = mem_strdup(f->real);
    assert_int_equal(access(real, F_OK), 0);
    evidence_close(ev);
    assert_int_equal(access(real, F_OK), -1);
    free(real);
    free(path);
}

static void a_bundle_takes_its_place_in_a_case(void **state)
{
    const char *folder = *state;
    char *path = put_bundle(folder), *room = scratch_room(folder);
    struct error err = {0};
    for (int round = 0; round < 2; round++) { // the second finds the place taken
        struct evidence *ev = evidence_open((const char *const[]){path}, 1, room, &err);
        if (!ev)
            fail_msg("%s", err.text);
        const struct evidence_file *f = evidence_find(ev, bundled);
        assert_int_equal(access(f->real, F_OK), 0);
        struct text text;
        assert_true(evidence_text(ev, f->id, &text, NULL));
        evidence_close(ev);
    }
    char *there = mem_printf("%s/%s", room, bundled);
    assert_int_equal(access(there, F_OK), 0);
    free(there);
    free(path);
    free(room);
}

static void a_compressed_log_is_its_text(void **state)
{
    const char *folder = *state;
    // "one\ntwo\n", gzip -n
    static const char packed[] =
        "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\xcf\x4b\xe5\x2a\x29\xcf\xe7\x02\0\xe6\x0b\xba"
        "\x12\x08\0\0\0";
    char *path = scratch_put(folder, "messages.gz", span_make(packed, sizeof packed - 1));
    struct error err = {0};
    struct evidence *ev = evidence_open((const char *const[]){path}, 1, NULL, &err);
    const struct evidence_file *f = evidence_find(ev, "messages.gz");
    assert_true(f->compressed);
    struct str line = {0};
    if (!evidence_line(ev, f->id, 2, &line, &err))
        fail_msg("%s", err.text);
    assert_string_equal(str_text(&line), "two");
    str_done(&line);
    evidence_close(ev);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_bundle_is_read_from_its_archive),
        SCRATCH_TEST(a_bundle_takes_its_place_in_a_case),
        SCRATCH_TEST(a_compressed_log_is_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
