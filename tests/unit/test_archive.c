// core/door/archive: archives in, hostile ones refused, exports out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/archive.h"
#include "tests/kit/scratch.h"

// ------------------------------------------------------------------ tar archives, made by hand

struct entry {
    const char *name;
    char type; // '0' file, '5' folder, '1' hard link, '2' symbolic link, '3' device, '6' pipe
    const char *link;
    const char *text;
};

static void add_header(struct str *tar, const struct entry *e, size_t size)
{
    char block[512] = {0};
    memcpy(block, e->name, strlen(e->name) < 100 ? strlen(e->name) : 100);
    memcpy(block + 100, "0000644", 7);
    snprintf(block + 124, 12, "%011o", (unsigned)size);
    memcpy(block + 136, "14700000000", 11);
    block[156] = e->type;
    if (e->link)
        memcpy(block + 157, e->link, strlen(e->link));
    memcpy(block + 257, "ustar\00000", 8);
    memset(block + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof block; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    str_add_span(tar, span_make(block, sizeof block));
}

static void add_entry(struct str *tar, const struct entry *e)
{
    size_t size = e->text ? strlen(e->text) : 0;
    add_header(tar, e, size);
    str_add_span(tar, span_of(e->text));
    if (size % 512)
        str_add_repeat(tar, '\0', 512 - size % 512);
}

static char *put_tar(const char *folder, const struct entry *entries, size_t n)
{
    struct str tar = {0};
    for (size_t i = 0; i < n; i++)
        add_entry(&tar, &entries[i]);
    str_add_repeat(&tar, '\0', 1024);
    char *path = scratch_put(folder, "a.tar", str_span(&tar));
    str_done(&tar);
    return path;
}

static void refused(const char *folder, const struct entry *entries, size_t n, const char *name,
                    const char *why)
{
    char *path = put_tar(folder, entries, n), *room = scratch_room(folder);
    struct error err = {0};
    if (archive_unpack(path, room, NULL, &err))
        fail_msg("\"%s\" was taken", name);
    if (!strstr(err.text, name) || !strstr(err.text, why))
        fail_msg("got \"%s\", wanted \"%s\" and \"%s\"", err.text, name, why);
    assert_int_equal(scratch_count(room), 0);
    free(path);
    free(room);
}

static void a_good_archive_is_unpacked(void **state)
{
    const char *folder = *state;
    static const struct entry entries[] = {
        {"./", '5', NULL, NULL},
        {"./networking/", '5', NULL, NULL},
        {"./networking/ethtool.txt", '0', NULL, "Interface eth0\n"},
        {"./kubelet/deep/er/x", '0', NULL, "y"},
    };
    char *path = put_tar(folder, entries, ARRAY_LEN(entries)), *room = scratch_room(folder);
    struct error err = {0};
    if (!archive_unpack(path, room, NULL, &err))
        fail_msg("%s", err.text);
    char *file = mem_printf("%s/networking/ethtool.txt", room);
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, 15);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_mtime, 014700000000);
    free(file);
    free(path);
    free(room);
}

static void what_leads_out_is_refused(void **state)
{
    const char *folder = *state;
    static const struct entry entries[][2] = {
        {{"good", '0', NULL, "x"}, {"../evil", '0', NULL, "x"}},
        {{"good", '0', NULL, "x"}, {"a/../../evil", '0', NULL, "x"}},
        {{"good", '0', NULL, "x"}, {"/etc/evil", '0', NULL, "x"}},
        {{"link", '2', "/etc", NULL}, {"link/evil", '0', NULL, "x"}},
        {{"good", '0', NULL, "x"}, {"hard", '1', "/etc/passwd", NULL}},
        {{"good", '0', NULL, "x"}, {"null", '3', NULL, NULL}},
        {{"good", '0', NULL, "x"}, {"pipe", '6', NULL, NULL}},
        {{"good", '0', NULL, "x"}, {"good", '0', NULL, "y"}},
        {{"good", '0', NULL, "x"}, {"good/below", '0', NULL, "y"}},
        {{"folder/x", '0', NULL, "x"}, {"folder", '0', NULL, "y"}},
        {{"good", '0', NULL, "x"}, {"bad\x1B[2J", '0', NULL, "y"}},
        {{"good", '0', NULL, "x"}, {"a//b", '0', NULL, "y"}},
        {{"good", '0', NULL, "x"}, {"a/./b", '0', NULL, "y"}},
    };
    static const char *const why[][2] = {
        {"\"../evil\"", "leads out"},
        {"\"a/../../evil\"", "leads out"},
        {"\"/etc/evil\"", "absolute"},
        {"\"link\"", "symbolic link"},
        {"\"hard\"", "hard link"},
        {"\"null\"", "device"},
        {"\"pipe\"", "a pipe"},
        {"\"good\"", "twice"},
        {"\"good/below\"", "a file stands"},
        {"\"folder\"", "twice"},
        {"\"bad\\e[2J\"", "printable"},
        {"\"a//b\"", "empty part"},
        {"\"a/./b\"", "empty part"},
    };
    for (size_t i = 0; i < ARRAY_LEN(entries); i++)
        refused(folder, entries[i], 2, why[i][0], why[i][1]);
}

static void depth_and_length_are_bounded(void **state)
{
    const char *folder = *state;
    struct str deep = {0};
    str_add(&deep, "d");
    for (int i = 0; i < 40; i++)
        str_add(&deep, "/d");
    refused(folder, &(struct entry){str_text(&deep), '0', NULL, "x"}, 1, "d/d", "32 folders");
    str_done(&deep);
    // A GNU long name ('L') carries what the header's 100 bytes cannot.
    struct str name = {0};
    str_add_repeat(&name, 'n', 300);
    const struct entry entries[] = {{"././@LongLink", 'L', NULL, str_text(&name)}, {"n", '0', NULL, "x"}};
    refused(folder, entries, 2, "nnn", "255 bytes");
    str_add_repeat(&name, 'n', 2000);
    const struct entry longer[] = {{"././@LongLink", 'L', NULL, str_text(&name)}, {"n", '0', NULL, "x"}};
    refused(folder, longer, 2, "nnn", "1024 bytes");
    str_done(&name);
}

static void bombs_are_refused(void **state)
{
    const char *folder = *state;
    struct str tar = {0};
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        add_entry(&tar, &(struct entry){name, '0', NULL, "some text\n"});
    }
    str_add_repeat(&tar, '\0', 1024);
    char *path = scratch_put(folder, "a.tar", str_span(&tar)), *room = scratch_room(folder);
    str_done(&tar);
    struct error err = {0};
    struct archive_limits few = {.bytes = 1 << 20, .entries = 49, .ratio = 400};
    assert_false(archive_unpack(path, room, &few, &err));
    assert_non_null(strstr(err.text, "more than 49 entries"));
    assert_int_equal(scratch_count(room), 0);
    struct archive_limits small = {.bytes = 400, .entries = 100, .ratio = 400};
    assert_false(archive_unpack(path, room, &small, &err));
    assert_non_null(strstr(err.text, "unpacks to more than"));
    free(path);
    free(room);
}

static bool zeros(void *context, struct str *ret, struct error *err)
{
    (void)context;
    (void)err;
    str_add_repeat(ret, '\0', (size_t)80 << 20);
    return true;
}

static void a_file_of_zeros_is_a_bomb(void **state)
{
    const char *folder = *state;
    char *path = scratch_path(folder, "bomb.tar.gz"), *room = scratch_room(folder);
    struct archive_writer *w = archive_writer_new();
    archive_writer_add_call(w, "var_log/messages", zeros, NULL);
    struct error err = {0};
    assert_true(archive_writer_finish(w, path, &err));
    archive_writer_free(w);
    assert_false(archive_unpack(path, room, NULL, &err));
    assert_non_null(strstr(err.text, "var_log/messages"));
    assert_non_null(strstr(err.text, "200 times its size"));
    assert_int_equal(scratch_count(room), 0);
    free(path);
    free(room);
}

static void a_broken_archive_is_refused(void **state)
{
    const char *folder = *state;
    char *path = scratch_path(folder, "a.tar.gz"), *room = scratch_room(folder);
    struct archive_writer *w = archive_writer_new();
    struct str noise = {0};
    for (unsigned i = 0, x = 1; i < 100000; i++, x = x * 1103515245 + 12345)
        str_add_char(&noise, (char)(x >> 16));
    archive_writer_add_text(w, "a", str_span(&noise));
    str_done(&noise);
    struct error err = {0};
    assert_true(archive_writer_finish(w, path, &err));
    archive_writer_free(w);
    assert_int_equal(truncate(path, 5000), 0);
    assert_false(archive_unpack(path, room, NULL, &err));
    assert_non_null(strstr(err.text, "cannot be unpacked"));
    assert_int_equal(scratch_count(room), 0);
    free(scratch_put(folder, "a.tar.gz", span_of("\x1F\x8B this is no gzip")));
    assert_false(archive_unpack(path, room, NULL, &err));
    assert_false(archive_unpack("/nonexistent", room, NULL, &err));
    free(path);
    free(room);
}

// ------------------------------------------------------------------ writing

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *ret = mem_alloc(1 << 20);
    *ret_len = fread(ret, 1, 1 << 20, f);
    fclose(f);
    return ret;
}

static void write_export(const char *folder, const char *path, bool reverse)
{
    char *file = scratch_put(folder, "on-disk", span_of("from disk\n"));
    struct archive_writer *w = archive_writer_new();
    if (reverse)
        archive_writer_add_file(w, "b/file", file);
    archive_writer_add_text(w, "a/text", span_of("from memory\n"));
    archive_writer_add_text(w, "\xC3\xA9/\xFF", span_of(""));
    if (!reverse)
        archive_writer_add_file(w, "b/file", file);
    struct error err = {0};
    if (!archive_writer_finish(w, path, &err))
        fail_msg("%s", err.text);
    archive_writer_free(w);
    free(file);
}

static void exports_are_the_same_byte_for_byte(void **state)
{
    const char *folder = *state;
    char *one = scratch_path(folder, "one.tar.gz"), *two = scratch_path(folder, "two.tar.gz");
    write_export(folder, one, false);
    write_export(folder, two, true);
    size_t n, m;
    char *a = read_file(one, &n), *b = read_file(two, &m);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    struct stat st;
    assert_int_equal(stat(one, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(a);
    free(b);
    free(one);
    free(two);
}

static void an_export_that_fails_leaves_nothing(void **state)
{
    const char *folder = *state;
    char *path = scratch_path(folder, "e.tar.gz");
    struct archive_writer *w = archive_writer_new();
    archive_writer_add_file(w, "a", "/nonexistent/file");
    struct error err = {0};
    size_t before = scratch_count(folder);
    assert_false(archive_writer_finish(w, path, &err));
    assert_non_null(strstr(err.text, "/nonexistent/file"));
    assert_int_equal(scratch_count(folder), before);
    archive_writer_free(w);
    w = archive_writer_new();
    archive_writer_add_text(w, "a", span_of(""));
    archive_writer_add_text(w, "a", span_of(""));
    assert_false(archive_writer_finish(w, path, &err));
    assert_non_null(strstr(err.text, "twice"));
    archive_writer_free(w);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_good_archive_is_unpacked),         SCRATCH_TEST(what_leads_out_is_refused),
        SCRATCH_TEST(depth_and_length_are_bounded),       SCRATCH_TEST(bombs_are_refused),
        SCRATCH_TEST(a_file_of_zeros_is_a_bomb),          SCRATCH_TEST(a_broken_archive_is_refused),
        SCRATCH_TEST(exports_are_the_same_byte_for_byte), SCRATCH_TEST(an_export_that_fails_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
