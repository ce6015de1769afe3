// The whole of a procedure's file: front matter, then sections by their headings of level 2. Headings are
// looked for in the source lines, outside fences: so that what stands in Guardrails or in Common Issues,
// which are YAML, is never read as Markdown.
#include "core/parse/procedure.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/near.h"
#include "core/parse/procedure_reader.h"

struct span procedure_lines(const struct procedure_reader *r, uint32_t first, uint32_t last)
{
    if (first < 1 || first > last || first > r->n_lines)
        return span_make("", 0);
    const char *from = r->lines[first - 1].at;
    const char *to = last < r->n_lines ? r->lines[last].at : r->text.at + r->text.len;
    return span_make(from, (size_t)(to - from));
}

// ------------------------------------------------------------------ sections

struct fence { // the fenced code block that is open
    char mark; // '`' or '~'; 0: none
    size_t length;
    uint32_t line;
};

// CommonMark 4.5, but that any indentation will do: a fence may stand in an item.
static void follow_fence(struct fence *fence, struct span line, uint32_t number)
{
    line = span_trim(line);
    if (line.len == 0)
        return;
    char mark = line.at[0];
    size_t length = 0;
    while (length < line.len && line.at[length] == mark)
        length++;
    if ((mark != '`' && mark != '~') || length < 3)
        return;
    struct span info = span_from(line, length);
    if (fence->mark == '\0' && (mark == '~' || span_find_char(info, '`') == SIZE_MAX))
        *fence = (struct fence){.mark = mark, .length = length, .line = number};
    else if (mark == fence->mark && length >= fence->length && info.len == 0)
        *fence = (struct fence){0};
}

// A phase's heading: "Phase 2 — Enrich". ret_name is what stands behind the dash, or all behind the number.
static bool is_phase(struct span title, struct span *ret_name)
{
    if (title.len < 6 || !span_is_caseless(span_first(title, 6), "phase "))
        return false;
    struct span rest = span_trim(span_from(title, 6));
    while (rest.len && rest.at[0] >= '0' && rest.at[0] <= '9')
        rest = span_from(rest, 1);
    static const char *const dashes[] = {"\xE2\x80\x94", "\xE2\x80\x93", "-", ":"};
    rest = span_trim(rest);
    for (size_t i = 0; i < ARRAY_LEN(dashes); i++) {
        if (span_skip(&rest, dashes[i]))
            break;
    }
    *ret_name = span_trim(rest);
    return true;
}

typedef void read_section(struct procedure_reader *r, const struct procedure_section *s);

static const struct {
    const char *title;
    read_section *read;
} sections[] = {
    {"Guardrails", procedure_read_guardrails},
    {"Common Issues", procedure_read_issues},
    {"Examples", procedure_read_examples},
    {"Output Format", procedure_read_output},
};

static void read_other_section(struct procedure_reader *r, const struct procedure_section *s)
{
    const char *names[ARRAY_LEN(sections) + 2] = {"Phase"};
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (span_is_caseless(s->title, sections[i].title)) {
            sections[i].read(r, s);
            return;
        }
        names[i + 1] = sections[i].title;
    }
    struct span rest = s->title, word;
    const char *near = near_word(s->title, names);
    if (!near && span_cut_word(&rest, &word))
        near = near_word(word, names);
    if (near)
        problems_add(r->problems, PROBLEM_ERROR, s->heading,
                     "unknown section \"" SPAN_FMT "\" (did you mean \"%s\"?)", SPAN_ARG(s->title), near);
    else
        problems_add(r->problems, PROBLEM_NOTE, s->heading, "section \"" SPAN_FMT "\" is not read",
                     SPAN_ARG(s->title));
}

struct phases {
    struct sop_phase *items;
    size_t n, cap;
};

static void read_section_at(struct procedure_reader *r, struct procedure_section *s, struct phases *phases)
{
    struct span name;
    s->title = span_trim(span_from(r->lines[s->heading - 1], 2));
    if (!is_phase(s->title, &name)) {
        read_other_section(r, s);
        return;
    }
    struct sop_phase phase = {.name = arena_span(&r->sop->arena, name.len ? name : s->title)};
    r->sop->phases = phases->items; // those before: ids are unique among all
    r->sop->n_phases = phases->n;
    procedure_read_phase(r, s, &phase);
    *ARENA_PUSH(&r->sop->arena, phases->items, phases->n, phases->cap) = phase;
}

// What stands before the first heading of level 2.
static void check_preamble(struct procedure_reader *r, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last && i <= r->n_lines; i++) {
        struct span line = span_trim(r->lines[i - 1]);
        if (span_starts(line, "- ") || span_starts(line, "* ")) {
            problems_add(r->problems, PROBLEM_ERROR, i,
                         "an item before any phase; begin with \"## Phase 1 — Triage\"");
            return;
        }
    }
}

static void read_body(struct procedure_reader *r, uint32_t first)
{
    struct procedure_section section = {0};
    struct phases phases = {0};
    struct fence fence = {0};
    uint32_t body = first;
    for (uint32_t i = first; i <= r->n_lines + 1; i++) {
        bool end = i > r->n_lines;
        bool heading = !end && fence.mark == '\0' && span_starts(r->lines[i - 1], "## ");
        if (!end)
            follow_fence(&fence, r->lines[i - 1], i);
        if (!end && !heading)
            continue;
        section.first = body;
        section.last = i - 1;
        if (section.heading)
            read_section_at(r, &section, &phases);
        else
            check_preamble(r, body, i - 1);
        section.heading = i;
        body = i + 1;
    }
    if (fence.mark)
        problems_add(r->problems, PROBLEM_ERROR, fence.line, "this fence is never closed");
    r->sop->phases = phases.items;
    r->sop->n_phases = phases.n;
    if (phases.n == 0)
        problems_add(r->problems, PROBLEM_ERROR, r->n_lines ? r->n_lines : 1,
                     "no phase; a procedure needs at least \"## Phase 1 — Triage\"");
}

// ------------------------------------------------------------------ the file

static void split_lines(struct procedure_reader *r)
{
    struct span *lines = NULL, rest = r->text, line;
    size_t n = 0, cap = 0;
    while (span_cut_line(&rest, &line))
        *ARENA_PUSH(&r->sop->arena, lines, n, cap) = line;
    r->lines = lines;
    r->n_lines = (uint32_t)n;
}

// The lines between the first "---" and the next; gives the first line behind it.
static uint32_t read_front_matter(struct procedure_reader *r)
{
    if (r->n_lines == 0 || !span_is(span_trim(r->lines[0]), "---")) {
        problems_add(r->problems, PROBLEM_ERROR, 1, "no front matter; the first line must be \"---\"");
        return 1;
    }
    for (uint32_t i = 2; i <= r->n_lines; i++) {
        if (span_is(span_trim(r->lines[i - 1]), "---")) {
            procedure_read_front_matter(r, 2, i - 1);
            return i + 1;
        }
    }
    problems_add(r->problems, PROBLEM_ERROR, 1,
                 "the front matter is never closed; it ends with a line \"---\"");
    return r->n_lines + 1;
}

struct sop *procedure_parse(struct span text, const char *path, struct problems *ret)
{
    struct sop *sop = mem_alloc(sizeof *sop);
    struct procedure_reader r = {.sop = sop, .problems = ret};
    sop->path = arena_strdup(&sop->arena, path);
    span_skip(&text, "\xEF\xBB\xBF"); // a byte order mark
    r.text = text = span_make(arena_dup(&sop->arena, text.at, text.len), text.len);
    split_lines(&r);
    read_body(&r, read_front_matter(&r));
    if (text.len && text.at[text.len - 1] != '\n')
        problems_add(ret, PROBLEM_NOTE, r.n_lines, "the last line has no newline");
    return sop;
}
