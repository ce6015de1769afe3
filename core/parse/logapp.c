// Reads what applications say of failed lookups. Two tables: words that say how it failed, and words that a
// name stands behind (or in front of). A line without such words is no failed lookup.
#include "core/base/mem.h"
#include "core/parse/logline.h"

// The first that the line holds counts, so the more telling ones come first.
static const struct word_failure {
    const char *words;
    enum log_failure failure;
} failures[] = {
    {"Name or service not known", LOG_FAILURE_NO_NAME}, // glibc, EAI_NONAME
    {"Name does not resolve", LOG_FAILURE_NO_NAME},     // musl
    {"nodename nor servname", LOG_FAILURE_NO_NAME},     // BSD
    {"o address associated with hostname", LOG_FAILURE_NO_DATA},
    {"emporary failure in name resolution", LOG_FAILURE_UNKNOWN}, // glibc, EAI_AGAIN
    {"emporary failure resolving", LOG_FAILURE_UNKNOWN},          // apt
    {"Non-recoverable failure in name resolution", LOG_FAILURE_SERVER},
    {"no such host", LOG_FAILURE_NO_NAME}, // Go
    {"server misbehaving", LOG_FAILURE_SERVER},
    {"Resolving timed out", LOG_FAILURE_TIMEOUT}, // curl
    {"(3: Host not found)", LOG_FAILURE_NO_NAME}, // nginx
    {"(2: Server failure)", LOG_FAILURE_SERVER},
    {"(110: Operation timed out)", LOG_FAILURE_TIMEOUT},
    {"(5: Operation refused)", LOG_FAILURE_SERVER},
    {"while resolving, resolver: ", LOG_FAILURE_REFUSED},
    {"host not found in upstream", LOG_FAILURE_NO_NAME},
    {"ENOTFOUND", LOG_FAILURE_NO_NAME}, // Node.js, c-ares
    {"EAI_AGAIN", LOG_FAILURE_UNKNOWN},
    {" ESERVFAIL", LOG_FAILURE_SERVER},
    {" ETIMEOUT", LOG_FAILURE_TIMEOUT},
    {" EREFUSED", LOG_FAILURE_SERVER},
    {" ECONNREFUSED", LOG_FAILURE_REFUSED},
    {"Timeout while contacting DNS servers", LOG_FAILURE_TIMEOUT}, // c-ares: Envoy, gRPC, aiodns
    {"Could not contact DNS servers", LOG_FAILURE_REFUSED},
    {"Domain name not found", LOG_FAILURE_NO_NAME},
    {"c-ares status 4", LOG_FAILURE_NO_NAME}, // ARES_ENOTFOUND
    {"c-ares status 12", LOG_FAILURE_TIMEOUT},
    {"c-ares status ", LOG_FAILURE_UNKNOWN},
    {" ENODATA", LOG_FAILURE_NO_DATA},
    {"No such host is known", LOG_FAILURE_NO_NAME}, // .NET
    {"remote name could not be resolved", LOG_FAILURE_UNKNOWN},
    {"UnknownHostException", LOG_FAILURE_UNKNOWN}, // Java
    {"DnsNameResolverTimeoutException", LOG_FAILURE_TIMEOUT},
    {"UnresolvedAddressException", LOG_FAILURE_UNKNOWN},
    {"ould not resolve", LOG_FAILURE_UNKNOWN},
    {"ouldn't resolve", LOG_FAILURE_UNKNOWN},
    {"could not be resolved", LOG_FAILURE_UNKNOWN},
    {"Failed to resolve", LOG_FAILURE_UNKNOWN},
    {"failed to lookup address", LOG_FAILURE_UNKNOWN}, // Rust
    {"DNS resolution failed", LOG_FAILURE_UNKNOWN},    // gRPC
    {"could not translate host name", LOG_FAILURE_UNKNOWN},
    {"bad address '", LOG_FAILURE_UNKNOWN}, // busybox
    {"php_network_getaddresses", LOG_FAILURE_UNKNOWN},
    {"gaierror", LOG_FAILURE_UNKNOWN},
    {"nxdomain", LOG_FAILURE_NO_NAME},              // Erlang
    {"dns.resolver.NXDOMAIN", LOG_FAILURE_NO_NAME}, // dnspython
    {"dns.resolver.NoNameservers", LOG_FAILURE_SERVER},
    {"dns.resolver.NoAnswer", LOG_FAILURE_NO_DATA},
    {"dns.resolver.", LOG_FAILURE_TIMEOUT},
    {"DNS result has no information for", LOG_FAILURE_NO_NAME}, // Ruby
    {"DNS NX status", LOG_FAILURE_NO_NAME},                     // HAProxy
    {"DNS timeout status", LOG_FAILURE_TIMEOUT},
    {"DNS refused status", LOG_FAILURE_SERVER},
    {"dns error: ", LOG_FAILURE_UNKNOWN}, // Rust
    {"dns_resolution_failure", LOG_FAILURE_UNKNOWN},
    {"produced zero addresses", LOG_FAILURE_UNKNOWN}, // gRPC
    {"nknown server host '", LOG_FAILURE_UNKNOWN},    // MySQL, MariaDB
    {"nknown MySQL server host '", LOG_FAILURE_UNKNOWN},
    {"nknown host", LOG_FAILURE_UNKNOWN},
    {"nable to resolve host", LOG_FAILURE_UNKNOWN},
    {"temporary error (try again later)", LOG_FAILURE_UNKNOWN}, // apk
    {"DNS unspecified error status", LOG_FAILURE_UNKNOWN},
    {"DNS: non-recoverable failure", LOG_FAILURE_SERVER}, // apk 3
    {"DNS: transient error", LOG_FAILURE_UNKNOWN},
    {"DNS: no address for host", LOG_FAILURE_NO_DATA},
    {"DNS: name does not exist", LOG_FAILURE_NO_NAME},
    {"Host not found (authoritative)", LOG_FAILURE_NO_NAME}, // Boost.Asio: HOST_NOT_FOUND, TRY_AGAIN
    {"Host not found (non-authoritative)", LOG_FAILURE_UNKNOWN},
    {"No resolvable bootstrap urls", LOG_FAILURE_UNKNOWN}, // Kafka
    {"dns server error: 3 ", LOG_FAILURE_NO_NAME},         // lua-resty-dns: the rcode
    {"dns server error: ", LOG_FAILURE_SERVER},
    {"dns client error: ", LOG_FAILURE_UNKNOWN},
    {"failed to query the DNS server for ", LOG_FAILURE_UNKNOWN},
    {"non-existing domain", LOG_FAILURE_NO_NAME},     // Erlang's words for nxdomain
    {": resolve call failed: ", LOG_FAILURE_UNKNOWN}, // resolvectl
    {"DNS lookup ", LOG_FAILURE_UNKNOWN},
    {"DNS query ", LOG_FAILURE_UNKNOWN},
    {"DNS request ", LOG_FAILURE_UNKNOWN},
    {"no servers could be reached", LOG_FAILURE_TIMEOUT}, // dig, nslookup
    {"server can't find ", LOG_FAILURE_SERVER},           // nslookup; its NXDOMAIN may be of the search list
    {"nslookup: can't resolve '", LOG_FAILURE_UNKNOWN},   // busybox
    {"SocketException", LOG_FAILURE_UNKNOWN},             // .NET: EAI_AGAIN in the errno's words
};

// A name stands behind these.
static const char *const before_name[] = {
    "lookup ",
    "Failed to resolve '",
    "UnknownHostException: ",
    "getaddrinfo EAI_AGAIN ",
    "getaddrinfo ENOTFOUND ",
    "ESERVFAIL ",
    "ETIMEOUT ",
    "ECONNREFUSED ",
    "ENOTFOUND ",
    "esolve host: ",
    "esolve hostname ",
    "esolve server ",
    "esolve host \"",
    "esolve host ",
    "dns resolution for ",
    "emporary failure resolving '",
    "not be resolved: '",
    "no information for ",
    "does not exist: ",
    "nknown server host '",
    "nknown MySQL server host '",
    "nknown host: ",
    "nknown host '",
    "Cannot connect to host ",
    "DNS resolution failed for ",
    "ould not resolve '",
    "ould not resolve ",
    "Failed to open TCP connection to ",
    "host not found in upstream \"",
    "could not translate host name \"",
    "bad address '",
    "failed to query the DNS server for ",
    "server can't find ",
    "can't resolve '",
    "getaddrinfo for ",
    "esolve host address '",
    "DNS resolution failed for service: ",
    "unavailable (", // .NET: "Resource temporarily unavailable (orders:80)"
    "not known (",
    "not resolve (",
    "is known. (",
    "://",
};

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

static struct span name_at(struct span text)
{
    size_t n = 0;
    while (n < text.len && is_name_char(text.at[n]))
        n++;
    struct span name = span_first(text, n);
    while (name.len && name.at[name.len - 1] == '.')
        name.len--;
    return name;
}

// Words and numbers that stand where a name would, and are none.
static bool is_no_name(struct span s)
{
    static const char *const words[] = {"address", "on", "error", "failed", "failure", "timed"};
    struct ip ip;
    uint64_t number;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is(s, words[i]))
            return true;
    }
    return s.len == 0 || s.len > 253 || ip_parse(s, &ip) || span_to_u64(s, &number);
}

// "NAME could not be resolved" is nginx's: the name stands in front.
static struct span name_in_front(struct span line, const char *words)
{
    size_t end = span_find(line, words);
    if (end == SIZE_MAX)
        return span_make(NULL, 0);
    size_t begin = end;
    while (begin > 0 && is_name_char(line.at[begin - 1]))
        begin--;
    return span_make(line.at + begin, end - begin);
}

static struct span find_name(struct span line)
{
    for (size_t i = 0; i < ARRAY_LEN(before_name); i++) {
        size_t at = span_find(line, before_name[i]);
        struct span name =
            at == SIZE_MAX ? span_make(NULL, 0) : name_at(span_from(line, at + strlen(before_name[i])));
        if (!is_no_name(name))
            return name;
    }
    static const char *const behind_name[] = {" could not be resolved", ": resolve call failed: "};
    struct span name = {0};
    for (size_t i = 0; i < ARRAY_LEN(behind_name) && !name.len; i++)
        name = name_in_front(line, behind_name[i]);
    return is_no_name(name) ? span_make(NULL, 0) : name;
}

// "lookup orders on 10.0.0.10:53: …", "lookup orders: …"; not the "lookup" of "A record lookup error: ".
static struct span find_go(struct span line, struct span *ret_rest, bool *ret_on)
{
    struct span found = {0};
    for (size_t at; (at = span_find(line, "lookup ")) != SIZE_MAX;) {
        line = span_from(line, at + 7);
        struct span name = name_at(line), rest = span_from(line, name.len);
        bool on = span_skip(&rest, " on ");
        if (is_no_name(name) || (!on && (found.len || !span_starts(rest, ":"))))
            continue;
        found = name;
        *ret_rest = rest;
        *ret_on = on;
        if (on)
            break;
    }
    return found;
}

// Go tells it all: "lookup orders on 10.0.0.10:53: read udp 10.0.1.2:4567->10.0.0.10:53: i/o timeout". The
// words "i/o timeout" alone may be about any connection.
static bool read_go(struct span line, struct log_app *ret)
{
    struct span rest;
    bool on;
    struct span name = find_go(line, &rest, &on);
    if (!name.len)
        return false;
    if (span_contains(rest, "no such host"))
        ret->failure = LOG_FAILURE_NO_NAME;
    else if (span_contains(rest, "server misbehaving"))
        ret->failure = LOG_FAILURE_SERVER;
    else if (span_contains(rest, "timeout") || span_contains(rest, "deadline exceeded"))
        ret->failure = LOG_FAILURE_TIMEOUT;
    else if (span_contains(rest, "refused") || span_contains(rest, "unreachable") ||
             span_contains(rest, "no route to host"))
        ret->failure = LOG_FAILURE_REFUSED;
    else if (!on && !span_contains(rest, "Temporary failure") && !span_contains_caseless(rest, "try again") &&
             !span_contains(rest, "resource busy"))
        return false;
    ret->name = name;
    struct span server = rest, word;
    size_t colon = on ? span_find(server, ":53") : SIZE_MAX;
    if (colon != SIZE_MAX) {
        server = span_first(server, colon);
        if (span_starts(server, "[") && span_ends(server, "]"))
            server = span_make(server.at + 1, server.len - 2);
        ip_parse(server, &ret->server);
    }
    while (span_cut_word(&rest, &word)) {
        size_t arrow = span_find(word, "->");
        if (span_is(word, "udp") || span_is(word, "tcp")) {
            ret->tcp = span_is(word, "tcp");
            ret->proto_known = true;
        } else if (arrow != SIZE_MAX) {
            size_t port = arrow;
            while (port > 0 && word.at[port - 1] != ':')
                port--;
            if (port > 0)
                ip_parse(span_first(word, port - 1), &ret->client);
        }
    }
    return true;
}

bool logline_app(struct span line, struct log_app *ret)
{
    *ret = (struct log_app){.failure = LOG_FAILURE_UNKNOWN};
    if (span_contains(line,
                      "can't resolve '(null)'")) // old busybox, of its server's own name: no lookup failed
        return false;
    if (read_go(line, ret))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        if (span_contains(line, failures[i].words)) {
            ret->failure = failures[i].failure;
            ret->name = find_name(line);
            return true;
        }
    }
    // .NET has the errno's words for EAI_AGAIN, and only the host in parentheses tells that it was a lookup.
    size_t at = span_find(line, "Resource temporarily unavailable (");
    if (at == SIZE_MAX)
        return false;
    ret->name = find_name(line);
    return ret->name.len > 0;
}
