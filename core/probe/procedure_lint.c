// The lint's frame: structure, gates, guardrails and output of one file, and what several files share.
#include "core/probe/procedure_lint.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/yaml.h"
#include "core/parse/procedure_tool.h"
#include "core/probe/catalogue.h"
#include "core/probe/lint.h"
#include "core/probe/procedures.h"

// ------------------------------------------------------------------ items

static void visit_items(const struct sop_item *items, size_t n, const struct sop_item *parent,
                        lint_visit_fn *visit, void *context)
{
    for (size_t i = 0; i < n; i++) {
        visit(&items[i], parent, context);
        visit_items(items[i].nested, items[i].n_nested, &items[i], visit, context);
    }
}

void lint_visit(const struct sop *sop, lint_visit_fn *visit, void *context)
{
    for (size_t i = 0; i < sop->n_phases; i++)
        visit_items(sop->phases[i].items, sop->phases[i].n_items, NULL, visit, context);
}

// ------------------------------------------------------------------ gates

struct held { // does a gate's sentence name anything?
    const char *sentence;
    uint32_t line;
    bool any;
};

static void look_for_held(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    enum subject subjects[SUBJECT_COUNT];
    struct held *held = context;
    if (item->line <= held->line)
        return;
    size_t n = catalogue_subjects(item, parent, subjects, SUBJECT_COUNT);
    for (size_t i = 0; i < n; i++)
        held->any = held->any || catalogue_gate_names(held->sentence, subjects[i]);
}

static const struct sop_item *only_of(const struct sop_item *item)
{
    for (size_t i = 0; i < item->n_nested; i++) {
        if (item->nested[i].gate == SOP_GATE_ONLY)
            return &item->nested[i];
    }
    return NULL;
}

static void lint_prerequisite(struct lint_file *file, const struct sop_item *item)
{
    enum subject subjects[SUBJECT_COUNT];
    const struct sop_item *only = only_of(item);
    if (catalogue_subjects(item, NULL, subjects, SUBJECT_COUNT) == 0)
        problems_add(&file->problems, PROBLEM_WARNING, item->line,
                     "nothing can satisfy this gate: no call under it reads anything that would decide it");
    if (!only) {
        problems_add(&file->problems, PROBLEM_WARNING, item->line,
                     "PREREQUISITE without ONLY: nothing says what waits for it");
        return;
    }
    struct held held = {.sentence = only->text, .line = only->line};
    lint_visit(file->sop, look_for_held, &held);
    if (!held.any)
        problems_add(&file->problems, PROBLEM_WARNING, only->line,
                     "this gate holds nothing: no later step is about what its sentence goes on to");
}

static void lint_item(const struct sop_item *item, const struct sop_item *parent, void *context)
{
    struct lint_file *file = context;
    if (item->gate == SOP_GATE_PREREQUISITE)
        lint_prerequisite(file, item);
    if (item->gate == SOP_GATE_ONLY && !(parent && parent->gate == SOP_GATE_PREREQUISITE))
        problems_add(&file->problems, PROBLEM_WARNING, item->line,
                     "ONLY outside a PREREQUISITE holds nothing");
    if (!parent && item->level == SOP_LEVEL_NONE)
        problems_add(&file->problems, PROBLEM_WARNING, item->line,
                     "an item without a level (MUST, SHOULD, MAY)");
    if (parent && item->n_nested)
        problems_add(&file->problems, PROBLEM_NOTE, item->nested[0].line, "nested more than one step deep");
}

// ------------------------------------------------------------------ the rest of one file

static void lint_missing_parts(struct lint_file *file)
{
    const struct sop *sop = file->sop;
    if (sop->n_examples == 0)
        problems_add(&file->problems, PROBLEM_WARNING, 1, "no examples");
    if (sop->n_escalation == 0)
        problems_add(&file->problems, PROBLEM_WARNING, 1, "no escalation_conditions in Guardrails");
    if (sop->n_ratings == 0)
        problems_add(&file->problems, PROBLEM_WARNING, 1, "no safety_ratings in Guardrails");
    if (!sop->output)
        problems_add(&file->problems, PROBLEM_WARNING, 1, "no output format");
}

static void lint_output_keys(struct lint_file *file, const struct yaml_node *output)
{
    static const char *const known[] = {"root_cause", "evidence", "severity", "mitigation"};
    for (size_t i = 0; i < output->n; i++) {
        bool is_known = false;
        for (size_t k = 0; k < ARRAY_LEN(known); k++)
            is_known = is_known || strcmp(output->keys[i]->text, known[k]) == 0;
        if (!is_known)
            problems_add(&file->problems, PROBLEM_NOTE, file->sop->output_line + output->keys[i]->line - 1,
                         "output key \"%s\" is not written by the report", output->keys[i]->text);
    }
}

static void lint_output(struct lint_file *file)
{
    struct arena arena = {0};
    const struct sop *sop = file->sop;
    const struct yaml_node *output = sop->output ? yaml_parse(&arena, span_of(sop->output), NULL) : NULL;
    if (output && output->kind == YAML_MAP) {
        const struct yaml_node *severity = yaml_get(output, "severity"),
                               *cause = yaml_get(output, "root_cause");
        lint_output_keys(file, output);
        if (severity && yaml_text(severity) && sop->severity &&
            strcmp(yaml_text(severity), sop->severity) != 0)
            problems_add(&file->problems, PROBLEM_WARNING, sop->output_line + severity->line - 1,
                         "severity %s here, %s in the front matter", yaml_text(severity), sop->severity);
        if (!cause || !yaml_text(cause))
            problems_add(&file->problems, PROBLEM_WARNING, sop->output_line, "the output has no root_cause");
        else if (!strchr(yaml_text(cause), '|'))
            problems_add(&file->problems, PROBLEM_WARNING, sop->output_line + cause->line - 1,
                         "root_cause offers no alternatives (\"<a|b|…> — <detail>\")");
    }
    arena_done(&arena);
}

static void lint_one(struct lint_file *file, const struct map *ids)
{
    lint_visit(file->sop, lint_item, file);
    lint_missing_parts(file);
    lint_output(file);
    lint_calls(file);
    lint_triggers(file);
    lint_words(file, ids);
}

// ------------------------------------------------------------------ several files

static void lint_same_id(struct lint_file *files, size_t n, size_t at)
{
    const char *id = files[at].sop->id;
    for (size_t i = 0; id && i < n; i++) {
        const struct sop *other = files[i].sop;
        if (i != at && other && other->id && strcmp(other->id, id) == 0)
            problems_add(&files[at].problems, PROBLEM_WARNING, 1,
                         "id \"%s\" is also that of %s; only titles tell them apart", id, other->path);
    }
}

static bool has_trigger(const struct sop *sop, const char *trigger)
{
    for (size_t i = 0; i < sop->n_triggers; i++) {
        if (strcmp(sop->triggers[i], trigger) == 0)
            return true;
    }
    return false;
}

static void lint_same_triggers(struct lint_file *files, size_t n, size_t at)
{
    const struct sop *sop = files[at].sop;
    for (size_t i = 0; i < sop->n_triggers; i++) {
        for (size_t k = 0; k < n; k++) {
            if (k != at && files[k].sop && has_trigger(files[k].sop, sop->triggers[i]))
                problems_add(&files[at].problems, PROBLEM_WARNING, sop->trigger_lines[i],
                             "trigger \"%s\" also stands in %s", sop->triggers[i], files[k].sop->path);
        }
    }
}

static void add_ids(struct map *ids, const struct lint_file *files, size_t n, const struct procedures *there)
{
    for (size_t i = 0; i < n; i++) {
        if (files[i].sop && files[i].sop->id)
            map_put(ids, span_of(files[i].sop->id), "");
    }
    for (size_t i = 0; i < there->n; i++) {
        if (there->items[i].id)
            map_put(ids, span_of(there->items[i].id), "");
    }
}

void procedure_lint(struct lint_file *files, size_t n)
{
    struct procedures there;
    struct map ids = {0};
    procedures_list(&there);
    add_ids(&ids, files, n, &there);
    for (size_t i = 0; i < n; i++) {
        if (!files[i].sop)
            continue;
        lint_one(&files[i], &ids);
        lint_same_id(files, n, i);
        lint_same_triggers(files, n, i);
        problems_sort(&files[i].problems);
    }
    map_done(&ids);
    procedures_done(&there);
}
