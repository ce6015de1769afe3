// A title for an item of a procedure: a few words for a list, where the item's text is a sentence or three.
#include "core/base/mem.h"
#include "core/model/sop.h"

enum { TITLE_LONGEST = 48 };

// What stands in front of the first colon, or the first question, where that is short: the item says by
// itself what it is about. Nothing (at == NULL) where it does not.
static struct span own_title(struct span text)
{
    for (size_t i = 0; i < text.len && i < TITLE_LONGEST; i++) {
        bool ends = i + 1 < text.len && (text.at[i + 1] == ' ' || text.at[i + 1] == '*');
        if (text.at[i] == '`' || text.at[i] == '.')
            break;
        if ((text.at[i] == ':' || text.at[i] == '?') && ends)
            return span_first(text, text.at[i] == '?' ? i + 1 : i);
    }
    return (struct span){NULL, 0};
}

// Where the words for a list end: at a full stop, a semicolon, a bracket or the line's end, but not inside
// back-ticks.
static struct span first_clause(struct span text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        quoted ^= text.at[i] == '`';
        bool ends = text.at[i] == '\n' || text.at[i] == ';' ||
                    (text.at[i] == '.' && (i + 1 == text.len || text.at[i + 1] == ' ')) ||
                    (text.at[i] == ' ' && i + 1 < text.len && text.at[i + 1] == '(');
        if (ends && !quoted && i > 8)
            return span_first(text, i);
    }
    return text;
}

// "Use `search` tool with query=`…` for lines in which a lookup fails": what it is for says more in a list
// than the call. Without such words the text stays as it is.
static struct span skip_call(struct span text)
{
    static const char *const leads[] = {" for ", " to ", "; ", " — ", ": "};
    bool quoted = false;
    if (!span_starts(text, "Use "))
        return text;
    for (size_t i = 0; i < text.len; i++) {
        quoted ^= text.at[i] == '`';
        for (size_t k = 0; k < ARRAY_LEN(leads) && !quoted; k++) {
            struct span rest = span_from(text, i);
            if (span_skip(&rest, leads[k]) && rest.len > 8)
                return rest;
        }
    }
    span_skip(&text, "Use ");
    return text;
}

// "**PREREQUISITE** — Check …": the gate has a sign of its own.
static struct span skip_gate(const struct sop_item *item, struct span text)
{
    const char *gate = sop_gate_name(item->gate);
    struct span rest = text;
    while (span_skip(&rest, "*") || span_skip(&rest, "_"))
        continue;
    if (!gate || !span_skip(&rest, gate))
        return rest;
    while (span_skip(&rest, "*") || span_skip(&rest, " ") || span_skip(&rest, ":") || span_skip(&rest, "—") ||
           span_skip(&rest, "-"))
        continue;
    return rest;
}

void sop_item_title(const struct sop_item *item, struct str *ret)
{
    struct span text = skip_gate(item, span_trim(span_of(item->text)));
    struct span own = own_title(text);
    struct span words = own.at ? own : first_clause(skip_call(text));
    size_t from = ret->len;
    for (size_t i = 0; i < words.len; i++) {
        if (words.at[i] != '*' && words.at[i] != '`')
            str_add_char(ret, words.at[i]);
    }
    bool lower = ret->len > from && ret->at[from] >= 'a' && ret->at[from] <= 'z';
    if (lower && !own.at) // words cut out of a sentence; a title of its own is written as it is meant
        ret->at[from] = (char)(ret->at[from] - 'a' + 'A');
}
