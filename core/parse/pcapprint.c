// Prints packets. The forms are those of tcpdump's print-domain.c, without -v: the question of a query, the
// counts and the answer section of an answer.
#include "core/parse/pcapprint.h"

#include "core/base/mem.h"
#include "core/parse/pcap.h"

struct wanted {
    struct str *out;
    bool found;
};

static uint16_t get16(struct span m, size_t at)
{
    return (uint16_t)((unsigned char)m.at[at] << 8 | (unsigned char)m.at[at + 1]);
}

static void print_time(struct str *out, usec_t t)
{
    int parts[6];
    clock_to_parts(t, parts);
    str_printf(out, "%04d-%02d-%02d %02d:%02d:%02d.%06d", parts[0], parts[1], parts[2], parts[3], parts[4],
               parts[5], (int)(t % USEC_SEC));
}

static void print_end(struct str *out, struct ip ip, uint16_t port)
{
    char text[IP_TEXT];
    str_printf(out, "%s.%u", ip_format(ip, text), port);
}

static void print_type(struct str *out, uint16_t type)
{
    const char *name = dns_type_name(type);
    if (name)
        str_add(out, name);
    else
        str_printf(out, "Type%u", type);
}

// A name with its last dot.
static bool print_name(struct str *out, struct span m, size_t *at)
{
    char name[DNS_NAME_TEXT];
    if (!dns_read_name(m, at, name))
        return false;
    str_printf(out, "%s.", name);
    return true;
}

static void print_data(struct str *out, struct span m, size_t at, uint16_t type, uint16_t length)
{
    struct ip ip = {.family = type == 1 ? 4 : 6};
    char text[IP_TEXT];
    if ((type == 1 && length == 4) || (type == 28 && length == 16)) {
        memcpy(ip.bytes, m.at + at, length);
        str_printf(out, " %s", ip_format(ip, text));
    } else if (type == 5 || type == 2 || type == 12) {
        str_add_char(out, ' ');
        print_name(out, m, &at);
    } else if (type == 33 && length > 6) { // SRV: target:port priority weight
        size_t target = at + 6;
        str_add_char(out, ' ');
        if (print_name(out, m, &target))
            str_printf(out, ":%u %u %u", get16(m, at + 4), get16(m, at), get16(m, at + 2));
    }
}

// The answer section: "A 10.0.0.1, CNAME b.example."
static void print_answers(struct str *out, struct span m, size_t at, unsigned count)
{
    char name[DNS_NAME_TEXT];
    for (unsigned i = 0; i < count; i++) {
        if (!dns_read_name(m, &at, name) || at + 10 > m.len)
            return;
        uint16_t type = get16(m, at), length = get16(m, at + 8);
        at += 10;
        if (length > m.len - at)
            return;
        str_add(out, i ? ", " : " ");
        print_type(out, type);
        print_data(out, m, at, type, length);
        at += length;
    }
}

static void print_flags(struct str *out, struct span m, bool answer)
{
    uint16_t flags = get16(m, 2);
    if (!answer) {
        str_add(out, flags & 0x100 ? "+" : "");
        str_add(out, flags & 0x10 ? "%" : "");
        return;
    }
    static const char *const rcodes[] = {"",         " FormErr", " ServFail", " NXDomain",
                                         " NotImp",  " Refused", " YXDomain", " YXRRSet",
                                         " NXRRSet", " NotAuth", " NotZone"};
    unsigned rcode = flags & 15;
    str_add(out, rcode < ARRAY_LEN(rcodes) ? rcodes[rcode] : " Resp?");
    str_add(out, flags & 0x400 ? "*" : "");
    str_add(out, flags & 0x80 ? "" : "-");
    str_add(out, flags & 0x200 ? "|" : "");
    str_add(out, flags & 0x20 ? "$" : "");
}

static void print_message(struct str *out, const struct dns_packet *p)
{
    struct span m = p->message;
    bool answer = get16(m, 2) >> 15;
    unsigned questions = get16(m, 4), answers = get16(m, 6), authority = get16(m, 8), more = get16(m, 10);
    size_t at = 12;
    str_printf(out, "%u", p->id);
    print_flags(out, m, answer);
    if (!answer && more)
        str_printf(out, " [%uau]", more);
    char name[DNS_NAME_TEXT];
    bool asked = questions && dns_read_name(m, &at, name) && at + 4 <= m.len;
    if (asked && !answer) {
        str_add_char(out, ' ');
        print_type(out, get16(m, at));
        str_printf(out, "? %s.", name);
    }
    if (answer) {
        str_printf(out, " %u/%u/%u", answers, authority, more);
        if (asked || !questions)
            print_answers(out, m, asked ? at + 4 : at, answers);
    }
    str_printf(out, " (%u)", p->size);
}

static void print_packet(const struct dns_packet *p, void *context)
{
    struct wanted *w = context;
    struct str *out = w->out;
    char server[IP_TEXT];
    bool back = p->seen == DNS_ANSWER || p->seen == DNS_ACCEPT || p->seen == DNS_RESET;
    w->found = true;
    print_time(out, p->time);
    if (p->direction != DNS_DIRECTION_UNKNOWN && p->interface)
        str_printf(out, " ?     %s", p->direction == DNS_IN ? "In " : "Out");
    str_add(out, p->client.family == 6 ? " IP6 " : " IP ");
    print_end(out, back ? p->server : p->client, back ? p->server_port : p->client_port);
    str_add(out, " > ");
    print_end(out, back ? p->client : p->server, back ? p->client_port : p->server_port);
    str_add(out, ": ");
    if (p->seen == DNS_CONNECT || p->seen == DNS_ACCEPT || p->seen == DNS_RESET)
        str_printf(out, "Flags [%s], length 0",
                   p->seen == DNS_CONNECT  ? "S"
                   : p->seen == DNS_ACCEPT ? "S."
                                           : "R");
    else if (p->seen == DNS_UNREACHABLE || p->seen == DNS_TOO_BIG)
        str_printf(out, "ICMP %s %s port %u %s", ip_format(p->server, server), p->tcp ? "tcp" : "udp",
                   p->server_port, p->seen == DNS_TOO_BIG ? "too big" : "unreachable");
    else if (p->seen == DNS_FRAGMENT)
        str_add(out, "udp");
    else
        print_message(out, p);
}

bool pcap_print(struct feed *feed, uint32_t number, struct str *ret)
{
    struct wanted w = {.out = ret};
    pcap_read_one(feed, number, print_packet, &w);
    return w.found;
}
