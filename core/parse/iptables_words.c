// One iptables rule: options in order, `!` before what it turns round, matches before the target.
#include "core/parse/iptables_words.h"

#include "core/parse/iptables.h"

bool words_next(struct words *w, struct span *ret)
{
    while (w->rest.len > 0 && (w->rest.at[0] == ' ' || w->rest.at[0] == '\t'))
        w->rest = span_from(w->rest, 1);
    if (w->rest.len == 0)
        return false;
    if (w->rest.at[0] != '"') {
        size_t end = span_find_char(w->rest, ' ');
        *ret = end == SIZE_MAX ? w->rest : span_first(w->rest, end);
        w->rest = span_from(w->rest, ret->len);
        return true;
    }
    size_t i = 1;
    while (i < w->rest.len && w->rest.at[i] != '"')
        i += w->rest.at[i] == '\\' ? 2 : 1;
    if (i > w->rest.len)
        i = w->rest.len;
    *ret = span_make(w->rest.at + 1, i - 1);
    w->rest = span_from(w->rest, i + 1);
    return true;
}

bool words_value(struct words *w, struct span *ret)
{
    struct span before = w->rest;
    if (!words_next(w, ret))
        return false;
    bool quoted = ret->at > before.at && ret->at[-1] == '"';
    if (!quoted && (span_is(*ret, "!") || (ret->len > 1 && ret->at[0] == '-' && ret->at[1] >= 'A'))) {
        w->rest = before;
        return false;
    }
    if (!quoted && span_starts(*ret, "--")) {
        w->rest = before;
        return false;
    }
    return true;
}

bool words_mark(struct span word, struct num *ret_value, struct num *ret_mask)
{
    size_t slash = span_find_char(word, '/');
    uint64_t value, mask = UINT32_MAX;
    if (!span_to_u64(slash == SIZE_MAX ? word : span_first(word, slash), &value))
        return false;
    if (slash != SIZE_MAX && !span_to_u64(span_from(word, slash + 1), &mask))
        return false;
    *ret_value = num_of(value & UINT32_MAX);
    *ret_mask = num_of(mask & UINT32_MAX);
    return true;
}

// What no table knows makes the rule one whose match cannot be told; its value goes with it.
static void skip_unknown(struct words *w, struct span option)
{
    struct span value;
    while (words_value(w, &value)) {}
    build_opaque(&w->build, option);
}

const struct rule_items *iptables_parse_words(struct ruleset *rs, uint32_t table, struct span words)
{
    struct words w = {.build = {.rs = rs, .table = table}, .rest = words};
    struct span word, value;
    while (words_next(&w, &word)) {
        if (span_is(word, "!")) {
            w.invert = true;
            continue;
        }
        if (span_is(word, "-m") || span_is(word, "--match")) {
            if (words_next(&w, &value))
                iptables_match_module(&w, value);
        } else if (span_is(word, "-j") || span_is(word, "-g")) {
            iptables_match_end(&w);
            if (words_next(&w, &value))
                iptables_target(&w, value, span_is(word, "-g"));
        } else if (!iptables_match_option(&w, word)) {
            skip_unknown(&w, word);
        }
        w.invert = false;
    }
    iptables_match_end(&w);
    return build_finish(&w.build);
}
