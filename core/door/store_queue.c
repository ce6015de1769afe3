// Group commit. While one commit runs, events gather; the next commit takes all of them. Where a commit
// fails, its events go back to the front of the queue and the thread sleeps until somebody adds or waits: a
// full disk is tried again when there is a reason to, not in a loop.
#include "core/door/store_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/mem.h"

struct batch { // events with texts of their own
    struct event *items;
    size_t n, cap;
};

struct store_queue {
    struct store_queue_config config;
    pthread_t thread;
    pthread_mutex_t mutex; // guards all below
    pthread_cond_t work, done;
    struct batch waiting;
    uint64_t saved;
    uint64_t failures; // how many commits have failed
    struct error failure;
    bool failed; // the last commit was refused
    bool retry;  // somebody asked for another try
    bool closing;
};

// ------------------------------------------------------------------ batches

static struct event copy_event(const struct event *e)
{
    struct event copy = *e;
    copy.step = e->step ? mem_strdup(e->step) : NULL;
    copy.text = e->text ? mem_strdup(e->text) : NULL;
    copy.value = e->value ? mem_strdup(e->value) : NULL;
    return copy;
}

static void batch_done(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        free((char *)batch->items[i].step);
        free((char *)batch->items[i].text);
        free((char *)batch->items[i].value);
    }
    free(batch->items);
    *batch = (struct batch){0};
}

// What was refused stands before what came since.
static void put_back(struct batch *waiting, struct batch *refused)
{
    for (size_t i = 0; i < waiting->n; i++)
        *MEM_PUSH(refused->items, refused->n, refused->cap) = waiting->items[i];
    free(waiting->items);
    *waiting = *refused;
}

// ------------------------------------------------------------------ the thread

static bool has_work(const struct store_queue *q)
{
    return q->waiting.n > 0 && (!q->failed || q->retry || q->closing);
}

// Called and returns with the mutex held; lets go of it while the disk works.
static void commit_waiting(struct store_queue *q)
{
    struct batch batch = q->waiting;
    struct error err = {{0}};
    q->waiting = (struct batch){0};
    q->retry = false;
    pthread_mutex_unlock(&q->mutex);
    bool ok = q->config.commit(batch.items, batch.n, q->config.context, &err);
    pthread_mutex_lock(&q->mutex);
    q->failed = !ok;
    if (ok) {
        q->saved = batch.items[batch.n - 1].seq;
        batch_done(&batch);
    } else {
        q->failures++;
        q->failure = err;
        put_back(&q->waiting, &batch);
    }
    pthread_cond_broadcast(&q->done);
}

static void *write_events(void *context)
{
    struct store_queue *q = context;
    pthread_mutex_lock(&q->mutex);
    for (;;) {
        while (!has_work(q) && !q->closing)
            pthread_cond_wait(&q->work, &q->mutex);
        if (!has_work(q))
            break;
        commit_waiting(q);
        bool give_up = q->failed && q->closing;
        if (q->config.on_saved) {
            pthread_mutex_unlock(&q->mutex);
            q->config.on_saved(q->config.on_saved_context);
            pthread_mutex_lock(&q->mutex);
        }
        if (give_up)
            break;
    }
    pthread_mutex_unlock(&q->mutex);
    return NULL;
}

// ------------------------------------------------------------------ for the store

struct store_queue *store_queue_new(const struct store_queue_config *config)
{
    struct store_queue *q = mem_alloc(sizeof *q);
    pthread_condattr_t monotonic;
    q->config = *config;
    q->saved = config->saved;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&q->work, &monotonic);
    pthread_cond_init(&q->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&q->thread, NULL, write_events, q) != 0)
        abort(); // no thread is as bad as no memory
    return q;
}

void store_queue_free(struct store_queue *q)
{
    if (!q)
        return;
    pthread_mutex_lock(&q->mutex);
    q->closing = true;
    pthread_cond_signal(&q->work);
    pthread_mutex_unlock(&q->mutex);
    pthread_join(q->thread, NULL);
    batch_done(&q->waiting);
    pthread_cond_destroy(&q->work);
    pthread_cond_destroy(&q->done);
    pthread_mutex_destroy(&q->mutex);
    free(q);
}

void store_queue_add(struct store_queue *q, const struct event *event)
{
    struct event copy = copy_event(event);
    pthread_mutex_lock(&q->mutex);
    *MEM_PUSH(q->waiting.items, q->waiting.n, q->waiting.cap) = copy;
    q->retry = true;
    pthread_cond_signal(&q->work);
    pthread_mutex_unlock(&q->mutex);
}

uint64_t store_queue_saved(struct store_queue *q)
{
    pthread_mutex_lock(&q->mutex);
    uint64_t saved = q->saved;
    pthread_mutex_unlock(&q->mutex);
    return saved;
}

static struct timespec deadline_of(usec_t wait)
{
    usec_t at = clock_monotonic() + wait;
    return (struct timespec){.tv_sec = at / USEC_SEC, .tv_nsec = (at % USEC_SEC) * 1000};
}

bool store_queue_wait(struct store_queue *q, uint64_t seq, usec_t wait, struct error *err)
{
    struct timespec deadline = deadline_of(wait);
    pthread_mutex_lock(&q->mutex);
    uint64_t failures = q->failures;
    if (q->failed) {
        q->retry = true;
        pthread_cond_signal(&q->work);
    }
    while (q->saved < seq && q->failures == failures &&
           pthread_cond_timedwait(&q->done, &q->mutex, &deadline) != ETIMEDOUT)
        continue;
    bool saved = q->saved >= seq;
    if (!saved && q->failed)
        error_set(err, "%s", q->failure.text);
    else if (!saved)
        error_set(err, "the disk is still busy; event %llu of %llu is saved", (unsigned long long)q->saved,
                  (unsigned long long)seq);
    pthread_mutex_unlock(&q->mutex);
    return saved;
}
