// The first line is a pattern, the rest is searched: whatever the prefilter makes of the pattern, the lines
// that match must be those that PCRE2 alone finds.
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "core/search/search.h"

struct check {
    struct match *match;
    struct match_room *room;
    uint64_t n;
};

static bool check_line(void *ctx, const struct search_line *line)
{
    struct check *check = ctx;
    match_subject(check->room, line->text);
    enum match_outcome outcome = match_find(check->match, check->room, 0, NULL);
    if (line->length == line->text.len && outcome == MATCH_NO)
        abort();
    check->n++;
    return true;
}

static uint64_t count_slowly(struct check *check, struct span text, bool *ret_sure)
{
    uint64_t n = 0;
    while (text.len) {
        struct span line = span_first(text, span_find_char(text, '\n'));
        match_subject(check->room, line);
        enum match_outcome outcome = match_find(check->match, check->room, 0, NULL);
        *ret_sure &= outcome != MATCH_GAVE_UP;
        n += outcome == MATCH_YES;
        text = span_from(text, line.len + 1);
    }
    return n;
}

static void search(struct arena *arena, struct span pattern, unsigned flags, struct span text)
{
    struct search_pattern one = {arena_span(arena, pattern), flags};
    struct search_set *set = search_set_new(&one, 1, UINT64_MAX, NULL);
    struct check check = {.match = match_new(span_of(one.text), flags, NULL), .room = match_room_new()};
    struct search_options options = {
        .line = check_line, .ctx = &check, .spans = true, .times = true, .threads = 1};
    struct search_result result = {0};
    bool sure = true;
    if (set && check.match) {
        uint64_t want = count_slowly(&check, text, &sure);
        bool done = search_text(set, (struct text){text, 0}, 1, &options, &result, NULL);
        if (sure && (!done || result.matched != want || check.n != want))
            abort();
        search_result_done(&result);
    }
    match_room_free(check.room);
    match_free(check.match);
    search_set_free(set);
}

void fuzz_one(struct arena *arena, struct text text)
{
    struct span rest = text.bytes;
    struct span pattern = span_first(span_first(rest, span_find_char(rest, '\n')), 200);
    rest = span_from(rest, pattern.len + 1);
    if (memchr(pattern.at ? pattern.at : "", '\0', pattern.len))
        return;
    for (unsigned flags = 0; flags < 4; flags++)
        search(arena, pattern, flags, rest);
}
