// What sentences say: to which other procedures they hand off, and whether the counts in them agree.
#include "core/base/mem.h"
#include "core/probe/lint.h"

struct words {
    struct lint_file *file;
    const struct map *ids;
    uint64_t count; // of procedures, as said first; 0: not yet
    uint32_t count_line;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "D5", "A2-cert": a capital, one or two digits, perhaps a suffix. The length, or 0.
static size_t id_length(struct span s)
{
    size_t n = 1;
    if (s.len < 2 || s.at[0] < 'A' || s.at[0] > 'Z')
        return 0;
    while (n < s.len && n < 3 && is_digit(s.at[n]))
        n++;
    if (n < 2 || (n < s.len && (is_digit(s.at[n]) || is_letter(s.at[n]) || s.at[n] == '_' || s.at[n] == '.')))
        return 0;
    if (n + 1 < s.len && s.at[n] == '-' && is_letter(s.at[n + 1])) {
        for (n++; n < s.len && is_letter(s.at[n]); n++) {}
    }
    return n;
}

static void lint_id(struct words *w, struct span id, uint32_t line)
{
    if (!map_get(w->ids, id))
        problems_add(&w->file->problems, PROBLEM_WARNING, line,
                     "hand-off to \"" SPAN_FMT "\", and there is no such procedure", SPAN_ARG(id));
}

// All ids at the front of `s`, parted by commas, slashes, "and", "or".
static void lint_ids(struct words *w, struct span s, uint32_t line)
{
    for (;;) {
        s = span_trim(s);
        size_t n = id_length(s);
        if (n == 0)
            return;
        lint_id(w, span_first(s, n), line);
        s = span_trim(span_from(s, n));
        if (!span_skip(&s, ",") && !span_skip(&s, "/") && !span_skip(&s, "and ") && !span_skip(&s, "or "))
            return;
    }
}

static void lint_handoffs(struct words *w, struct span text, uint32_t line)
{
    static const char *const leads[] = {"switch to ", "redirect to ",  "see ",
                                        "See ",       "\xE2\x86\x92 ", "cross-reference ",
                                        "cross-ref ", "hand off to ",  "go on with "};
    for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
        struct span rest = text;
        for (size_t at; (at = span_find(rest, leads[i])) != SIZE_MAX;) {
            rest = span_from(rest, at + strlen(leads[i]));
            lint_ids(w, rest, line);
        }
    }
}

// "36 SOPs", "41 specific runbooks": the number, or 0.
static uint64_t count_at(struct span s)
{
    struct span rest = s, number, word, next;
    uint64_t count;
    if (!span_cut_word(&rest, &number) || !is_digit(number.at[0]) || !span_to_u64(number, &count) ||
        !span_cut_word(&rest, &word))
        return 0;
    if (!span_cut_word(&rest, &next))
        next = word;
    const char *const nouns[] = {"SOPs", "runbooks", "procedures"};
    for (size_t i = 0; i < ARRAY_LEN(nouns); i++) {
        if (span_starts(word, nouns[i]) || span_starts(next, nouns[i]))
            return count;
    }
    return 0;
}

static void lint_counts(struct words *w, struct span text, uint32_t line)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i]) || (i && text.at[i - 1] != ' '))
            continue;
        uint64_t count = count_at(span_from(text, i));
        if (count && w->count && count != w->count)
            problems_add(&w->file->problems, PROBLEM_NOTE, line, "%llu procedures here, %llu in line %u",
                         (unsigned long long)count, (unsigned long long)w->count, (unsigned)w->count_line);
        if (count && !w->count) {
            w->count = count;
            w->count_line = line;
        }
    }
}

static void lint_sentence(struct words *w, const char *text, uint32_t line)
{
    if (!text)
        return;
    lint_handoffs(w, span_of(text), line);
    lint_counts(w, span_of(text), line);
}

static void lint_item(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    (void)parent;
    lint_sentence(context, item->text, item->line);
}

void lint_words(struct lint_file *file, const struct map *ids)
{
    struct words w = {.file = file, .ids = ids};
    const struct sop *sop = file->sop;
    lint_sentence(&w, sop->description, 1);
    lint_sentence(&w, sop->objective, 1);
    lint_sentence(&w, sop->context, 1);
    lint_visit(sop, lint_item, &w);
    for (size_t i = 0; i < sop->n_issues; i++) {
        lint_sentence(&w, sop->issues[i].diagnosis, sop->issues[i].line);
        lint_sentence(&w, sop->issues[i].resolution, sop->issues[i].line);
    }
}
