// core/door/sandbox and tempdir: what a child may not, and folders that vanish.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/sandbox.h"
#include "core/door/tempdir.h"
#include "tests/kit/scratch.h"

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
    const char *folder = *state;
    char *room = scratch_room(folder), *outside = scratch_path(folder, "outside");
    struct tries t = {.outside = outside, .dir = open(room, O_RDONLY | O_DIRECTORY)};
    struct sandbox box = {
        .read_fd = t.dir, .write_dir = t.dir, .file_bytes = 1000, .memory = 64 << 20, .seconds = 10};
    struct error err = {0};
    assert_false(sandbox_run(&box, try_everything, &t, &err));
    assert_string_equal(err.text, "all held");
    assert_int_equal(scratch_count(room), 1);
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
    const char *folder = *state;
    char *room = scratch_room(folder);
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
        SCRATCH_TEST(the_sandbox_holds),
        SCRATCH_TEST(a_child_that_dies_is_an_error),
        SCRATCH_TEST(a_killed_process_leaves_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
