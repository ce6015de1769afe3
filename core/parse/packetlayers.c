// Goes down the layers of one frame. Lengths are taken from the headers but never trusted over what was
// captured: a frame may be cut by the snap length, and then the message is short, not the frame wrong.
#include "core/parse/packetlayers.h"

enum {
    ETHER_IPV4 = 0x0800,
    ETHER_IPV6 = 0x86dd,
    ETHER_VLAN = 0x8100,
    ETHER_QINQ = 0x88a8,
    PROTO_ICMP = 1,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_ICMP6 = 58,
    PORT_DNS = 53,
    PORT_MDNS = 5353,
};

struct ends {
    struct ip src, dst;
    uint8_t proto;
    bool first_fragment, later_fragment;
};

static unsigned get8(struct span s, size_t at)
{
    return (unsigned char)s.at[at];
}

static uint16_t get16(struct span s, size_t at)
{
    return (uint16_t)(get8(s, at) << 8 | get8(s, at + 1));
}

static void copy_address(struct ip *ret, uint8_t family, const char *at)
{
    ret->family = family;
    memcpy(ret->bytes, at, family == 4 ? 4 : 16);
}

// Both return what is behind the header, or a span with `at` NULL.
static struct span read_ipv4(struct span s, struct ends *ret)
{
    if (s.len < 20)
        return span_make(NULL, 0);
    size_t header = (size_t)(get8(s, 0) & 15) * 4, total = get16(s, 2);
    unsigned fragment = get16(s, 6);
    if (header < 20 || header > s.len)
        return span_make(NULL, 0);
    ret->proto = (uint8_t)get8(s, 9);
    ret->first_fragment = (fragment & 0x2000) && !(fragment & 0x1fff);
    ret->later_fragment = fragment & 0x1fff;
    copy_address(&ret->src, 4, s.at + 12);
    copy_address(&ret->dst, 4, s.at + 16);
    if (total >= header) // Ethernet pads short frames; 0 is a frame that the card will cut (TSO)
        s = span_first(s, total);
    return span_from(s, header);
}

static struct span read_ipv6(struct span s, struct ends *ret)
{
    if (s.len < 40)
        return span_make(NULL, 0);
    uint8_t next = (uint8_t)get8(s, 6);
    size_t payload = get16(s, 4), at = 40;
    copy_address(&ret->src, 6, s.at + 8);
    copy_address(&ret->dst, 6, s.at + 24);
    if (payload)
        s = span_first(s, payload + 40);
    for (int hops = 0; hops < 8; hops++) { // RFC 8200: hop-by-hop 0, routing 43, fragment 44, destination 60
        if (next != 0 && next != 43 && next != 44 && next != 60)
            break;
        if (at + 8 > s.len)
            return span_make(NULL, 0);
        size_t length = next == 44 ? 8 : (get8(s, at + 1) + 1u) * 8;
        if (next == 44) {
            unsigned fragment = get16(s, at + 2);
            ret->later_fragment = fragment >> 3;
            ret->first_fragment = !ret->later_fragment && (fragment & 1);
        }
        next = (uint8_t)get8(s, at);
        at += length;
    }
    ret->proto = next;
    return at <= s.len ? span_from(s, at) : span_make(NULL, 0);
}

static struct span read_ip(struct span s, struct ends *ret)
{
    if (s.len == 0)
        return span_make(NULL, 0);
    unsigned version = get8(s, 0) >> 4;
    return version == 4 ? read_ipv4(s, ret) : version == 6 ? read_ipv6(s, ret) : span_make(NULL, 0);
}

static void set_ends(struct dns_packet *p, const struct ends *e, struct span ports, bool to_server)
{
    p->client = to_server ? e->src : e->dst;
    p->server = to_server ? e->dst : e->src;
    p->client_port = get16(ports, to_server ? 0 : 2);
    p->server_port = get16(ports, to_server ? 2 : 0);
}

static bool read_udp(struct span s, const struct ends *e, struct dns_packet *p)
{
    if (s.len < 8)
        return false;
    uint16_t from = get16(s, 0), to = get16(s, 2), length = get16(s, 4);
    struct span message = span_from(s, 8);
    bool dns = from == PORT_DNS || to == PORT_DNS;
    if (!dns && (from == PORT_MDNS || to == PORT_MDNS || !dns_looks_like(message)))
        return false;
    if (!dns_decode(message, p))
        return false;
    p->size = length > 8 ? length - 8u : (uint32_t)message.len;
    p->fragmented = e->first_fragment;
    set_ends(p, e, s, p->seen == DNS_QUESTION);
    return true;
}

// A segment holds messages with their length in front (RFC 1035, 4.2.2). Some senders write the length as a
// segment of its own, and the message without it follows. Of several messages in one segment the first
// counts.
static bool read_tcp_message(struct span data, struct dns_packet *p)
{
    if (data.len >= 14) {
        size_t length = get16(data, 0);
        struct span message = span_first(span_from(data, 2), length);
        if (length >= 12 && get16(message, 4) <= 1 && dns_decode(message, p)) {
            p->size = (uint32_t)length;
            return true;
        }
    }
    if (!dns_looks_like(data) || !dns_decode(data, p))
        return false;
    p->size = (uint32_t)data.len;
    return true;
}

static bool read_tcp(struct span s, const struct ends *e, struct dns_packet *p)
{
    if (s.len < 20)
        return false;
    uint16_t from = get16(s, 0), to = get16(s, 2);
    unsigned flags = get8(s, 13);
    size_t header = (size_t)(get8(s, 12) >> 4) * 4;
    p->tcp = true;
    if ((from != PORT_DNS && to != PORT_DNS) || header < 20)
        return false;
    bool syn = flags & 2, reset = flags & 4, ack = flags & 16;
    set_ends(p, e, s, to == PORT_DNS);
    if (syn || reset) {
        bool to_server = to == PORT_DNS;
        p->seen = syn && !ack && to_server   ? DNS_CONNECT
                  : syn && ack && !to_server ? DNS_ACCEPT
                  : reset && !to_server      ? DNS_RESET
                                             : DNS_NOTHING;
        return p->seen != DNS_NOTHING;
    }
    if (header > s.len || !read_tcp_message(span_from(s, header), p))
        return false;
    set_ends(p, e, s, p->seen == DNS_QUESTION);
    return true;
}

// The packet that could not go on stands behind the ICMP header. Unreachable: it was one to port 53. Too big:
// it was one from there.
static bool read_icmp(struct span s, bool six, struct dns_packet *p)
{
    if (s.len < 8)
        return false;
    unsigned type = get8(s, 0), code = get8(s, 1);
    bool too_big = six ? type == 2 : type == 3 && code == 4;
    if (!too_big && type != (six ? 1u : 3u))
        return false;
    struct ends e = {0};
    struct span inner = read_ip(span_from(s, 8), &e);
    if (inner.len < 4 || e.later_fragment || (e.proto != PROTO_UDP && e.proto != PROTO_TCP))
        return false;
    uint16_t from = get16(inner, 0), to = get16(inner, 2);
    if (too_big ? from != PORT_DNS : to != PORT_DNS)
        return false;
    if (e.proto == PROTO_UDP && inner.len > 8)
        dns_decode(span_from(inner, 8), p);
    p->seen = too_big ? DNS_TOO_BIG : DNS_UNREACHABLE;
    p->tcp = e.proto == PROTO_TCP;
    set_ends(p, &e, inner, !too_big);
    return true;
}

static bool read_network(struct span s, struct dns_packet *p)
{
    struct ends e = {0};
    struct span inner = read_ip(s, &e);
    if (!inner.at)
        return false;
    if (e.later_fragment) {
        p->seen = e.proto == PROTO_UDP ? DNS_FRAGMENT : DNS_NOTHING;
        p->client = e.dst;
        p->server = e.src;
        return p->seen != DNS_NOTHING;
    }
    switch (e.proto) {
    case PROTO_UDP:
        return read_udp(inner, &e, p);
    case PROTO_TCP:
        return read_tcp(inner, &e, p);
    case PROTO_ICMP:
    case PROTO_ICMP6:
        return read_icmp(inner, e.proto == PROTO_ICMP6, p);
    default:
        return false;
    }
}

static bool read_ethernet(struct span frame, struct dns_packet *p)
{
    size_t at = 12;
    while (at + 2 <= frame.len) {
        uint16_t type = get16(frame, at);
        if (type == ETHER_IPV4 || type == ETHER_IPV6)
            return read_network(span_from(frame, at + 2), p);
        if (type != ETHER_VLAN && type != ETHER_QINQ)
            return false;
        at += 4;
    }
    return false;
}

static void set_cooked_direction(struct dns_packet *p, unsigned type)
{
    p->direction = type == 4 ? DNS_OUT : type == 0 ? DNS_IN : DNS_DIRECTION_UNKNOWN;
}

static bool read_cooked(struct span frame, struct dns_packet *p)
{
    if (frame.len < 16)
        return false;
    set_cooked_direction(p, get16(frame, 0));
    return read_ethernet(span_from(frame, 2), p); // the type stands at 14, as if behind a 14 byte header
}

static bool read_cooked2(struct span frame, struct dns_packet *p)
{
    if (frame.len < 20)
        return false;
    uint16_t type = get16(frame, 0);
    p->interface = (uint64_t)get16(frame, 4) << 16 | get16(frame, 6);
    set_cooked_direction(p, get8(frame, 10));
    if (type == ETHER_VLAN && frame.len >= 24)
        return read_network(span_from(frame, 24), p);
    return (type == ETHER_IPV4 || type == ETHER_IPV6) && read_network(span_from(frame, 20), p);
}

bool layers_known(unsigned link)
{
    switch (link) {
    case LINK_NULL:
    case LINK_LOOP:
    case LINK_ETHERNET:
    case LINK_RAW_OLD:
    case LINK_RAW:
    case LINK_IPV4:
    case LINK_IPV6:
    case LINK_SLL:
    case LINK_SLL2:
        return true;
    default:
        return false;
    }
}

bool layers_read(unsigned link, struct span frame, struct dns_packet *ret)
{
    switch (link) {
    case LINK_ETHERNET:
        return read_ethernet(frame, ret);
    case LINK_SLL:
        return read_cooked(frame, ret);
    case LINK_SLL2:
        return read_cooked2(frame, ret);
    case LINK_NULL: // the family as a host's number, in either byte order: the version says enough
    case LINK_LOOP:
        return read_network(span_from(frame, 4), ret);
    default:
        return read_network(frame, ret);
    }
}
