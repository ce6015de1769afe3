// Matches and targets in the words of each extension's own print function (extensions/libxt_*.c, *_print),
// put back into the options that iptables-save would have written. What is not understood becomes a match of
// that name, which cannot be told.
#include "core/parse/iptables_list_words.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/iptables_words.h"

// ---------------------------------------------------------------- words of the matches

struct writer {
    struct str words, after; // of the matches; of the target
    struct span rest;
    struct span proto, target;
    bool invert, go_to;
    bool lost; // the last word was not understood: what follows may be its value
};

static void add_option(struct writer *w, const char *module, const char *option, struct span value)
{
    bool inverted = w->invert;
    if (span_skip(&value, "!"))
        inverted = true;
    if (module)
        str_printf(&w->words, " -m %s", module);
    str_printf(&w->words, "%s %s " SPAN_FMT, inverted ? " !" : "", option, SPAN_ARG(value));
    w->invert = false;
}

static bool next_word(struct writer *w, struct span *ret)
{
    if (!span_cut_word(&w->rest, ret))
        return false;
    if (span_is(*ret, "!")) {
        w->invert = true;
        return span_cut_word(&w->rest, ret);
    }
    return true;
}

static void take_value(struct writer *w, const char *module, const char *option)
{
    struct span value;
    if (next_word(w, &value))
        add_option(w, module, option, value);
}

// "dpt:53", "spts:1024:65535", "dpt:!53", "flags:0x17/0x02".
static bool take_port(struct writer *w, struct span word)
{
    static const struct {
        const char *prefix, *option;
    } ports[] = {{"dpt:", "--dport"}, {"spt:", "--sport"}, {"dpts:", "--dport"}, {"spts:", "--sport"}};
    struct span proto = span_is(w->proto, "17")  ? span_of("udp")
                        : span_is(w->proto, "6") ? span_of("tcp")
                                                 : w->proto;
    char *module = mem_strndup(proto.at, proto.len); // since 1.8.9 -n gives the protocol's number
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(ports) && !known; i++) {
        known = span_skip(&word, ports[i].prefix);
        if (known)
            add_option(w, module, ports[i].option, word);
    }
    free(module);
    return known;
}

static bool take_flags(struct writer *w, struct span word)
{
    if (!span_skip(&word, "flags:"))
        return false;
    bool inverted = span_skip(&word, "!");
    size_t slash = span_find_char(word, '/');
    if (slash != SIZE_MAX)
        str_printf(&w->words, " -m tcp%s --tcp-flags " SPAN_FMT " " SPAN_FMT, inverted ? " !" : "",
                   SPAN_ARG(span_first(word, slash)), SPAN_ARG(span_from(word, slash + 1)));
    return slash != SIZE_MAX;
}

// Words that introduce one value.
static bool take_keyword(struct writer *w, struct span word)
{
    static const struct {
        const char *word, *module, *option;
    } keywords[] = {{"ctstate", "conntrack", "--ctstate"},
                    {"ctstatus", "conntrack", "--ctstatus"},
                    {"ctdir", "conntrack", "--ctdir"},
                    {"ctproto", "conntrack", "--ctproto"},
                    {"ctorigsrc", "conntrack", "--ctorigsrc"},
                    {"ctorigdst", "conntrack", "--ctorigdst"},
                    {"ctreplsrc", "conntrack", "--ctreplsrc"},
                    {"ctrepldst", "conntrack", "--ctrepldst"},
                    {"ctorigsrcport", "conntrack", "--ctorigsrcport"},
                    {"ctorigdstport", "conntrack", "--ctorigdstport"},
                    {"ctreplsrcport", "conntrack", "--ctreplsrcport"},
                    {"ctrepldstport", "conntrack", "--ctrepldstport"},
                    {"state", "state", "--state"},
                    {"src-type", "addrtype", "--src-type"},
                    {"dst-type", "addrtype", "--dst-type"},
                    {"dports", "multiport", "--dports"},
                    {"sports", "multiport", "--sports"},
                    {"ports", "multiport", "--ports"},
                    {"probability", "statistic", "--probability"},
                    {"every", "statistic", "--every"},
                    {"packet", "statistic", "--packet"}};
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        if (span_is(word, keywords[i].word)) {
            take_value(w, keywords[i].module, keywords[i].option);
            return true;
        }
    }
    return false;
}

// "mark match 0x4000/0x4000", "source IP range a-b", "match-set NAME src,dst", "PKTTYPE = multicast".
static bool take_phrase(struct writer *w, struct span word)
{
    struct span name, value;
    if ((span_is(word, "mark") || span_is(word, "connmark")) && span_skip(&w->rest, " match ")) {
        take_value(w, span_is(word, "mark") ? "mark" : "connmark", "--mark");
    } else if (span_skip(&w->rest, " IP range ")) {
        take_value(w, "iprange", span_is(word, "source") ? "--src-range" : "--dst-range");
    } else if (span_is(word, "match-set") && span_cut_word(&w->rest, &name) &&
               span_cut_word(&w->rest, &value)) {
        str_printf(&w->words, " -m set%s --match-set " SPAN_FMT " " SPAN_FMT, w->invert ? " !" : "",
                   SPAN_ARG(name), SPAN_ARG(value));
        w->invert = false;
    } else if (span_is(word, "helper") && next_word(w, &name) && next_word(w, &name)) {
        add_option(w, "helper", "--helper", name); // helper match ! "ftp"
    } else if (span_is(word, "PKTTYPE") && span_cut_word(&w->rest, &name)) {
        w->invert = span_is(name, "!=");
        take_value(w, "pkttype", "--pkt-type");
    } else {
        return false;
    }
    return true;
}

// "packets-gt 4" behind a set: a condition inside that match, which may stand inverted.
static bool take_set_counter(struct writer *w, struct span word)
{
    static const char *const counters[] = {"packets-eq", "packets-lt", "packets-gt",
                                           "bytes-eq",   "bytes-lt",   "bytes-gt"};
    struct span value;
    for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
        if (!span_is(word, counters[i]) || !span_cut_word(&w->rest, &value))
            continue;
        str_printf(&w->words, " --%s " SPAN_FMT, counters[i], SPAN_ARG(value));
        w->invert = false;
        return true;
    }
    return false;
}

// Words that say all by themselves, or whose value says nothing.
static bool take_flag(struct writer *w, struct span word)
{
    static const struct {
        const char *word, *option;
    } flags[] = {{"limit-in", " --limit-iface-in"},
                 {"limit-out", " --limit-iface-out"},
                 {"return-nomatch", " --return-nomatch"},
                 {"update-counters", ""},
                 {"update-subcounters", ""}};
    struct span value;
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (span_is(word, flags[i].word)) {
            str_add(&w->words, flags[i].option);
            w->invert = false;
            return true;
        }
    }
    return span_is(word, "mode") && span_cut_word(&w->rest, &value); // of -m statistic
}

// Words that say nothing by themselves.
static bool is_filler(struct span word)
{
    static const char *const fillers[] = {"ADDRTYPE", "match", "multiport", "statistic", "udp",
                                          "tcp",      "all",   "udplite",   "sctp"};
    for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
        if (span_is(word, fillers[i]))
            return true;
    }
    return false;
}

// ---------------------------------------------------------------- words of the target

static bool take_mark_target(struct writer *w, struct span word)
{
    static const struct {
        const char *word, *option;
    } ways[] = {{"xset", "--set-xmark"},
                {"set", "--set-mark"},
                {"or", "--or-mark"},
                {"and", "--and-mark"},
                {"xor", "--xor-mark"}};
    struct span way, value;
    if (!span_is(word, "MARK") && !span_is(word, "CONNMARK"))
        return false;
    if (!span_cut_word(&w->rest, &way))
        return true;
    if (span_is(way, "save") || span_is(way, "restore"))
        str_printf(&w->after, " --" SPAN_FMT "-mark", SPAN_ARG(way));
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        if (span_is(way, ways[i].word) && span_cut_word(&w->rest, &value))
            str_printf(&w->after, " %s " SPAN_FMT, ways[i].option, SPAN_ARG(value));
    }
    return true;
}

// "save mask 0xff", "restore ctmask 0xff nfmask ~0xff00": the tilde is said of the mask as it stands.
static bool take_mask(struct writer *w, struct span word)
{
    struct span value;
    if (!span_is(word, "nfmask") && !span_is(word, "ctmask") && !span_is(word, "mask"))
        return false;
    if (span_cut_word(&w->rest, &value)) {
        span_skip(&value, "~");
        str_printf(&w->after, " --" SPAN_FMT " " SPAN_FMT, SPAN_ARG(word), SPAN_ARG(value));
    }
    return true;
}

// "add-set NAME src,dst".
static bool take_set_target(struct writer *w, struct span word)
{
    struct span name, dirs;
    if (!span_is(word, "add-set") && !span_is(word, "del-set") && !span_is(word, "map-set"))
        return false;
    if (span_cut_word(&w->rest, &name) && span_cut_word(&w->rest, &dirs))
        str_printf(&w->after, " --" SPAN_FMT " " SPAN_FMT " " SPAN_FMT, SPAN_ARG(word), SPAN_ARG(name),
                   SPAN_ARG(dirs));
    return true;
}

// "CT zone-orig 2", "CT notrack", "CT helper tftp".
static bool take_ct(struct writer *w, struct span word)
{
    if (!span_is(w->target, "CT") || !span_is(word, "CT"))
        return false;
    for (struct span option; span_cut_word(&w->rest, &option);)
        str_printf(&w->after, " %s" SPAN_FMT, option.at[0] >= 'a' ? "--" : "", SPAN_ARG(option));
    return true;
}

// "TTL set to 64", "HL decrement by 1".
static bool take_hops(struct writer *w, struct span word)
{
    struct span way, by, value;
    if (!span_eq(w->target, word) || (!span_is(word, "TTL") && !span_is(word, "HL")) ||
        !span_cut_word(&w->rest, &way) || !span_cut_word(&w->rest, &by) || !span_cut_word(&w->rest, &value))
        return false;
    str_printf(&w->after, " --%s-%s " SPAN_FMT, span_is(word, "TTL") ? "ttl" : "hl",
               span_is(way, "set")         ? "set"
               : span_is(way, "increment") ? "inc"
                                           : "dec",
               SPAN_ARG(value));
    return true;
}

static bool take_target_word(struct writer *w, struct span word)
{
    struct span value;
    if (span_skip(&word, "to:")) {
        bool netmap = span_is(w->target, "NETMAP");
        str_printf(&w->after, " --to%s " SPAN_FMT, netmap ? "" : "-destination", SPAN_ARG(word));
    } else if ((span_is(word, "redir") && span_skip(&w->rest, " ports ")) ||
               (span_is(word, "masq") && span_skip(&w->rest, " ports: "))) {
        if (span_cut_word(&w->rest, &value))
            str_printf(&w->after, " --to-ports " SPAN_FMT, SPAN_ARG(value));
    } else if (span_is(word, "reject-with")) {
        span_cut_word(&w->rest, &value);
    } else if (span_is(word, "random") || span_is(word, "random-fully") || span_is(word, "persistent")) {
        str_printf(&w->after, " --" SPAN_FMT, SPAN_ARG(word));
    } else if (span_is(word, "[goto]")) {
        w->go_to = true;
    } else {
        return false;
    }
    return true;
}

static bool skip_comment(struct writer *w, struct span word)
{
    if (!span_is(word, "/*"))
        return false;
    size_t end = span_find(w->rest, "*/");
    w->rest = span_from(w->rest, end == SIZE_MAX ? w->rest.len : end + 2);
    return true;
}

// The pattern of -m string and the like: its words are no conditions.
static bool skip_quoted(struct writer *w, struct span word)
{
    if (word.at[0] != '"')
        return false;
    if (word.len == 1 || word.at[word.len - 1] != '"') {
        size_t end = span_find_char(w->rest, '"');
        w->rest = span_from(w->rest, end == SIZE_MAX ? w->rest.len : end + 1);
    }
    return true;
}

static bool take_word(struct writer *w, struct span word)
{
    return take_port(w, word) || take_flags(w, word) || take_keyword(w, word) || take_phrase(w, word) ||
           take_flag(w, word) || take_set_counter(w, word) || take_target_word(w, word) ||
           take_mark_target(w, word) || take_mask(w, word) || take_set_target(w, word) || take_ct(w, word) ||
           take_hops(w, word);
}

static void write_extras(struct writer *w)
{
    struct span word;
    while (next_word(w, &word)) {
        if (span_is(w->target, "NFQUEUE") && span_is(word, "NFQUEUE"))
            return;
        if (skip_comment(w, word) || skip_quoted(w, word) || is_filler(word))
            continue;
        bool known = take_word(w, word);
        if (!known && !w->lost)
            str_printf(&w->words, " -m " SPAN_FMT, SPAN_ARG(word)); // cannot be told
        w->lost = !known;
        w->invert = false;
    }
}

static void write_columns(struct writer *w, const struct list_row *row)
{
    const struct {
        struct span value;
        const char *option, *any, *any6;
    } columns[] = {{row->proto, "-p", "all", "0"},
                   {row->source, "-s", "0.0.0.0/0", "::/0"},
                   {row->destination, "-d", "0.0.0.0/0", "::/0"},
                   {row->in, "-i", "*", "any"},
                   {row->out, "-o", "*", "any"}};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        if (!span_is(columns[i].value, columns[i].any) && !span_is(columns[i].value, columns[i].any6) &&
            !span_is(columns[i].value, "anywhere"))
            add_option(w, NULL, columns[i].option, columns[i].value);
    }
    if (span_is(row->opt, "-f") || span_is(row->opt, "!f"))
        str_add(&w->words, span_is(row->opt, "-f") ? " -f" : " ! -f");
}

const char *list_words(struct arena *arena, const struct list_row *row)
{
    struct writer w = {.rest = row->rest, .proto = row->proto, .target = row->target};
    if (!row->has_target || !iptables_target_is_effect(row->target)) { // what only notes prints anything
        write_columns(&w, row);
        write_extras(&w);
    }
    if (row->has_target)
        str_printf(&w.words, " %s " SPAN_FMT "%s", w.go_to ? "-g" : "-j", SPAN_ARG(row->target),
                   str_text(&w.after));
    const char *ret = arena_span(arena, str_span(&w.words));
    str_done(&w.words);
    str_done(&w.after);
    return ret;
}
