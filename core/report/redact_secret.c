// What is a secret by the look of it or by the name in front of it: AWS access keys, JSON web tokens,
// passwords in URLs, account ids in ARNs and registry names, and values behind a name like "password" or
// "token". Values that cannot be secrets (true, 0, {…) stay.
#include <ctype.h>

#include "core/base/mem.h"
#include "core/report/redact_inside.h"

static bool is_key_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static size_t run_of(struct span s, const char *also)
{
    size_t n = 0;
    while (n < s.len && (isalnum((unsigned char)s.at[n]) || (s.at[n] && strchr(also, s.at[n]))))
        n++;
    return n;
}

// ------------------------------------------------------------------ by its look

// RFC 7519: three parts in base64url, the first beginning with {" .
static size_t look_token(struct span s)
{
    if (!span_starts(s, "eyJ"))
        return 0;
    size_t n = run_of(s, "-_."), dots = 0;
    for (size_t i = 0; i < n; i++)
        dots += s.at[i] == '.';
    return n >= 20 && dots >= 1 ? n : 0;
}

// IAM guide, "Unique identifiers": AKIA long-term, ASIA temporary keys.
static size_t look_access_key(struct span s)
{
    if (!span_starts(s, "AKIA") && !span_starts(s, "ASIA"))
        return 0;
    size_t n = run_of(s, "");
    for (size_t i = 0; i < n; i++) {
        if (islower((unsigned char)s.at[i]))
            return 0;
    }
    return n == 20 ? n : 0;
}

// scheme://user:password@host
static size_t look_url(struct span s, size_t *ret_skip)
{
    size_t scheme = run_of(s, "+");
    struct span rest = span_from(s, scheme);
    if (scheme < 2 || !span_skip(&rest, "://"))
        return 0;
    size_t at = 0, colon = SIZE_MAX;
    while (at < rest.len && !isspace((unsigned char)rest.at[at]) && !strchr("/@\"'<>", rest.at[at])) {
        if (rest.at[at] == ':' && colon == SIZE_MAX)
            colon = at;
        at++;
    }
    if (at >= rest.len || rest.at[at] != '@' || colon == SIZE_MAX)
        return 0;
    *ret_skip = scheme + strlen("://") + colon + 1;
    return at - colon - 1;
}

static bool follows(struct span line, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at >= n && memcmp(line.at + at - n, word, n) == 0;
}

// Twelve digits after "arn:aws:service:region:", in front of ".dkr.ecr.", or as the value of a name for it.
static size_t look_account(struct span line, size_t at)
{
    enum { ACCOUNT = 12, ARN_FRONT = 64 };
    struct span s = span_from(line, at);
    size_t n = 0;
    while (n < s.len && isdigit((unsigned char)s.at[n]))
        n++;
    if (n != ACCOUNT)
        return 0;
    size_t from = at > ARN_FRONT ? at - ARN_FRONT : 0;
    bool in_arn = follows(line, at, ":") && span_contains(span_make(line.at + from, at - from), "arn:");
    if (in_arn || span_starts(span_from(s, n), ".dkr.ecr"))
        return n;
    static const char *const names[] = {"OwnerId",    "ownerId", "AccountId", "accountId",
                                        "account_id", "Account", "account"};
    while (at && strchr("\\\": =", line.at[at - 1]))
        at--;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (follows(line, at, names[i]))
            return n;
    }
    return 0;
}

// ------------------------------------------------------------------ by the name in front of it

static bool is_secret_name(struct span name)
{
    static const char *const ends[] = {"password",    "passwd",     "passphrase",    "pwd",
                                       "secret",      "token",      "apikey",        "accesskey",
                                       "accesskeyid", "secretkey",  "privatekey",    "credential",
                                       "credentials", "cookie",     "authorization", "xamzsignature",
                                       "sessionkey",  "signingkey", "encryptionkey", "secretaccesskey"};
    char plain[64];
    size_t n = 0;
    if (name.len > sizeof plain)
        name = span_from(name, name.len - sizeof plain);
    for (size_t i = 0; i < name.len; i++) {
        if (isalnum((unsigned char)name.at[i]))
            plain[n++] = (char)tolower((unsigned char)name.at[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (span_ends(span_make(plain, n), ends[i]))
            return true;
    }
    return false;
}

static bool is_harmless(struct span v)
{
    static const char *const words[] = {"true", "false", "null",  "nil",   "none",
                                        "yes",  "no",    "<nil>", "<none>"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is_caseless(v, words[i]))
            return true;
    }
    bool digits = true;
    for (size_t i = 0; i < v.len; i++)
        digits = digits && isdigit((unsigned char)v.at[i]);
    return v.len == 0 || (digits && v.len < 7) || strchr("{[($<", v.at[0]) || span_starts(v, "REDACTED-");
}

// A quotation mark, with the backslashes of JSON inside JSON in front of it; its length.
static size_t quote_at(struct span s)
{
    size_t n = 0;
    while (n < s.len && s.at[n] == '\\')
        n++;
    return n < s.len && (s.at[n] == '"' || s.at[n] == '\'') ? n + 1 : 0;
}

static size_t skip_blanks(struct span s, size_t at)
{
    while (at < s.len && (s.at[at] == ' ' || s.at[at] == '\t'))
        at++;
    return at;
}

// Up to the same quotation mark.
static size_t quoted_len(struct span s, struct span quote)
{
    for (size_t i = 0; i + quote.len <= s.len; i++) {
        if (memcmp(s.at + i, quote.at, quote.len) == 0 && (i == 0 || s.at[i - 1] != '\\'))
            return i;
    }
    return s.len;
}

static size_t bare_len(struct span s, bool to_end)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "bearer ", "AWS4-HMAC-SHA256 "};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (span_starts(s, schemes[i]))
            to_end = true;
    }
    size_t n = 0;
    while (n < s.len && s.at[n] && !strchr(to_end ? "\"'\r\n" : " \t\r\n,;&)]}\"'\\", s.at[n]))
        n++;
    return n;
}

static bool begins_line(struct span line, size_t at)
{
    while (at && (line.at[at - 1] == ' ' || line.at[at - 1] == '\t' || line.at[at - 1] == '-'))
        at--;
    return at == 0;
}

// name=value, "name": "value", `name: value` at the beginning of a line, --name value. In the middle of a log
// line a colon is only punctuation, so there it counts with quotes or with an authorization's scheme alone.
static bool named_value(struct span line, size_t at, struct redact_value *ret)
{
    size_t end = at;
    while (end < line.len && is_key_char(line.at[end]))
        end++;
    struct span name = span_make(line.at + at, end - at);
    size_t after = end + quote_at(span_from(line, end));
    size_t sep = skip_blanks(line, after);
    bool is_flag = span_starts(name, "--") && sep > end;
    bool colon = sep < line.len && line.at[sep] == ':', equals = sep < line.len && line.at[sep] == '=';
    if ((!colon && !equals && !is_flag) || !is_secret_name(name))
        return false;
    size_t from = skip_blanks(line, colon || equals ? sep + 1 : sep);
    struct span value = span_from(line, from);
    size_t quote = quote_at(value);
    if (quote) {
        *ret = (struct redact_value){.skip = from + quote - at};
        ret->len = quoted_len(span_from(value, quote), span_first(value, quote));
        return !is_harmless(span_first(span_from(value, quote), ret->len));
    }
    bool is_line = colon && begins_line(line, at);
    *ret = (struct redact_value){.skip = from - at, .len = bare_len(value, is_line)};
    bool has_scheme = span_starts(value, "Bearer ") || span_starts(value, "Basic ");
    return (equals || is_flag || is_line || has_scheme) && !is_harmless(span_first(value, ret->len));
}

bool redact_find_secret(struct span line, size_t at, struct redact_value *ret)
{
    struct span s = span_from(line, at);
    *ret = (struct redact_value){.kind = REDACT_SECRET};
    if ((ret->len = look_token(s)) || (ret->len = look_access_key(s)) || (ret->len = look_url(s, &ret->skip)))
        return true;
    if ((ret->len = look_account(line, at))) {
        ret->kind = REDACT_ACCOUNT;
        return true;
    }
    return named_value(line, at, ret);
}
