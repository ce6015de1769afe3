// core/probe/tree: a bundle that a probe brought takes its places among what other probes read, and a hostile
// one takes none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/infile.h"
#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/door/tempdir.h"
#include "core/evidence/evidence.h"
#include "core/probe/tree.h"

#define ARCHIVE "nodes/n1/bundle.tar.gz"
#define RULES   "nodes/n1/networking/iptables-save.txt"
#define ROUTES  "nodes/n1/networking/iproute.txt"
#define DMESG   "nodes/n1/kernel/dmesg.txt"

struct bench {
    struct tempdir *room;
    struct tree tree;
    char *path; // of the tree
};

static void must(bool ok, const struct error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static int set_up(void **state)
{
    struct bench *b = mem_alloc(sizeof *b);
    struct error err = {{0}};
    b->room = tempdir_new(NULL, &err);
    must(b->room, &err);
    b->path = mem_printf("%s/evidence", tempdir_path(b->room));
    must(tree_open(&b->tree, b->path, &err), &err);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    tree_close(&b->tree);
    tempdir_free(b->room);
    free(b->path);
    free(b);
    return 0;
}

static void put(struct bench *b, const char *file, const char *text)
{
    struct error err = {{0}};
    int fd = tree_file(&b->tree, file, &err);
    must(fd >= 0, &err);
    must(tree_write(fd, span_of(text), &err), &err);
    close(fd);
}

// The text of the tree's file, "" where there is none; yours.
static char *text_of(const struct bench *b, const char *file)
{
    char *path = mem_printf("%s/%s", b->path, file);
    struct str text = {0};
    struct error err;
    bool there = infile_read(path, &text, &err);
    free(path);
    if (!there)
        str_clear(&text);
    return str_take(&text);
}

static void assert_holds(const struct bench *b, const char *file, const char *text)
{
    char *found = text_of(b, file);
    assert_string_equal(found ? found : "", text);
    free(found);
}

static void pack(struct bench *b, const char *top)
{
    static const char *const files[][2] = {{"networking/iptables-save.txt", "bundle's rules\n"},
                                           {"networking/iproute.txt", "bundle's routes\n"},
                                           {"kernel/dmesg.txt", "bundle's kernel\n"}};
    struct archive_writer *w = archive_writer_new();
    struct error err = {{0}};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *name = mem_printf("%s%s", top, files[i][0]);
        archive_writer_add_text(w, name, span_of(files[i][1]));
        free(name);
    }
    put(b, ARCHIVE, "");
    char *path = mem_printf("%s/" ARCHIVE, b->path);
    must(archive_writer_finish(w, path, &err), &err);
    archive_writer_free(w);
    free(path);
}

static void record(struct bench *b, const char *file, const char *state)
{
    struct error err = {{0}};
    char *line = mem_printf("{\"id\":\"E-001\",\"exit\":0,\"file\":\"%s\",\"state\":\"%s\"}", file, state);
    must(tree_record(&b->tree, span_of(line), &err), &err);
    free(line);
}

static void assert_gone(const struct bench *b, const char *file)
{
    assert_true(tree_is_free(&b->tree, file));
}

// What a probe asked for stays; what it failed to get, and what nobody asked for, is the bundle's.
static void a_bundle_takes_its_places(void **state)
{
    struct bench *b = *state;
    struct error err = {{0}};
    put(b, RULES, "live rules\n");
    record(b, RULES, "done");
    put(b, ROUTES, "");
    record(b, ROUTES, "failed");
    pack(b, "");
    must(tree_unpack(&b->tree, ARCHIVE, &err), &err);
    assert_holds(b, RULES, "live rules\n");
    assert_holds(b, "nodes/n1/bundle/networking/iptables-save.txt", "bundle's rules\n");
    assert_holds(b, ROUTES, "bundle's routes\n");
    assert_holds(b, DMESG, "bundle's kernel\n");
    assert_gone(b, ARCHIVE);
    assert_gone(b, ".unpacking");
    char *records = text_of(b, "probes.jsonl"); // the failed reading's record went with it
    assert_non_null(strstr(records, "\"file\":\"" RULES "\""));
    assert_null(strstr(records, "\"file\":\"" ROUTES "\""));
    assert_non_null(strstr(records, "\"file\":\"earlier/"));
    free(records);
}

static void a_second_bundle_is_a_new_reading(void **state)
{
    struct bench *b = *state;
    struct error err = {{0}};
    pack(b, "eks_i-0abc/"); // below a folder of its own
    must(tree_unpack(&b->tree, ARCHIVE, &err), &err);
    assert_holds(b, DMESG, "bundle's kernel\n");
    assert_gone(b, "earlier"); // nothing stood there
    pack(b, "");
    must(tree_unpack(&b->tree, ARCHIVE, &err), &err);
    assert_holds(b, DMESG, "bundle's kernel\n");
    assert_false(tree_is_free(&b->tree, "earlier"));
}

static void what_is_no_bundle_stays_an_archive(void **state)
{
    struct bench *b = *state;
    struct error err = {{0}};
    put(b, ARCHIVE, "<Error>AccessDenied</Error>");
    assert_false(tree_unpack(&b->tree, ARCHIVE, &err));
    assert_non_null(strstr(err.text, "the bundle could not be unpacked"));
    assert_holds(b, ARCHIVE, "<Error>AccessDenied</Error>");
    struct archive_writer *w = archive_writer_new();
    archive_writer_add_text(w, "holiday/photo.txt", span_of("x"));
    char *path = mem_printf("%s/" ARCHIVE, b->path);
    must(archive_writer_finish(w, path, &err), &err);
    assert_false(tree_unpack(&b->tree, ARCHIVE, &err));
    assert_non_null(strstr(err.text, "no bundle of the log collector"));
    assert_gone(b, ".unpacking");
    assert_gone(b, "nodes/n1/holiday");
    archive_writer_free(w);
    free(path);
}

// A folder of readings is not moved by a file that has its name.
static void a_bundle_moves_no_folder(void **state)
{
    struct bench *b = *state;
    struct error err = {{0}};
    put(b, "nodes/n1/kernel/dmesg.txt/inside", "x");
    pack(b, "");
    assert_false(tree_unpack(&b->tree, ARCHIVE, &err));
    assert_non_null(strstr(err.text, "a folder stands there"));
    assert_holds(b, "nodes/n1/kernel/dmesg.txt/inside", "x");
}

#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TREE(a_bundle_takes_its_places),
        IN_TREE(a_second_bundle_is_a_new_reading),
        IN_TREE(what_is_no_bundle_stays_an_archive),
        IN_TREE(a_bundle_moves_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
