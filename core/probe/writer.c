// A queue of files that have something to be done. The thread takes what waits of one file at a time, writes
// it, and lets go of the lock meanwhile; where nothing waits it makes durable what was closed. So a probe's
// end never waits for fsync, and a power cut costs the last moments at most: a record that promises more
// bytes than its file has is read as a cut file.
#include "core/probe/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"

enum { UNSYNCED_MAX = 64 };

struct writer_file {
    struct writer *writer;
    const char *path, *heading;
    unsigned generation; // 0: a file of its own
    // Guarded by the writer's mutex.
    struct str waiting;
    size_t under_way; // bytes that the thread has taken and not yet written
    bool queued, closing, failed;
    struct writer_file *next;
    // The thread's.
    int fd;           // -1: not there yet
    struct str spare; // room for what comes next, so that a flood allocates nothing
    struct writer_result result;
    struct writer_close how;
};

struct file_queue {
    struct writer_file *first, **end;
};

struct writer {
    struct tree tree;
    struct loop_wake *wake;
    pthread_t thread;
    pthread_mutex_t mutex; // guards what follows
    pthread_cond_t work;
    struct file_queue todo, done;
    bool finishing;
    int unsynced[UNSYNCED_MAX]; // the thread's; so are the next two
    unsigned n_unsynced;
    bool record_unsynced;
    bool finished; // the loop's: the thread is gone
};

static void queue_init(struct file_queue *q)
{
    q->first = NULL;
    q->end = &q->first;
}

static void queue_push(struct file_queue *q, struct writer_file *file)
{
    file->next = NULL;
    *q->end = file;
    q->end = &file->next;
}

static struct writer_file *queue_pop(struct file_queue *q)
{
    struct writer_file *file = q->first;
    if (file && !(q->first = file->next))
        q->end = &q->first;
    return file;
}

// ------------------------------------------------------------------ the thread: one file

static bool file_is_bad(const struct writer_file *file)
{
    return file->result.err.text[0] != '\0';
}

static bool file_open(struct writer_file *file)
{
    struct tree *tree = &file->writer->tree;
    if (file->fd < 0)
        file->fd = file->generation ? tree_scratch(tree, &file->result.err)
                                    : tree_file(tree, file->path, &file->result.err);
    return file->fd >= 0;
}

static void file_write(struct writer_file *file, struct span bytes)
{
    if (bytes.len && !file_is_bad(file) && file_open(file))
        tree_write(file->fd, bytes, &file->result.err);
}

static void sync_closed(struct writer *w)
{
    for (unsigned i = 0; i < w->n_unsynced; i++) {
        fdatasync(w->unsynced[i]);
        close(w->unsynced[i]);
    }
    w->n_unsynced = 0;
    tree_sync(&w->tree);
    w->record_unsynced = false;
}

static void file_keep_for_sync(struct writer_file *file)
{
    struct writer *w = file->writer;
    if (w->n_unsynced == UNSYNCED_MAX)
        sync_closed(w);
    w->unsynced[w->n_unsynced++] = file->fd;
}

static void file_end_piece(struct writer_file *file)
{
    const struct tree_piece piece = {file->path, file->heading, file->generation, file->fd};
    if ((file->how.make || file->fd >= 0) && !file_is_bad(file))
        tree_append(&file->writer->tree, &piece, &file->result.lines, &file->result.err);
    file->result.there = file->result.lines.to > 0;
    if (file->fd >= 0)
        close(file->fd);
}

static void file_end(struct writer_file *file)
{
    struct str line = {0};
    if (file->generation) {
        file_end_piece(file);
    } else {
        if (file->how.make && !file_is_bad(file))
            file_open(file);
        if (file->how.unpack && !file_is_bad(file) && file->fd >= 0)
            tree_unpack(&file->writer->tree, file->path, &file->result.err);
        file->result.there = file->fd >= 0 && !tree_is_free(&file->writer->tree, file->path);
        file->result.free =
            !file->result.there && file->path && tree_is_free(&file->writer->tree, file->path);
        if (file->fd >= 0)
            file_keep_for_sync(file);
    }
    file->how.record(file->how.context, &file->result, &line);
    tree_record(&file->writer->tree, str_span(&line), NULL); // waits for room where there is none
    file->writer->record_unsynced = true;
    str_done(&line);
}

// Called and returns with the mutex held; lets go of it while the disk works.
static void writer_serve(struct writer *w, struct writer_file *file)
{
    struct str bytes = file->waiting;
    bool closing = file->closing;
    file->waiting = file->spare;
    file->under_way = bytes.len;
    file->queued = false;
    pthread_mutex_unlock(&w->mutex);
    file_write(file, str_span(&bytes));
    if (closing)
        file_end(file);
    str_clear(&bytes);
    file->spare = bytes;
    pthread_mutex_lock(&w->mutex);
    file->under_way = 0;
    file->failed = file_is_bad(file);
    if (closing)
        queue_push(&w->done, file);
    loop_wake_send(w->wake);
}

static void *writer_run(void *context)
{
    struct writer *w = context;
    pthread_mutex_lock(&w->mutex);
    for (;;) {
        struct writer_file *file = queue_pop(&w->todo);
        if (file) {
            writer_serve(w, file);
        } else if (w->n_unsynced || w->record_unsynced) {
            pthread_mutex_unlock(&w->mutex);
            sync_closed(w);
            pthread_mutex_lock(&w->mutex);
        } else if (w->finishing) {
            break;
        } else {
            pthread_cond_wait(&w->work, &w->mutex);
        }
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

// ------------------------------------------------------------------ the loop's side

static void start_thread(struct writer *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // signals are the loop's
    if (pthread_create(&w->thread, NULL, writer_run, w) != 0)
        abort(); // no thread is as bad as no memory
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct writer *writer_new(struct loop *loop, const char *tree, loop_fn *moved, void *context,
                          struct error *err)
{
    struct writer *w = mem_alloc(sizeof *w);
    if (!tree_open(&w->tree, tree, err) || !(w->wake = loop_wake_new(loop, moved, context, err))) {
        tree_close(&w->tree);
        free(w);
        return NULL;
    }
    queue_init(&w->todo);
    queue_init(&w->done);
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->work, NULL);
    start_thread(w);
    return w;
}

void writer_finish(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->finishing = true;
    pthread_cond_signal(&writer->work);
    pthread_mutex_unlock(&writer->mutex);
    if (!writer->finished)
        pthread_join(writer->thread, NULL);
    writer->finished = true;
}

void writer_free(struct writer *writer)
{
    if (!writer)
        return;
    writer_finish(writer);
    struct writer_result unwanted;
    while (writer_next(writer, &unwanted))
        continue;
    pthread_mutex_destroy(&writer->mutex);
    pthread_cond_destroy(&writer->work);
    loop_wake_free(writer->wake);
    tree_close(&writer->tree);
    free(writer);
}

struct writer_file *writer_open(struct writer *writer, const char *path, const char *heading,
                                unsigned generation)
{
    struct writer_file *file = mem_alloc(sizeof *file);
    file->writer = writer;
    file->path = path;
    file->heading = heading;
    file->generation = generation;
    file->fd = -1;
    return file;
}

// With the mutex held.
static void enqueue(struct writer_file *file)
{
    if (!file->queued)
        queue_push(&file->writer->todo, file);
    file->queued = true;
    pthread_cond_signal(&file->writer->work);
}

size_t writer_add(struct writer_file *file, struct span bytes)
{
    pthread_mutex_lock(&file->writer->mutex);
    str_add_span(&file->waiting, bytes);
    enqueue(file);
    size_t waiting = file->waiting.len + file->under_way;
    pthread_mutex_unlock(&file->writer->mutex);
    return waiting;
}

size_t writer_waiting(struct writer_file *file)
{
    pthread_mutex_lock(&file->writer->mutex);
    size_t waiting = file->waiting.len + file->under_way;
    pthread_mutex_unlock(&file->writer->mutex);
    return waiting;
}

bool writer_failed(struct writer_file *file)
{
    pthread_mutex_lock(&file->writer->mutex);
    bool failed = file->failed;
    pthread_mutex_unlock(&file->writer->mutex);
    return failed;
}

void writer_close(struct writer_file *file, struct writer_close how)
{
    pthread_mutex_lock(&file->writer->mutex);
    file->how = how;
    file->closing = true;
    enqueue(file);
    pthread_mutex_unlock(&file->writer->mutex);
}

void *writer_next(struct writer *writer, struct writer_result *ret)
{
    pthread_mutex_lock(&writer->mutex);
    struct writer_file *file = queue_pop(&writer->done);
    pthread_mutex_unlock(&writer->mutex);
    if (!file)
        return NULL;
    void *context = file->how.context;
    *ret = file->result;
    str_done(&file->waiting);
    str_done(&file->spare);
    free(file);
    return context;
}
