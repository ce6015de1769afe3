// Reads the records of pcap and the blocks of pcapng. Both are small frozen formats; what is inside a packet
// is packetlayers.h's.
#include "core/parse/pcap.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/parse/packetlayers.h"

#define MAGIC_USEC  0xa1b2c3d4u
#define MAGIC_NSEC  0xa1b23c4du
#define LAST_SECOND UINT64_C(253402300799) // of the year 9999

enum {
    MAGIC_NG = 0x0a0d0d0a,
    ORDER_NG = 0x1a2b3c4d,
    BLOCK_INTERFACE = 1,
    BLOCK_SIMPLE = 3,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,
    MAX_INTERFACES = 4096,
    RECORDS_HEADER = 24, // of a pcap file, and of each record
    RECORD_HEADER = 16,
    LONGEST = 64 << 20, // of a record or block; libpcap allows 256 KiB
};

struct ng_interface {
    uint16_t link;
    uint64_t units; // in a second
};

struct reader {
    struct feed *feed; // at the beginning of the record or block at hand
    bool swapped, nanoseconds;
    dns_packet_fn *each;
    void *context;
    struct capture_info *info;
    uint32_t number, only;           // of the packet at hand; the one that is wanted, 0: all are
    unsigned unknown_link;           // 0: every packet's link type was known
    struct ng_interface *interfaces; // pcapng: of the current section
    size_t n_interfaces, cap_interfaces;
};

static uint32_t get32(const struct reader *r, size_t at)
{
    uint32_t v;
    memcpy(&v, r->feed->bytes.at + at, 4);
    return r->swapped ? __builtin_bswap32(v) : v;
}

static uint16_t get16(const struct reader *r, size_t at)
{
    uint16_t v;
    memcpy(&v, r->feed->bytes.at + at, 2);
    return r->swapped ? __builtin_bswap16(v) : v;
}

static void give(struct reader *r, unsigned link, usec_t time, struct span frame, uint64_t interface)
{
    r->number++;
    r->info->packets++;
    if (r->only && r->number != r->only)
        return;
    if (r->info->first == TIME_UNKNOWN)
        r->info->first = time;
    r->info->last = time;
    struct dns_packet p = {.time = time, .number = r->number, .interface = interface};
    if (!layers_read(link, frame, &p))
        return;
    r->info->fragments += p.seen == DNS_FRAGMENT;
    r->info->interfaces |= p.interface != 0;
    r->each(&p, r->context);
}

// Whether the wanted packet lies behind.
static bool is_done(const struct reader *r)
{
    return r->only && r->number >= r->only;
}

static bool read_records(struct reader *r, struct error *err)
{
    if (!feed_need(r->feed, RECORDS_HEADER))
        return error_set(err, "the capture breaks off within its header");
    unsigned link = get32(r, 20) & 0x0fffffff; // the upper bits tell of checksums
    if (!layers_known(link))
        return error_set(err, "captures of link type %u are not read; capture with `tcpdump -i any`", link);
    feed_skip(r->feed, RECORDS_HEADER);
    while (!is_done(r) && feed_need(r->feed, RECORD_HEADER)) {
        uint32_t length = get32(r, 8), fraction = get32(r, 4);
        if (length > LONGEST || !feed_need(r->feed, RECORD_HEADER + (size_t)length))
            break;
        usec_t time = (usec_t)get32(r, 0) * USEC_SEC + (r->nanoseconds ? fraction / 1000 : fraction);
        give(r, link, time, span_make(r->feed->bytes.at + RECORD_HEADER, length), 0);
        feed_skip(r->feed, RECORD_HEADER + (size_t)length);
    }
    r->info->cut = r->feed->bytes.len != 0;
    return true;
}

// Option 9, if_tsresol: units of 10^-n, or of 2^-n with the upper bit set. Microseconds by default.
static uint64_t read_units(const struct reader *r, size_t at, size_t end)
{
    while (at + 4 <= end) {
        uint16_t code = get16(r, at), length = get16(r, at + 2);
        if (code == 0 || length > end - at - 4)
            break;
        if (code == 9 && length == 1) {
            unsigned value = (unsigned char)r->feed->bytes.at[at + 4], power = value & 0x7f;
            uint64_t units = 1;
            for (unsigned i = 0; i < power && units < UINT64_C(1000000000000000); i++)
                units *= value & 0x80 ? 2 : 10;
            return units;
        }
        at += 4 + ((size_t)length + 3) / 4 * 4;
    }
    return 1000000;
}

static usec_t to_usec(uint64_t ticks, uint64_t units)
{
    uint64_t seconds = ticks / units;
    if (seconds > LAST_SECOND)
        seconds = LAST_SECOND;
    return (usec_t)seconds * USEC_SEC + (usec_t)((double)(ticks % units) * 1e6 / (double)units);
}

static void read_interface(struct reader *r, size_t length)
{
    if (length < 20 || r->n_interfaces == MAX_INTERFACES)
        return;
    *MEM_PUSH(r->interfaces, r->n_interfaces, r->cap_interfaces) =
        (struct ng_interface){get16(r, 8), read_units(r, 16, length - 4)};
}

static void read_packet(struct reader *r, size_t length)
{
    if (length < 32)
        return;
    uint32_t id = get32(r, 8), captured = get32(r, 20);
    if (id >= r->n_interfaces || captured > length - 32)
        return;
    const struct ng_interface *interface = &r->interfaces[id];
    uint64_t ticks = (uint64_t)get32(r, 12) << 32 | get32(r, 16);
    if (!layers_known(interface->link))
        r->unknown_link = interface->link;
    give(r, interface->link, to_usec(ticks, interface->units), span_make(r->feed->bytes.at + 28, captured),
         r->n_interfaces > 1 ? id + 1 : 0);
}

// A simple packet block has no time: it takes the one before.
static void read_simple(struct reader *r, size_t length)
{
    if (length < 16 || r->n_interfaces == 0)
        return;
    uint32_t original = get32(r, 8);
    size_t room = length - 16;
    usec_t time = r->info->last == TIME_UNKNOWN ? 0 : r->info->last;
    give(r, r->interfaces[0].link, time, span_make(r->feed->bytes.at + 12, original < room ? original : room),
         0);
}

// Options 5 and 7 of the statistics: dropped by the interface, and by the system.
static void read_statistics(struct reader *r, size_t length)
{
    for (size_t option = 20; length >= 24 && option + 12 <= length - 4;) {
        uint16_t code = get16(r, option), size = get16(r, option + 2);
        if (code == 0)
            break;
        if ((code == 5 || code == 7) && size == 8)
            r->info->dropped += get32(r, option + (r->swapped ? 8 : 4));
        option += 4 + ((size_t)size + 3) / 4 * 4;
    }
}

static void read_block(struct reader *r, uint32_t type, size_t length)
{
    if (type == BLOCK_INTERFACE)
        read_interface(r, length);
    else if (type == BLOCK_PACKET)
        read_packet(r, length);
    else if (type == BLOCK_SIMPLE)
        read_simple(r, length);
    else if (type == BLOCK_STATISTICS)
        read_statistics(r, length);
}

static bool read_blocks(struct reader *r, struct error *err)
{
    while (!is_done(r) && feed_need(r->feed, 12)) {
        uint32_t type = get32(r, 0);
        if (type == MAGIC_NG) { // a new section: its own byte order and interfaces
            r->swapped = false;
            r->swapped = get32(r, 8) != ORDER_NG;
            r->n_interfaces = 0;
        }
        uint32_t length = get32(r, 4);
        if (length < 12 || length % 4 || length > LONGEST || !feed_need(r->feed, length))
            break;
        read_block(r, type, length);
        feed_skip(r->feed, length);
    }
    r->info->cut = r->feed->bytes.len != 0;
    free(r->interfaces);
    if (r->unknown_link)
        return error_set(err, "captures of link type %u are not read; capture with `tcpdump -i any`",
                         r->unknown_link);
    return true;
}

bool pcap_is(struct span text)
{
    uint32_t magic;
    if (text.len < 4)
        return false;
    memcpy(&magic, text.at, 4);
    uint32_t swapped = __builtin_bswap32(magic);
    return magic == MAGIC_NG || magic == MAGIC_USEC || magic == MAGIC_NSEC || swapped == MAGIC_USEC ||
           swapped == MAGIC_NSEC;
}

static bool read_all(struct reader *r, struct error *err)
{
    *r->info = (struct capture_info){.first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    feed_need(r->feed, 4);
    if (!pcap_is(r->feed->bytes))
        return error_set(err, "this is neither pcap nor pcapng");
    uint32_t magic = get32(r, 0);
    if (magic == MAGIC_NG)
        return read_blocks(r, err);
    r->swapped = magic != MAGIC_USEC && magic != MAGIC_NSEC;
    r->nanoseconds = get32(r, 0) == MAGIC_NSEC;
    return read_records(r, err);
}

bool pcap_read(struct feed *feed, dns_packet_fn *each, void *context, struct capture_info *ret_info,
               struct error *err)
{
    struct reader r = {.feed = feed, .each = each, .context = context, .info = ret_info};
    if (!read_all(&r, err))
        return false;
    return !feed_failed(feed) || error_set(err, "%s", feed->why.text);
}

void pcap_read_one(struct feed *feed, uint32_t number, dns_packet_fn *each, void *context)
{
    struct capture_info info;
    struct reader r = {.feed = feed, .each = each, .context = context, .info = &info, .only = number};
    if (number)
        read_all(&r, NULL);
}
