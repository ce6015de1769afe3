// A listing's line put back into the words of iptables-save, and those parsed. Columns: packets, bytes,
// target (may be blank), protocol, options (ip6tables leaves them out), in, out, source, destination; behind
// them the matches and the target's options in the words of each extension's own print function.
#include "core/parse/iptables_list.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/iptables.h"

enum { MOST_WORDS = 12 };

struct row { // one rule's columns
    struct span target, proto, opt, in, out, source, destination, rest;
    bool has_target;
};

// ---------------------------------------------------------------- columns

static bool is_address(struct span word)
{
    struct ip_prefix p;
    span_skip(&word, "!");
    return ip_parse_prefix(word, &p);
}

// "1183K", "24M": rounded, so they only tell that something was counted.
static uint64_t parse_count(struct span word)
{
    static const struct {
        char suffix;
        uint64_t factor;
    } factors[] = {{'K', 1000}, {'M', 1000000}, {'G', 1000000000}, {'T', 1000000000000}};
    uint64_t n, factor = 1;
    for (size_t i = 0; i < ARRAY_LEN(factors); i++) {
        if (word.len > 0 && word.at[word.len - 1] == factors[i].suffix)
            factor = factors[i].factor;
    }
    if (factor > 1)
        word.len--;
    return span_to_u64(word, &n) && n <= UINT64_MAX / factor ? n * factor : COUNT_UNKNOWN;
}

static bool cut_row(struct span line, struct row *ret)
{
    struct span word[MOST_WORDS], rest[MOST_WORDS];
    size_t n = 0;
    while (n < MOST_WORDS && span_cut_word(&line, &word[n]))
        rest[n++] = line;
    size_t at = 5;
    while (at + 1 < n && !(is_address(word[at]) && is_address(word[at + 1])))
        at++;
    if (at + 1 >= n)
        return false;
    *ret = (struct row){.source = word[at], .destination = word[at + 1], .rest = rest[at + 1]};
    ret->in = word[at - 2];
    ret->out = word[at - 1];
    size_t proto = at - 3;
    if (span_is(word[proto], "--") || span_is(word[proto], "-f") || span_is(word[proto], "!f"))
        ret->opt = word[proto--];
    ret->proto = word[proto];
    ret->has_target = proto == 3;
    if (ret->has_target)
        ret->target = word[2];
    return proto == 2 || proto == 3;
}

// ---------------------------------------------------------------- words of the matches

struct writer {
    struct str words, after; // of the matches; of the target
    struct span rest;
    struct span proto;
    bool invert, go_to;
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
                    {"state", "state", "--state"},
                    {"src-type", "addrtype", "--src-type"},
                    {"dst-type", "addrtype", "--dst-type"},
                    {"dports", "multiport", "--dports"},
                    {"sports", "multiport", "--sports"},
                    {"ports", "multiport", "--ports"},
                    {"probability", "statistic", "--mode random --probability"}};
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
    if (span_skip(&w->rest, " match ") && (span_is(word, "mark") || span_is(word, "connmark"))) {
        take_value(w, span_is(word, "mark") ? "mark" : "connmark", "--mark");
    } else if (span_skip(&w->rest, " IP range ")) {
        take_value(w, "iprange", span_is(word, "source") ? "--src-range" : "--dst-range");
    } else if (span_is(word, "match-set") && span_cut_word(&w->rest, &name) &&
               span_cut_word(&w->rest, &value)) {
        str_printf(&w->words, " -m set%s --match-set " SPAN_FMT " " SPAN_FMT, w->invert ? " !" : "",
                   SPAN_ARG(name), SPAN_ARG(value));
        w->invert = false;
    } else if (span_is(word, "PKTTYPE") && span_cut_word(&w->rest, &name)) {
        w->invert = span_is(name, "!=");
        take_value(w, "pkttype", "--pkt-type");
    } else {
        return false;
    }
    return true;
}

// Words that say nothing by themselves.
static bool is_filler(struct span word)
{
    static const char *const fillers[] = {"ADDRTYPE", "match",   "multiport", "statistic", "mode",
                                          "random",   "udp",     "tcp",       "limit-out", "limit-in",
                                          "all",      "udplite", "sctp"};
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

static bool take_target_word(struct writer *w, struct span word)
{
    struct span value;
    if (span_skip(&word, "to:")) {
        str_printf(&w->after, " --to-destination " SPAN_FMT, SPAN_ARG(word));
    } else if (span_is(word, "redir") && span_skip(&w->rest, " ports ") && span_cut_word(&w->rest, &value)) {
        str_printf(&w->after, " --to-ports " SPAN_FMT, SPAN_ARG(value));
    } else if (span_is(word, "reject-with")) {
        span_cut_word(&w->rest, &value);
    } else if (span_is(word, "nfmask") || span_is(word, "ctmask")) {
        if (span_cut_word(&w->rest, &value))
            str_printf(&w->after, " --" SPAN_FMT " " SPAN_FMT, SPAN_ARG(word), SPAN_ARG(value));
    } else if (span_is(word, "restore-mark") || span_is(word, "save-mark") || span_is(word, "notrack") ||
               span_is(word, "random-fully") || span_is(word, "persistent")) {
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

// Targets that only note something print whatever they like behind their name.
static bool ends_rule(const struct row *row, struct span word)
{
    static const char *const targets[] = {"LOG",      "NFLOG",   "ULOG",  "TCPMSS",
                                          "CHECKSUM", "NFQUEUE", "TRACE", "DSCP"};
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        if (span_is(row->target, targets[i]) && (span_is(word, targets[i]) || span_is(word, "nflog-prefix")))
            return true;
    }
    return false;
}

static void write_extras(struct writer *w, const struct row *row)
{
    struct span word;
    while (next_word(w, &word)) {
        if (ends_rule(row, word))
            return;
        if (skip_comment(w, word) || take_port(w, word) || take_flags(w, word) || take_keyword(w, word) ||
            take_phrase(w, word) || take_target_word(w, word) || take_mark_target(w, word) || is_filler(word))
            continue;
        str_printf(&w->words, " -m " SPAN_FMT, SPAN_ARG(word)); // not understood: cannot be told
        w->invert = false;
    }
}

static void write_columns(struct writer *w, const struct row *row)
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
        if (!span_is(columns[i].value, columns[i].any) && !span_is(columns[i].value, columns[i].any6))
            add_option(w, NULL, columns[i].option, columns[i].value);
    }
    if (span_is(row->opt, "-f") || span_is(row->opt, "!f"))
        str_add(&w->words, span_is(row->opt, "-f") ? " -f" : " ! -f");
}

static const struct rule_items *parse_rule(struct ruleset *rs, const struct chain *chain,
                                           const struct rule *rule)
{
    struct row row;
    struct writer w = {0};
    if (!cut_row(rule->text, &row)) {
        str_add(&w.words, " -m unreadable");
    } else {
        w.rest = row.rest;
        w.proto = row.proto;
        write_columns(&w, &row);
        write_extras(&w, &row);
        if (row.has_target)
            str_printf(&w.words, " %s " SPAN_FMT "%s", w.go_to ? "-g" : "-j", SPAN_ARG(row.target),
                       str_text(&w.after));
    }
    char *words = arena_span(&rs->arena, str_span(&w.words)); // rules point into them
    str_done(&w.words);
    str_done(&w.after);
    return iptables_parse_words(rs, chain->table, span_of(words));
}

// ---------------------------------------------------------------- the frame

// "Chain FORWARD (policy DROP 12 packets, 3456 bytes)", "Chain KUBE-SERVICES (2 references)".
static struct chain *take_chain(struct ruleset *rs, struct span line, uint32_t at)
{
    struct span word, name, policy, count;
    span_cut_word(&line, &word);
    span_cut_word(&line, &name);
    struct chain *c = ruleset_add_chain(rs, 0, name, at);
    line = span_trim(line);
    if (!span_skip(&line, "(policy ") || !span_cut_word(&line, &policy))
        return c;
    c->policy = span_starts(policy, "DROP") ? VERDICT_DROP : VERDICT_ACCEPT;
    iptables_set_base(rs, c);
    if (span_cut_word(&line, &count))
        c->packets = parse_count(count);
    return c;
}

static const struct chain_rules *parse_chain(struct ruleset *rs, const struct chain *chain)
{
    struct chain_rules *ret = arena_alloc(&rs->arena, sizeof *ret);
    struct rule *rules = NULL;
    size_t n = 0, cap = 0;
    for (uint32_t run = chain->first_run; run; run = rs->runs[run - 1].next) {
        const struct chain_run *r = &rs->runs[run - 1];
        struct span rest = span_make(rs->text.at + r->offset, r->end - r->offset), line, packets, bytes;
        for (uint32_t at = r->line; span_cut_line(&rest, &line); at++) {
            struct span words = line;
            if (rs->numbered && span_cut_word(&words, &packets))
                line = words;
            if (!span_cut_word(&words, &packets) || !span_cut_word(&words, &bytes))
                continue;
            *MEM_PUSH(rules, n, cap) = (struct rule){
                .line = at, .text = line, .packets = parse_count(packets), .bytes = parse_count(bytes)};
        }
    }
    ret->items = arena_dup(&rs->arena, rules, n * sizeof *rules);
    ret->n = (uint32_t)n;
    free(rules);
    return ret;
}

bool iptables_list_is(struct span text)
{
    struct span line;
    for (int i = 0; i < 20 && span_cut_line(&text, &line); i++) {
        if (span_starts(line, "Chain ") &&
            (span_contains(line, "(policy ") || span_contains(line, " references)")))
            return true;
    }
    return false;
}

static bool read_lines(struct ruleset *rs, struct error *err)
{
    struct span rest = rs->text, line;
    uint32_t chain = 0; // index plus 1
    struct chain_run run = {0};
    for (uint32_t at = 1; span_cut_line(&rest, &line); at++) {
        uint32_t offset = (uint32_t)(line.at - rs->text.at);
        bool head = span_starts(line, "Chain "), blank = span_trim(line).len == 0;
        if ((head || blank) && chain && run.line) {
            run.end = offset;
            ruleset_add_run(rs, &rs->chains[chain - 1], run);
            chain = 0;
        }
        if (head) {
            chain = (uint32_t)(take_chain(rs, line, at) - rs->chains) + 1;
            run = (struct chain_run){0};
        } else if (chain && !run.line && span_contains(line, "target") && span_contains(line, "prot")) {
            if (!span_contains(line, "pkts"))
                return error_set(err, "the listing was made without -v: its interfaces are missing");
            rs->numbered = span_starts(span_trim(line), "num");
            run = (struct chain_run){.offset = offset + (uint32_t)line.len + 1, .line = at + 1};
        }
    }
    if (chain && run.line && run.offset <= rs->text.len) {
        run.end = (uint32_t)rs->text.len;
        ruleset_add_run(rs, &rs->chains[chain - 1], run);
    }
    return true;
}

struct ruleset *iptables_list_parse(struct text text, const char *table, struct error *err)
{
    if (text.bytes.len >= UINT32_MAX) {
        error_set(err, "the listing is larger than 4 GiB");
        return NULL;
    }
    struct ruleset *rs = ruleset_new(RULESET_LISTING, text);
    rs->parse_chain = parse_chain;
    rs->parse_rule = parse_rule;
    rs->counters = true;
    ruleset_add_table(rs, span_of(table), NF_FAMILY_UNKNOWN, 1);
    if (!read_lines(rs, err)) {
        ruleset_free(rs);
        return NULL;
    }
    if (rs->n_chains == 0) {
        error_set(err, "no chain in it: not the output of iptables -L");
        ruleset_free(rs);
        return NULL;
    }
    return rs;
}
