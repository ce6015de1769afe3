// Turns exchanges into lookups, and keeps count of those that are not kept.
#include "core/facts/captures.h"

#include <stdlib.h>

#include "core/base/infile.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/facts/gather.h"
#include "core/facts/lookups_add.h"
#include "core/parse/exchange.h"
#include "core/parse/pcap.h"
#include "core/parse/tcpdump.h"

enum { KEEP_FAILED = 20000, KEEP_TARGET = 20000, KEEP_OTHER = 4000 };

struct collector {
    struct facts *facts;
    struct capture *capture;
    struct pairing *pairing;
    struct lookups found; // before it is known whether the times have a date
    size_t n_failed, n_target, n_other;
};

static enum lookup_outcome answer_outcome(const struct dns_packet *answer)
{
    switch (answer->rcode) {
    case 0:
        if (answer->truncated && !answer->tcp)
            return LOOKUP_TRUNCATED;
        return answer->answers ? LOOKUP_ANSWERED : LOOKUP_NODATA;
    case 3:
        return LOOKUP_NXDOMAIN;
    case 5:
        return LOOKUP_REFUSED;
    default:
        return LOOKUP_SERVFAIL;
    }
}

static enum lookup_outcome outcome_of(const struct exchange *x)
{
    switch (x->end) {
    case EXCHANGE_ANSWERED:
        return x->delivered == TRI_NO ? LOOKUP_TIMEOUT : answer_outcome(&x->answered);
    case EXCHANGE_REFUSED:
        return LOOKUP_UNREACHABLE;
    case EXCHANGE_UNANSWERED:
    case EXCHANGE_CONNECTED:
        break;
    }
    return LOOKUP_TIMEOUT;
}

static void count(struct collector *c, const struct exchange *x, enum lookup_outcome outcome)
{
    struct capture *capture = c->capture;
    bool in_window = clock_in_window(x->asked.time, c->facts->target.window) == TRI_YES;
    bool lost = outcome == LOOKUP_TIMEOUT;
    capture->questions++;
    capture->unanswered += lost;
    capture->refused += outcome == LOOKUP_UNREACHABLE;
    capture->undelivered += x->end == EXCHANGE_ANSWERED && lost;
    capture->fragmented_answers += x->end == EXCHANGE_ANSWERED && x->answered.fragmented;
    capture->questions_in_window += in_window;
    capture->failed_in_window +=
        in_window && !x->short_wait && lookup_failed(outcome) && outcome != LOOKUP_TRUNCATED;
    if (lost && !x->short_wait && !place_is_set(capture->unanswered_place))
        capture->unanswered_place = place_at(capture->file, x->asked.number);
}

static bool is_kept(struct collector *c, const struct exchange *x, enum lookup_outcome outcome)
{
    if (lookup_failed(outcome))
        return c->n_failed++ < KEEP_FAILED;
    if (c->facts->pod_ip.family && ip_eq(x->asked.client, c->facts->pod_ip))
        return c->n_target++ < KEEP_TARGET;
    return c->n_other++ < KEEP_OTHER;
}

static void keep(struct collector *c, const struct exchange *x, enum lookup_outcome outcome)
{
    struct lookup l = lookup_new(LOOKUP_CAPTURE);
    const struct dns_packet *last = x->answered.seen ? &x->answered : &x->asked;
    char name[DNS_NAME_TEXT];
    dns_packet_name(&x->asked, name);
    l.outcome = outcome;
    l.proto = x->asked.tcp ? LOOKUP_TCP : LOOKUP_UDP;
    l.time = x->asked.time;
    if (x->end == EXCHANGE_ANSWERED)
        l.latency = x->answered.time - x->asked.time;
    l.client = x->asked.client;
    l.server = x->asked.server;
    l.server_port = x->asked.server_port;
    l.endpoint = x->endpoint;
    l.forwarded = x->forwarded;
    l.delivered = x->delivered;
    if (x->end == EXCHANGE_ANSWERED)
        l.authoritative = tri_of(x->answered.authoritative);
    l.size = x->end == EXCHANGE_ANSWERED ? x->answered.size : 0;
    l.name = name[0] ? arena_strdup(&c->facts->arena, name) : NULL;
    l.type = x->asked.type ? dns_type_name(x->asked.type) : NULL;
    l.place = place_at(c->capture->file, last->number);
    l.asked = place_at(c->capture->file, x->asked.number);
    *MEM_PUSH(c->found.items, c->found.n, c->found.cap) = l;
}

static void take_exchange(const struct exchange *x, void *context)
{
    struct collector *c = context;
    if (x->end == EXCHANGE_CONNECTED) // the questions in it count by themselves
        return;
    enum lookup_outcome outcome = outcome_of(x);
    count(c, x, outcome);
    // What was asked just before the capture's end went unanswered in it, and is nobody's loss.
    if (!x->short_wait && is_kept(c, x, outcome))
        keep(c, x, outcome);
}

static void take_packet(const struct dns_packet *packet, void *context)
{
    struct collector *c = context;
    if (packet->seen == DNS_TOO_BIG && !place_is_set(c->capture->too_big_place))
        c->capture->too_big_place = place_at(c->capture->file, packet->number);
    pairing_packet(c->pairing, packet);
}

// Lookups come out in the order in which they ended; judges and people read them in the order of asking.
static int by_asked(const void *a, const void *b)
{
    const struct lookup *x = a, *y = b;
    return x->asked.line < y->asked.line ? -1 : x->asked.line > y->asked.line;
}

enum { RETRY_WITHIN = 5 }; // seconds

// An answer that did not fit is asked for once more, over TCP: where that was answered, the lookup was.
static bool is_asked_again(const struct lookups *all, size_t at)
{
    const struct lookup *l = &all->items[at];
    for (size_t i = at + 1; i < all->n; i++) {
        const struct lookup *again = &all->items[i];
        if (again->time > l->time + RETRY_WITHIN * USEC_SEC)
            return false;
        if (again->proto == LOOKUP_TCP && !lookup_failed(again->outcome) && ip_eq(again->client, l->client) &&
            str_same(again->name, l->name) && str_same(again->type, l->type))
            return true;
    }
    return false;
}

static void settle_truncated(struct lookups *found)
{
    for (size_t i = 0; i < found->n; i++) {
        if (found->items[i].outcome == LOOKUP_TRUNCATED && is_asked_again(found, i))
            found->items[i].outcome = LOOKUP_ANSWERED;
    }
}

static void finish(struct collector *c, const struct capture_info *info)
{
    struct capture *capture = c->capture;
    pairing_end(c->pairing, info);
    capture->fragments = info->fragments;
    capture->dropped = info->dropped;
    capture->cut = info->cut;
    capture->interfaces = info->interfaces;
    capture->date_assumed = info->date == CAPTURE_DATE_ASSUMED;
    capture->date_unknown = info->date == CAPTURE_DATE_UNKNOWN;
    capture->first = capture->date_unknown ? TIME_UNKNOWN : info->first;
    capture->last = capture->date_unknown ? TIME_UNKNOWN : info->last;
    if (c->found.n)
        qsort(c->found.items, c->found.n, sizeof *c->found.items, by_asked);
    settle_truncated(&c->found);
    for (size_t i = 0; i < c->found.n; i++) {
        if (capture->date_unknown)
            c->found.items[i].time = TIME_UNKNOWN;
        lookups_add(c->facts, c->found.items[i]);
    }
    free(c->found.items);
    pairing_free(c->pairing);
}

static void note_unreadable(struct facts *facts, const char *path, const char *why)
{
    char *what = mem_printf("%s: %s", path, why);
    facts_add_gap(facts, what, "tcpdump -i any -nn -tttt port 53");
    free(what);
}

// Binary, or what tcpdump prints.
static bool read_packets(struct collector *c, struct feed *feed, struct capture_info *info, struct error *err)
{
    struct text text;
    feed_need(feed, 4);
    if (pcap_is(feed->bytes))
        return pcap_read(feed, take_packet, c, info, err);
    if (!evidence_text(c->facts->evidence, c->capture->file, &text, err))
        return false;
    tcpdump_read(text, c->facts->target.window, take_packet, c, info);
    return true;
}

static bool collect(struct facts *facts, struct feed *feed, struct capture *capture, struct error *err)
{
    struct collector c = {.facts = facts, .capture = capture};
    struct capture_info info = {.first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    c.pairing = pairing_new(take_exchange, &c);
    bool ok = read_packets(&c, feed, &info, err);
    finish(&c, &info);
    return ok;
}

static void read_capture(struct facts *facts, const struct evidence_file *file, struct capture *ret)
{
    struct feed feed;
    struct error err = {{0}};
    *ret =
        (struct capture){.path = file->path, .file = file->id, .first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    if (file->state == EVIDENCE_UNKNOWN) {
        note_unreadable(facts, file->path, file->why ? file->why : "nothing can be read in it");
        return;
    }
    if (!evidence_feed_open(facts->evidence, file->id, &feed, &err)) {
        note_unreadable(facts, file->path, err.text);
        return;
    }
    if (!collect(facts, &feed, ret, &err))
        note_unreadable(facts, file->path, err.text);
    evidence_feed_close(&feed);
}

// By its name, a compressed one's too: other things (a checksum, a note) may lie beside it.
static bool is_capture(const char *path)
{
    static const char *const suffixes[] = {".pcap", ".pcapng", ".cap", ".txt", ".log"};
    static const char *const packed[] = {"", ".gz", ".xz", ".zst", ".bz2"};
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        for (size_t j = 0; j < ARRAY_LEN(packed); j++) {
            struct span s = span_of(path);
            size_t n = strlen(packed[j]);
            if (span_ends(s, packed[j]) && span_ends(span_first(s, s.len - n), suffixes[i]))
                return true;
        }
    }
    return false;
}

void gather_captures(struct facts *facts)
{
    size_t cap = 0;
    uint32_t cursor = 0;
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, "captures/*", &cursor))) {
        struct capture capture;
        if (!is_capture(file->path))
            continue;
        read_capture(facts, file, &capture);
        *ARENA_PUSH(&facts->arena, facts->captures, facts->n_captures, cap) = capture;
    }
}

// ---- what still grows

static void peek_at(struct facts *peek, const char *path, struct capture *ret)
{
    struct str bytes = {0};
    struct feed feed;
    *ret = (struct capture){
        .path = str_base_name(path), .file = FILE_NONE, .first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    if (infile_read(path, &bytes, NULL) && pcap_is(str_span(&bytes))) {
        feed_init_text(&feed, str_span(&bytes));
        collect(peek, &feed, ret, NULL);
        feed_done(&feed);
    }
    str_done(&bytes);
}

struct facts *captures_peek(const char *const *paths, size_t n)
{
    struct facts *peek = mem_alloc(sizeof *peek);
    peek->dns.cluster_domain = "cluster.local";
    peek->target.window = (struct window){TIME_UNKNOWN, TIME_UNKNOWN};
    peek->captures = arena_alloc(&peek->arena, (n + 1) * sizeof *peek->captures);
    for (size_t i = 0; i < n; i++)
        peek_at(peek, arena_strdup(&peek->arena, paths[i]), &peek->captures[peek->n_captures++]);
    return peek;
}

void captures_peek_free(struct facts *peek)
{
    if (!peek)
        return;
    free(peek->lookups.items);
    arena_done(&peek->arena);
    free(peek);
}
