// Strict: addresses and the ids of AWS resources. An address keeps its first bits (its kind: 10/8, 172.16/12,
// 192.168/16, 100.64/10, 2000::/16, fd00::/16) and its last ones; each bit in between is turned over or not
// by a keyed hash of the bits in front of it, as Crypto-PAn does, so two addresses share as many bits as
// before. Loopback, link-local (the VPC's resolver, NodeLocal DNSCache), multicast and masks say nothing
// about a house and stay.
#include <ctype.h>
#include <stdio.h>

#include "core/base/ip.h"
#include "core/base/mem.h"
#include "core/report/redact_inside.h"

// A 64-bit mixer (MurmurHash3's finalizer) over the seed and the bits; it need only be hard to guess without
// the seed.
static uint64_t mix(uint64_t seed, const void *at, size_t n)
{
    uint64_t h = seed ^ span_hash(span_make(at, n));
    for (int i = 0; i < 2; i++) {
        h ^= h >> 33;
        h *= 0xFF51AFD7ED558CCDULL;
        h ^= h >> 33;
        h *= 0xC4CEB9FE1A85EC53ULL;
        h ^= h >> 33;
        h += seed;
    }
    return h;
}

// ------------------------------------------------------------------ addresses

static bool in(struct ip ip, const char *prefix)
{
    struct ip_prefix p;
    return ip_parse_prefix(span_of(prefix), &p) && ip_in_prefix(ip, p);
}

static bool is_public_knowledge(struct ip ip)
{
    static const char *const ranges[] = {"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
                                         "::/64",     "fe80::/10",   "ff00::/8",       "fd00:ec2::/32"};
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        if (in(ip, ranges[i]))
            return true;
    }
    return false;
}

static unsigned kept_bits(struct ip ip)
{
    static const struct {
        const char *prefix;
        unsigned bits;
    } ranges[] = {{"172.16.0.0/12", 12}, {"192.168.0.0/16", 16}, {"100.64.0.0/10", 10}};
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        if (in(ip, ranges[i].prefix))
            return ranges[i].bits;
    }
    return ip.family == 4 ? 8 : 16;
}

static struct ip turn_over(const struct redactor *r, struct ip ip)
{
    struct ip ret = ip;
    unsigned end = ip.family == 4 ? 24 : 112;
    for (unsigned bit = kept_bits(ip); bit < end; bit++) {
        uint8_t front[18] = {ip.family, (uint8_t)bit};
        memcpy(front + 2, ip.bytes, bit / 8);
        front[2 + bit / 8] = (uint8_t)(ip.bytes[bit / 8] & (0xFF00 >> bit % 8));
        if (mix(r->seed, front, sizeof front) & 1)
            ret.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    return is_public_knowledge(ret) ? ip : ret;
}

static size_t run_of(struct span s, const char *also, bool hex)
{
    size_t n = 0;
    while (n < s.len && ((hex ? isxdigit((unsigned char)s.at[n]) : isdigit((unsigned char)s.at[n])) ||
                         (s.at[n] && strchr(also, s.at[n]))))
        n++;
    return n;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

// Four decimal numbers with `sep` between them, as in 10.0.11.37 and ip-10-0-11-37.
static size_t cut_quad(struct span s, char sep, struct ip *ret)
{
    *ret = (struct ip){.family = 4};
    size_t at = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned value = 0, digits = 0;
        for (; at < s.len && isdigit((unsigned char)s.at[at]) && digits < 4; at++, digits++)
            value = value * 10 + (unsigned)(s.at[at] - '0');
        if (digits == 0 || digits > 3 || value > 255 || (i < 3 && (at >= s.len || s.at[at++] != sep)))
            return 0;
        ret->bytes[i] = (uint8_t)value;
    }
    return at;
}

static bool ends_there(struct span rest, size_t n, char sep)
{
    if (n >= rest.len)
        return true;
    char next = rest.at[n];
    bool goes_on = next == sep && n + 1 < rest.len && isdigit((unsigned char)rest.at[n + 1]);
    return !is_word(next) && !goes_on;
}

static void add_quad(struct str *ret, struct ip ip, char sep)
{
    for (unsigned i = 0; i < 4; i++) {
        if (i)
            str_add_char(ret, sep);
        str_printf(ret, "%u", ip.bytes[i]);
    }
}

static struct ip reverse(struct ip ip)
{
    return (struct ip){.family = 4, .bytes = {ip.bytes[3], ip.bytes[2], ip.bytes[1], ip.bytes[0]}};
}

static size_t redact_quad(const struct redactor *r, struct span rest, char sep, struct str *ret)
{
    struct ip ip;
    size_t n = cut_quad(rest, sep, &ip);
    if (n == 0 || !ends_there(rest, n, sep))
        return 0;
    bool reversed = span_starts(span_from(rest, n), ".in-addr.arpa"); // RFC 1035, 3.5
    if (reversed)
        ip = reverse(ip);
    if (is_public_knowledge(ip))
        return 0;
    ip = turn_over(r, ip);
    add_quad(ret, reversed ? reverse(ip) : ip, sep);
    return n;
}

static size_t redact_six(const struct redactor *r, struct span rest, struct str *ret)
{
    size_t n = run_of(rest, ":.", true);
    struct ip ip;
    while (n > 2 && !ip_parse(span_first(rest, n), &ip) && (rest.at[n - 1] == '.' || rest.at[n - 1] == ':'))
        n--;
    if (n < 3 || !ip_parse(span_first(rest, n), &ip) || ip.family != 6 || is_public_knowledge(ip) ||
        (n < rest.len && is_word(rest.at[n])))
        return 0;
    char text[IP_TEXT];
    str_add(ret, ip_format(turn_over(r, ip), text));
    return n;
}

size_t redact_address(const struct redactor *r, char before, struct span rest, struct str *ret)
{
    if (is_word(before) || rest.len < 3 || !isxdigit((unsigned char)rest.at[0]))
        return 0;
    size_t n = before == '.' ? 0 : redact_quad(r, rest, '.', ret);
    if (n == 0)
        n = redact_quad(r, rest, '-', ret);
    if (n == 0 && before != '.')
        n = redact_six(r, rest, ret);
    return n;
}

// ------------------------------------------------------------------ ids of AWS resources

size_t redact_resource(const struct redactor *r, char before, struct span rest, struct str *ret)
{
    static const char *const kinds[] = {"i-",   "eni-", "sg-",  "vpc-", "subnet-",   "acl-",
                                        "vol-", "rtb-", "nat-", "igw-", "eipalloc-", "ami-"};
    if (is_word(before) || before == '-')
        return 0;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct span id = rest;
        if (!span_skip(&id, kinds[k]))
            continue;
        size_t n = run_of(id, "", true);
        if (n < 8 || n > 24 || (n < id.len && is_word(id.at[n])))
            return 0;
        uint64_t h = mix(r->seed, id.at, n);
        char hex[32];
        snprintf(hex, sizeof hex, "%016llx%08x", (unsigned long long)h, (unsigned)(h >> 7));
        str_printf(ret, "%s%.*s", kinds[k], (int)n, hex);
        return strlen(kinds[k]) + n;
    }
    return 0;
}
