// The store's own thread: takes the events that have gathered, has them committed in one go, and says how far
// things are durable. Knows nothing of SQL; not for anyone but store.c.
#ifndef D5_DOOR_STORE_QUEUE_H
#define D5_DOOR_STORE_QUEUE_H

#include "core/base/error.h"
#include "core/model/event.h"

struct store_queue;

// Makes all n events durable, or none.
typedef bool store_commit_fn(const struct event *events, size_t n, void *context, struct error *err);

struct store_queue_config {
    store_commit_fn *commit;
    void *context;
    uint64_t saved; // what is durable already
    void (*on_saved)(void *context);
    void *on_saved_context;
};

struct store_queue *store_queue_new(const struct store_queue_config *config);

// Waits until all is saved, but for one more try only where the disk refuses. Takes NULL.
void store_queue_free(struct store_queue *queue);

void store_queue_add(struct store_queue *queue, const struct event *event); // a copy
uint64_t store_queue_saved(struct store_queue *queue);
bool store_queue_wait(struct store_queue *queue, uint64_t seq, usec_t wait, struct error *err);

#endif
