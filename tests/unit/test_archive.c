// core/door/archive, sandbox and tempdir: bundles in, hostile archives refused, exports out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/door/sandbox.h"
#include "core/door/tempdir.h"
#include "core/evidence/evidence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct tempdir *scratch;

static int make_scratch(void **state)
{
    (void)state;
    scratch = tempdir_new(NULL, NULL);
    return scratch ? 0 : -1;
}

static int remove_scratch(void **state)
{
    (void)state;
    tempdir_free(scratch);
    return 0;
}

static char *in_scratch(const char *name)
{
    return mem_printf("%s/%s", tempdir_path(scratch), name);
}

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

static char *put_file(const char *name, struct span bytes)
{
    char *path = in_scratch(name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fwrite(bytes.at, 1, bytes.len, f);
    fclose(f);
    return path;
}

static char *put_tar(const struct entry *entries, size_t n)
{
    struct str tar = {0};
    for (size_t i = 0; i < n; i++)
        add_entry(&tar, &entries[i]);
    str_add_repeat(&tar, '\0', 1024);
    char *path = put_file("a.tar", str_span(&tar));
    str_done(&tar);
    return path;
}

static char *make_room(void)
{
    char *room = in_scratch("room");
    tempdir_remove_tree(room);
    assert_int_equal(mkdir(room, 0700), 0);
    return room;
}

static size_t count_entries(const char *dir)
{
    DIR *d = opendir(dir);
    size_t n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void refused(const struct entry *entries, size_t n, const char *name, const char *why)
{
    char *path = put_tar(entries, n), *room = make_room();
    struct error err = {0};
    if (archive_unpack(path, room, NULL, &err))
        fail_msg("\"%s\" was taken", name);
    if (!strstr(err.text, name) || !strstr(err.text, why))
        fail_msg("got \"%s\", wanted \"%s\" and \"%s\"", err.text, name, why);
    assert_int_equal(count_entries(room), 0);
    free(path);
    free(room);
}

static void a_good_archive_is_unpacked(void **state)
{
    (void)state;
    static const struct entry entries[] = {
        {"./", '5', NULL, NULL},
        {"./networking/", '5', NULL, NULL},
        {"./networking/ethtool.txt", '0', NULL, "Interface eth0\n"},
        {"./kubelet/deep/er/x", '0', NULL, "y"},
    };
    char *path = put_tar(entries, ARRAY_LEN(entries)), *room = make_room();
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
    (void)state;
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
        refused(entries[i], 2, why[i][0], why[i][1]);
}

static void depth_and_length_are_bounded(void **state)
{
    (void)state;
    struct str deep = {0};
    str_add(&deep, "d");
    for (int i = 0; i < 40; i++)
        str_add(&deep, "/d");
    refused(&(struct entry){str_text(&deep), '0', NULL, "x"}, 1, "d/d", "32 folders");
    str_done(&deep);
    // A GNU long name ('L') carries what the header's 100 bytes cannot.
    struct str name = {0};
    str_add_repeat(&name, 'n', 300);
    const struct entry entries[] = {{"././@LongLink", 'L', NULL, str_text(&name)}, {"n", '0', NULL, "x"}};
    refused(entries, 2, "nnn", "255 bytes");
    str_add_repeat(&name, 'n', 2000);
    const struct entry longer[] = {{"././@LongLink", 'L', NULL, str_text(&name)}, {"n", '0', NULL, "x"}};
    refused(longer, 2, "nnn", "1024 bytes");
    str_done(&name);
}

static void bombs_are_refused(void **state)
{
    (void)state;
    struct str tar = {0};
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        add_entry(&tar, &(struct entry){name, '0', NULL, "some text\n"});
    }
    str_add_repeat(&tar, '\0', 1024);
    char *path = put_file("a.tar", str_span(&tar)), *room = make_room();
    str_done(&tar);
    struct error err = {0};
    struct archive_limits few = {.bytes = 1 << 20, .entries = 49, .ratio = 400};
    assert_false(archive_unpack(path, room, &few, &err));
    assert_non_null(strstr(err.text, "more than 49 entries"));
    assert_int_equal(count_entries(room), 0);
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
    (void)state;
    char *path = in_scratch("bomb.tar.gz"), *room = make_room();
    struct archive_writer *w = archive_writer_new();
    archive_writer_add_call(w, "var_log/messages", zeros, NULL);
    struct error err = {0};
    assert_true(archive_writer_finish(w, path, &err));
    archive_writer_free(w);
    assert_false(archive_unpack(path, room, NULL, &err));
    assert_non_null(strstr(err.text, "var_log/messages"));
    assert_non_null(strstr(err.text, "200 times its size"));
    assert_int_equal(count_entries(room), 0);
    free(path);
    free(room);
}

static void a_broken_archive_is_refused(void **state)
{
    (void)state;
    char *path = in_scratch("a.tar.gz"), *room = make_room();
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
    assert_int_equal(count_entries(room), 0);
    free(put_file("a.tar.gz", span_of("\x1F\x8B this is no gzip")));
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

static void write_export(const char *path, bool reverse)
{
    char *file = put_file("on-disk", span_of("from disk\n"));
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
    (void)state;
    char *one = in_scratch("one.tar.gz"), *two = in_scratch("two.tar.gz");
    write_export(one, false);
    write_export(two, true);
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
    (void)state;
    char *path = in_scratch("e.tar.gz");
    struct archive_writer *w = archive_writer_new();
    archive_writer_add_file(w, "a", "/nonexistent/file");
    struct error err = {0};
    size_t before = count_entries(tempdir_path(scratch));
    assert_false(archive_writer_finish(w, path, &err));
    assert_non_null(strstr(err.text, "/nonexistent/file"));
    assert_int_equal(count_entries(tempdir_path(scratch)), before);
    archive_writer_free(w);
    w = archive_writer_new();
    archive_writer_add_text(w, "a", span_of(""));
    archive_writer_add_text(w, "a", span_of(""));
    assert_false(archive_writer_finish(w, path, &err));
    assert_non_null(strstr(err.text, "twice"));
    archive_writer_free(w);
    free(path);
}

// ------------------------------------------------------------------ evidence from archives

static char *put_bundle(void)
{
    struct archive_writer *w = archive_writer_new();
    archive_writer_add_text(w, "./networking/iptables-save.txt", span_of("*filter\nCOMMIT\n"));
    archive_writer_add_text(w, "./system/instance-id.txt", span_of("i-0abc123def4567890\n"));
    char *path = in_scratch("eks_i-0abc_2026-11-23_0700-UTC_0.7.9.tar.gz");
    struct error err = {0};
    if (!archive_writer_finish(w, path, &err))
        fail_msg("%s", err.text);
    archive_writer_free(w);
    return path;
}

static const char bundled[] = "nodes/i-0abc123def4567890/networking/iptables-save.txt";

static void a_bundle_is_read_from_its_archive(void **state)
{
    (void)state;
    char *path = put_bundle();
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
    (void)state;
    char *path = put_bundle(), *room = make_room();
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
    (void)state;
    // "one\ntwo\n", gzip -n
    static const char packed[] =
        "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\xcf\x4b\xe5\x2a\x29\xcf\xe7\x02\0\xe6\x0b\xba"
        "\x12\x08\0\0\0";
    char *path = put_file("messages.gz", span_make(packed, sizeof packed - 1));
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

// ------------------------------------------------------------------ the sandbox and the folder

struct tries {
    char *outside;
    int dir;
};

static bool try_everything(void *context, struct error *err)
{
    const struct tries *t = context;
    int fd = openat(t->dir, "inside", O_WRONLY | O_CREAT, 0600);
    if (fd < 0)
        return error_set_errno(err, errno, "inside");
    if (write(fd, "x", 1) != 1)
        return error_set(err, "cannot write inside");
    if (open(t->outside, O_WRONLY | O_CREAT, 0600) >= 0)
        return error_set(err, "could write outside");
    if (open("/etc/passwd", O_RDONLY) >= 0)
        return error_set(err, "could read outside");
    return error_set(err, "all held");
}

static void the_sandbox_holds(void **state)
{
    (void)state;
    char *room = make_room(), *outside = in_scratch("outside");
    struct tries t = {.outside = outside, .dir = open(room, O_RDONLY | O_DIRECTORY)};
    struct sandbox box = {
        .read_fd = t.dir, .write_dir = t.dir, .file_bytes = 1000, .memory = 64 << 20, .seconds = 10};
    struct error err = {0};
    assert_false(sandbox_run(&box, try_everything, &t, &err));
    assert_string_equal(err.text, "all held");
    assert_int_equal(count_entries(room), 1);
    close(t.dir);
    free(room);
    free(outside);
}

static bool write_much(void *context, struct error *err)
{
    (void)err;
    char block[4096] = {0};
    int fd = openat(*(int *)context, "much", O_WRONLY | O_CREAT, 0600);
    for (int i = 0; i < 100; i++)
        (void)!write(fd, block, sizeof block);
    return true;
}

static bool die(void *context, struct error *err)
{
    (void)context;
    (void)err;
    raise(SIGKILL);
    return true;
}

static void a_child_that_dies_is_an_error(void **state)
{
    (void)state;
    char *room = make_room();
    int dir = open(room, O_RDONLY | O_DIRECTORY);
    struct sandbox box = {
        .read_fd = dir, .write_dir = dir, .file_bytes = 1000, .memory = 64 << 20, .seconds = 10};
    struct error err = {0};
    assert_false(sandbox_run(&box, write_much, &dir, &err));
    assert_non_null(strstr(err.text, "larger than is allowed"));
    assert_false(sandbox_run(&box, die, NULL, &err));
    assert_non_null(strstr(err.text, "Killed"));
    close(dir);
    free(room);
}

// A process that holds a private folder is killed; the folder goes.
static void a_killed_process_leaves_no_folder(void **state)
{
    (void)state;
    prctl(PR_SET_CHILD_SUBREAPER, 1); // so that the orphaned watcher can be waited for
    tempdir_free(scratch);            // and no other is
    scratch = NULL;
    int name[2];
    assert_int_equal(pipe(name), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(name[0]);
        struct tempdir *dir = tempdir_new(NULL, NULL);
        char *file = mem_printf("%s/file", tempdir_path(dir));
        close(open(file, O_WRONLY | O_CREAT, 0600));
        (void)!write(name[1], tempdir_path(dir), strlen(tempdir_path(dir)));
        raise(SIGKILL);
    }
    close(name[1]);
    char path[256] = {0};
    ssize_t n = read(name[0], path, sizeof path - 1);
    assert_true(n > 0);
    waitpid(pid, NULL, 0);
    close(name[0]);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_archive_is_unpacked),
        cmocka_unit_test(what_leads_out_is_refused),
        cmocka_unit_test(depth_and_length_are_bounded),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(a_file_of_zeros_is_a_bomb),
        cmocka_unit_test(a_broken_archive_is_refused),
        cmocka_unit_test(exports_are_the_same_byte_for_byte),
        cmocka_unit_test(an_export_that_fails_leaves_nothing),
        cmocka_unit_test(a_bundle_is_read_from_its_archive),
        cmocka_unit_test(a_bundle_takes_its_place_in_a_case),
        cmocka_unit_test(a_compressed_log_is_its_text),
        cmocka_unit_test(the_sandbox_holds),
        cmocka_unit_test(a_child_that_dies_is_an_error),
        cmocka_unit_test(a_killed_process_leaves_no_folder),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
