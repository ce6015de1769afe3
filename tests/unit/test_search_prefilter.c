// core/search: whatever the prefilter makes of a pattern, the count is PCRE2's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdint.h>

#include "core/base/mem.h"
#include "tests/kit/patterns.h"

// Lines of few letters, some of them no letters, in no order: most patterns match some of them by chance.
static void random_lines(size_t n, struct str *ret)
{
    static const char *const parts[] = {
        "a", "b",  "ab",   "c", " ", "K",  "\342\204\252", "\303\251", "\377",     "\342\202",
        "5", "53", "DROP", "-", ".", "\r", "\t",           "S",        "\305\277", "_"};
    uint64_t random = 42;
    for (size_t i = 0; i < n; i++) {
        size_t length = 0;
        do {
            random = random * 6364136223846793005u + 1442695040888963407u;
            str_add(ret, parts[(random >> 33) % ARRAY_LEN(parts)]);
        } while (++length < 12 && (random >> 60) != 0);
        str_add_char(ret, '\n');
    }
}

static uint64_t count_slowly(const char *pattern, unsigned flags, struct span text)
{
    struct match *match = match_new(span_of(pattern), flags, NULL);
    struct match_room *room = match_room_new();
    uint64_t n = 0;
    while (text.len) {
        struct span line = span_first(text, span_find_char(text, '\n'));
        match_subject(room, line);
        n += match_find(match, room, 0, NULL) == MATCH_YES;
        text = span_from(text, line.len + 1);
    }
    match_room_free(room);
    match_free(match);
    return n;
}

// Every turn of the grammar that the prefilter may take for another one.
static const char *const patterns[] = {"a",
                                       "ab",
                                       "a.b",
                                       "a..b",
                                       "a.*b",
                                       "a.+b",
                                       "a.?b",
                                       "^a",
                                       "a$",
                                       "^ab$",
                                       "^$",
                                       "a|b$",
                                       "(a|b)c",
                                       "a(b|c)|DROP|5[|)]|\\|",
                                       "[]|]a|b",
                                       "[^]|]a|b",
                                       "[\\]|]a|b",
                                       "[[:alpha:]|]5|_",
                                       "a|(?i)b|drop",
                                       "ab.*|c.*5|.*_$",
                                       "(?:ab)+c",
                                       "[ab]c",
                                       "[^a]b",
                                       "[^a-z]b",
                                       "\\wa",
                                       "\\Wa",
                                       "\\sb",
                                       "\\Sb",
                                       "\\db",
                                       "\\Db",
                                       "\\bab",
                                       "ab\\b",
                                       "a\\Bb",
                                       "k",
                                       "s",
                                       "ks",
                                       "\\x{212a}",
                                       "\\x4b",
                                       "\\xe9",
                                       "\303\251",
                                       "a\303\251",
                                       "[\303\251a]b",
                                       "(?i)ak",
                                       "(?i:k)a",
                                       "a(?i)k",
                                       "(?s)a.b",
                                       "(?m)^b",
                                       "(?x) a b",
                                       "\\Aab",
                                       "ab\\z",
                                       "ab\\Z",
                                       "(a)\\1",
                                       "(?<x>a)\\k<x>",
                                       "a(?=b)",
                                       "a(?!b)",
                                       "(?<=a)b",
                                       "(?<!a)b",
                                       "(?>a+)b",
                                       "a++b",
                                       "a{2}",
                                       "a{1,3}b",
                                       "(ab){2,}",
                                       "a*",
                                       "a?",
                                       "",
                                       "a\\Kb",
                                       "\\Qa.b\\E",
                                       "[[:alpha:]]b",
                                       "[[:^alpha:]]b",
                                       "\\p{Lu}",
                                       "\\P{L}b",
                                       "\\X\\Xb",
                                       "\\Ra",
                                       "\\hb",
                                       "\\Hb",
                                       "\\vb",
                                       "a\\Nb",
                                       "(*UCP)\\wb",
                                       "a(?#c)b",
                                       "a\\.b",
                                       "DROP.*53",
                                       "\\.*",
                                       "\\\\.*",
                                       "\\r$",
                                       ".\\r",
                                       "a.*",
                                       "b.*.*",
                                       "[^\\n]b",
                                       "a[^b]",
                                       "\\x{10ffff}",
                                       "[\\x80-\\x{10ffff}]",
                                       "a|",
                                       "(|a)b",
                                       "\\Gab",
                                       "[]a]b",
                                       "[^]a]b",
                                       "a\\Eb",
                                       "(?:)b",
                                       "x*b",
                                       "\\tb"};

static void expect_true_count(const char *pattern, unsigned flags, struct span text)
{
    struct search_options options = {0};
    struct search_result result;
    struct error err;
    struct search_set *set = patterns_set(&pattern, 1, flags);
    assert_true(search_text(set, (struct text){text, 0}, 1, &options, &result, &err));
    uint64_t want = count_slowly(pattern, flags, text);
    if (result.matched != want)
        fail_msg("%s, flags %u: %llu lines, not %llu", pattern, flags, (unsigned long long)result.matched,
                 (unsigned long long)want);
    search_result_done(&result);
    search_set_free(set);
}

static void the_prefilter_changes_no_answer(void **state)
{
    (void)state;
    struct str text = {0};
    random_lines(4000, &text);
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        for (unsigned flags = 0; flags < 4; flags++)
            expect_true_count(patterns[i], flags, str_span(&text));
    }
    str_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_prefilter_changes_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
