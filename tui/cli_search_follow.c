// d5tui search --follow: waits for files to grow (inotify(7)), searches what was added once a line is whole,
// and prints it. Nothing is done while nothing changes.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/cli.h"
#include "tui/cli_search_parts.h"

enum { STEP = 1 << 20 }; // bytes read at once

struct follower {
    const struct search_set *set;
    struct search_options options;
    struct search_printer *printer;
    struct search_mark *marks;
    size_t n;
    int *watches; // of each mark
    char *buffer;
    size_t cap;
};

// Searches the whole lines of the buffer's first n bytes. False: standard output is gone.
static bool search_added(struct follower *f, struct search_mark *mark, size_t n)
{
    struct error err = {{0}};
    struct search_result result;
    struct text text = {span_make(f->buffer, n), mark->file};
    f->printer->source = mark->source;
    f->options.above = mark->time == TIME_UNKNOWN ? 0 : mark->time;
    bool good = search_text(f->set, text, mark->lines + 1, &f->options, &result, &err);
    if (!good)
        cli_error(0, "%s", err.text);
    mark->offset += result.files[0].bytes;
    mark->lines += result.files[0].lines;
    mark->time = result.files[0].last_time;
    good &= !result.stopped;
    search_result_done(&result);
    return good;
}

// A file that became shorter was begun anew.
static void note_cut(const struct follower *f, struct search_mark *mark, int fd)
{
    struct stat st;
    (void)f;
    if (fstat(fd, &st) < 0 || (uint64_t)st.st_size >= mark->offset)
        return;
    cli_error(0, "%s%s became shorter; followed from its beginning", mark->source->prefix,
              evidence_file(mark->source->ev, mark->file)->path);
    mark->offset = mark->lines = 0;
    mark->time = TIME_UNKNOWN;
}

// Reads and searches all that was added. False: standard output is gone.
static bool pump(struct follower *f, struct search_mark *mark)
{
    bool good = true;
    size_t want = STEP;
    int fd = open(evidence_file(mark->source->ev, mark->file)->real, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true; // it is gone; what was there was searched
    note_cut(f, mark, fd);
    while (good) {
        f->buffer = mem_grow(f->buffer, &f->cap, want, 1);
        ssize_t n = pread(fd, f->buffer, want, (off_t)mark->offset);
        if (n <= 0)
            break;
        if (memrchr(f->buffer, '\n', (size_t)n)) {
            good = search_added(f, mark, (size_t)n);
            want = STEP;
        } else if ((size_t)n < want) {
            break; // the line has not ended yet
        } else {
            want *= 2;
        }
    }
    close(fd);
    return good && fflush(stdout) == 0;
}

static bool pump_watch(struct follower *f, int watch)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->watches[i] == watch && !pump(f, &f->marks[i]))
            return false;
    }
    return true;
}

static bool pump_all(struct follower *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!pump(f, &f->marks[i]))
            return false;
    }
    return true;
}

// Ends when standard output or inotify does.
static void wait_and_pump(struct follower *f, int notify)
{
    _Alignas(struct inotify_event) char events[16 * 1024];
    bool good = true;
    while (good) {
        ssize_t n = read(notify, events, sizeof events);
        if (n <= 0 && errno != EINTR)
            return;
        for (ssize_t at = 0; good && at < n;) {
            struct inotify_event event;
            memcpy(&event, events + at, sizeof event);
            good = event.mask & IN_Q_OVERFLOW ? pump_all(f) : pump_watch(f, event.wd);
            at += (ssize_t)(sizeof event + event.len);
        }
    }
}

int search_follow(const struct search_set *set, const struct search_options *options,
                  struct search_printer *printer, struct search_mark *marks, size_t n_marks)
{
    struct follower f = {set,   *options, printer,
                         marks, n_marks,  .watches = mem_calloc(n_marks, sizeof *f.watches)};
    int notify = inotify_init1(IN_CLOEXEC), status = CLI_OK;
    size_t watched = 0;
    f.options.threads = 1;
    f.options.whole_lines = true;
    for (size_t i = 0; i < n_marks; i++) {
        const struct evidence_file *file = evidence_file(marks[i].source->ev, marks[i].file);
        f.watches[i] = inotify_add_watch(notify, file->real, IN_MODIFY | IN_ATTRIB);
        watched += f.watches[i] >= 0;
    }
    if (notify < 0 || watched == 0)
        status = cli_error(CLI_USAGE, "search: no file can be followed");
    else if (pump_all(&f))
        wait_and_pump(&f, notify);
    if (notify >= 0)
        close(notify);
    free(f.watches);
    free(f.buffer);
    return status;
}
