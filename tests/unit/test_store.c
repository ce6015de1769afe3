// The case's store: what was called saved is there again, whatever happened to the process or the disk.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/store.h"
#include "core/session/cases.h"
#include "tests/kit/scratch.h"

struct bench {
    char *folder, *path;
};

static int set_up(void **state)
{
    struct bench *b = mem_alloc(sizeof *b);
    b->folder = scratch_make();
    b->path = mem_printf("%s/case.db", b->folder);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    scratch_remove(b->folder);
    free(b->folder);
    free(b->path);
    free(b);
    return 0;
}

static struct store *must_open(const char *path, enum store_mode mode)
{
    struct error err = {{0}};
    struct store *store = store_open(&(struct store_config){.path = path, .mode = mode}, NULL, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static struct event note(uint64_t seq, const char *text)
{
    return (struct event){.seq = seq, .time = (usec_t)seq, .kind = EVENT_NOTE, .text = text};
}

static bool count_event(const struct event *e, void *context, struct error *err)
{
    (void)err;
    uint64_t *n = context;
    assert_int_equal(e->seq, *n + 1);
    *n = e->seq;
    return true;
}

static uint64_t count(struct store *store)
{
    struct error err = {{0}};
    uint64_t n = 0;
    if (!store_read(store, count_event, &n, &err))
        fail_msg("%s", err.text);
    return n;
}

static void events_come_back(void **state)
{
    const struct bench *b = *state;
    struct store *store = must_open(b->path, STORE_CREATE);
    const struct event all = {.seq = 1,
                              .time = -5,
                              .kind = EVENT_ANSWERED,
                              .step = "T.M1",
                              .text = "quo\"te\n\xff",
                              .value = "yes",
                              .number = INT64_MIN};
    store_append(store, &all);
    for (uint64_t i = 2; i <= 100; i++)
        store_append(store, &(struct event){.seq = i, .kind = EVENT_CLOSED});
    struct error err = {{0}};
    assert_true(store_wait(store, 100, 60 * USEC_SEC, &err));
    assert_int_equal(store_saved(store), 100);
    store_close(store);

    store = must_open(b->path, STORE_WRITE);
    assert_int_equal(store_saved(store), 100);
    assert_int_equal(count(store), 100);
    store_close(store);
}

static bool check_first(const struct event *e, void *context, struct error *err)
{
    (void)context;
    assert_string_equal(e->step, "T.M1");
    assert_string_equal(e->text, "quo\"te\n\xff");
    assert_string_equal(e->value, "yes");
    assert_true(e->number == INT64_MIN && e->time == -5 && e->kind == EVENT_ANSWERED);
    return error_set(err, "enough");
}

static void every_field_is_kept(void **state)
{
    const struct bench *b = *state;
    events_come_back(state);
    struct store *store = must_open(b->path, STORE_READ);
    struct error err = {{0}};
    assert_false(store_read(store, check_first, NULL, &err));
    assert_string_equal(err.text, "enough");
    store_close(store);
}

static void close_saves_what_is_left(void **state)
{
    const struct bench *b = *state;
    struct store *store = must_open(b->path, STORE_CREATE);
    for (uint64_t i = 1; i <= 1000; i++) {
        struct event e = note(i, "x");
        store_append(store, &e);
    }
    store_close(store);
    store = must_open(b->path, STORE_READ);
    assert_int_equal(count(store), 1000);
    store_close(store);
}

static void files_are_private(void **state)
{
    const struct bench *b = *state;
    struct stat st;
    struct store *store = must_open(b->path, STORE_CREATE);
    struct event e = note(1, "x");
    store_append(store, &e);
    assert_true(store_wait(store, 1, 60 * USEC_SEC, NULL));
    static const char *const suffixes[] = {"", "-wal", "-shm", "-lock"};
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char *name = mem_printf("%s%s", b->path, suffixes[i]);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        free(name);
    }
    store_close(store);
}

static void a_second_writer_is_told_who_has_it(void **state)
{
    const struct bench *b = *state;
    struct store *store = must_open(b->path, STORE_CREATE);
    struct event e = note(1, "x");
    store_append(store, &e);
    assert_true(store_wait(store, 1, 60 * USEC_SEC, NULL));
    struct store_owner owner;
    struct error err = {{0}};
    assert_null(store_open(&(struct store_config){.path = b->path, .mode = STORE_WRITE}, &owner, &err));
    assert_int_equal(owner.pid, getpid());
    assert_true(span_contains(span_of(err.text), "since 20"));
    assert_true(store_is_written(b->path, &owner));

    struct store *reader = must_open(b->path, STORE_READ);
    assert_int_equal(count(reader), 1);
    store_close(reader);
    store_close(store);
    assert_false(store_is_written(b->path, &owner));
}

static void write_file(const char *path, const char *text, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    close(fd);
}

static void what_is_no_case_is_refused(void **state)
{
    const struct bench *b = *state;
    static const char *const texts[] = {"", "not a database at all, but long enough to look at"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        write_file(b->path, texts[i], strlen(texts[i]));
        for (enum store_mode mode = STORE_CREATE; mode <= STORE_READ; mode++) {
            struct error err = {{0}};
            assert_null(store_open(&(struct store_config){.path = b->path, .mode = mode}, NULL, &err));
            assert_true(span_contains(span_of(err.text), b->path));
        }
    }
    struct error err = {{0}};
    assert_null(
        store_open(&(struct store_config){.path = "/nowhere/case.db", .mode = STORE_READ}, NULL, &err));
}

static void damage_is_seen(void **state)
{
    const struct bench *b = *state;
    struct store *store = must_open(b->path, STORE_CREATE);
    char *text = mem_alloc(3001);
    memset(text, 'x', 3000);
    for (uint64_t i = 1; i <= 50; i++) {
        struct event e = note(i, text);
        store_append(store, &e);
    }
    free(text);
    store_close(store);
    int fd = open(b->path, O_WRONLY);
    static const char junk[4096] = {0x7f};
    for (int page = 2; page < 6; page++)
        assert_int_equal(pwrite(fd, junk, sizeof junk, (off_t)page * 4096), sizeof junk);
    close(fd);
    struct error err = {{0}};
    assert_null(store_open(&(struct store_config){.path = b->path, .mode = STORE_READ}, NULL, &err));
    assert_true(span_contains(span_of(err.text), "damaged"));
}

// ------------------------------------------------------------------ a full disk, in a child of its own

static void fill_disk(const char *path)
{
    struct rlimit limit;
    struct error err = {{0}};
    signal(SIGXFSZ, SIG_IGN);
    struct store *store = must_open(path, STORE_CREATE);
    getrlimit(RLIMIT_FSIZE, &limit);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 64 << 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    char *text = mem_alloc((200 << 10) + 1);
    memset(text, 'x', 200 << 10);
    struct event e = note(1, text);
    store_append(store, &e);
    bool refused = !store_wait(store, 1, 60 * USEC_SEC, &err) && store_saved(store) == 0 && err.text[0];
    limit.rlim_cur = before;
    setrlimit(RLIMIT_FSIZE, &limit);
    bool kept = store_wait(store, 1, 60 * USEC_SEC, &err);
    store_close(store);
    free(text);
    _exit(refused && kept ? 0 : 1);
}

static void events_outlive_a_full_disk(void **state)
{
    const struct bench *b = *state;
    pid_t child = fork();
    if (child == 0)
        fill_disk(b->path);
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct store *store = must_open(b->path, STORE_READ);
    assert_int_equal(count(store), 1);
    store_close(store);
}

// ------------------------------------------------------------------ killed at any moment

// Writes events without end and says which are saved, as eight bytes each.
static void write_until_killed(const char *path, int to)
{
    struct store *store = must_open(path, STORE_CREATE);
    for (uint64_t seq = 1;; seq++) {
        struct event e = note(seq, "an event of some length, so that pages fill");
        store_append(store, &e);
        if (seq % 7 == 0)
            store_wait(store, seq, 60 * USEC_SEC, NULL);
        uint64_t saved = store_saved(store);
        if (write(to, &saved, sizeof saved) != sizeof saved)
            _exit(1);
    }
}

static void saved_means_saved_when_killed(void **state)
{
    const struct bench *b = *state;
    enum { ROUNDS = 8 };
    uint32_t random = 12345;
    for (int round = 0; round < ROUNDS; round++) {
        char *path = mem_printf("%s/%d.db", b->folder, round);
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0)
            write_until_killed(path, ends[1]);
        close(ends[1]);
        random = random * 1664525 + 1013904223;
        uint64_t said = 0, now;
        for (uint32_t left = (random >> 16) % 3000; left > 0 || said == 0; left -= left > 0) {
            assert_int_equal(read(ends[0], &now, sizeof now), sizeof now);
            said = now;
        }
        kill(child, SIGKILL);
        while (read(ends[0], &now, sizeof now) == sizeof now)
            said = now;
        close(ends[0]);
        waitpid(child, NULL, 0);
        struct store *store = must_open(path, STORE_WRITE);
        assert_true(count(store) >= said);
        store_close(store);
        free(path);
    }
}

// ------------------------------------------------------------------ folders of cases

static void cases_are_named_and_found(void **state)
{
    const struct bench *b = *state;
    struct error err = {{0}};
    struct case_path paths[3], found;
    usec_t at = 1795419700 * USEC_SEC; // 2026-11-23T07:41:40Z
    assert_false(case_find(b->folder, "last", &found, &err));
    for (size_t i = 0; i < 3; i++)
        assert_true(case_create(b->folder, i < 2 ? at : at + USEC_DAY, &paths[i], &err));
    assert_string_equal(paths[0].id, "20261123-0741");
    assert_string_equal(paths[1].id, "20261123-0741a");
    struct stat st;
    assert_int_equal(stat(paths[0].dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);

    static const struct {
        const char *name, *id;
    } asked[] = {
        {"last", "20261124-0741"},
        {"20261124", "20261124-0741"},
        {"20261123-0741", "20261123-0741"},
        {"20261123-0741a", "20261123-0741a"},
        {"2026112", NULL},
        {"20261125", NULL},
        {"../x", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        bool ok = case_find(b->folder, asked[i].name, &found, &err);
        assert_int_equal(ok, asked[i].id != NULL);
        if (ok)
            assert_string_equal(found.id, asked[i].id);
        case_path_done(&found);
    }
    for (size_t i = 0; i < 3; i++)
        case_path_done(&paths[i]);
}

static void a_damaged_case_is_named(void **state)
{
    const struct bench *b = *state;
    struct case_path path;
    struct case_summary summary;
    assert_true(case_create(b->folder, 0, &path, NULL));
    case_summarize(&path, &summary);
    assert_non_null(summary.damage);
    case_summary_done(&summary);

    char *db = case_file(&path, "case.db");
    struct store *store = must_open(db, STORE_CREATE);
    store_append(store, &(struct event){.seq = 1, .kind = EVENT_OPENED, .value = "D5", .text = "pod: a\n"});
    store_append(store, &(struct event){.seq = 2, .kind = EVENT_JUDGED, .text = "{\"verdict\": \"likely\"}"});
    store_close(store);
    case_summarize(&path, &summary);
    assert_null(summary.damage);
    assert_string_equal(summary.sop, "D5");
    assert_string_equal(summary.verdict, "likely");
    assert_false(summary.closed);
    case_summary_done(&summary);
    free(db);
    case_path_done(&path);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(events_come_back),
        WITH_FOLDER(every_field_is_kept),
        WITH_FOLDER(close_saves_what_is_left),
        WITH_FOLDER(files_are_private),
        WITH_FOLDER(a_second_writer_is_told_who_has_it),
        WITH_FOLDER(what_is_no_case_is_refused),
        WITH_FOLDER(damage_is_seen),
        WITH_FOLDER(events_outlive_a_full_disk),
        WITH_FOLDER(saved_means_saved_when_killed),
        WITH_FOLDER(cases_are_named_and_found),
        WITH_FOLDER(a_damaged_case_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
