// Addresses: text in and out, of the sixth version by the C library; comparing by bytes.
#include "core/base/ip.h"

#include <arpa/inet.h>
#include <stdio.h>

// "10.0.0.1", as inet_pton reads it: four numbers without a zero in front. Rulesets and logs hold so many
// that its copy and its two passes would show.
static bool parse_dotted(struct span s, struct ip *ret)
{
    struct ip ip = {.family = 4};
    size_t at = 0;
    for (unsigned byte = 0; byte < 4; byte++) {
        unsigned value = 0, digits = 0;
        for (; at < s.len && s.at[at] >= '0' && s.at[at] <= '9'; at++, digits++) {
            if (digits > 0 && value == 0)
                return false;
            value = value * 10 + (unsigned)(s.at[at] - '0');
            if (value > 255)
                return false;
        }
        if (digits == 0 || (byte < 3 && (at == s.len || s.at[at++] != '.')))
            return false;
        ip.bytes[byte] = (uint8_t)value;
    }
    if (at < s.len)
        return false;
    *ret = ip;
    return true;
}

bool ip_parse(struct span s, struct ip *ret)
{
    if (parse_dotted(s, ret))
        return true;
    char text[INET6_ADDRSTRLEN];
    if (s.len == 0 || s.len >= sizeof text || memchr(s.at, '\0', s.len))
        return false;
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    struct ip ip = {.family = 6};
    if (inet_pton(AF_INET6, text, ip.bytes) != 1)
        return false;
    *ret = ip;
    return true;
}

bool ip_parse_prefix(struct span s, struct ip_prefix *ret)
{
    size_t slash = span_find_char(s, '/');
    struct ip_prefix p;
    if (!ip_parse(slash == SIZE_MAX ? s : span_first(s, slash), &p.ip))
        return false;
    uint64_t bits = ip_bits(p.ip);
    if (slash != SIZE_MAX && (!span_to_u64(span_from(s, slash + 1), &bits) || bits > ip_bits(p.ip)))
        return false;
    p.bits = (uint8_t)bits;
    *ret = p;
    return true;
}

bool ip_eq(struct ip a, struct ip b)
{
    return a.family == b.family && memcmp(a.bytes, b.bytes, ip_bits(a) / 8) == 0;
}

bool ip_in_prefix(struct ip ip, struct ip_prefix prefix)
{
    if (ip.family != prefix.ip.family || ip.family == 0)
        return false;
    unsigned whole = prefix.bits / 8, rest = prefix.bits % 8;
    if (memcmp(ip.bytes, prefix.ip.bytes, whole) != 0)
        return false;
    unsigned mask = 0xFFu << (8 - rest) & 0xFFu;
    return rest == 0 || ((ip.bytes[whole] ^ prefix.ip.bytes[whole]) & mask) == 0;
}

bool ip_is_loopback(struct ip ip)
{
    static const uint8_t one[16] = {[15] = 1};
    return ip.family == 4 ? ip.bytes[0] == 127 : ip.family == 6 && memcmp(ip.bytes, one, 16) == 0;
}

bool ip_is_link_local(struct ip ip)
{
    return (ip.family == 4 && ip.bytes[0] == 169 && ip.bytes[1] == 254) ||
           (ip.family == 6 && ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80);
}

unsigned ip_bits(struct ip ip)
{
    return ip.family == 4 ? 32 : ip.family == 6 ? 128 : 0;
}

char *ip_format(struct ip ip, char ret[static IP_TEXT])
{
    if (ip.family == 0)
        snprintf(ret, IP_TEXT, "-");
    else
        inet_ntop(ip.family == 4 ? AF_INET : AF_INET6, ip.bytes, ret, IP_TEXT);
    return ret;
}

char *ip_format_port(struct ip ip, uint16_t port, char ret[static IP_TEXT])
{
    char text[IP_TEXT];
    snprintf(ret, IP_TEXT, ip.family == 6 ? "[%s]:%u" : "%s:%u", ip_format(ip, text), port);
    return ret;
}

bool ip_stands_in(struct span text, struct ip ip)
{
    char name[IP_TEXT];
    ip_format(ip, name);
    for (size_t at; ip.family && (at = span_find(text, name)) != SIZE_MAX; text = span_from(text, at + 1)) {
        size_t end = at + strlen(name);
        bool begins = at == 0 || !strchr("0123456789abcdef.:", text.at[at - 1]);
        bool ends = end == text.len || !strchr("0123456789abcdef.", text.at[end]);
        if (begins && ends)
            return true;
    }
    return false;
}
