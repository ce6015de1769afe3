// Reads back what report_write_json wrote, for cases on disk. The text may have been tampered with: every key
// may be missing or of another kind, and what is not understood is an error, never a guess.
#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/model/reads.h"
#include "core/report/format.h"

struct reading {
    struct report *report;
    struct arena *arena;
    struct error *err;
};

static const char *text_of(const struct reading *rd, const struct json_value *value)
{
    struct span text = json_text(value);
    return text.at ? arena_span(rd->arena, text) : NULL;
}

static const char *text_at(const struct reading *rd, const struct json_value *map, const char *name)
{
    return text_of(rd, json_get(map, name));
}

// What the report never leaves out.
static const char *text_or_empty(const struct reading *rd, const struct json_value *map, const char *name)
{
    const char *text = text_at(rd, map, name);
    return text ? text : "";
}

// The items of a list; *ret_n is 0 where it is not there.
static const struct json_value *list_at(const struct json_value *map, const char *name, size_t *ret_n)
{
    const struct json_value *list = json_get(map, name);
    bool is_list = list && list->kind == JSON_LIST;
    *ret_n = is_list ? list->n : 0;
    return is_list ? list->items : NULL;
}

static const char *const *texts_at(const struct reading *rd, const struct json_value *map, const char *name,
                                   size_t *ret_n)
{
    const struct json_value *items = list_at(map, name, ret_n);
    const char **texts = arena_alloc(rd->arena, *ret_n * sizeof *texts);
    for (size_t i = 0; i < *ret_n; i++) {
        const char *text = text_of(rd, &items[i]);
        texts[i] = text ? text : "";
    }
    return texts;
}

static bool read_diagnosis(const struct reading *rd, const struct json_value *map, enum diagnosis *ret)
{
    struct span id = json_text(json_get(map, "diagnosis"));
    return diagnosis_parse(id, ret) || error_set(rd->err, "line %u: unknown diagnosis \"" SPAN_FMT "\"",
                                                 map->line, SPAN_ARG(span_first(id, 60)));
}

static bool read_verdict(const struct reading *rd, const struct json_value *map, enum verdict *ret)
{
    struct span word = json_text(json_get(map, "verdict"));
    return verdict_parse(word, ret) || error_set(rd->err, "line %u: unknown verdict \"" SPAN_FMT "\"",
                                                 map->line, SPAN_ARG(span_first(word, 60)));
}

static void read_evidence(const struct reading *rd, const struct json_value *root)
{
    struct report *r = rd->report;
    const struct json_value *items = list_at(root, "evidence", &r->n_evidence);
    struct report_evidence *list = arena_alloc(rd->arena, r->n_evidence * sizeof *list);
    for (size_t i = 0; i < r->n_evidence; i++) {
        list[i] = (struct report_evidence){
            .type = text_or_empty(rd, &items[i], "type"),
            .content = text_or_empty(rd, &items[i], "content"),
            .source = text_or_empty(rd, &items[i], "source"),
            .id = text_at(rd, &items[i], "id"),
            .finding = text_at(rd, &items[i], "finding"),
            .place = {.file = FILE_NONE},
        };
    }
    r->evidence = list;
}

static void read_scope(const struct reading *rd, const struct json_value *root)
{
    struct report_scope *scope = &rd->report->scope;
    const struct json_value *map = json_get(root, "scope");
    scope->pods = text_at(rd, map, "pods");
    scope->nodes = texts_at(rd, map, "nodes", &scope->n_nodes);
    scope->evidence = texts_at(rd, map, "evidence", &scope->n_evidence);
    if (!clock_parse_rfc3339(json_text(json_get(map, "since")), &scope->since))
        scope->since = TIME_UNKNOWN;
}

static bool read_also(const struct reading *rd, const struct json_value *root)
{
    struct report *r = rd->report;
    const struct json_value *items = list_at(root, "also", &r->n_also);
    struct report_cause *list = arena_alloc(rd->arena, r->n_also * sizeof *list);
    for (size_t i = 0; i < r->n_also; i++) {
        list[i].root_cause = text_or_empty(rd, &items[i], "root_cause");
        list[i].evidence = texts_at(rd, &items[i], "evidence", &list[i].n_evidence);
        if (!read_diagnosis(rd, &items[i], &list[i].diagnosis) ||
            !read_verdict(rd, &items[i], &list[i].verdict))
            return false;
    }
    r->also = list;
    return true;
}

static bool read_rejected(const struct reading *rd, const struct json_value *root)
{
    struct report *r = rd->report;
    const struct json_value *items = list_at(root, "rejected", &r->n_rejected);
    struct report_rejected *list = arena_alloc(rd->arena, r->n_rejected * sizeof *list);
    for (size_t i = 0; i < r->n_rejected; i++) {
        list[i].reason = text_or_empty(rd, &items[i], "reason");
        list[i].source = text_at(rd, &items[i], "source");
        if (!read_diagnosis(rd, &items[i], &list[i].diagnosis))
            return false;
    }
    r->rejected = list;
    return true;
}

// It may be somebody else's report, and its commands are there to be copied.
static void read_unknown(const struct reading *rd, const struct json_value *root)
{
    struct report *r = rd->report;
    const struct json_value *items = list_at(root, "unknown", &r->n_unknown);
    struct report_unknown *list = arena_alloc(rd->arena, r->n_unknown * sizeof *list);
    for (size_t i = 0; i < r->n_unknown; i++) {
        list[i].what = text_or_empty(rd, &items[i], "what");
        const char *command = text_at(rd, &items[i], "command");
        list[i].command = reads_only(command) ? command : NULL;
    }
    r->unknown = list;
}

static void read_escalation(const struct reading *rd, const struct json_value *root)
{
    struct report *r = rd->report;
    const struct json_value *items = list_at(root, "escalation", &r->n_escalation);
    struct report_escalation *list = arena_alloc(rd->arena, r->n_escalation * sizeof *list);
    for (size_t i = 0; i < r->n_escalation; i++) {
        list[i].condition = text_or_empty(rd, &items[i], "condition");
        list[i].evidence = texts_at(rd, &items[i], "evidence", &list[i].n_evidence);
    }
    r->escalation = list;
}

static bool read_step(const struct reading *rd, const struct json_value *map, struct report_step *ret)
{
    ret->id = text_or_empty(rd, map, "id");
    ret->result = text_at(rd, map, "result");
    ret->reason = text_at(rd, map, "reason");
    ret->evidence = texts_at(rd, map, "evidence", &ret->n_evidence);
    for (const char *dot = strchr(ret->id, '.'); dot && (dot = strchr(dot + 1, '.'));)
        ret->depth++;
    struct span level = json_text(json_get(map, "level"));
    if (level.at && !sop_level_parse(level, &ret->level))
        return error_set(rd->err, "line %u: unknown level of step %s", map->line, ret->id);
    return step_status_parse(json_text(json_get(map, "status")), &ret->status) ||
           error_set(rd->err, "line %u: unknown status of step %s", map->line, ret->id);
}

static bool read_steps(const struct reading *rd, const struct json_value *root)
{
    struct report *r = rd->report;
    const struct json_value *items = list_at(root, "steps", &r->n_steps);
    struct report_step *list = arena_alloc(rd->arena, r->n_steps * sizeof *list);
    for (size_t i = 0; i < r->n_steps; i++) {
        if (!read_step(rd, &items[i], &list[i]))
            return false;
    }
    r->steps = list;
    return true;
}

static void read_words(const struct reading *rd, const struct json_value *root)
{
    struct report *r = rd->report;
    const struct json_value *mitigation = json_get(root, "mitigation"),
                            *verified = json_get(root, "verified");
    r->root_cause = text_or_empty(rd, root, "root_cause");
    r->severity = text_or_empty(rd, root, "severity");
    r->immediate = text_or_empty(rd, mitigation, "immediate");
    r->long_term = text_or_empty(rd, mitigation, "long_term");
    r->confirm = text_at(rd, mitigation, "check");
    r->sop = text_or_empty(rd, root, "sop");
    r->handoff = text_at(rd, root, "handoff");
    r->verified_at = text_at(rd, verified, "at");
    r->verified_result = text_at(rd, verified, "result");
    r->notes = texts_at(rd, root, "notes", &r->n_notes);
    r->limits = texts_at(rd, root, "mode_limits", &r->n_limits);
    r->guided = span_is(json_text(json_get(root, "mode")), "guided");
}

static bool read_root(const struct reading *rd, const struct json_value *root)
{
    if (root->kind != JSON_MAP)
        return error_set(rd->err, "line %u: a report is an object", root->line);
    read_words(rd, root);
    read_evidence(rd, root);
    read_scope(rd, root);
    read_unknown(rd, root);
    read_escalation(rd, root);
    return read_diagnosis(rd, root, &rd->report->diagnosis) && read_verdict(rd, root, &rd->report->verdict) &&
           read_also(rd, root) && read_rejected(rd, root) && read_steps(rd, root);
}

struct report *report_read_json(struct span text, struct error *err)
{
    struct report *report = mem_alloc(sizeof *report);
    struct arena tree = {0};
    const struct json_value *root = json_parse(&tree, text, err);
    struct reading rd = {report, &report->arena, err};
    bool ok = root && read_root(&rd, root);
    arena_done(&tree);
    if (ok)
        return report;
    report_free(report);
    return NULL;
}
