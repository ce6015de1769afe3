// Calls: is there such a tool, does it take these arguments, is what it needs there, may it be run; and tools
// that are spoken of without being called.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/near.h"
#include "core/parse/procedure_tool.h"
#include "core/probe/lint.h"

struct spelling { // which of two spellings the file uses, and where first
    struct span entry, used;
    uint32_t line;
};

struct calls {
    struct lint_file *file;
    struct spelling *spellings;
    size_t n, cap;
};

static void lint_unknown_tool(struct calls *c, const struct sop_call *call)
{
    const char *near = procedure_tool_nearest(span_of(call->tool));
    problems_add(&c->file->problems, PROBLEM_ERROR, call->line, "unknown tool \"%s\"%s%s%s", call->tool,
                 near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
}

// "labelSelector" here and "label_selector" there.
static void lint_spelling(struct calls *c, struct span entry, struct span used, uint32_t line)
{
    if (span_find_char(entry, '/') == SIZE_MAX)
        return;
    for (size_t i = 0; i < c->n; i++) {
        if (!span_eq(c->spellings[i].entry, entry))
            continue;
        if (!span_eq(c->spellings[i].used, used))
            problems_add(&c->file->problems, PROBLEM_WARNING, line,
                         "\"" SPAN_FMT "\" here, \"" SPAN_FMT "\" in line %u: two spellings of one argument",
                         SPAN_ARG(used), SPAN_ARG(c->spellings[i].used), (unsigned)c->spellings[i].line);
        return;
    }
    *MEM_PUSH(c->spellings, c->n, c->cap) = (struct spelling){.entry = entry, .used = used, .line = line};
}

static const char *nearest_argument(const struct procedure_tool *tool, struct span name, struct arena *arena)
{
    const char **names = NULL;
    size_t n = 0, cap = 0;
    struct span lists[] = {span_of(tool->required), span_of(tool->optional)}, entry, spelling;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        while (span_cut_word(&lists[i], &entry)) {
            while (span_cut(&entry, '/', &spelling))
                *ARENA_PUSH(arena, names, n, cap) = arena_span(arena, spelling);
        }
    }
    *ARENA_PUSH(arena, names, n, cap) = NULL;
    return near_word(name, names);
}

static void lint_arguments(struct calls *c, const struct sop_call *call, const struct procedure_tool *tool)
{
    for (size_t i = 0; i < call->n_args; i++) {
        struct span name = span_of(call->args[i].name), entry;
        if (procedure_list_has(tool->required, name, &entry) ||
            procedure_list_has(tool->optional, name, &entry)) {
            lint_spelling(c, entry, name, call->line);
            continue;
        }
        struct arena arena = {0};
        const char *near = nearest_argument(tool, name, &arena);
        problems_add(&c->file->problems, PROBLEM_WARNING, call->line,
                     "\"%s\" takes no argument \"" SPAN_FMT "\"%s%s%s", call->tool, SPAN_ARG(name),
                     near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
        arena_done(&arena);
    }
}

static bool has_argument(const struct sop_call *call, struct span entry)
{
    struct span spelling;
    while (span_cut(&entry, '/', &spelling)) {
        for (size_t i = 0; i < call->n_args; i++) {
            if (span_is(spelling, call->args[i].name))
                return true;
        }
    }
    return false;
}

static void lint_required(struct calls *c, const struct sop_call *call, const struct procedure_tool *tool)
{
    struct span rest = span_of(tool->required), entry;
    while (span_cut_word(&rest, &entry)) {
        if (!has_argument(call, entry))
            problems_add(&c->file->problems, PROBLEM_WARNING, call->line, "\"%s\" needs \"" SPAN_FMT "\"",
                         call->tool, SPAN_ARG(entry));
    }
}

// An instance's id is "i-" and 8 to 17 hex digits; a placeholder in <> stands for one.
static void lint_instance(struct calls *c, const struct sop_call *call)
{
    const char *id = sop_call_arg(call, "instanceId");
    if (!id || id[0] == '<' || id[0] == '$')
        return;
    size_t digits = strspn(id, "i-") == 2 ? strspn(id + 2, "0123456789abcdef") : 0;
    if (digits < 8 || digits > 17 || id[2 + digits] != '\0')
        problems_add(&c->file->problems, PROBLEM_WARNING, call->line,
                     "\"%s\" is no instance id (i- and 8 to 17 hex digits)", id);
}

static void lint_call(struct calls *c, const struct sop_call *call)
{
    const struct procedure_tool *tool = procedure_tool(span_of(call->tool));
    if (!tool) {
        lint_unknown_tool(c, call);
        return;
    }
    lint_arguments(c, call, tool);
    lint_required(c, call, tool);
    lint_instance(c, call);
    const char *query = sop_call_arg(call, "query");
    if (query)
        lint_query(&c->file->problems, query, call->line);
}

// ------------------------------------------------------------------ ratings and mentions

// Names that are plain words ("status", "errors") count only as part of a list: "(collect), search: YELLOW".
static bool names_tool(const char *sentence, const char *tool)
{
    size_t length = strlen(tool);
    const char *ends = strchr(tool, '_') ? " ,):`." : ",):`";
    for (const char *found = strstr(sentence, tool); found; found = strstr(found + length, tool)) {
        bool begins = found == sentence || strchr(" ,(`", found[-1]);
        if (begins && found[length] && strchr(ends, found[length]))
            return true;
    }
    return false;
}

// A step may only call what is rated GREEN.
static void lint_rating(struct calls *c, const struct sop_call *call)
{
    const struct sop *sop = c->file->sop;
    for (size_t i = 0; i < sop->n_ratings; i++) {
        const struct sop_rating *rating = &sop->ratings[i];
        bool guarded = rating->color && !strstr(rating->color, "GREEN");
        if (guarded && names_tool(rating->text, call->tool))
            problems_add(&c->file->problems, PROBLEM_WARNING, call->line,
                         "\"%s\" is rated %s in line %u; a step may not run it", call->tool, rating->color,
                         (unsigned)rating->line);
    }
}

static void lint_mentions(struct calls *c, const struct sop_item *item)
{
    struct span rest = span_of(item->text), part;
    for (bool code = false; span_cut(&rest, '`', &part); code = !code) {
        bool called = false;
        for (size_t i = 0; i < item->n_calls; i++)
            called = called || span_is(part, item->calls[i].tool);
        if (code && !called && procedure_tool(part))
            problems_add(&c->file->problems, PROBLEM_NOTE, item->line,
                         "\"" SPAN_FMT "\" is mentioned, not called", SPAN_ARG(part));
    }
}

static void lint_item(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    struct calls *c = context;
    (void)parent;
    for (size_t i = 0; i < item->n_calls; i++) {
        lint_call(c, &item->calls[i]);
        lint_rating(c, &item->calls[i]);
    }
    lint_mentions(c, item);
}

void lint_calls(struct lint_file *file)
{
    struct calls c = {.file = file};
    lint_visit(file->sop, lint_item, &c);
    for (size_t i = 0; i < file->sop->n_examples; i++)
        lint_call(&c, &file->sop->examples[i]);
    free(c.spellings);
}
