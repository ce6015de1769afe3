// Reads the lines of servers and of the kernel. Each looks for the words that begin its own form, wherever in
// the line they stand, since a time, a stream and a syslog head may stand in front.
#include "core/parse/logline.h"

#include "core/base/mem.h"

// "10.0.0.1:53", "[fd00::1]:53".
static bool read_endpoint(struct span s, struct ip *ret_ip, uint16_t *ret_port)
{
    size_t colon = s.len;
    while (colon > 0 && s.at[colon - 1] != ':')
        colon--;
    if (colon == 0 || !span_to_u16(span_from(s, colon), ret_port))
        return false;
    struct span host = span_first(s, colon - 1);
    if (span_starts(host, "[") && span_ends(host, "]"))
        host = span_make(host.at + 1, host.len - 2);
    return ip_parse(host, ret_ip);
}

// Go's durations as CoreDNS prints them: seconds with a fraction and an 's'.
static int64_t read_seconds(struct span s)
{
    if (!span_ends(s, "s"))
        return -1;
    s.len--;
    int64_t whole = 0, unit = 1000000, value = 0;
    bool fraction = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (c >= '0' && c <= '9') {
            if (fraction && (unit /= 10))
                value += (c - '0') * unit;
            else if (!fraction && whole < 1000000)
                whole = whole * 10 + (c - '0');
        } else {
            return -1;
        }
    }
    return whole * 1000000 + value;
}

// The quoted part: "A IN name. udp 41 false 512".
static bool read_quoted(struct span quoted, struct log_query *ret)
{
    struct span class_, proto, size, dnssec, bufsize;
    uint64_t n;
    if (!span_cut_word(&quoted, &ret->type) || !span_cut_word(&quoted, &class_) ||
        !span_cut_word(&quoted, &ret->name) || !span_cut_word(&quoted, &proto) ||
        !span_cut_word(&quoted, &size) || !span_cut_word(&quoted, &dnssec) ||
        !span_cut_word(&quoted, &bufsize))
        return false;
    ret->tcp = span_is(proto, "tcp");
    if (span_to_u64(bufsize, &n) && n < UINT32_MAX)
        ret->bufsize = (uint32_t)n;
    return ret->tcp || span_is(proto, "udp");
}

static bool has_flag(struct span flags, const char *flag)
{
    struct span part;
    while (span_cut(&flags, ',', &part)) {
        if (span_is(part, flag))
            return true;
    }
    return false;
}

bool logline_coredns_query(struct span line, struct log_query *ret)
{
    *ret = (struct log_query){.usec = -1};
    size_t open = span_find_char(line, '"');
    size_t info = span_find(line, "[INFO] ");
    if (open == SIZE_MAX || info == SIZE_MAX || info > open)
        return false;
    struct span client = span_from(span_first(line, open), info + 7), word, quoted, flags;
    struct span rest = span_from(line, open + 1);
    uint64_t size;
    if (!span_cut_word(&client, &word) || !read_endpoint(word, &ret->client, &ret->client_port) ||
        !span_cut(&rest, '"', &quoted) || !rest.at || !read_quoted(quoted, ret) ||
        !span_cut_word(&rest, &ret->rcode) || !span_cut_word(&rest, &flags))
        return false;
    ret->truncated = has_flag(flags, "tc");
    ret->authoritative = has_flag(flags, "aa");
    if (span_cut_word(&rest, &word) && span_to_u64(word, &size) && size < UINT32_MAX)
        ret->size = (uint32_t)size;
    if (span_cut_word(&rest, &word))
        ret->usec = read_seconds(word);
    return true;
}

// "read udp 10.0.1.9:5353->10.0.0.2:53: i/o timeout", "dial tcp 10.0.0.2:53: connect: connection refused".
static void read_operation(struct span text, struct log_upstream *ret)
{
    struct span rest = text, word;
    while (span_cut_word(&rest, &word)) {
        if (span_starts(word, "tcp"))
            ret->tcp = true;
        if (span_ends(word, ":"))
            word.len--;
        size_t arrow = span_find(word, "->");
        uint16_t port;
        if (arrow != SIZE_MAX) {
            read_endpoint(span_first(word, arrow), &ret->local, &port);
            word = span_from(word, arrow + 2);
        }
        if (!ret->server.family)
            read_endpoint(word, &ret->server, &ret->server_port);
    }
}

bool logline_coredns_error(struct span line, struct log_upstream *ret)
{
    *ret = (struct log_upstream){.tcp = false};
    static const char *const heads[] = {"plugin/errors: ", "[ERROR] "}; // the latter before CoreDNS 1.3
    size_t at = SIZE_MAX, head = 0;
    for (size_t i = 0; at == SIZE_MAX && i < ARRAY_LEN(heads); i++) {
        at = span_find(line, heads[i]);
        head = strlen(heads[i]);
    }
    if (at == SIZE_MAX)
        return false;
    struct span rest = span_from(line, at + head), rcode;
    if (!span_cut_word(&rest, &rcode) || !span_cut_word(&rest, &ret->name) ||
        !span_cut_word(&rest, &ret->type) || !span_ends(ret->type, ":"))
        return false;
    ret->type.len--;
    ret->reason = span_trim(rest);
    read_operation(ret->reason, ret);
    return true;
}

bool logline_oom(struct span line, struct log_oom *ret)
{
    *ret = (struct log_oom){.cgroup = span_contains(line, "Memory cgroup out of memory")};
    static const char *const words[] = {"Killed process ", "Kill process "};
    for (size_t i = 0; i < 2; i++) {
        size_t at = span_find(line, words[i]);
        if (at == SIZE_MAX)
            continue;
        struct span rest = span_from(line, at + strlen(words[i])), pid, name;
        if (!span_cut_word(&rest, &pid))
            return false;
        if (span_ends(pid, ",")) // 4.x: "Killed process 12, UID 0, (java)"
            pid.len--;
        size_t open = span_find_char(rest, '(');
        name = open == SIZE_MAX ? span_make(NULL, 0) : span_from(rest, open + 1);
        return span_to_u64(pid, &ret->pid) && name.at && span_cut(&name, ')', &ret->process) && name.at;
    }
    return false;
}

// The value behind a key, be it "Key":"value" or Key: value.
static struct span value_of(struct span line, const char *key)
{
    size_t at = span_find(line, key);
    if (at == SIZE_MAX)
        return span_make(NULL, 0);
    struct span rest = span_from(line, at + strlen(key));
    while (rest.len && strchr("\":= ", rest.at[0]))
        rest = span_from(rest, 1);
    size_t n = 0;
    while (n < rest.len && !strchr("\",;} ", rest.at[n]))
        n++;
    return span_first(rest, n);
}

bool logline_deny(struct span line, struct log_deny *ret)
{
    *ret = (struct log_deny){.tcp = false};
    if (!span_is_caseless(value_of(line, "Verdict"), "DENY"))
        return false;
    ret->tcp = span_is_caseless(value_of(line, "Proto"), "TCP");
    span_to_u16(value_of(line, "Src Port"), &ret->src_port);
    return ip_parse(value_of(line, "Src IP"), &ret->src) && ip_parse(value_of(line, "Dest IP"), &ret->dst) &&
           span_to_u16(value_of(line, "Dest Port"), &ret->dst_port);
}
