// Tool calls. In prose a call is a back-ticked name that somebody is told to use ("Use `search` tool with
// instanceId and query=`…`", "via EKS MCP `list_k8s_resources` kind=Node"); a name that is only spoken of
// ("findings from `errors` tool") is none. Its arguments follow in any of the spellings that procedures have:
// names alone, k=v bare, back-ticked or quoted, or "k set to some words". In examples a call is name(a="…").
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/procedure_reader.h"
#include "core/parse/procedure_tool.h"

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_name(struct span s)
{
    if (s.len == 0 || (s.at[0] >= '0' && s.at[0] <= '9'))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_name_char(s.at[i]))
            return false;
    }
    return true;
}

static struct span cut_name(struct span *rest)
{
    size_t n = 0;
    while (n < rest->len && is_name_char(rest->at[n]))
        n++;
    struct span name = span_first(*rest, n);
    *rest = span_from(*rest, n);
    return name;
}

static void skip_spaces(struct span *rest)
{
    while (rest->len && (rest->at[0] == ' ' || rest->at[0] == '\t'))
        *rest = span_from(*rest, 1);
}

// ------------------------------------------------------------------ code spans

static size_t count_ticks(struct span s)
{
    size_t n = 0;
    while (n < s.len && s.at[n] == '`')
        n++;
    return n;
}

// A code span at the front: a run of back-ticks up to a run of the same length (CommonMark, 6.1). One space
// at each end belongs to the ticks where both are there.
static bool cut_code(struct span *rest, struct span *ret)
{
    size_t ticks = count_ticks(*rest);
    for (size_t i = ticks, run = 0; ticks && i <= rest->len; i++) {
        if (i < rest->len && rest->at[i] == '`') {
            run++;
            continue;
        }
        if (run == ticks) {
            *ret = span_make(rest->at + ticks, i - 2 * ticks);
            if (ret->len > 2 && ret->at[0] == ' ' && ret->at[ret->len - 1] == ' ')
                *ret = span_make(ret->at + 1, ret->len - 2);
            *rest = span_from(*rest, i);
            return true;
        }
        run = 0;
    }
    return false;
}

// The last word before `end` in `line`, letters and '-' only; *end goes in front of it.
static struct span word_before(struct span line, size_t *end)
{
    size_t to = *end;
    while (to && line.at[to - 1] == ' ')
        to--;
    size_t from = to;
    while (from && (is_name_char(line.at[from - 1]) || line.at[from - 1] == '-'))
        from--;
    *end = from;
    return span_make(line.at + from, to - from);
}

static bool is_one_of(struct span word, const char *const *words)
{
    for (; *words; words++) {
        if (span_is_caseless(word, *words))
            return true;
    }
    return false;
}

// Whether what stands before the name tells somebody to use it.
static bool is_told_to_use(struct span line, size_t name_at, bool *ret_server)
{
    static const char *const between[] = {"the", "EKS", "MCP", "tool", "tools", "server", "a", NULL};
    static const char *const verbs[] = {"use",    "using", "via",    "run",  "rerun",
                                        "re-run", "call",  "invoke", "then", NULL};
    size_t at = name_at;
    struct span word = word_before(line, &at);
    *ret_server = false;
    while (is_one_of(word, between)) {
        *ret_server = *ret_server || span_is(word, "MCP");
        word = word_before(line, &at);
    }
    return is_one_of(word, verbs);
}

// A known tool that somebody is told to use; or a name that can only be meant for one: so that a tool that
// nobody knows is still a call, and lint can say so, while a program's name is none.
static bool is_call(struct span line, size_t name_at, struct span name, struct span behind)
{
    bool server;
    if (!is_name(name) || !is_told_to_use(line, name_at, &server))
        return false;
    if (procedure_tool(name))
        return true;
    skip_spaces(&behind);
    bool called_tool = span_starts(behind, "tool") && !span_starts(behind, "tools ");
    return server || called_tool || procedure_tool_nearest(name);
}

// ------------------------------------------------------------------ arguments in prose

struct args {
    struct arena *arena;
    struct sop_arg *items;
    size_t n, cap;
};

static void add_arg(struct args *args, struct span name, const char *value)
{
    *ARENA_PUSH(args->arena, args->items, args->n, args->cap) =
        (struct sop_arg){.name = arena_span(args->arena, name), .value = value};
}

// "…" with \" for a quote; other backslashes stay, since values are patterns. Left alone where it does not
// end.
static bool cut_quoted(struct arena *arena, struct span *rest, const char **ret)
{
    struct str value = {0};
    char quote = rest->at[0];
    for (size_t i = 1; i < rest->len; i++) {
        bool escaped = rest->at[i] == '\\' && i + 1 < rest->len;
        if (escaped && (rest->at[i + 1] == quote || rest->at[i + 1] == '\\')) {
            str_add_char(&value, rest->at[++i]);
        } else if (rest->at[i] == quote) {
            *ret = arena_span(arena, str_span(&value));
            *rest = span_from(*rest, i + 1);
            str_done(&value);
            return true;
        } else {
            str_add_char(&value, rest->at[i]);
        }
    }
    str_done(&value);
    return false;
}

// Whether a comma in a bare value ends it: before a space, or before "name=" of an argument that tools have.
static bool ends_at_comma(struct span behind)
{
    if (behind.len == 0 || behind.at[0] == ' ')
        return true;
    struct span name = cut_name(&behind);
    return span_starts(behind, "=") && procedure_is_argument(name);
}

static struct span cut_bare(struct span *rest)
{
    size_t n = 0, deep = 0;
    for (; n < rest->len && rest->at[n] != ' '; n++) {
        char c = rest->at[n];
        deep += c == '(' || c == '[' || c == '<';
        if (deep == 0 && (c == ')' || c == '`' || (c == ',' && ends_at_comma(span_from(*rest, n + 1)))))
            break;
        if (deep > 0 && (c == ')' || c == ']' || c == '>'))
            deep--;
    }
    struct span value = span_first(*rest, n);
    *rest = span_from(*rest, n);
    while (value.len && strchr(".;:,", value.at[value.len - 1]))
        value.len--;
    return value;
}

static const char *cut_value(struct arena *arena, struct span *rest)
{
    const char *quoted;
    struct span code;
    if (span_starts(*rest, "`") && cut_code(rest, &code))
        return arena_span(arena, code);
    if ((span_starts(*rest, "\"") || span_starts(*rest, "'")) && cut_quoted(arena, rest, &quoted))
        return quoted;
    return arena_span(arena, cut_bare(rest));
}

// "k set to some words": up to where the sentence turns to something else.
static const char *cut_words(struct arena *arena, struct span *rest)
{
    static const char *const ends[] = {" to ",          " (",    ", ",        ". ", "; ",
                                       " \xE2\x80\x94", " and ", " in order", ")"};
    size_t n = rest->len;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        size_t at = span_find(*rest, ends[i]);
        n = at < n ? at : n;
    }
    struct span value = span_first(*rest, n);
    *rest = span_from(*rest, n);
    if (value.len && value.at[value.len - 1] == '.')
        value.len--;
    return arena_span(arena, value);
}

static bool looks_like_argument(struct span name, const struct procedure_tool *tool)
{
    if (tool && procedure_tool_takes(tool, name))
        return true;
    for (size_t i = 1; i < name.len; i++) {
        bool camel = name.at[i] >= 'A' && name.at[i] <= 'Z' && name.at[i - 1] >= 'a' && name.at[i - 1] <= 'z';
        if (name.at[i] == '_' || camel)
            return is_name(name);
    }
    return false;
}

// `k`, `k=v` or `k`=v.
static bool cut_ticked_argument(struct args *args, struct span *rest, const struct procedure_tool *tool)
{
    struct span at = *rest, code;
    if (!cut_code(&at, &code))
        return false;
    struct span behind = code, name = cut_name(&behind);
    if (!looks_like_argument(name, tool))
        return false;
    const char *value = NULL;
    if (span_skip(&behind, "="))
        value = arena_span(args->arena, behind);
    else if (behind.len)
        return false;
    else if (span_skip(&at, "="))
        value = cut_value(args->arena, &at);
    add_arg(args, name, value);
    *rest = at;
    return true;
}

// One argument at the front. `listed`: it stands where only an argument can stand.
static bool cut_argument(struct args *args, struct span *rest, const struct procedure_tool *tool, bool listed)
{
    if (span_starts(*rest, "`"))
        return listed && cut_ticked_argument(args, rest, tool);
    struct span at = *rest, name = cut_name(&at);
    if (!is_name(name))
        return false;
    if (span_skip(&at, "=")) {
        add_arg(args, name, cut_value(args->arena, &at));
    } else if (listed && looks_like_argument(name, tool)) {
        bool said = span_skip(&at, " set to ");
        add_arg(args, name, said ? cut_words(args->arena, &at) : NULL);
    } else {
        return false;
    }
    *rest = at;
    return true;
}

// Whether the clause ends here, so that what follows are other words.
static bool ends_clause(struct span rest)
{
    return span_starts(rest, "\xE2\x80\x94") || span_starts(rest, ". ") || span_starts(rest, "; ") ||
           span_starts(rest, ")") || span_starts(rest, "(") || span_starts(rest, "to ");
}

// A word, or a run of back-ticks that opens nothing.
static void skip_word(struct span *rest)
{
    size_t n = count_ticks(*rest);
    n += n == 0;
    while (n < rest->len && !strchr(" ,().;`", rest->at[n]))
        n++;
    *rest = span_from(*rest, n);
}

// Arguments stand right behind the name, behind "with", and behind "," or "and" of their list; "name=" counts
// anywhere in the clause.
static void read_arguments(struct args *args, struct span rest, const struct procedure_tool *tool)
{
    bool listed = true;
    for (skip_spaces(&rest); rest.len && !ends_clause(rest); skip_spaces(&rest)) {
        struct span code;
        bool goes_on = span_skip(&rest, "tool ") || span_skip(&rest, ",") || span_skip(&rest, "with ") ||
                       span_skip(&rest, "and ");
        if (!goes_on && !cut_argument(args, &rest, tool, listed) && !cut_code(&rest, &code))
            skip_word(&rest);
        listed = goes_on;
    }
}

// ------------------------------------------------------------------ words

void procedure_words_done(struct procedure_words *words)
{
    str_done(&words->text);
    free(words->starts);
    *words = (struct procedure_words){0};
}

void procedure_words_add(struct procedure_words *words, struct span line, uint32_t number)
{
    if (words->text.len)
        str_add_char(&words->text, ' ');
    *MEM_PUSH(words->starts, words->n, words->cap) =
        (struct procedure_start){.at = words->text.len, .line = number};
    str_add_span(&words->text, span_trim(line));
}

static uint32_t line_at(const struct procedure_words *words, size_t at)
{
    uint32_t line = 0;
    for (size_t i = 0; i < words->n && words->starts[i].at <= at; i++)
        line = words->starts[i].line;
    return line;
}

void procedure_find_calls(struct arena *arena, const struct procedure_words *words,
                          struct procedure_calls *calls)
{
    struct span text = str_span(&words->text), rest = text, code;
    while (rest.len) {
        size_t at = (size_t)(rest.at - text.at), ticks = count_ticks(rest);
        if (ticks == 0 || !cut_code(&rest, &code)) {
            rest = span_from(rest, ticks ? ticks : 1);
            continue;
        }
        if (!is_call(text, at, code, rest))
            continue;
        struct args args = {.arena = arena};
        read_arguments(&args, rest, procedure_tool(code));
        *MEM_PUSH(calls->items, calls->n, calls->cap) = (struct sop_call){.tool = arena_span(arena, code),
                                                                          .args = args.items,
                                                                          .n_args = args.n,
                                                                          .line = line_at(words, at)};
    }
}

// ------------------------------------------------------------------ examples

static void skip_blanks(struct span *rest)
{
    while (rest->len && strchr(" \t\r\n", rest->at[0]))
        *rest = span_from(*rest, 1);
}

// A value up to the next ',' or ')' outside brackets and quotes.
static struct span cut_expression(struct span *rest)
{
    size_t n = 0, deep = 0;
    bool quoted = false;
    for (; n < rest->len; n++) {
        char c = rest->at[n];
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (deep == 0 && (c == ',' || c == ')'))
            break;
        deep += c == '[' || c == '{' || c == '(';
        deep -= deep > 0 && (c == ']' || c == '}' || c == ')');
    }
    struct span value = span_trim(span_first(*rest, n));
    *rest = span_from(*rest, n);
    return value;
}

bool procedure_cut_example(struct arena *arena, struct span *rest, struct sop_call *ret)
{
    struct span at = *rest, tool = cut_name(&at);
    if (!is_name(tool) || !span_skip(&at, "("))
        return false;
    struct args args = {.arena = arena};
    for (skip_blanks(&at); at.len && at.at[0] != ')'; skip_blanks(&at)) {
        const char *value;
        struct span name = cut_name(&at);
        skip_blanks(&at);
        if (!is_name(name) || !span_skip(&at, "="))
            return false;
        skip_blanks(&at);
        if (!span_starts(at, "\"") || !cut_quoted(arena, &at, &value))
            value = arena_span(arena, cut_expression(&at));
        add_arg(&args, name, value);
        skip_blanks(&at);
        if (!span_skip(&at, ",") && !span_starts(at, ")"))
            return false;
    }
    if (!span_skip(&at, ")"))
        return false;
    *ret = (struct sop_call){.tool = arena_span(arena, tool), .args = args.items, .n_args = args.n};
    *rest = at;
    return true;
}
