// Patterns. Each alternative of a search is looked at by itself: can it match what it is meant for, and will
// it match what it is not meant for?
#include "core/base/str.h"
#include "core/door/match.h"
#include "core/probe/lint.h"

// ------------------------------------------------------------------ alternatives

// The next top-level alternative: '|' in brackets, groups and behind '\' parts nothing.
static bool cut_alternative(struct span *rest, struct span *ret)
{
    size_t deep = 0, n = 0;
    bool class = false;
    if (!rest->at)
        return false;
    for (; n < rest->len; n++) {
        char c = rest->at[n];
        if (c == '\\') {
            n++;
            continue;
        }
        class = class ? c != ']' : c == '[';
        deep += !class && c == '(';
        deep -= !class && c == ')' && deep > 0;
        if (c == '|' && !class && deep == 0)
            break;
    }
    *ret = span_first(*rest, n);
    *rest = n < rest->len ? span_make(rest->at + n + 1, rest->len - n - 1) : (struct span){0};
    return true;
}

static bool matches(const struct match *match, struct match_room *room, const struct str *line)
{
    match_subject(room, str_span(line));
    return match_find(match, room, 0, NULL) != MATCH_NO;
}

// ------------------------------------------------------------------ rules

// A rule as iptables-save prints it, made of what the alternative itself looks for: its numbers as ports, its
// words in capitals as chains, its other words as a comment. All of that stands in front of the target.
struct rule {
    struct str chain, ports, comment;
};

static bool is_target(struct span word)
{
    return span_is(word, "DROP") || span_is(word, "REJECT");
}

static bool is_of(struct span word, char from, char to)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < from || word.at[i] > to)
            return false;
    }
    return word.len > 0;
}

static bool is_word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

// The next run of letters, digits, '-' and '_'; escapes such as \d are left out.
static bool cut_token(struct span *rest, struct span *ret)
{
    size_t from = 0;
    while (from < rest->len && !is_word_char(rest->at[from]))
        from += rest->at[from] == '\\' ? 2 : 1;
    size_t to = from;
    while (to < rest->len && is_word_char(rest->at[to]))
        to++;
    *ret = span_first(span_from(*rest, from), to - from);
    *rest = span_from(*rest, to);
    return ret->len > 0;
}

// False when no target or nothing but a target is looked for.
static bool make_rule(struct span alternative, struct rule *ret)
{
    struct span token;
    bool target = false, more = false;
    while (cut_token(&alternative, &token)) {
        bool is = is_target(token);
        target = target || is;
        more = more || !is;
        if (is || span_is_caseless(token, "iptables"))
            continue;
        struct str *to = is_of(token, '0', '9')   ? &ret->ports
                         : is_of(token, 'A', 'Z') ? &ret->chain
                                                  : &ret->comment;
        if (to == &ret->comment && to->len)
            str_add_char(to, ' ');
        if (to == &ret->comment || to->len == 0)
            str_add_span(to, token);
    }
    return target && more;
}

static bool matches_a_rule(const struct match *match, const struct rule *rule)
{
    static const char *const targets[] = {"DROP", "REJECT --reject-with icmp-port-unreachable"};
    struct match_room *room = match_room_new();
    bool found = false;
    for (size_t i = 0; i < 2 && !found; i++) {
        struct str line = {0};
        str_printf(&line, "-A %s -p udp -m comment --comment \"%s\" -m udp --dport %s -j %s",
                   rule->chain.len ? str_text(&rule->chain) : "FORWARD", str_text(&rule->comment),
                   rule->ports.len ? str_text(&rule->ports) : "1", targets[i]);
        found = matches(match, room, &line);
        str_done(&line);
    }
    match_room_free(room);
    return found;
}

// DROP.*53 looks for the target in front of the port, and iptables-save prints it behind.
static void lint_rule_pattern(struct problems *problems, struct span alternative, uint32_t line)
{
    struct rule rule = {0};
    struct match *match = make_rule(alternative, &rule) ? match_new(alternative, MATCH_CASELESS, NULL) : NULL;
    if (match && !matches_a_rule(match, &rule))
        problems_add(problems, PROBLEM_WARNING, line,
                     "\"" SPAN_FMT
                     "\" cannot match a rule of iptables-save, which prints matches in front of the target "
                     "(\"--dport 53 -j DROP\")",
                     SPAN_ARG(alternative));
    match_free(match);
    str_done(&rule.chain);
    str_done(&rule.ports);
    str_done(&rule.comment);
}

// ------------------------------------------------------------------ accidents

// A lone short word is part of many others: OOM of "room", sg- of "msg-1".
static void lint_short_word(struct problems *problems, struct span alternative, uint32_t line)
{
    for (size_t i = 0; i < alternative.len; i++) {
        if (!is_word_char(alternative.at[i]))
            return;
    }
    if (alternative.len > 0 && alternative.len <= 3)
        problems_add(problems, PROBLEM_NOTE, line,
                     "\"" SPAN_FMT "\" alone also matches inside other words; \\b keeps it to itself",
                     SPAN_ARG(alternative));
}

static void lint_empty(struct problems *problems, struct span pattern, const char *what, uint32_t line)
{
    struct error err;
    struct match *match = match_new(pattern, MATCH_CASELESS, &err);
    if (!match)
        problems_add(problems, PROBLEM_ERROR, line, "%s", err.text);
    else if (match_may_be_empty(match))
        problems_add(problems, PROBLEM_WARNING, line, "%s \"" SPAN_FMT "\" matches everything", what,
                     SPAN_ARG(pattern));
    match_free(match);
}

void lint_query(struct problems *problems, const char *query, uint32_t line)
{
    struct span rest = span_of(query), alternative;
    lint_empty(problems, rest, "pattern", line);
    while (cut_alternative(&rest, &alternative)) {
        lint_rule_pattern(problems, alternative, line);
        lint_short_word(problems, alternative, line);
    }
}

void lint_triggers(struct lint_file *file)
{
    for (size_t i = 0; i < file->sop->n_triggers; i++)
        lint_empty(&file->problems, span_of(file->sop->triggers[i]), "trigger", file->sop->trigger_lines[i]);
}
