// One line: looked at wherever a word begins, for a secret, an address, an id, and a text that is known from
// elsewhere; what a line inherits is whether a private key or a JSON list of environment variables is open.
#include <ctype.h>

#include "core/base/mem.h"
#include "core/report/redact_inside.h"

struct cursor {
    struct redactor *r;
    struct redact_state *state;
    struct span line;
    size_t at;
    struct str *out;
    size_t out_begin;
};

static void note(struct redactor *r, enum redact_kind kind, const char *with)
{
    enum { HITS_MAX = 1000 };
    if (!r->counting)
        return;
    r->counts[kind]++;
    if (r->n_hits < HITS_MAX)
        *MEM_PUSH(r->hits, r->n_hits, r->cap_hits) =
            (struct redact_hit){.kind = kind, .place = r->at, .with = arena_strdup(&r->arena, with)};
}

static void keep(struct cursor *c, size_t n)
{
    str_add_span(c->out, span_first(span_from(c->line, c->at), n));
    c->at += n;
}

// Notes that the next n bytes became what was appended since `out_from`.
static void replaced(struct cursor *c, enum redact_kind kind, size_t n, size_t out_from)
{
    *MEM_PUSH(c->r->edits, c->r->n_edits, c->r->cap_edits) =
        (struct redact_edit){.from = c->at,
                             .to = c->at + n,
                             .out_from = out_from - c->out_begin,
                             .out_to = c->out->len - c->out_begin};
    note(c->r, kind, str_text(c->out) + out_from);
    c->at += n;
}

static void replace(struct cursor *c, enum redact_kind kind, size_t n, const char *with)
{
    size_t out_from = c->out->len;
    str_add(c->out, with);
    replaced(c, kind, n, out_from);
}

static struct span rest_of(const struct cursor *c)
{
    return span_from(c->line, c->at);
}

// ------------------------------------------------------------------ words

static size_t word_len(struct span s, const char *also)
{
    size_t n = 0;
    while (n < s.len && (isalnum((unsigned char)s.at[n]) || (s.at[n] && strchr(also, s.at[n]))))
        n++;
    return n;
}

static bool redact_secret(struct cursor *c)
{
    struct redact_value v;
    if (!redact_find_secret(c->line, c->at, &v) || v.len == 0)
        return false;
    keep(c, v.skip);
    replace(c, v.kind, v.len, redact_stand_in(c->r, v.kind, span_first(rest_of(c), v.len)));
    return true;
}

static bool is_json_key(struct span behind)
{
    return span_skip(&behind, "\"") && (span_skip(&behind, ":") || span_skip(&behind, " :"));
}

// A word that stands for a secret or a name elsewhere. Keys of JSON stay: what is named "status" somewhere
// must not take the status away everywhere.
static bool redact_known_word(struct cursor *c)
{
    static const char *const shapes[] = {"_+/=-", "-"};
    for (size_t i = 0; c->r->anywhere.n && i < ARRAY_LEN(shapes); i++) {
        size_t n = word_len(rest_of(c), shapes[i]);
        while (n && rest_of(c).at[n - 1] == '-')
            n--;
        const char *with = n ? redact_known(c->r, span_first(rest_of(c), n)) : NULL;
        if (!with || is_json_key(span_from(rest_of(c), n)))
            continue;
        enum redact_kind kind = span_starts(span_of(with), "name-")       ? REDACT_NAME
                                : span_starts(span_of(with), "REDACTED-") ? REDACT_SECRET
                                                                          : REDACT_ACCOUNT;
        replace(c, kind, n, with);
        return true;
    }
    return false;
}

static bool redact_strict(struct cursor *c, char before)
{
    if (c->r->level != REDACT_STRICT)
        return false;
    size_t out_from = c->out->len;
    size_t n = redact_address(c->r, before, rest_of(c), c->out);
    if (n) {
        replaced(c, REDACT_ADDRESS, n, out_from);
        return true;
    }
    n = redact_resource(c->r, before, rest_of(c), c->out);
    if (n)
        replaced(c, REDACT_RESOURCE, n, out_from);
    return n > 0;
}

// ------------------------------------------------------------------ JSON's "env": […]

// A string in plain JSON at the front of s: its length with both quotes; 0: none, or it has no end here.
static size_t json_string(struct span s)
{
    if (!span_starts(s, "\""))
        return 0;
    for (size_t i = 1; i < s.len; i++) {
        if (s.at[i] == '\\')
            i++;
        else if (s.at[i] == '"')
            return i + 1;
    }
    return 0;
}

static bool opens_env(struct span s)
{
    static const char *const names[] = {"\"env\"", "\"Env\"", "\"envs\""};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct span rest = s;
        if (!span_skip(&rest, names[i]))
            continue;
        rest = span_trim(rest);
        return span_skip(&rest, ":") && span_starts(span_trim(rest), "[");
    }
    return false;
}

static bool says_little(struct span value)
{
    return value.len == 0 || span_is(value, "true") || span_is(value, "false") ||
           (value.len < 7 && word_len(value, "") == value.len && isdigit((unsigned char)value.at[0]));
}

static void redact_env_value(struct cursor *c, size_t n)
{
    struct span value = span_first(rest_of(c), n);
    if (says_little(value))
        keep(c, n);
    else
        replace(c, REDACT_ENVIRONMENT, n, redact_stand_in(c->r, REDACT_ENVIRONMENT, value));
}

// {"name": "X", "value": "Y"}, or the old "X=Y"; brackets inside strings do not count.
static void redact_env(struct cursor *c)
{
    char byte = c->line.at[c->at];
    size_t n = json_string(rest_of(c));
    if (n == 0) {
        c->state->in_env += byte == '[';
        c->state->in_env -= byte == ']';
        keep(c, 1);
        return;
    }
    struct span text = span_first(rest_of(c), n);
    bool is_key = is_json_key(span_from(rest_of(c), n - 1));
    size_t equals = is_key ? SIZE_MAX : span_find_char(text, '=');
    if (is_key && (span_is(text, "\"value\"") || span_is(text, "\"Value\""))) {
        size_t skip = n;
        while (c->at + skip < c->line.len && strchr(": \t", c->line.at[c->at + skip]))
            skip++;
        keep(c, skip);
        size_t len = json_string(rest_of(c));
        if (len) {
            keep(c, 1);
            redact_env_value(c, len - 2);
            keep(c, 1);
        }
    } else if (equals != SIZE_MAX && !span_ends(span_trim(span_first(c->line, c->at)), ":")) {
        keep(c, equals + 1);
        redact_env_value(c, n - equals - 2);
        keep(c, 1);
    } else {
        keep(c, n);
    }
}

// ------------------------------------------------------------------ the line

// Private keys (RFC 7468): the lines between BEGIN and END, or what follows BEGIN in the same line.
static bool redact_key_block(struct cursor *c)
{
    struct span line = c->line;
    size_t begin = span_find(line, "PRIVATE KEY-----");
    bool begins = begin != SIZE_MAX && span_contains(line, "-----BEGIN ");
    bool ends = begin != SIZE_MAX && span_contains(line, "-----END ");
    if (begins && ends) {
        keep(c, begin + strlen("PRIVATE KEY-----"));
        replace(c, REDACT_SECRET, span_find(rest_of(c), "-----END "), "REDACTED-secret-key");
        return false;
    }
    if (c->state->in_key && !ends) {
        replace(c, REDACT_SECRET, line.len, "REDACTED-secret-key");
        return true;
    }
    c->state->in_key = begins || (c->state->in_key && !ends);
    return false;
}

static void keep_run(struct cursor *c)
{
    struct span rest = rest_of(c);
    size_t n = word_len(rest, "_");
    while (n < rest.len && !isalnum((unsigned char)rest.at[n]) && rest.at[n] != '"' && rest.at[n] != '-')
        n++;
    keep(c, n ? n : 1);
}

// Stands at a word's begin, at a quotation mark, at a dash, or anywhere at the line's begin.
static void redact_word(struct cursor *c)
{
    char byte = c->line.at[c->at], before = '\0';
    if (c->at)
        before = c->line.at[c->at - 1];
    bool begins = !isalnum((unsigned char)before) && before != '_';
    bool found = false;
    if (byte == '"' && opens_env(rest_of(c))) {
        keep(c, span_find_char(rest_of(c), '[') + 1);
        c->state->in_env = 1;
        return;
    }
    if (begins && (isalnum((unsigned char)byte) || byte == '-'))
        found = redact_secret(c) || (byte != '-' && (redact_strict(c, before) || redact_known_word(c)));
    if (!found)
        keep_run(c);
}

void redact_line(struct redactor *r, struct redact_state *state, struct span line, struct str *ret)
{
    struct cursor c = {.r = r, .state = state, .line = line, .out = ret, .out_begin = ret->len};
    r->n_edits = 0;
    if (r->level == REDACT_NONE) {
        str_add_span(ret, line);
        return;
    }
    if (redact_key_block(&c))
        return;
    while (c.at < line.len) {
        if (state->in_env)
            redact_env(&c);
        else
            redact_word(&c);
    }
}
