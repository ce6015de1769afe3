// Reads tcpdump's text line by line: the time, the link layer (an interface and a direction, addresses, a
// VLAN), the network layer with its two ends, and what is in it. With -v a packet takes two lines, the ends
// on the second.
#include "core/parse/tcpdump.h"

#include "core/parse/dnstext.h"

struct end {
    struct ip ip;
    uint16_t port;
    bool has_port;
};

struct reader {
    struct text text;
    struct window window;
    dns_packet_fn *each;
    void *context;
    struct capture_info *info;
    usec_t day;             // midnight of the day that times without a date belong to
    usec_t last_clock;      // the last such time, to see midnight pass
    struct dns_packet head; // of a packet whose ends stand on the next line
    bool waiting;
};

// "18:59:27.140931", the fraction up to nine digits.
static bool read_clock(struct span word, usec_t *ret)
{
    struct span rest = word, part;
    uint64_t parts[3];
    if (word.len < 8 || word.len > 18 || word.at[2] != ':' || word.at[5] != ':')
        return false;
    struct span whole = span_first(word, 8), fraction = span_from(word, 8);
    rest = whole;
    for (size_t i = 0; i < 3; i++) {
        if (!span_cut(&rest, ':', &part) || !span_to_u64(part, &parts[i]))
            return false;
    }
    if (parts[0] > 23 || parts[1] > 59 || parts[2] > 60)
        return false;
    usec_t t = (usec_t)(parts[0] * 3600 + parts[1] * 60 + parts[2]) * USEC_SEC;
    if (fraction.len > 1 && (fraction.at[0] == '.' || fraction.at[0] == ',')) {
        usec_t unit = USEC_SEC / 10;
        for (size_t i = 1; i < fraction.len && unit > 0; i++, unit /= 10) {
            if (fraction.at[i] < '0' || fraction.at[i] > '9')
                return false;
            t += (fraction.at[i] - '0') * unit;
        }
    }
    *ret = t;
    return true;
}

// "1795417200.123456" (-tt).
static bool read_epoch(struct span word, usec_t *ret)
{
    size_t dot = span_find_char(word, '.');
    uint64_t seconds, micros;
    if (dot < 9 || dot > 11 || !span_to_u64(span_first(word, dot), &seconds) ||
        !span_to_u64(span_first(span_from(word, dot + 1), 6), &micros) || word.len < dot + 7)
        return false;
    *ret = (usec_t)seconds * USEC_SEC + (usec_t)micros;
    return true;
}

static usec_t midnight(usec_t t)
{
    return t - ((t % USEC_DAY) + USEC_DAY) % USEC_DAY;
}

// A time without a date has the window's day: where the window spans midnight, the day on which that time
// lies in it or nearest to it.
static usec_t choose_day(struct window w, usec_t clock)
{
    usec_t from = w.from != TIME_UNKNOWN ? w.from : w.to, to = w.to != TIME_UNKNOWN ? w.to : w.from;
    if (from == TIME_UNKNOWN)
        return 0;
    usec_t best = midnight(from), nearest = INT64_MAX;
    for (usec_t day = midnight(from) - USEC_DAY; day <= midnight(to) + USEC_DAY; day += USEC_DAY) {
        usec_t t = day + clock;
        usec_t off = t < from ? from - t : t > to ? t - to : 0;
        if (off < nearest) {
            nearest = off;
            best = day;
        }
        if (off == 0)
            break;
    }
    return best;
}

static usec_t place_clock(struct reader *r, usec_t clock)
{
    bool known = r->window.from != TIME_UNKNOWN || r->window.to != TIME_UNKNOWN;
    if (r->last_clock == TIME_UNKNOWN) {
        r->day = choose_day(r->window, clock);
        r->info->date = known ? CAPTURE_DATE_ASSUMED : CAPTURE_DATE_UNKNOWN;
    } else if (clock + USEC_DAY / 2 < r->last_clock) {
        r->day += USEC_DAY;
    }
    r->last_clock = clock;
    return r->day + clock;
}

static bool read_time(struct reader *r, struct span *line, usec_t *ret)
{
    struct span rest = *line, word, clock_word;
    usec_t clock;
    if (!span_cut_word(&rest, &word))
        return false;
    if (read_epoch(word, ret)) {
        *line = rest;
        return true;
    }
    if (read_clock(word, &clock)) {
        *ret = place_clock(r, clock);
        *line = rest;
        return true;
    }
    if (word.len != 10 || word.at[4] != '-' || !span_cut_word(&rest, &clock_word) ||
        !read_clock(clock_word, &clock))
        return false;
    int parts[6] = {0};
    uint64_t year, month, date;
    usec_t day;
    if (!span_to_u64(span_first(word, 4), &year) || !span_to_u64(span_first(span_from(word, 5), 2), &month) ||
        !span_to_u64(span_from(word, 8), &date))
        return false;
    parts[0] = (int)year;
    parts[1] = (int)month;
    parts[2] = (int)date;
    if (!clock_from_parts(parts, &day))
        return false;
    *ret = day + clock;
    *line = rest;
    return true;
}

// " IPv4 (0x0800), length 87: " in front of the ends; behind a VLAN tag without the length.
static struct span skip_ethertype(struct span rest)
{
    struct span word, look;
    span_cut_word(&rest, &word);
    for (look = rest; span_cut_word(&look, &word); rest = look) {
        if (!span_starts(word, "(") && !span_starts(word, "length") && !span_ends(word, ":"))
            break;
        if (span_is(word, "length") && span_cut_word(&look, &word))
            continue;
    }
    return span_trim(rest);
}

// The link layer in front of "IP" or "IP6": "eth0  In  IP …", "vlan 7, p 0, IP …", and with -e the addresses
// and "ethertype IPv4 (0x0800), length 87: …".
static bool read_link(struct span *line, struct dns_packet *p)
{
    struct span rest = *line, word;
    size_t index = 0;
    for (; span_cut_word(&rest, &word); index++) {
        if (span_is(word, "IP") || span_is(word, "IP6")) {
            *line = span_trim(rest);
            return true;
        }
        if (span_is(word, "In") || span_is(word, "Out")) {
            p->direction = span_is(word, "In") ? DNS_IN : DNS_OUT;
        } else if (index == 0 && span_find_char(word, ':') == SIZE_MAX && !span_is(word, "vlan")) {
            p->interface = span_hash(word) | 1;
        } else if (span_is(word, "ethertype") && (span_starts(rest, " IPv4") || span_starts(rest, " IPv6"))) {
            *line = skip_ethertype(rest);
            return true;
        }
    }
    return false;
}

static bool read_port(struct span s, uint16_t *ret)
{
    if (span_is(s, "domain"))
        *ret = 53;
    return span_is(s, "domain") || span_to_u16(s, ret);
}

// "10.0.0.1.53", "10.0.0.1", "fd00::1.53", "fd00::1".
static bool read_end(struct span s, struct end *ret)
{
    *ret = (struct end){.has_port = false};
    if (ip_parse(s, &ret->ip))
        return true;
    size_t dot = s.len;
    while (dot > 0 && s.at[dot - 1] != '.')
        dot--;
    ret->has_port =
        dot > 0 && ip_parse(span_first(s, dot - 1), &ret->ip) && read_port(span_from(s, dot), &ret->port);
    return ret->has_port;
}

// "SRC > DST: …": the two ends, and the rest behind them.
static bool read_ends(struct span *line, struct end *ret_src, struct end *ret_dst)
{
    size_t arrow = span_find(*line, " > ");
    if (arrow == SIZE_MAX || !read_end(span_trim(span_first(*line, arrow)), ret_src))
        return false;
    struct span rest = span_from(*line, arrow + 3);
    size_t colon = span_find(rest, ": ");
    if (colon == SIZE_MAX || !read_end(span_first(rest, colon), ret_dst))
        return false;
    *line = span_trim(span_from(rest, colon + 2));
    return true;
}

static void set_ends(struct dns_packet *p, const struct end *client, const struct end *server)
{
    p->client = client->ip;
    p->client_port = client->port;
    p->server = server->ip;
    p->server_port = server->port;
}

// "ICMP 10.0.0.10 udp port 53 unreachable", "ICMP host 10.0.0.10 unreachable", "… - need to frag (mtu 1500)";
// IPv6: "ICMP6, destination unreachable, …", "ICMP6, packet too big, mtu 1280". The failed packet's ports are
// not shown, so that who asked is known and which of the questions is not.
static bool read_icmp(struct span text, const struct end *dst, struct dns_packet *p)
{
    if (!span_starts(text, "ICMP"))
        return false;
    bool too_big = span_contains(text, "need to frag") || span_contains(text, "packet too big");
    if (!too_big && !span_contains(text, "unreachable"))
        return false;
    p->seen = too_big ? DNS_TOO_BIG : DNS_UNREACHABLE;
    p->tcp = span_contains(text, " tcp port ");
    p->client = dst->ip;
    struct span rest = text, word;
    while (span_cut_word(&rest, &word)) {
        if (span_ends(word, ","))
            word.len--;
        if (ip_parse(word, &p->server))
            break;
    }
    bool ports = span_contains(text, " port ");
    if (ports && !span_contains(text, " port 53 ") && !span_contains(text, " port domain "))
        return false;
    p->server_port = ports ? 53 : 0;
    return p->server.family != 0;
}

// "Flags [S], seq …, length 0"; data: "…, length 72 45407+ A? name. (70)".
static bool read_tcp(struct span text, const struct end *src, const struct end *dst, struct dns_packet *p)
{
    struct span flags = text;
    if (!span_skip(&flags, "Flags ["))
        return false;
    p->tcp = true;
    bool to = dst->port == 53;
    set_ends(p, to ? src : dst, to ? dst : src);
    if (to && span_starts(flags, "S]"))
        p->seen = DNS_CONNECT;
    else if (!to && span_starts(flags, "S.]"))
        p->seen = DNS_ACCEPT;
    else if (!to && span_starts(flags, "R"))
        p->seen = DNS_RESET;
    size_t at = span_find(text, ", length ");
    if (p->seen != DNS_NOTHING || at == SIZE_MAX)
        return p->seen != DNS_NOTHING;
    struct span rest = span_from(text, at + strlen(", length ")), word;
    return span_cut_word(&rest, &word) && dnstext_parse(rest, p);
}

// Remarks of -v in front of the message: "[udp sum ok] ", "[bad udp cksum 0x0a -> 0x0b!] ".
static struct span skip_remarks(struct span text)
{
    while (span_starts(text, "[")) {
        size_t end = span_find_char(text, ']');
        if (end == SIZE_MAX)
            break;
        text = span_trim(span_from(text, end + 1));
    }
    return text;
}

static bool read_packet(struct span text, struct dns_packet *p)
{
    struct end src, dst;
    if (!read_ends(&text, &src, &dst))
        return false;
    text = skip_remarks(text);
    if (read_icmp(text, &dst, p))
        return true;
    if (!src.has_port) { // a later fragment: "udp", "ip-proto-17", "frag (1480|500)"
        bool udp =
            span_starts(text, "udp") || span_starts(text, "ip-proto-17") || span_starts(text, "frag (");
        p->seen = udp ? DNS_FRAGMENT : DNS_NOTHING;
        set_ends(p, &dst, &src);
        return udp;
    }
    if (src.port != 53 && dst.port != 53)
        return false;
    if (read_tcp(text, &src, &dst, p))
        return true;
    if (!dnstext_parse(text, p))
        return false;
    bool question = p->seen == DNS_QUESTION;
    set_ends(p, question ? &src : &dst, question ? &dst : &src);
    return true;
}

// "(tos 0x0, ttl 64, id 1, offset 0, flags [+], proto UDP (17), length 85)": the parentheses nest.
static struct span skip_header(struct span text, struct dns_packet *p)
{
    size_t depth = 0, i = 0;
    for (; i < text.len; i++) {
        depth += text.at[i] == '(';
        if (text.at[i] == ')' && --depth == 0)
            break;
    }
    struct span header = span_first(text, i);
    p->fragmented = span_contains(header, "flags [+") || span_contains(header, "+]");
    return span_trim(span_from(text, i + 1));
}

static void give(struct reader *r, struct span text, struct dns_packet *p)
{
    if (!read_packet(text, p))
        return;
    r->info->fragments += p->seen == DNS_FRAGMENT;
    r->info->interfaces |= p->interface != 0;
    r->each(p, r->context);
}

// "10 packets dropped by kernel", "2 packets dropped by interface".
static void read_footer(struct reader *r, struct span line)
{
    struct span rest = line, word;
    uint64_t n;
    if (span_contains(line, " dropped by ") && span_cut_word(&rest, &word) && span_to_u64(word, &n))
        r->info->dropped += n;
}

static void read_line(struct reader *r, struct span line, uint32_t number)
{
    bool indented = line.len && (line.at[0] == ' ' || line.at[0] == '\t');
    if (indented && r->waiting) {
        struct dns_packet p = r->head;
        p.number = number;
        r->waiting = false;
        give(r, span_trim(line), &p);
        return;
    }
    r->waiting = false;
    struct dns_packet p = {.number = number};
    struct span rest = line;
    if (!read_time(r, &rest, &p.time)) {
        read_footer(r, line);
        return;
    }
    r->info->packets++;
    if (r->info->first == TIME_UNKNOWN)
        r->info->first = p.time;
    r->info->last = p.time;
    if (!read_link(&rest, &p))
        return;
    if (span_starts(rest, "("))
        rest = skip_header(rest, &p);
    if (rest.len == 0) {
        r->head = p;
        r->waiting = true;
    } else {
        give(r, rest, &p);
    }
}

void tcpdump_read(struct text text, struct window window, dns_packet_fn *each, void *context,
                  struct capture_info *ret_info)
{
    *ret_info = (struct capture_info){.first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    struct reader r = {.text = text,
                       .window = window,
                       .each = each,
                       .context = context,
                       .info = ret_info,
                       .last_clock = TIME_UNKNOWN};
    struct span rest = text.bytes, line;
    for (uint32_t number = 1; span_cut_line(&rest, &line); number++)
        read_line(&r, line, number);
    ret_info->cut = text.bytes.len && text.bytes.at[text.bytes.len - 1] != '\n';
}
