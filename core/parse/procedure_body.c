// Phases. cmark says where paragraphs, lists and items are; the words come from the source lines. A level is
// a paragraph of its own ("MUST:"), holds until the next level or sub-heading, and items are the bullets
// below it. Ids count through the phase: its letter, the level's letter, the number in text order.
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/near.h"
#include "core/door/markdown.h"
#include "core/parse/procedure_reader.h"

enum { MAX_NESTING = 6 }; // "T.M1.1.1" is two; nothing that a person follows is deeper

struct draft { // an item while more may be nested under it
    struct sop_item item;
    uint32_t column;
    uint32_t depth; // 1: an item of the phase
    struct draft *nested;
    size_t n, cap;
};

struct walker {
    struct procedure_reader *r;
    uint32_t offset; // line 1 of cmark's text is line offset + 1 of the file
    char prefix[16]; // "T", or "T4" where an earlier phase has that letter
    enum sop_level level;
    const char *head;
    const char *group;
    uint32_t head_line; // of the head or sub-heading that has no item yet; 0: none is open
    bool heading;       // that one is a sub-heading
    bool gap;           // a paragraph that is no head stood since the last item
    struct draft items; // the phase's items are nested in it
    unsigned counts[5]; // by level
};

static const char *const level_words[] = {"FIRST", "MUST", "SHOULD", "MAY", NULL};
static const char *const gate_words[] = {"FIRST", "PREREQUISITE", "ONLY", NULL};

// ------------------------------------------------------------------ words

static struct span first_word(struct span s)
{
    size_t n = 0;
    while (n < s.len && ((s.at[n] >= 'A' && s.at[n] <= 'Z') || (s.at[n] >= 'a' && s.at[n] <= 'z')))
        n++;
    return span_first(s, n);
}

static struct span without_stars(struct span s)
{
    s = span_trim(s);
    while (span_skip(&s, "*")) {}
    while (s.len && s.at[s.len - 1] == '*')
        s.len--;
    return s;
}

// Without the dash, colon or stars that part a word from what it leads.
static struct span without_lead(struct span s)
{
    s = without_stars(s);
    if (!span_skip(&s, "\xE2\x80\x94") && !span_skip(&s, ":"))
        span_skip(&s, "- ");
    return span_trim(s);
}

static bool is_upper(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < 'A' || s.at[i] > 'Z')
            return false;
    }
    return s.len > 0;
}

static size_t word_index(struct span word, const char *const *words)
{
    size_t i = 0;
    while (words[i] && !span_is(word, words[i]))
        i++;
    return i;
}

// The words of a block's lines, in front of line `stop` (0: all).
static void add_words(const struct walker *w, const struct markdown_node *block, uint32_t stop,
                      struct procedure_words *ret)
{
    for (uint32_t i = block->line; i <= block->last; i++) {
        uint32_t number = i + w->offset;
        if (number == stop || number > w->r->n_lines)
            break;
        struct span line = w->r->lines[number - 1];
        procedure_words_add(ret, i == block->line ? span_from(line, block->column - 1) : line, number);
    }
}

// ------------------------------------------------------------------ heads

enum head_kind { HEAD_NONE, HEAD_LEVEL, HEAD_BROKEN };

struct head {
    enum head_kind kind;
    enum sop_level level;
    struct span rest;  // behind the level's word, without the last colon
    const char *meant; // HEAD_BROKEN: the word that was meant
};

// "MUST:", "MUST (if …):", "FIRST — …:"; broken are "MUSt:", "SHOULD", "MUST :", and a level with text behind
// its colon. A sentence that only begins with such a word is none.
static struct head parse_head(struct span line)
{
    struct head head = {HEAD_NONE, SOP_LEVEL_NONE, {0}, NULL};
    line = without_stars(line);
    struct span word = first_word(line), rest = span_from(line, word.len);
    struct span tail = without_stars(rest); // "MUST**:"
    size_t index = word_index(word, level_words);
    bool colon = tail.len && tail.at[tail.len - 1] == ':';
    bool alone = tail.len == 0 || span_is(tail, ":") || (span_starts(tail, "(") && colon);
    if (level_words[index]) {
        head.level = (enum sop_level)(index + SOP_LEVEL_FIRST);
        head.meant = level_words[index];
        if (colon && (rest.len < 2 || rest.at[0] != ' ' || tail.len > 1)) {
            head.kind = HEAD_LEVEL;
            head.rest = without_lead(span_first(tail, tail.len - 1));
        } else if (tail.len <= 1 || span_starts(tail, ":")) {
            head.kind = HEAD_BROKEN;
        }
        return head;
    }
    const char *near = word.len >= 2 ? near_word(word, level_words) : NULL;
    if (near && (alone || (tail.len == 1 && is_upper(word)))) {
        head.kind = HEAD_BROKEN;
        head.meant = near;
    }
    return head;
}

static void report_broken_head(struct walker *w, uint32_t line, struct span text, const char *meant)
{
    struct span word = first_word(without_stars(text));
    if (!span_is(word, meant))
        problems_add(w->r->problems, PROBLEM_ERROR, line,
                     "unknown level \"" SPAN_FMT "\" (did you mean \"%s\"?)", SPAN_ARG(word), meant);
    else if (span_find_char(text, ':') == SIZE_MAX)
        problems_add(w->r->problems, PROBLEM_ERROR, line,
                     "level \"%s\" without its colon (did you mean \"%s:\"?)", meant, meant);
    else
        problems_add(w->r->problems, PROBLEM_ERROR, line,
                     "\"%s:\" stands alone in its line; what is to be done goes into bullets below it",
                     meant);
}

static void end_head(struct walker *w)
{
    if (w->head_line)
        problems_add(w->r->problems, PROBLEM_WARNING, w->head_line, "a head with nothing under it");
    w->head_line = 0;
}

static void begin_level(struct walker *w, struct head head, uint32_t line)
{
    if (!w->heading) // a level may stand right below its sub-heading
        end_head(w);
    w->heading = false;
    w->level = head.level;
    w->head = head.rest.len ? arena_span(&w->r->sop->arena, head.rest) : NULL;
    w->head_line = line;
    w->gap = false;
    if (head.level == SOP_LEVEL_FIRST)
        problems_add(w->r->problems, PROBLEM_NOTE, line, "FIRST as a head of its own");
    else if (head.rest.len)
        problems_add(w->r->problems, PROBLEM_NOTE, line, "a qualified level: " SPAN_FMT, SPAN_ARG(head.rest));
}

// ------------------------------------------------------------------ items

static enum sop_gate gate_of(const struct walker *w, struct span text, bool nested)
{
    static const enum sop_gate gates[] = {SOP_GATE_FIRST, SOP_GATE_PREREQUISITE, SOP_GATE_ONLY,
                                          SOP_GATE_NONE};
    enum sop_gate gate = gates[word_index(first_word(without_stars(text)), gate_words)];
    if (gate == SOP_GATE_NONE && w->level == SOP_LEVEL_FIRST && !nested)
        return SOP_GATE_FIRST;
    return gate;
}

// A gate's word that is nearly one: bold in front of an item ("**FRIST**:"), or all capitals ("ONYL if").
static void check_gate_word(struct walker *w, struct span text, uint32_t line)
{
    struct span word = first_word(without_stars(text));
    bool bold = span_starts(span_trim(text), "**");
    struct span behind = span_from(without_stars(text), word.len);
    bool leads = span_starts(behind, "*") || span_starts(behind, ":") ||
                 span_starts(behind, " \xE2\x80\x94") || span_starts(behind, " if ") ||
                 span_starts(behind, " IF ");
    if (word.len < 3 || gate_words[word_index(word, gate_words)] || !leads || !(bold || is_upper(word)))
        return;
    const char *near = near_word(word, gate_words);
    if (near)
        problems_add(w->r->problems, PROBLEM_ERROR, line,
                     "unknown gate \"" SPAN_FMT "\" (did you mean \"%s\"?)", SPAN_ARG(word), near);
}

// A level's head that stands in the first column right below an item, without an empty line: Markdown takes
// it for the item's words. Gives its line, or 0.
static uint32_t swallowed_head(const struct walker *w, const struct markdown_node *block, struct head *ret)
{
    for (uint32_t i = block->line + 1; i <= block->last && i + w->offset <= w->r->n_lines; i++) {
        struct span line = w->r->lines[i + w->offset - 1];
        struct head head = parse_head(line);
        if (head.kind == HEAD_NONE || !line.len || line.at[0] == ' ')
            continue;
        *ret = head;
        return i + w->offset;
    }
    return 0;
}

static struct draft *add_draft(struct draft *parent)
{
    struct draft *draft = MEM_PUSH(parent->nested, parent->n, parent->cap);
    *draft = (struct draft){.depth = parent->depth + 1};
    return draft;
}

static void set_id(struct walker *w, struct draft *draft, const struct draft *parent)
{
    static const char letters[] = "NFMSY";
    struct arena *arena = &w->r->sop->arena;
    if (parent == &w->items)
        draft->item.id = arena_printf(arena, "%s.%c%u", w->prefix, letters[w->level], ++w->counts[w->level]);
    else
        draft->item.id = arena_printf(arena, "%s.%zu", parent->item.id, parent->n);
}

// "Only if …" in a prerequisite that has no ONLY was surely meant for its gate.
static void check_missing_only(struct walker *w, const struct draft *draft)
{
    const struct sop_item *near = NULL;
    for (size_t i = 0; i < draft->n; i++) {
        const struct sop_item *item = &draft->nested[i].item;
        struct span words = without_stars(span_of(item->text)), word = first_word(words);
        if (item->gate == SOP_GATE_ONLY)
            return;
        if (span_is_caseless(word, "only") && span_starts(span_from(words, word.len), " if"))
            near = item;
    }
    if (draft->item.gate == SOP_GATE_PREREQUISITE && near)
        problems_add(w->r->problems, PROBLEM_ERROR, near->line,
                     "unknown gate \"Only\" (did you mean \"ONLY\"?)");
}

static void set_words(struct walker *w, struct sop_item *item, const struct procedure_words *words)
{
    struct arena *arena = &w->r->sop->arena;
    struct procedure_calls calls = {0};
    procedure_find_calls(arena, words, &calls);
    item->text = arena_span(arena, str_span(&words->text));
    item->calls = calls.n ? arena_dup(arena, calls.items, calls.n * sizeof *calls.items) : NULL;
    item->n_calls = calls.n;
    free(calls.items);
}

static void read_list(struct walker *w, const struct markdown_node *list, struct draft *parent);

// What the words of an item say of it.
static void finish_item(struct walker *w, struct draft *draft, const struct procedure_words *words)
{
    struct span text = str_span(&words->text);
    set_words(w, &draft->item, words);
    draft->item.gate = gate_of(w, text, draft->depth > 1);
    check_gate_word(w, text, draft->item.line);
    check_missing_only(w, draft);
    w->head_line = 0;
    w->gap = false;
}

// An item's paragraphs are its words, its lists are nested in it. A swallowed head ends it, and its level
// holds for what follows.
static void read_item(struct walker *w, const struct markdown_node *node, struct draft *parent)
{
    struct draft *draft = add_draft(parent);
    struct procedure_words words = {0};
    struct head head = {0};
    uint32_t head_at = 0;
    draft->column = node->column;
    draft->item = (struct sop_item){
        .level = w->level, .group = w->group, .head = w->head, .line = node->line + w->offset};
    set_id(w, draft, parent);
    for (const struct markdown_node *block = node->first; block && !head_at; block = block->next) {
        if (block->kind == MARKDOWN_LIST)
            read_list(w, block, draft);
        if (block->kind != MARKDOWN_PARAGRAPH)
            continue;
        head_at = swallowed_head(w, block, &head);
        add_words(w, block, head_at, &words);
        if (block == node->first && words.n > 1)
            problems_add(w->r->problems, PROBLEM_NOTE, draft->item.line, "an item folded over several lines");
    }
    finish_item(w, draft, &words);
    procedure_words_done(&words);
    if (head.kind == HEAD_LEVEL)
        begin_level(w, head, head_at);
    else if (head.kind == HEAD_BROKEN)
        report_broken_head(w, head_at, w->r->lines[head_at - 1], head.meant);
}

static void read_list(struct walker *w, const struct markdown_node *list, struct draft *parent)
{
    if (parent->depth > MAX_NESTING) {
        problems_add(w->r->problems, PROBLEM_ERROR, list->line + w->offset,
                     "nested too deeply; six levels are the limit");
        return;
    }
    for (const struct markdown_node *item = list->first; item; item = item->next) {
        if (item->kind == MARKDOWN_ITEM)
            read_item(w, item, parent);
    }
}

// A list of the phase. Where only a paragraph that is no head parts it from the item above, and it is
// indented deeper, it is nested in that item.
static void read_top_list(struct walker *w, const struct markdown_node *list)
{
    struct draft *items = &w->items;
    struct draft *last = items->n ? &items->nested[items->n - 1] : NULL;
    bool nested = last && w->gap && !w->head_line && list->column > last->column;
    read_list(w, list, nested ? last : items);
}

// ------------------------------------------------------------------ blocks of a phase

// A gate that is a paragraph: "FIRST — look at …, before all else." is an item itself; what is listed below
// "**PREREQUISITE — …?** …:" is nested in it.
static void add_gate_item(struct walker *w, const struct markdown_node *block,
                          const struct procedure_words *words, enum sop_gate gate)
{
    if (gate == SOP_GATE_FIRST) {
        end_head(w);
        w->level = SOP_LEVEL_FIRST;
        w->head = NULL;
        problems_add(w->r->problems, PROBLEM_NOTE, block->line + w->offset, "FIRST as a paragraph");
    }
    struct draft *draft = add_draft(&w->items);
    draft->item = (struct sop_item){
        .level = w->level, .gate = gate, .group = w->group, .head = w->head, .line = block->line + w->offset};
    set_id(w, draft, &w->items);
    set_words(w, &draft->item, words);
    w->head_line = 0;
    w->gap = gate == SOP_GATE_PREREQUISITE; // its column is 0, so every list is deeper
}

static void read_paragraph(struct walker *w, const struct markdown_node *block)
{
    struct procedure_words words = {0};
    add_words(w, block, 0, &words);
    struct span text = str_span(&words.text);
    struct head head = parse_head(text);
    enum sop_gate gate = gate_of(w, text, true);
    uint32_t line = block->line + w->offset;
    if (head.kind == HEAD_BROKEN) {
        report_broken_head(w, line, text, head.meant);
    } else if (head.kind == HEAD_LEVEL) {
        begin_level(w, head, line);
    } else if (gate == SOP_GATE_FIRST || gate == SOP_GATE_PREREQUISITE) {
        add_gate_item(w, block, &words, gate);
    } else {
        problems_add(w->r->problems, PROBLEM_NOTE, line, "text outside of items; it is not read");
        w->gap = true;
    }
    procedure_words_done(&words);
}

static void read_heading(struct walker *w, const struct markdown_node *block)
{
    struct span title = span_trim(w->r->lines[block->line + w->offset - 1]);
    while (span_skip(&title, "#")) {}
    end_head(w);
    w->level = SOP_LEVEL_NONE;
    w->head = NULL;
    w->group = arena_span(&w->r->sop->arena, span_trim(title));
    w->head_line = block->line + w->offset;
    w->heading = true;
    w->gap = false;
    problems_add(w->r->problems, PROBLEM_NOTE, w->head_line, "a sub-heading");
}

static void read_block(struct walker *w, const struct markdown_node *block)
{
    switch (block->kind) {
    case MARKDOWN_HEADING:
        read_heading(w, block);
        break;
    case MARKDOWN_PARAGRAPH:
        read_paragraph(w, block);
        break;
    case MARKDOWN_LIST:
        read_top_list(w, block);
        break;
    default:
        problems_add(w->r->problems, PROBLEM_NOTE, block->line + w->offset,
                     "a block outside of items; it is not read");
    }
}

// ------------------------------------------------------------------ the phase

static const struct sop_item *freeze(struct arena *arena, const struct draft *draft)
{
    if (draft->n == 0)
        return NULL;
    struct sop_item *items = arena_alloc(arena, draft->n * sizeof *items);
    for (size_t i = 0; i < draft->n; i++) {
        items[i] = draft->nested[i].item;
        items[i].nested = freeze(arena, &draft->nested[i]);
        items[i].n_nested = draft->nested[i].n;
    }
    return items;
}

static void free_nested(struct draft *draft)
{
    for (size_t i = 0; i < draft->n; i++)
        free_nested(&draft->nested[i]);
    free(draft->nested);
}

static char letter_of(const char *name)
{
    char c = name[0];
    return (char)(c >= 'a' && c <= 'z' ? c - 32 : c >= 'A' && c <= 'Z' ? c : 'P');
}

// The letter alone, or with the phase's number where an earlier phase begins with it, too.
static void set_prefix(struct walker *w, const char *name)
{
    const struct sop *sop = w->r->sop;
    char letter = letter_of(name);
    bool taken = false;
    for (size_t i = 0; i < sop->n_phases; i++)
        taken = taken || letter_of(sop->phases[i].name) == letter;
    w->prefix[0] = letter;
    if (taken)
        snprintf(w->prefix, sizeof w->prefix, "%c%zu", letter, sop->n_phases + 1);
}

void procedure_read_phase(struct procedure_reader *r, const struct procedure_section *s,
                          struct sop_phase *ret)
{
    struct arena blocks = {0};
    struct walker w = {.r = r, .offset = s->first - 1};
    set_prefix(&w, ret->name);
    const struct markdown_node *root = markdown_parse(&blocks, procedure_lines(r, s->first, s->last));
    for (const struct markdown_node *block = root->first; block; block = block->next)
        read_block(&w, block);
    end_head(&w);
    ret->items = freeze(&r->sop->arena, &w.items);
    ret->n_items = w.items.n;
    free_nested(&w.items);
    arena_done(&blocks);
}
