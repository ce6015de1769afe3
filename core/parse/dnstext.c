// Reads a message word by word: the id with flags, an rcode with flags, bracketed remarks, the question as
// "TYPE? name.", the counts "answers/authority/additional", records, and last the size in parentheses.
#include "core/parse/dnstext.h"

#include "core/base/mem.h"

static const struct word_rcode {
    const char *word;
    uint8_t rcode;
} rcodes[] = {
    {"FormErr", 1},  {"ServFail", 2}, {"NXDomain", 3}, {"NotImp", 4},  {"Refused", 5},
    {"YXDomain", 6}, {"YXRRSet", 7},  {"NXRRSet", 8},  {"NotAuth", 9}, {"NotZone", 10},
};

static bool read_id(struct span word, struct dns_packet *ret, struct span *ret_flags)
{
    size_t n = 0;
    while (n < word.len && word.at[n] >= '0' && word.at[n] <= '9')
        n++;
    *ret_flags = span_from(word, n);
    ret->id_known = n > 0 && span_to_u16(span_first(word, n), &ret->id);
    return ret->id_known;
}

static bool only_flags(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!strchr("+%*-|$", s.at[i]))
            return false;
    }
    return true;
}

static void read_flags(struct span flags, struct dns_packet *ret)
{
    ret->truncated |= span_find_char(flags, '|') != SIZE_MAX;
    ret->authoritative |= span_find_char(flags, '*') != SIZE_MAX;
}

static bool read_rcode(struct span word, struct dns_packet *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(rcodes); i++) {
        struct span rest = word;
        if (span_skip(&rest, rcodes[i].word) && only_flags(rest)) {
            ret->rcode = rcodes[i].rcode;
            read_flags(rest, ret);
            return true;
        }
    }
    return false;
}

// "2/0/1": the first is the number of answers.
static bool read_counts(struct span word, struct dns_packet *ret)
{
    struct span rest = word, part;
    uint16_t count[3];
    for (size_t i = 0; i < 3; i++) {
        if (!span_cut(&rest, '/', &part) || !span_to_u16(part, &count[i]))
            return false;
    }
    ret->answers = count[0];
    return rest.at == NULL;
}

// The size stands last, in parentheses; a text without it was cut, by the capture or by whoever kept it.
static bool read_size(struct span text, uint32_t *ret)
{
    uint64_t size;
    if (!span_ends(text, ")"))
        return false;
    size_t open = text.len;
    while (open > 0 && text.at[open - 1] != '(')
        open--;
    if (!span_to_u64(span_make(text.at + open, text.len - open - 1), &size) || size > 65535)
        return false;
    *ret = (uint32_t)size;
    return true;
}

static struct span without_dot(struct span name)
{
    if (span_ends(name, ","))
        name.len--;
    if (span_ends(name, "."))
        name.len--;
    return name;
}

bool dnstext_parse(struct span text, struct dns_packet *ret)
{
    struct span rest = span_trim(text), word, flags;
    bool whole = read_size(rest, &ret->size);
    if (!span_cut_word(&rest, &word) || !read_id(word, ret, &flags) || !only_flags(flags))
        return false;
    read_flags(flags, ret);
    bool asked = false, answered = ret->truncated || ret->authoritative;
    while (span_cut_word(&rest, &word)) {
        if (read_counts(word, ret)) {
            answered = true;
            break; // what follows are records
        }
        if (read_rcode(word, ret)) {
            answered = true;
        } else if (word.len > 1 && span_ends(word, "?") && !asked) {
            asked = true;
            ret->type = dns_type_parse(span_first(word, word.len - 1));
            if (span_cut_word(&rest, &word) && (whole || rest.len > 0))
                ret->name = without_dot(word);
        }
    }
    if (!asked && !answered)
        return false;
    ret->seen = answered ? DNS_ANSWER : DNS_QUESTION;
    ret->name_hash = ret->name.len ? dns_name_hash(ret->name) : 0;
    return true;
}
