// Pairs questions with answers. What waits stands in an open hash table under the client's address and port
// and the id: the server is no part of the key, because its address changes on the way (DNAT) and the answer
// comes from the one or the other, depending on where it is seen.
#include "core/parse/exchange.h"

#include <stdlib.h>

#include "core/base/mem.h"

// Sightings of one packet lie microseconds apart; a resolver waits a second at least before it asks again.
enum { RESENT_AFTER_MS = 50, RECENT = 16 };

struct question { // of a binary capture: a message's header and question, which must outlive the packet
    uint16_t len;
    char bytes[12 + 256 + 4];
};

struct slot {
    uint64_t key;   // 0: free
    uint32_t index; // of waiting
};

struct pairing {
    exchange_fn *each;
    void *context;
    struct slot *slots; // a power of two, at most half full
    size_t mask, used;
    struct exchange *waiting;
    struct question *questions; // of each that waits
    size_t n, cap, cap_questions;
    uint32_t *holes; // free places of waiting
    size_t n_holes, cap_holes;
    uint64_t recent[RECENT]; // keys of the questions that were begun last
    size_t n_started;
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

static uint64_t key_of(const struct dns_packet *p, bool connect)
{
    uint64_t high, low;
    memcpy(&high, p->client.bytes, 8);
    memcpy(&low, p->client.bytes + 8, 8);
    uint64_t rest = (uint64_t)p->client_port << 32 | (uint64_t)(connect ? 0 : p->id) << 16 |
                    (connect ? 4u : 0u) | (p->tcp ? 2u : 0u) | (p->client.family == 6 ? 8u : 0u);
    if (p->client.family == 4)
        high &= 0xffffffffu;
    uint64_t key = mix(mix(high ^ rest) ^ (p->client.family == 6 ? low : 0));
    return key ? key : 1;
}

struct pairing *pairing_new(exchange_fn *each, void *context)
{
    struct pairing *p = mem_alloc(sizeof *p);
    p->each = each;
    p->context = context;
    p->mask = 1023;
    p->slots = mem_calloc(p->mask + 1, sizeof *p->slots);
    return p;
}

void pairing_free(struct pairing *p)
{
    if (!p)
        return;
    free(p->slots);
    free(p->waiting);
    free(p->questions);
    free(p->holes);
    free(p);
}

static size_t find(const struct pairing *p, uint64_t key)
{
    size_t at = key & p->mask;
    while (p->slots[at].key && p->slots[at].key != key)
        at = (at + 1) & p->mask;
    return at;
}

static void grow(struct pairing *p)
{
    struct slot *old = p->slots;
    size_t n = p->mask + 1;
    p->mask = n * 2 - 1;
    p->slots = mem_calloc(n * 2, sizeof *p->slots);
    for (size_t i = 0; i < n; i++) {
        if (old[i].key)
            p->slots[find(p, old[i].key)] = old[i];
    }
    free(old);
}

// Empties a slot and moves back what stands behind it and may stand here.
static void take_out(struct pairing *p, size_t at)
{
    *MEM_PUSH(p->holes, p->n_holes, p->cap_holes) = p->slots[at].index;
    p->used--;
    for (size_t next = at;;) {
        next = (next + 1) & p->mask;
        if (!p->slots[next].key)
            break;
        size_t home = p->slots[next].key & p->mask;
        if (((next - home) & p->mask) >= ((next - at) & p->mask)) {
            p->slots[at] = p->slots[next];
            at = next;
        }
    }
    p->slots[at].key = 0;
}

static void push_place(struct pairing *p)
{
    size_t n = p->n;
    (void)MEM_PUSH(p->waiting, p->n, p->cap);
    (void)MEM_PUSH(p->questions, n, p->cap_questions);
}

static struct exchange *put(struct pairing *p, size_t at, uint64_t key)
{
    if ((p->used + 1) * 2 > p->mask) {
        grow(p);
        at = find(p, key);
    }
    uint32_t index = (uint32_t)p->n;
    if (p->n_holes)
        index = p->holes[--p->n_holes];
    else
        push_place(p);
    p->slots[at] = (struct slot){key, index};
    p->used++;
    return &p->waiting[index];
}

static void start(struct pairing *p, struct exchange *x, const struct dns_packet *packet)
{
    struct question *q = &p->questions[x - p->waiting];
    q->len = (uint16_t)span_first(packet->message, sizeof q->bytes).len;
    if (q->len)
        memcpy(q->bytes, packet->message.at, q->len);
    *x = (struct exchange){
        .asked = *packet,
        .end = EXCHANGE_UNANSWERED,
        .forwarded = packet->direction == DNS_IN ? TRI_NO : TRI_UNKNOWN,
        .delivered = TRI_UNKNOWN,
        .sightings = 1,
        .connect = packet->seen == DNS_CONNECT,
    };
}

static void give(const struct pairing *p, struct exchange *x)
{
    const struct question *q = &p->questions[x - p->waiting];
    x->asked.message = span_make(q->bytes, q->len);
    x->answered.message = (struct span){0};
    p->each(x, p->context);
}

static bool same_name(const struct dns_packet *a, const struct dns_packet *b)
{
    return !a->name_hash || !b->name_hash || a->name_hash == b->name_hash;
}

// The same packet once more: on its way on, if it has another server or leaves by another interface.
static bool seen_again(struct exchange *x, const struct dns_packet *packet)
{
    const struct dns_packet *first = &x->asked;
    usec_t after = packet->time - first->time;
    if (!same_name(first, packet) || packet->type != first->type || after < -RESENT_AFTER_MS * USEC_MSEC ||
        after > RESENT_AFTER_MS * USEC_MSEC)
        return false;
    bool translated = !ip_eq(first->server, packet->server);
    if (translated)
        x->endpoint = packet->server;
    if (translated || packet->interface != first->interface || packet->direction != first->direction)
        x->forwarded = TRI_YES;
    x->sightings++;
    return true;
}

// A question that leaves with the node's own address was a pod's a moment before (SNAT): the same id, name
// and server, another client.
static bool is_translated_source(struct pairing *p, const struct dns_packet *packet)
{
    if (packet->direction != DNS_OUT)
        return false;
    for (size_t i = 0; i < RECENT; i++) {
        size_t at = find(p, p->recent[i]);
        if (!p->recent[i] || !p->slots[at].key)
            continue;
        struct exchange *x = &p->waiting[p->slots[at].index];
        if (x->asked.direction == DNS_IN && x->asked.id == packet->id && x->asked.tcp == packet->tcp &&
            ip_eq(x->asked.server, packet->server) && seen_again(x, packet))
            return true;
    }
    return false;
}

static void finish(struct pairing *p, size_t at)
{
    give(p, &p->waiting[p->slots[at].index]);
    take_out(p, at);
}

static void question(struct pairing *p, const struct dns_packet *packet)
{
    uint64_t key = key_of(packet, packet->seen == DNS_CONNECT);
    size_t at = find(p, key);
    if (p->slots[at].key) {
        struct exchange *x = &p->waiting[p->slots[at].index];
        if (seen_again(x, packet))
            return;
        give(p, x); // asked anew: what waited so far goes as it is
        start(p, x, packet);
        return;
    }
    if (is_translated_source(p, packet))
        return;
    start(p, put(p, at, key), packet);
    p->recent[p->n_started++ % RECENT] = key;
}

// Whether an answer is seen where the client gets it: from whom it asked, and at the interface where the
// question came in.
static bool reaches_client(const struct dns_packet *asked, const struct dns_packet *packet)
{
    if (!ip_eq(asked->server, packet->server))
        return false;
    if (asked->interface)
        return asked->interface == packet->interface;
    return asked->direction != DNS_IN || packet->direction == DNS_OUT;
}

// An answer that is seen elsewhere first is still on its way: it waits to be seen again.
static void answer(struct pairing *p, const struct dns_packet *packet, enum exchange_end end)
{
    size_t at = find(p, key_of(packet, packet->seen == DNS_ACCEPT || packet->seen == DNS_RESET));
    if (!p->slots[at].key)
        return;
    struct exchange *x = &p->waiting[p->slots[at].index];
    if (!same_name(&x->asked, packet))
        return;
    if (x->end == EXCHANGE_UNANSWERED) {
        x->answered = *packet;
        x->end = end;
    }
    bool told_apart = x->asked.interface || x->asked.direction != DNS_DIRECTION_UNKNOWN;
    if (reaches_client(&x->asked, packet)) {
        x->delivered = told_apart ? TRI_YES : TRI_UNKNOWN;
        finish(p, at);
    } else if (told_apart || x->endpoint.family) {
        x->delivered = TRI_NO;
    } else {
        finish(p, at);
    }
}

// ICMP of a binary capture carries the ports and mostly the id of the failed packet; in text, where it does
// not, the youngest question of that client to that server is meant.
static void unreachable(struct pairing *p, const struct dns_packet *packet)
{
    if (packet->client_port && packet->id_known) {
        answer(p, packet, EXCHANGE_REFUSED);
        return;
    }
    size_t best = SIZE_MAX;
    for (size_t i = 0; i <= p->mask; i++) {
        if (!p->slots[i].key)
            continue;
        const struct exchange *x = &p->waiting[p->slots[i].index];
        bool server = ip_eq(x->asked.server, packet->server) || ip_eq(x->endpoint, packet->server);
        bool client = ip_eq(x->asked.client, packet->client) &&
                      (!packet->client_port || packet->client_port == x->asked.client_port);
        if (!server || !client || x->asked.tcp != packet->tcp || x->end != EXCHANGE_UNANSWERED)
            continue;
        if (best == SIZE_MAX || x->asked.time > p->waiting[p->slots[best].index].asked.time)
            best = i;
    }
    if (best == SIZE_MAX)
        return;
    struct exchange *x = &p->waiting[p->slots[best].index];
    x->answered = *packet;
    x->end = EXCHANGE_REFUSED;
    finish(p, best);
}

void pairing_packet(struct pairing *p, const struct dns_packet *packet)
{
    switch (packet->seen) {
    case DNS_QUESTION:
    case DNS_CONNECT:
        question(p, packet);
        break;
    case DNS_ANSWER:
        answer(p, packet, EXCHANGE_ANSWERED);
        break;
    case DNS_ACCEPT:
        answer(p, packet, EXCHANGE_CONNECTED);
        break;
    case DNS_RESET:
        answer(p, packet, EXCHANGE_REFUSED);
        break;
    case DNS_UNREACHABLE:
        unreachable(p, packet);
        break;
    case DNS_NOTHING:
    case DNS_TOO_BIG:
    case DNS_FRAGMENT:
        break;
    }
}

static int by_number(const void *a, const void *b)
{
    const struct exchange *const *x = a, *const *y = b;
    uint32_t m = (*x)->asked.number, n = (*y)->asked.number;
    return m < n ? -1 : m > n;
}

void pairing_end(struct pairing *p, const struct capture_info *info)
{
    struct exchange **rest = mem_calloc(p->used, sizeof *rest);
    size_t n = 0;
    for (size_t i = 0; i <= p->mask; i++) {
        if (p->slots[i].key)
            rest[n++] = &p->waiting[p->slots[i].index];
    }
    qsort(rest, n, sizeof *rest, by_number);
    for (size_t i = 0; i < n; i++) {
        usec_t waited = info->last - rest[i]->asked.time;
        rest[i]->short_wait = rest[i]->end == EXCHANGE_UNANSWERED && waited < EXCHANGE_WAIT_MS * USEC_MSEC;
        give(p, rest[i]);
    }
    free(rest);
    p->used = p->n = p->n_holes = 0;
    memset(p->slots, 0, (p->mask + 1) * sizeof *p->slots);
}
