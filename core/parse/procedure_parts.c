// The parts of a procedure that are YAML or examples: front matter, guardrails, common issues, examples,
// output format. All are read from the source lines, where they stand.
#include <string.h>

#include "core/base/mem.h"
#include "core/base/near.h"
#include "core/door/yaml.h"
#include "core/parse/procedure_reader.h"
#include "core/parse/procedure_tool.h"

// Line numbers of YAML count from its own first line, which is line `first` of the file.
static uint32_t line_of(const struct yaml_node *node, uint32_t first)
{
    return node->line + first - 1;
}

// "line 3: …" of a YAML error, as a problem of the file. At its end the error is found one line too late.
static void add_yaml_error(struct procedure_reader *r, const uint32_t range[static 2], const char *what,
                           const struct error *err)
{
    struct span text = span_of(err->text), number;
    uint64_t line = 1;
    if (span_skip(&text, "line ") && span_cut(&text, ':', &number))
        span_to_u64(number, &line);
    uint32_t at = range[0] + (uint32_t)line - 1;
    problems_add(r->problems, PROBLEM_ERROR, at < range[1] ? at : range[1], "%s is not YAML: " SPAN_FMT, what,
                 SPAN_ARG(span_trim(text)));
}

// The YAML of these lines; NULL where there is none, or with a problem.
static const struct yaml_node *parse_yaml(struct procedure_reader *r, uint32_t first, uint32_t last,
                                          const char *what)
{
    struct error err = {{0}};
    const struct yaml_node *node = yaml_parse(&r->sop->arena, procedure_lines(r, first, last), &err);
    if (!node && err.text[0])
        add_yaml_error(r, (const uint32_t[]){first, last}, what, &err);
    return node;
}

// ------------------------------------------------------------------ front matter

static const char *const known_keys[] = {"title", "description", "status",  "severity", "triggers",
                                         "owner", "objective",   "context", NULL};
static const char *const severities[] = {"CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO", NULL};

static bool is_in(const char *const *words, const char *word)
{
    for (; *words; words++) {
        if (strcmp(*words, word) == 0)
            return true;
    }
    return false;
}

static void check_keys(struct procedure_reader *r, const struct yaml_node *map, uint32_t first)
{
    for (size_t i = 0; i < map->n; i++) {
        const char *key = map->keys[i]->text;
        uint32_t line = line_of(map->keys[i], first);
        if (yaml_get(map, key) != map->items[i])
            problems_add(r->problems, PROBLEM_WARNING, line, "key \"%s\" stands twice; the first counts",
                         key);
        if (is_in(known_keys, key))
            continue;
        const char *near = near_word(span_of(key), known_keys);
        problems_add(r->problems, PROBLEM_WARNING, line, "unknown key \"%s\"%s%s%s", key,
                     near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
    }
}

static void check_severity(struct procedure_reader *r, const struct yaml_node *node, uint32_t first)
{
    const char *text = yaml_text(node);
    if (!text || is_in(severities, text))
        return;
    const char *near = near_word(span_of(text), severities);
    problems_add(r->problems, PROBLEM_ERROR, line_of(node, first),
                 "unknown severity \"%s\"%s%s%s; CRITICAL, HIGH, MEDIUM, LOW or INFO", text,
                 near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
}

struct texts { // a list of sentences, with lines
    const char **text;
    uint32_t *line;
    size_t n, cap_text, cap_line;
};

// A scalar's text; of `- sentence: GREEN`, which YAML reads as a map of one pair, the sentence again.
static const char *sentence_of(struct arena *arena, const struct yaml_node *node)
{
    if (node && node->kind == YAML_MAP && node->n == 1 && yaml_text(node->items[0]))
        return arena_printf(arena, "%s: %s", node->keys[0]->text, node->items[0]->text);
    return yaml_text(node);
}

static void add_text(struct procedure_reader *r, struct texts *texts, const struct yaml_node *node,
                     uint32_t first)
{
    struct arena *arena = &r->sop->arena;
    const char *text = sentence_of(arena, node);
    if (!text) {
        problems_add(r->problems, PROBLEM_ERROR, line_of(node, first),
                     "a sentence belongs here; put it in quotes");
        return;
    }
    texts->text = arena_grow(arena, texts->text, &texts->cap_text, texts->n + 1, sizeof *texts->text);
    texts->line = arena_grow(arena, texts->line, &texts->cap_line, texts->n + 1, sizeof *texts->line);
    texts->text[texts->n] = text;
    texts->line[texts->n++] = line_of(node, first);
}

// A list of sentences, or one alone.
static struct texts read_texts(struct procedure_reader *r, const struct yaml_node *node, uint32_t first)
{
    struct texts texts = {0};
    if (node && node->kind == YAML_LIST) {
        for (size_t i = 0; i < node->n; i++)
            add_text(r, &texts, node->items[i], first);
    } else if (node && yaml_text(node)) {
        add_text(r, &texts, node, first);
    }
    return texts;
}

static void check_required(struct procedure_reader *r)
{
    const struct sop *sop = r->sop;
    if (!sop->title)
        problems_add(r->problems, PROBLEM_ERROR, 1, "the front matter has no title");
    if (!sop->severity)
        problems_add(r->problems, PROBLEM_ERROR, 1, "the front matter has no severity");
    if (sop->n_triggers == 0)
        problems_add(r->problems, PROBLEM_ERROR, 1, "the front matter has no triggers");
}

static void read_id(struct procedure_reader *r, uint32_t line)
{
    struct sop *sop = r->sop;
    if (!sop->title)
        return;
    struct span id = sop_title_id(span_of(sop->title));
    if (id.len)
        sop->id = arena_span(&sop->arena, id);
    else
        problems_add(r->problems, PROBLEM_ERROR, line,
                     "no id in the title; it is written \"D5 — DNS Failures\"");
}

static void check_folding(struct procedure_reader *r, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++) {
        struct span line = r->lines[i - 1];
        if (!span_skip(&line, "context:"))
            continue;
        line = span_trim(line);
        if (span_starts(line, ">") || span_starts(line, "|"))
            problems_add(r->problems, PROBLEM_NOTE, i, "the context is folded over several lines");
    }
}

void procedure_read_front_matter(struct procedure_reader *r, uint32_t first, uint32_t last)
{
    const struct yaml_node *map = parse_yaml(r, first, last, "the front matter");
    if (map && map->kind == YAML_MAP) {
        struct sop *sop = r->sop;
        check_keys(r, map, first);
        check_severity(r, yaml_get(map, "severity"), first);
        sop->title = yaml_text(yaml_get(map, "title"));
        sop->description = yaml_text(yaml_get(map, "description"));
        sop->severity = yaml_text(yaml_get(map, "severity"));
        sop->status = yaml_text(yaml_get(map, "status"));
        sop->owner = yaml_text(yaml_get(map, "owner"));
        sop->objective = yaml_text(yaml_get(map, "objective"));
        sop->context = yaml_text(yaml_get(map, "context"));
        check_folding(r, first, last);
        struct texts triggers = read_texts(r, yaml_get(map, "triggers"), first);
        sop->triggers = triggers.text;
        sop->trigger_lines = triggers.line;
        sop->n_triggers = triggers.n;
        read_id(r, yaml_get(map, "title") ? line_of(yaml_get(map, "title"), first) : first);
    } else if (map) {
        problems_add(r->problems, PROBLEM_ERROR, first, "the front matter is not a list of \"key: value\"");
    }
    check_required(r);
}

// ------------------------------------------------------------------ guardrails

// The words of a rating that are colours, in order, joined by '/': "GREEN", "YELLOW/RED".
static const char *color_of(struct arena *arena, struct span text)
{
    static const char *const colors[] = {"GREEN", "YELLOW", "RED"};
    struct str found = {0};
    while (text.len) {
        size_t n = 0;
        while (n < text.len &&
               ((text.at[n] >= 'A' && text.at[n] <= 'Z') || (text.at[n] >= 'a' && text.at[n] <= 'z')))
            n++;
        for (size_t i = 0; i < ARRAY_LEN(colors); i++) {
            if (!span_is(span_first(text, n), colors[i]))
                continue;
            if (found.len)
                str_add_char(&found, '/');
            str_add(&found, colors[i]);
        }
        text = span_from(text, n ? n : 1);
    }
    const char *ret = found.len ? arena_span(arena, str_span(&found)) : NULL;
    str_done(&found);
    return ret;
}

static void read_ratings(struct procedure_reader *r, struct texts texts)
{
    struct sop_rating *ratings = arena_alloc(&r->sop->arena, (texts.n + 1) * sizeof *ratings);
    for (size_t i = 0; i < texts.n; i++) {
        const char *color = color_of(&r->sop->arena, span_of(texts.text[i]));
        if (!color)
            problems_add(r->problems, PROBLEM_WARNING, texts.line[i],
                         "a safety rating without GREEN, YELLOW or RED");
        ratings[i] = (struct sop_rating){.text = texts.text[i], .color = color, .line = texts.line[i]};
    }
    r->sop->ratings = ratings;
    r->sop->n_ratings = texts.n;
}

static void check_guardrail_keys(struct procedure_reader *r, const struct yaml_node *map, uint32_t first)
{
    static const char *const keys[] = {"escalation_conditions", "safety_ratings", "anti_hallucination", NULL};
    for (size_t i = 0; i < map->n; i++) {
        const char *key = map->keys[i]->text, *near = near_word(span_of(key), keys);
        uint32_t line = line_of(map->keys[i], first);
        if (strcmp(key, "anti_hallucination") == 0)
            problems_add(r->problems, PROBLEM_NOTE, line,
                         "anti_hallucination is for language models; it is not read");
        else if (!is_in(keys, key))
            problems_add(r->problems, PROBLEM_WARNING, line, "unknown key \"%s\"%s%s%s", key,
                         near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
    }
}

void procedure_read_guardrails(struct procedure_reader *r, const struct procedure_section *s)
{
    const struct yaml_node *map = parse_yaml(r, s->first, s->last, "Guardrails");
    if (!map)
        return;
    if (map->kind != YAML_MAP) {
        problems_add(r->problems, PROBLEM_ERROR, line_of(map, s->first),
                     "Guardrails are \"escalation_conditions:\" and \"safety_ratings:\" with lists");
        return;
    }
    check_guardrail_keys(r, map, s->first);
    struct texts escalation = read_texts(r, yaml_get(map, "escalation_conditions"), s->first);
    r->sop->escalation = escalation.text;
    r->sop->escalation_lines = escalation.line;
    r->sop->n_escalation = escalation.n;
    read_ratings(r, read_texts(r, yaml_get(map, "safety_ratings"), s->first));
}

// ------------------------------------------------------------------ common issues

static const char *issue_text(struct procedure_reader *r, const struct yaml_node *issue, const char *key,
                              uint32_t first)
{
    const struct yaml_node *node = yaml_get(issue, key);
    const char *text = sentence_of(&r->sop->arena, node);
    if (!text)
        problems_add(r->problems, PROBLEM_ERROR, line_of(issue, first), "a common issue without \"%s\"", key);
    return text;
}

void procedure_read_issues(struct procedure_reader *r, const struct procedure_section *s)
{
    const struct yaml_node *list = parse_yaml(r, s->first, s->last, "Common Issues");
    if (!list)
        return;
    if (list->kind != YAML_LIST) {
        problems_add(r->problems, PROBLEM_ERROR, line_of(list, s->first),
                     "Common Issues are a list of \"- symptoms: …\" with diagnosis and resolution");
        return;
    }
    struct sop_issue *issues = arena_alloc(&r->sop->arena, (list->n + 1) * sizeof *issues);
    for (size_t i = 0; i < list->n; i++) {
        issues[i] = (struct sop_issue){
            .symptoms = issue_text(r, list->items[i], "symptoms", s->first),
            .diagnosis = issue_text(r, list->items[i], "diagnosis", s->first),
            .resolution = issue_text(r, list->items[i], "resolution", s->first),
            .line = line_of(list->items[i], s->first),
        };
    }
    r->sop->issues = issues;
    r->sop->n_issues = list->n;
}

// ------------------------------------------------------------------ examples and output format

// The lines inside the section's first fence; false where it has none.
static bool find_fence(const struct procedure_reader *r, const struct procedure_section *s,
                       uint32_t *ret_first, uint32_t *ret_last)
{
    uint32_t open = 0;
    for (uint32_t i = s->first; i <= s->last && i <= r->n_lines; i++) {
        struct span line = span_trim(r->lines[i - 1]);
        if (!span_starts(line, "```") && !span_starts(line, "~~~"))
            continue;
        if (open) {
            *ret_first = open + 1;
            *ret_last = i - 1;
            return true;
        }
        open = i;
    }
    return false;
}

// Calls may go over several lines; '#' begins a comment.
void procedure_read_examples(struct procedure_reader *r, const struct procedure_section *s)
{
    uint32_t first, last;
    struct sop_call *calls = NULL;
    size_t n = 0, cap = 0;
    if (!find_fence(r, s, &first, &last))
        return;
    for (uint32_t i = first; i <= last; i++) {
        struct span line = span_trim(r->lines[i - 1]);
        if (line.len == 0 || line.at[0] == '#')
            continue;
        struct span rest = procedure_lines(r, i, last);
        while (rest.len && (rest.at[0] == ' ' || rest.at[0] == '\t'))
            rest = span_from(rest, 1);
        struct sop_call call;
        const char *from = rest.at;
        if (!procedure_cut_example(&r->sop->arena, &rest, &call)) {
            problems_add(r->problems, PROBLEM_WARNING, i, "no call of the form name(argument=\"value\")");
            continue;
        }
        call.line = i;
        *ARENA_PUSH(&r->sop->arena, calls, n, cap) = call;
        for (const char *c = from; c < rest.at; c++)
            i += *c == '\n';
    }
    r->sop->examples = calls;
    r->sop->n_examples = n;
}

void procedure_read_output(struct procedure_reader *r, const struct procedure_section *s)
{
    uint32_t first, last;
    if (!find_fence(r, s, &first, &last)) {
        first = s->first;
        last = s->last;
    }
    struct span text = procedure_lines(r, first, last);
    r->sop->output = arena_span(&r->sop->arena, text);
    r->sop->output_line = first;
    parse_yaml(r, first, last, "the Output Format");
}
