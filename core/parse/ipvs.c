// Reads virtual services. The save's "-A -u VIP -s rr" and "-a -u VIP -r SERVER -m -w 1" name the service in
// every line; in the listing a service's servers stand below it, each behind "->". Without -n the save has
// names where addresses should be: those of EC2 say the address, others are left to the listing.
#include "core/parse/ipvs.h"

#include "core/parse/rulebuild.h"

struct reader {
    struct arena *arena;
    struct ipvs *ipvs;
    size_t open;                                // the service whose servers follow: its index plus 1, or 0
    size_t listed, unread_listed, unread_saved; // services of the listing; those that could not be read
};

// "ip-10-0-12-53.eu-west-1.compute.internal"
static bool read_host(struct span host, struct ip *ret)
{
    char text[sizeof "255.255.255.255"];
    size_t dot = span_find_char(host, '.');
    if (ip_parse(host, ret))
        return true;
    if (!span_skip(&host, "ip-"))
        return false;
    host = span_first(host, dot == SIZE_MAX ? host.len : dot - 3);
    if (host.len >= sizeof text)
        return false;
    for (size_t i = 0; i < host.len; i++) {
        text[i] = host.at[i];
        if (text[i] == '-')
            text[i] = '.';
    }
    return ip_parse(span_make(text, host.len), ret);
}

// "172.20.0.10:53", "[fd00::a]:53", "ip-10-0-12-53:domain".
static bool read_endpoint(struct span word, struct ip *ret_ip, uint16_t *ret_port)
{
    uint64_t port;
    size_t colon = SIZE_MAX;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == ':')
            colon = i;
    }
    if (colon == SIZE_MAX || !rule_port(span_from(word, colon + 1), &port))
        return false;
    struct span host = span_first(word, colon);
    if (span_starts(host, "[") && span_ends(host, "]"))
        host = span_make(host.at + 1, host.len - 2);
    *ret_port = (uint16_t)port;
    return read_host(host, ret_ip);
}

static struct ipvs_service *take_service(struct reader *r, bool tcp, struct span word, struct place place)
{
    struct ipvs_service s = {.tcp = tcp, .place = place};
    r->open = 0;
    if (!read_endpoint(word, &s.ip, &s.port))
        return NULL;
    const struct ipvs_service *known = ipvs_find(r->ipvs, tcp, s.ip, s.port);
    size_t at = known ? (size_t)(known - r->ipvs->services) : r->ipvs->n;
    if (!known)
        *ARENA_PUSH(r->arena, r->ipvs->services, r->ipvs->n, r->ipvs->cap) = s;
    r->open = at + 1;
    return &r->ipvs->services[at];
}

static void take_server(struct reader *r, struct ipvs_service *service, struct span word, bool drained,
                        struct place place)
{
    struct ipvs_server s = {.drained = drained, .place = place};
    if (!read_endpoint(word, &s.ip, &s.port)) {
        service->unread = true;
        return;
    }
    for (size_t i = 0; i < service->n; i++) {
        if (ip_eq(service->servers[i].ip, s.ip) && service->servers[i].port == s.port) {
            service->servers[i].drained |= drained;
            return;
        }
    }
    *ARENA_PUSH(r->arena, service->servers, service->n, service->cap) = s;
}

// The word behind an option of the save.
static struct span option(struct span line, const char *name)
{
    struct span word;
    while (span_cut_word(&line, &word)) {
        if (span_is(word, name) && span_cut_word(&line, &word))
            return word;
    }
    return span_make(NULL, 0);
}

static bool take_saved(struct reader *r, struct span line, struct place place)
{
    bool service = span_starts(line, "-A "), server = span_starts(line, "-a ");
    if (!service && !server)
        return false;
    struct span udp = option(line, "-u"), tcp = option(line, "-t");
    struct ipvs_service *s = take_service(r, tcp.len > 0, tcp.len ? tcp : udp, place);
    r->unread_saved += !s && (tcp.len || udp.len);
    if (s && server)
        take_server(r, s, option(line, "-r"), span_is(option(line, "-w"), "0"), place);
    r->open = 0;
    return tcp.len || udp.len;
}

// "  -> 10.0.12.53:53    Masq    1      0          12"; with --rate or --stats numbers follow the address at
// once.
static bool take_listed(struct reader *r, struct span line, struct place place)
{
    struct span first, address, forward, weight;
    if (!span_cut_word(&line, &first) || !span_cut_word(&line, &address))
        return false;
    bool tcp = span_is(first, "TCP"), udp = span_is(first, "UDP");
    if (tcp || udp) {
        struct ipvs_service *s = take_service(r, tcp, address, place);
        if (s)
            s->unread = false; // all its servers follow
        r->listed += s != NULL;
        r->unread_listed += s == NULL;
        return s != NULL;
    }
    if (!span_is(first, "->") || !r->open)
        return false;
    bool masq = span_cut_word(&line, &forward) && (span_is(forward, "Masq") || span_is(forward, "Route"));
    bool drained = masq && span_cut_word(&line, &weight) && span_is(weight, "0");
    take_server(r, &r->ipvs->services[r->open - 1], address, drained, place);
    return true;
}

bool ipvs_parse(struct arena *arena, struct text text, struct ipvs *ret)
{
    struct reader r = {.arena = arena, .ipvs = ret};
    struct span rest = text.bytes, line;
    bool any = false;
    for (uint32_t number = 1; span_cut_line(&rest, &line); number++) {
        struct place place = place_at(text.file, number);
        line = span_trim(line);
        bool ours = take_saved(&r, line, place) || take_listed(&r, line, place) ||
                    span_starts(line, "IP Virtual Server version");
        if (ours && !any)
            ret->place = place;
        any = any || ours;
    }
    ret->whole = r.unread_listed == 0 && (r.listed > 0 || r.unread_saved == 0);
    return any;
}

const struct ipvs_service *ipvs_find(const struct ipvs *ipvs, bool tcp, struct ip ip, uint16_t port)
{
    for (size_t i = 0; i < ipvs->n; i++) {
        const struct ipvs_service *s = &ipvs->services[i];
        if (s->tcp == tcp && s->port == port && ip_eq(s->ip, ip))
            return s;
    }
    return NULL;
}
