// Writes a procedure as one JSON object, in the contract's shape. The output format, which is YAML in the
// file, is given parsed: plain scalars become null, truth values or numbers where YAML 1.2 says so.
#include "core/parse/procedure_json.h"

#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/door/yaml.h"

static void write_call(struct json_writer *w, const struct sop_call *call)
{
    json_open(w, NULL, '{');
    json_write(w, "tool", call->tool);
    json_open(w, "args", '{');
    for (size_t i = 0; i < call->n_args; i++)
        json_write(w, call->args[i].name, call->args[i].value);
    json_close(w, '}');
    json_write_i64(w, "line", call->line);
    json_close(w, '}');
}

static void write_calls(struct json_writer *w, const char *name, const struct sop_call *calls, size_t n)
{
    json_open(w, name, '[');
    for (size_t i = 0; i < n; i++)
        write_call(w, &calls[i]);
    json_close(w, ']');
}

static void write_items(struct json_writer *w, const char *name, const struct sop_item *items, size_t n)
{
    json_open(w, name, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(w, NULL, '{');
        json_write(w, "id", items[i].id);
        json_write(w, "level", sop_level_name(items[i].level));
        json_write(w, "gate", sop_gate_name(items[i].gate));
        json_write(w, "group", items[i].group);
        json_write(w, "text", items[i].text);
        json_write_i64(w, "line", items[i].line);
        write_calls(w, "calls", items[i].calls, items[i].n_calls);
        write_items(w, "nested", items[i].nested, items[i].n_nested);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void write_texts(struct json_writer *w, const char *name, const char *const *texts, size_t n)
{
    json_open(w, name, '[');
    for (size_t i = 0; i < n; i++)
        json_write(w, NULL, texts[i]);
    json_close(w, ']');
}

static void write_phases(struct json_writer *w, const struct sop *sop)
{
    json_open(w, "phases", '[');
    for (size_t i = 0; i < sop->n_phases; i++) {
        json_open(w, NULL, '{');
        json_write(w, "name", sop->phases[i].name);
        write_items(w, "items", sop->phases[i].items, sop->phases[i].n_items);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void write_ratings(struct json_writer *w, const struct sop *sop)
{
    json_open(w, "ratings", '[');
    for (size_t i = 0; i < sop->n_ratings; i++) {
        json_open(w, NULL, '{');
        json_write(w, "text", sop->ratings[i].text);
        json_write(w, "color", sop->ratings[i].color);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void write_issues(struct json_writer *w, const struct sop *sop)
{
    json_open(w, "issues", '[');
    for (size_t i = 0; i < sop->n_issues; i++) {
        json_open(w, NULL, '{');
        json_write(w, "symptoms", sop->issues[i].symptoms);
        json_write(w, "diagnosis", sop->issues[i].diagnosis);
        json_write(w, "resolution", sop->issues[i].resolution);
        json_close(w, '}');
    }
    json_close(w, ']');
}

// ------------------------------------------------------------------ YAML values

static void write_scalar(struct json_writer *w, const char *name, const struct yaml_node *node)
{
    struct span text = span_make(node->text, node->len);
    bool yes = span_is(text, "true"), no = span_is(text, "false");
    int64_t number;
    if (!node->quoted && !yaml_text(node))
        json_write(w, name, NULL);
    else if (!node->quoted && (yes || no))
        json_write_bool(w, name, yes);
    else if (!node->quoted && span_to_i64(text, &number))
        json_write_i64(w, name, number);
    else
        json_write_span(w, name, text);
}

// What is nested deeper than a writer goes is left out.
enum { MAX_DEPTH = 24 };

static void write_value(struct json_writer *w, const char *name, const struct yaml_node *node)
{
    if (!node || (node->kind != YAML_SCALAR && w->depth > MAX_DEPTH)) {
        json_write(w, name, NULL);
        return;
    }
    if (node->kind == YAML_SCALAR) {
        write_scalar(w, name, node);
        return;
    }
    bool map = node->kind == YAML_MAP;
    json_open(w, name, map ? '{' : '[');
    for (size_t i = 0; i < node->n; i++)
        write_value(w, map ? node->keys[i]->text : NULL, node->items[i]);
    json_close(w, map ? '}' : ']');
}

static void write_output(struct json_writer *w, const struct sop *sop)
{
    struct arena arena = {0};
    const struct yaml_node *output = sop->output ? yaml_parse(&arena, span_of(sop->output), NULL) : NULL;
    write_value(w, "output", output);
    arena_done(&arena);
}

void procedure_write_json(const struct sop *sop, struct str *ret)
{
    struct json_writer w;
    json_writer_init(&w, ret, true);
    json_open(&w, NULL, '{');
    json_write(&w, "id", sop->id);
    json_write(&w, "title", sop->title);
    json_write(&w, "severity", sop->severity);
    json_write(&w, "status", sop->status);
    write_texts(&w, "triggers", sop->triggers, sop->n_triggers);
    write_phases(&w, sop);
    write_texts(&w, "escalation", sop->escalation, sop->n_escalation);
    write_ratings(&w, sop);
    write_issues(&w, sop);
    write_calls(&w, "examples", sop->examples, sop->n_examples);
    write_output(&w, sop);
    json_close(&w, '}');
    str_add_char(ret, '\n');
}
