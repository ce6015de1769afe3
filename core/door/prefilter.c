// Hyperscan with HS_FLAG_PREFILTER: a superset of what it would match. That superset must hold against PCRE2
// in UTF mode over single lines, so two kinds of patterns are kept from it: those that the two read
// differently (what begins and ends a subject, properties of newer Unicode, option settings inside a
// pattern), and those whose compilation may cost too much. It runs on bytes, so what a character is matters
// on lines that are not ASCII; patterns that do not depend on it reach those lines too.
#include "core/door/prefilter.h"

#include <hs/hs.h>
#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/base/dynload.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/door/match.h"

enum {
    LONGEST_PATTERN = 4000, // bytes
    MOST_REPEATS = 1000,    // all bounds of a pattern multiplied
};

struct api {
    __typeof__(&hs_compile_multi) compile_multi;
    __typeof__(&hs_free_compile_error) free_compile_error;
    __typeof__(&hs_free_database) free_database;
    __typeof__(&hs_alloc_scratch) alloc_scratch;
    __typeof__(&hs_free_scratch) free_scratch;
    __typeof__(&hs_scan) scan;
    __typeof__(&hs_valid_platform) valid_platform;
};

static const struct dynload_symbol symbols[] = {
    DYNLOAD(struct api, compile_multi, "hs_compile_multi"),
    DYNLOAD(struct api, free_compile_error, "hs_free_compile_error"),
    DYNLOAD(struct api, free_database, "hs_free_database"),
    DYNLOAD(struct api, alloc_scratch, "hs_alloc_scratch"),
    DYNLOAD(struct api, free_scratch, "hs_free_scratch"),
    DYNLOAD(struct api, scan, "hs_scan"),
    DYNLOAD(struct api, valid_platform, "hs_valid_platform"),
};

struct prefilter {
    struct api api;
    hs_database_t *database;
    enum prefilter_reach *reach; // of each pattern
};

struct prefilter_room {
    const struct prefilter *filter;
    hs_scratch_t *scratch;
};

// ---------------------------------------------------------------- which patterns

// Whether the escape behind a backslash means the same to both.
static bool escape_is_common(char c)
{
    return c >= '!' && c <= '~' && strchr("AzZGKQENRXpPguokCcv123456789", c) == NULL;
}

// "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?<name>", "(?i:" and "(?i)" are the same to both; other
// options are not.
static bool group_is_common(struct span s)
{
    if (!span_skip(&s, "?"))
        return !span_starts(s, "*");
    if (span_skip(&s, "i"))
        return span_starts(s, ")") || span_starts(s, ":");
    return s.len && s.at[0] != '\0' && strchr(":=!<>", s.at[0]);
}

// "{2,300}": the higher bound; 1 where there is no repeat.
static size_t repeat_bound(struct span s)
{
    uint64_t bound;
    struct span inside = span_first(span_from(s, 1), span_find_char(span_from(s, 1), '}')), low;
    if (!span_cut(&inside, ',', &low) || !span_to_u64(low, &bound))
        return 1;
    if (inside.at && span_to_u64(inside, &bound))
        return (size_t)bound;
    return (size_t)bound + 1;
}

static bool is_common(struct span pattern)
{
    size_t repeats = 1;
    if (pattern.len > LONGEST_PATTERN)
        return false;
    for (size_t i = 0; i < pattern.len; i++) {
        struct span rest = span_from(pattern, i + 1);
        switch (pattern.at[i]) {
        case '\\':
            if (!rest.len || !escape_is_common(rest.at[0]))
                return false;
            i++;
            break;
        case '(':
            if (!group_is_common(rest))
                return false;
            break;
        case '{':
            repeats *= repeat_bound(span_from(pattern, i));
            if (repeats == 0 || repeats > MOST_REPEATS)
                return false;
            break;
        case '[': // "[[:alpha:]]" is, "[[:<:]]", "[[.x.]]" are not; "[]a]" is
            if (span_starts(rest, "[:<") || span_starts(rest, "[:>") || span_starts(rest, "[."))
                return false;
            break;
        default:
            if ((signed char)pattern.at[i] <= 0)
                return false;
        }
    }
    return true;
}

static bool is_accepted(const struct prefilter_pattern *pattern)
{
    if (pattern->may_be_empty)
        return false;
    if (pattern->flags & MATCH_LITERAL)
        return pattern->text.len <= LONGEST_PATTERN / 4; // a byte is up to four there
    return is_common(pattern->text);
}

// Whether bytes and characters come to the same for the pattern: letters of ASCII that match themselves, and
// `.*`, `.+`, which take any run of bytes.
static bool is_bytewise(struct span pattern, unsigned flags)
{
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.at[i];
        if ((signed char)c <= 0 || ((flags & MATCH_CASELESS) && strchr("kKsS", c))) // U+212A, U+017F
            return false;
        if (flags & MATCH_LITERAL)
            continue;
        if (strchr("\\[({", c))
            return false;
        if (c == '.' && (i + 1 == pattern.len || (pattern.at[i + 1] != '*' && pattern.at[i + 1] != '+')))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------- compiling

// A literal as a pattern: all but letters and digits by number.
static void add_literal(struct str *to, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (plain)
            str_add_char(to, (char)c);
        else
            str_printf(to, "\\x%02x", c);
    }
}

// How common bytes are in logs, the commonest first; those that are not here are rarer still.
static const char common[] =
    "0e12\"to.:asr6dc-43lni5798pfubm=g,vTkNIA]/ShZEP[DFyRwxO\\qC{}U()HBLMzGj>V_W+KX<QY;J~?%!'*#@ ";

static size_t rarity(char c)
{
    const char *at = strchr(common, c == ' ' ? '0' : c);
    return at ? (size_t)(at - common) : sizeof common;
}

// Hyperscan looks for a literal that is alone by the first two of its last eight bytes. It is given that part
// of it whose first two are rarest: a line that holds the literal holds the part.
static struct span rarest_part(struct span literal)
{
    enum { LEAST = 4, MOST = 8 };
    size_t best = 0, best_rarity = 0;
    for (size_t i = 0; i + LEAST <= literal.len; i++) {
        size_t pair = rarity(literal.at[i]) + rarity(literal.at[i + 1]);
        if (pair > best_rarity) {
            best = i;
            best_rarity = pair;
        }
    }
    return span_first(span_from(literal, best), MOST);
}

static bool is_literal(const struct prefilter_pattern *pattern)
{
    if (pattern->flags & MATCH_LITERAL)
        return true;
    for (size_t i = 0; i < pattern->text.len; i++) {
        if (strchr("\\^$.[|()?*+{", pattern->text.at[i]))
            return false;
    }
    return true;
}

// What is given to Hyperscan. A ".*" at the end would have it report every byte up to the line's end; without
// it, each such line is named all the same.
static char *expression(const struct prefilter_pattern *pattern, bool alone)
{
    struct str text = {0};
    struct span s = pattern->text;
    if (is_literal(pattern)) {
        add_literal(&text, alone && !(pattern->flags & MATCH_CASELESS) ? rarest_part(s) : s);
    } else {
        while (s.len > 2 && span_ends(s, ".*") && s.at[s.len - 3] != '\\')
            s.len -= 2;
        str_add_span(&text, s);
    }
    return str_take(&text);
}

// Whether a pattern falls apart at the `|` that stand in no group. "(?i)" holds for what is behind it, too; a
// class may hold "[:alpha:]", and that a bracket.
static bool is_divisible(const struct prefilter_pattern *pattern)
{
    return !(pattern->flags & MATCH_LITERAL) && !span_contains(pattern->text, "(?i)") &&
           !span_contains(pattern->text, "[:");
}

// The bytes of "[…]" at the front. A ']' that comes first is one of its members.
static size_t class_length(struct span s)
{
    size_t i = span_starts(s, "[^") ? 2 : 1;
    if (span_starts(span_from(s, i), "]"))
        i++;
    while (i < s.len && s.at[i] != ']')
        i += s.at[i] == '\\' ? 2 : 1;
    return i + 1;
}

static bool cut_alternative(struct span *rest, struct span *ret)
{
    size_t i = 0;
    int depth = 0;
    if (!rest->at)
        return false;
    while (i < rest->len && (depth > 0 || rest->at[i] != '|')) {
        char c = rest->at[i];
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        i += c == '\\' ? 2 : c == '[' ? class_length(span_from(*rest, i)) : 1;
    }
    *ret = span_first(*rest, i);
    *rest = i < rest->len ? span_make(rest->at + i + 1, rest->len - i - 1) : span_make(NULL, 0);
    return true;
}

struct batch { // what is compiled together
    char **texts;
    unsigned *flags, *ids;
    unsigned n;
};

static void batch_add(struct batch *batch, const struct prefilter_pattern *pattern, size_t id, bool alone)
{
    unsigned caseless = pattern->flags & MATCH_CASELESS ? HS_FLAG_CASELESS : 0;
    batch->texts[batch->n] = expression(pattern, alone);
    batch->flags[batch->n] = HS_FLAG_PREFILTER | HS_FLAG_MULTILINE | caseless;
    batch->ids[batch->n++] = (unsigned)id;
}

// Alternatives are given one by one, under one number: as one pattern they take half as long again.
static void batch_add_pattern(struct batch *batch, const struct prefilter_pattern *pattern, size_t id,
                              bool alone)
{
    struct prefilter_pattern part = *pattern;
    struct span rest = pattern->text;
    if (!is_divisible(pattern)) {
        batch_add(batch, pattern, id, alone);
        return;
    }
    while (cut_alternative(&rest, &part.text))
        batch_add(batch, &part, id, alone && part.text.len == pattern->text.len);
}

static void batch_remove(struct batch *batch, unsigned i)
{
    free(batch->texts[i]);
    for (batch->n--; i < batch->n; i++) {
        batch->texts[i] = batch->texts[i + 1];
        batch->flags[i] = batch->flags[i + 1];
        batch->ids[i] = batch->ids[i + 1];
    }
}

static void batch_remove_pattern(struct batch *batch, unsigned id)
{
    for (unsigned i = batch->n; i-- > 0;) {
        if (batch->ids[i] == id)
            batch_remove(batch, i);
    }
}

static void batch_done(struct batch *batch)
{
    while (batch->n)
        batch_remove(batch, batch->n - 1);
    free(batch->texts);
    free(batch->flags);
    free(batch->ids);
}

// Compiles; a pattern that is refused is left out, and the rest tried again.
static void batch_compile(struct batch *batch, struct prefilter *filter)
{
    while (batch->n && !filter->database) {
        hs_compile_error_t *refused = NULL;
        hs_error_t rc = filter->api.compile_multi((const char *const *)batch->texts, batch->flags, batch->ids,
                                                  batch->n, HS_MODE_BLOCK, NULL, &filter->database, &refused);
        int which = refused ? refused->expression : -1;
        if (refused)
            filter->api.free_compile_error(refused);
        if (rc == HS_SUCCESS)
            break;
        filter->database = NULL;
        if (which < 0 || (unsigned)which >= batch->n)
            break;
        unsigned id = batch->ids[which];
        filter->reach[id] = PREFILTER_NOWHERE;
        batch_remove_pattern(batch, id);
    }
}

static bool load(struct api *ret, struct error *err)
{
    if (!dynload_open("libhs.so.5", symbols, ARRAY_LEN(symbols), ret, err))
        return false;
    return ret->valid_platform() == HS_SUCCESS || error_set(err, "this processor is too old for Hyperscan");
}

bool prefilter_available(struct error *err)
{
    struct api api;
    return load(&api, err);
}

struct prefilter *prefilter_new(const struct prefilter_pattern *patterns, size_t n)
{
    struct prefilter *filter = mem_alloc(sizeof *filter);
    size_t most = n;
    for (size_t i = 0; i < n; i++)
        most += bytes_count(patterns[i].text, '|');
    struct batch batch = {
        .texts = mem_calloc(most, sizeof *batch.texts),
        .flags = mem_calloc(most, sizeof *batch.flags),
        .ids = mem_calloc(most, sizeof *batch.ids),
    };
    filter->reach = mem_calloc(n, sizeof *filter->reach);
    for (size_t i = 0; i < n; i++) {
        const struct prefilter_pattern *p = &patterns[i];
        if (!is_accepted(p))
            continue;
        filter->reach[i] = is_bytewise(p->text, p->flags) ? PREFILTER_ALL : PREFILTER_ASCII;
        batch_add_pattern(&batch, p, i, n == 1);
    }
    if (batch.n && load(&filter->api, NULL))
        batch_compile(&batch, filter);
    batch_done(&batch);
    if (filter->database)
        return filter;
    prefilter_free(filter);
    return NULL;
}

void prefilter_free(struct prefilter *filter)
{
    if (!filter)
        return;
    if (filter->database)
        filter->api.free_database(filter->database);
    free(filter->reach);
    free(filter);
}

enum prefilter_reach prefilter_reach(const struct prefilter *filter, size_t pattern)
{
    return filter ? filter->reach[pattern] : PREFILTER_NOWHERE;
}

// ---------------------------------------------------------------- scanning

struct prefilter_room *prefilter_room_new(const struct prefilter *filter)
{
    struct prefilter_room *room = mem_alloc(sizeof *room);
    room->filter = filter;
    if (filter->api.alloc_scratch(filter->database, &room->scratch) != HS_SUCCESS)
        abort(); // as all memory: there is none
    return room;
}

void prefilter_room_free(struct prefilter_room *room)
{
    if (!room)
        return;
    room->filter->api.free_scratch(room->scratch);
    free(room);
}

struct call {
    prefilter_fn *fn;
    void *ctx;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
    struct call *call = ctx;
    (void)from;
    (void)flags;
    return !call->fn(call->ctx, id, (size_t)to);
}

void prefilter_scan(const struct prefilter *filter, struct prefilter_room *room, struct span block,
                    prefilter_fn *fn, void *ctx)
{
    struct call call = {fn, ctx};
    filter->api.scan(filter->database, block.at, (unsigned)block.len, 0, room->scratch, on_match, &call);
}
