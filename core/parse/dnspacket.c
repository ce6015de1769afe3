// Reads DNS messages. The header and the first question are all that is needed to tell who asks for what and
// how that went; records behind it are only counted.
#include "core/parse/dnspacket.h"

#include <stdio.h>

#include "core/base/mem.h"

enum { HEADER = 12, CLASS_IN = 1, CLASS_ANY = 255 };

static uint16_t get16(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint16_t)(b[0] << 8 | b[1]);
}

// The end of an uncompressed name, or 0 when it does not end within the message. The first question's name
// cannot be compressed: there is nothing in front of it to point to.
static size_t skip_plain_name(struct span m, size_t at)
{
    while (at < m.len) {
        unsigned char label = (unsigned char)m.at[at];
        if (label == 0)
            return at + 1;
        if (label > 63)
            return 0;
        at += label + 1u;
    }
    return 0;
}

// Eight bytes at a time: a million packets' names are hashed.
static uint32_t hash_bytes(const char *at, size_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15u, word;
    for (; n >= 8; at += 8, n -= 8) {
        memcpy(&word, at, 8);
        h = (h ^ word) * 0xd6e8feb86659fd93u;
        h ^= h >> 32;
    }
    word = 0;
    memcpy(&word, at, n);
    h = (h ^ word) * 0xd6e8feb86659fd93u;
    uint32_t folded = (uint32_t)(h ^ h >> 32);
    return folded ? folded : 1;
}

uint32_t dns_name_hash(struct span name)
{
    return hash_bytes(name.at ? name.at : "", name.len);
}

bool dns_decode(struct span m, struct dns_packet *ret)
{
    if (m.len < HEADER)
        return false;
    uint16_t flags = get16(m.at + 2), questions = get16(m.at + 4);
    if ((flags >> 11 & 15) != 0 || questions > 1) // only standard queries
        return false;
    bool answer = flags >> 15;
    if (!answer && questions == 0)
        return false;
    ret->seen = answer ? DNS_ANSWER : DNS_QUESTION;
    ret->id = get16(m.at);
    ret->id_known = true;
    ret->truncated = flags >> 9 & 1;
    ret->authoritative = flags >> 10 & 1;
    ret->rcode = flags & 15;
    ret->answers = get16(m.at + 6);
    ret->message = m;
    size_t end = questions ? skip_plain_name(m, HEADER) : 0;
    if (end && end + 4 <= m.len) {
        ret->type = get16(m.at + end);
        ret->name_hash = hash_bytes(m.at + HEADER, end - HEADER);
    }
    return true;
}

bool dns_looks_like(struct span m)
{
    if (m.len < HEADER + 5)
        return false;
    uint16_t flags = get16(m.at + 2);
    if ((flags >> 11 & 15) != 0 || (flags & 0x40) || get16(m.at + 4) != 1 || get16(m.at + 8) > 32)
        return false;
    if (!(flags >> 15) && ((flags & 15) || get16(m.at + 6)))
        return false; // a question has neither rcode nor answers
    size_t end = skip_plain_name(m, HEADER);
    if (!end || end - HEADER > 255 || end + 4 > m.len)
        return false;
    uint16_t class_ = get16(m.at + end + 2);
    return dns_type_name(get16(m.at + end)) && (class_ == CLASS_IN || class_ == CLASS_ANY);
}

// Appends one byte of a label. Returns how many characters that took.
static size_t put_byte(char *to, unsigned char c)
{
    if (c > ' ' && c < 127 && c != '.' && c != '\\') {
        *to = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        return 1;
    }
    char escape[8];
    snprintf(escape, sizeof escape, "\\%03u", c);
    memcpy(to, escape, 4);
    return 4;
}

bool dns_read_name(struct span m, size_t *at, char ret[static DNS_NAME_TEXT])
{
    size_t pos = *at, lowest = *at, n = 0, wire = 0;
    bool jumped = false;
    for (;;) {
        if (pos >= m.len)
            return false;
        unsigned char label = (unsigned char)m.at[pos];
        if (label >= 0xc0) {
            if (pos + 2 > m.len)
                return false;
            size_t to = get16(m.at + pos) & 0x3fff;
            if (!jumped)
                *at = pos + 2;
            jumped = true;
            if (to >= lowest)
                return false;
            pos = lowest = to;
            continue;
        }
        wire += label + 1u;
        if (label > 63 || wire > 255 || pos + 1 + label > m.len)
            return false;
        if (label == 0)
            break;
        if (n)
            ret[n++] = '.';
        for (size_t i = 1; i <= label; i++)
            n += put_byte(ret + n, (unsigned char)m.at[pos + i]);
        pos += label + 1u;
    }
    ret[n] = 0;
    if (!jumped)
        *at = pos + 1;
    return true;
}

void dns_packet_name(const struct dns_packet *packet, char ret[static DNS_NAME_TEXT])
{
    ret[0] = 0;
    if (packet->name.len > 0 && packet->name.len < DNS_NAME_TEXT) {
        for (size_t i = 0; i < packet->name.len; i++) {
            char c = packet->name.at[i];
            ret[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
        ret[packet->name.len] = 0;
    } else if (packet->message.len > HEADER && packet->name_hash) {
        size_t at = HEADER;
        if (!dns_read_name(packet->message, &at, ret))
            ret[0] = 0;
    }
}

static const struct type_name {
    uint16_t type;
    const char *name;
} types[] = {
    {1, "A"},      {28, "AAAA"}, {33, "SRV"},    {12, "PTR"},   {5, "CNAME"},  {6, "SOA"},
    {2, "NS"},     {15, "MX"},   {16, "TXT"},    {65, "HTTPS"}, {64, "SVCB"},  {255, "ANY"},
    {35, "NAPTR"}, {43, "DS"},   {48, "DNSKEY"}, {257, "CAA"},  {13, "HINFO"}, {41, "OPT"},
};

const char *dns_type_name(uint16_t type)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (types[i].type == type)
            return types[i].name;
    }
    return NULL;
}

uint16_t dns_type_parse(struct span s)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (span_is_caseless(s, types[i].name))
            return types[i].type;
    }
    uint16_t number;
    if ((span_skip(&s, "Type") || span_skip(&s, "TYPE")) && span_to_u16(s, &number))
        return number;
    return 0;
}
