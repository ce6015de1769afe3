// Reads dig line by line. A query's output begins with its banner ("; <<>> DiG …"), but errors of the first
// tries come before it: dig prints them while it still waits. An answer begins with the header line; several
// queries on one command line share one banner and differ by their question sections.
#include "core/parse/dig.h"

#include "core/base/mem.h"

struct reader {
    struct arena *arena;
    struct digs *digs;
    struct dig now;
    struct dig command; // what the banner says, for further queries of the same command
    uint32_t file, number;
    bool open;     // something of a query was seen
    bool bannered; // its banner was seen
    bool ended;    // dig has given up: what follows is another query's
    bool in_question, in_authority;
};

static struct place here(const struct reader *r)
{
    return place_at(r->file, r->number);
}

static const char *lower_name(struct arena *arena, struct span s)
{
    if (span_ends(s, ".") && s.len > 1)
        s.len--;
    char *name = arena_span(arena, s);
    for (char *c = name; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    }
    return name;
}

static void close_query(struct reader *r)
{
    if (r->open && (r->bannered || r->now.outcome != DIG_UNKNOWN))
        *ARENA_PUSH(r->arena, r->digs->items, r->digs->n, r->digs->cap) = r->now;
    r->open = r->bannered = r->ended = r->in_question = r->in_authority = false;
    r->now = (struct dig){.time = TIME_UNKNOWN, .latency = TIME_UNKNOWN, .type = "A"};
}

static bool is_type(struct span s)
{
    static const char *const types[] = {"A",   "AAAA", "SRV",   "PTR", "CNAME", "SOA",    "NS",  "MX",
                                        "TXT", "ANY",  "HTTPS", "DS",  "SVCB",  "DNSKEY", "CAA", "NAPTR"};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (span_is_caseless(s, types[i]))
            return true;
    }
    return false;
}

static void read_option(struct dig *d, struct span word)
{
    uint64_t n;
    struct span value = word;
    if (span_is(word, "+tcp") || span_is(word, "+vc"))
        d->tcp = true;
    else if (span_is(word, "+short"))
        d->short_ = true;
    else if (span_is(word, "+noedns"))
        d->no_edns = true;
    else if (span_skip(&value, "+bufsize=") && span_to_u64(value, &n))
        d->bufsize = (uint32_t)n;
}

// The words behind "DiG 9.18.30 <<>>": @server, options, a name, a type, in any order.
static void read_words(struct reader *r, struct span rest)
{
    struct dig *d = &r->now;
    struct span word;
    while (span_cut_word(&rest, &word)) {
        uint64_t port;
        if (span_starts(word, "@"))
            ip_parse(span_from(word, 1), &d->server);
        else if (span_starts(word, "+"))
            read_option(d, word);
        else if (span_is(word, "-p") && span_cut_word(&rest, &word) && span_to_u64(word, &port))
            d->port = (uint16_t)port;
        else if (span_is(word, "-q") || span_is(word, "-t") || span_is(word, "IN"))
            continue; // the name or the type follows, and is told by itself
        else if (word.at[0] != '-' && is_type(word))
            d->type = arena_span(r->arena, word);
        else if (word.at[0] != '-' && !d->name)
            d->name = lower_name(r->arena, word);
    }
}

static void read_banner(struct reader *r, struct span line)
{
    if (r->bannered || (r->open && r->now.outcome == DIG_ANSWER))
        close_query(r);
    r->open = r->bannered = true;
    r->now.question = here(r);
    size_t at = span_find(span_from(line, 6), "<<>>");
    if (at != SIZE_MAX)
        read_words(r, span_from(line, 6 + at + 4));
    r->command = r->now;
}

static enum dig_outcome error_outcome(struct span text)
{
    static const struct {
        const char *words;
        enum dig_outcome outcome;
    } errors[] = {
        {"connection refused", DIG_REFUSED},
        {"timed out", DIG_TIMEOUT},
        {"no servers could be reached", DIG_TIMEOUT},
        {"network unreachable", DIG_UNREACHABLE},
        {"network is unreachable", DIG_UNREACHABLE},
        {"host unreachable", DIG_UNREACHABLE},
        {"no route to host", DIG_UNREACHABLE},
        {"operation not permitted", DIG_UNREACHABLE},
        {"permission denied", DIG_UNREACHABLE},
        {"end of file", DIG_FAILED},
        {"connection reset", DIG_FAILED},
        {"failure", DIG_FAILED},
        {"couldn't get address", DIG_FAILED},
    };
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        if (span_contains_caseless(text, errors[i].words))
            return errors[i].outcome;
    }
    return DIG_UNKNOWN;
}

// "10.0.0.10#53" somewhere in the text.
static void read_server(struct dig *d, struct span text)
{
    size_t hash = span_find_char(text, '#');
    if (hash == SIZE_MAX)
        return;
    size_t begin = hash, end = hash + 1;
    while (begin > 0 && text.at[begin - 1] != ' ' && text.at[begin - 1] != '(')
        begin--;
    while (end < text.len && text.at[end] >= '0' && text.at[end] <= '9')
        end++;
    struct ip ip;
    if (!ip_parse(span_make(text.at + begin, hash - begin), &ip))
        return;
    d->server = ip;
    span_to_u16(span_make(text.at + hash + 1, end - hash - 1), &d->port);
}

// The last word counts: a query that was refused twice and then answered was answered. The general "no
// servers could be reached" adds nothing to an error that says more.
static void read_error(struct reader *r, struct span line)
{
    enum dig_outcome outcome = error_outcome(line);
    if (outcome == DIG_UNKNOWN)
        return;
    if (r->open && (r->ended || r->now.outcome == DIG_ANSWER))
        close_query(r);
    r->open = true;
    bool summary = span_contains(line, "no servers could be reached");
    r->ended = summary;
    if (summary && r->now.outcome != DIG_UNKNOWN) {
        r->now.place.last = r->number; // from the first error to dig's last word
        return;
    }
    r->now.failures++;
    r->now.place = r->now.outcome == outcome ? r->now.place : here(r);
    r->now.outcome = outcome;
    read_server(&r->now, line);
}

static struct span value_after(struct span line, const char *key)
{
    size_t at = span_find(line, key);
    struct span rest = at == SIZE_MAX ? span_make(NULL, 0) : span_from(line, at + strlen(key)), word;
    if (!rest.at || !span_cut_word(&rest, &word))
        return span_make(NULL, 0);
    if (span_ends(word, ",") || span_ends(word, ";"))
        word.len--;
    return word;
}

// ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1": an answer begins.
static void read_header(struct reader *r, struct span line)
{
    if (r->open && r->now.outcome == DIG_ANSWER) { // the next query of the same command
        close_query(r);
        r->now = r->command;
        r->now.name = NULL;
        r->bannered = true;
    }
    r->open = true;
    struct span status = value_after(line, "status: ");
    r->now.outcome = DIG_ANSWER;
    r->now.rcode = status.len ? arena_span(r->arena, status) : NULL;
    r->now.place = here(r);
}

static void read_flags(struct dig *d, struct span line)
{
    struct span rest = span_from(line, strlen(";; flags:")), flags, word;
    uint64_t n;
    if (!span_cut(&rest, ';', &flags))
        return;
    while (span_cut_word(&flags, &word)) {
        d->truncated |= span_is(word, "tc");
        d->authoritative |= span_is(word, "aa");
        d->recursion_available |= span_is(word, "ra");
    }
    if (span_to_u64(value_after(line, "ANSWER: "), &n))
        d->answers = (uint32_t)n;
}

// ";; SERVER: 10.0.0.10#53(10.0.0.10) (UDP)".
static void read_server_line(struct dig *d, struct span line)
{
    read_server(d, line);
    d->tcp |= span_ends(span_trim(line), "(TCP)");
}

static int month_of(struct span s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++) {
        if (s.len == 3 && memcmp(s.at, months + (size_t)i * 3, 3) == 0)
            return i + 1;
    }
    return 0;
}

// Minutes east of UTC of the zone names that containers and nodes show; others are taken as UTC.
static int zone_offset(struct span zone)
{
    static const struct {
        const char *name;
        int minutes;
    } zones[] = {{"CET", 60},   {"CEST", 120}, {"BST", 60},   {"EST", -300}, {"EDT", -240},
                 {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480},
                 {"PDT", -420}, {"JST", 540},  {"IST", 330},  {"AEST", 600}, {"AEDT", 660}};
    for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
        if (span_is(zone, zones[i].name))
            return zones[i].minutes;
    }
    return 0;
}

// "Mon Nov 09 19:01:15 UTC 2026".
static usec_t read_when(struct span rest)
{
    struct span words[6], part;
    for (size_t i = 0; i < 6; i++) {
        if (!span_cut_word(&rest, &words[i]))
            return TIME_UNKNOWN;
    }
    uint64_t day, year, clock[3];
    if (!span_to_u64(words[2], &day) || !span_to_u64(words[5], &year) || day > 31 || year > 9999)
        return TIME_UNKNOWN;
    for (size_t i = 0; i < 3; i++) {
        if (!span_cut(&words[3], ':', &part) || !span_to_u64(part, &clock[i]) || clock[i] > 60)
            return TIME_UNKNOWN;
    }
    int parts[6] = {(int)year, month_of(words[1]), (int)day, (int)clock[0], (int)clock[1], (int)clock[2]};
    usec_t t;
    return clock_from_parts(parts, &t) ? t - zone_offset(words[4]) * USEC_MIN : TIME_UNKNOWN;
}

static void read_statistics(struct reader *r, struct span line)
{
    struct dig *d = &r->now;
    struct span rest = line;
    uint64_t n;
    if (span_starts(line, ";; flags:")) {
        read_flags(d, line);
    } else if (span_starts(line, ";; Query time:")) {
        if (span_to_u64(value_after(line, "time: "), &n) && n < 1000000)
            d->latency = (usec_t)n * (span_contains(line, "usec") ? 1 : USEC_MSEC);
    } else if (span_starts(line, ";; SERVER:")) {
        read_server_line(d, line);
    } else if (span_skip(&rest, ";; WHEN:")) {
        d->time = read_when(rest);
    } else if (span_starts(line, ";; MSG SIZE")) {
        if (span_to_u64(value_after(line, "rcvd: "), &n))
            d->size = (uint32_t)n;
    } else if (span_starts(line, ";; Truncated")) {
        d->retried_tcp = true;
    } else if (!span_starts(line, ";; Got ") && !span_starts(line, ";; WARNING") &&
               !span_starts(line, ";; global")) {
        read_error(r, line);
    }
}

// ";orders.shop.svc.cluster.local.   IN   A".
static void read_question(struct reader *r, struct span line)
{
    struct span rest = span_from(line, 1), name, class_, type;
    if (!span_cut_word(&rest, &name) || !span_cut_word(&rest, &class_) || !span_cut_word(&rest, &type))
        return;
    r->now.name = lower_name(r->arena, name);
    r->now.type = arena_span(r->arena, type);
    if (!place_is_set(r->now.question))
        r->now.question = here(r);
    r->in_question = false;
}

// Records: only the SOA of the authority section matters, which names the zone that said no.
static void read_record(struct reader *r, struct span line)
{
    struct span rest = line, name, ttl, class_, type;
    bool record = span_cut_word(&rest, &name) && span_cut_word(&rest, &ttl) &&
                  span_cut_word(&rest, &class_) && span_cut_word(&rest, &type) && span_is(class_, "IN");
    if (record && r->in_authority && span_is(type, "SOA"))
        r->now.soa = lower_name(r->arena, name);
    struct ip ip;
    if (!r->open && ip_parse(span_trim(line), &ip)) // +short prints no banner
        r->open = r->now.short_ = true;
    if (!record && r->open && r->now.short_ && r->now.outcome != DIG_ANSWER) {
        r->now.outcome = DIG_ANSWER; // +short: nothing but data
        r->now.rcode = "NOERROR";
        r->now.place = here(r);
    }
    r->now.answers += r->now.short_ && r->open;
}

static void read_line(struct reader *r, struct span line)
{
    if (span_starts(line, "; <<>> DiG") || span_starts(line, "; <<>> Dig")) {
        read_banner(r, line);
    } else if (span_contains(line, "->>HEADER<<-")) {
        read_header(r, line);
    } else if (span_starts(line, ";; QUESTION SECTION")) {
        r->in_question = true;
    } else if (span_starts(line, ";; ") && span_contains(line, " SECTION:")) {
        r->in_question = false;
        r->in_authority = span_starts(line, ";; AUTHORITY");
    } else if (span_starts(line, ";;")) {
        read_statistics(r, line);
    } else if (span_starts(line, ";") && r->in_question) {
        read_question(r, line);
    } else if (span_starts(line, "dig: ")) {
        read_error(r, line);
    } else if (line.len && line.at[0] != ';') {
        read_record(r, line);
    }
}

const struct digs *dig_parse(struct arena *arena, struct text text)
{
    struct digs *digs = arena_alloc(arena, sizeof *digs);
    struct reader r = {.arena = arena, .digs = digs, .file = text.file};
    close_query(&r);
    struct span rest = text.bytes, line;
    for (r.number = 1; span_cut_line(&rest, &line); r.number++)
        read_line(&r, line);
    close_query(&r);
    return digs;
}
