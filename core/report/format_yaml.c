// The report as YAML, as the procedure's output format asks for it. Prose and quotes are always
// double-quoted, so that every reader gives them back byte for byte; words of fixed sets stand plain. Short
// maps stand on one line each, which keeps the steps a table.
#include "core/base/mem.h"
#include "core/door/yaml.h"
#include "core/report/format.h"
#include "core/report/walk.h"

enum { DEPTH = 8 }; // of the report's shape, with room

struct level {
    char bracket;
    enum report_layout layout;
    bool empty;
};

struct yaml_out {
    struct str *out;
    struct level levels[DEPTH];
    size_t depth;
};

static struct level *top(struct yaml_out *y)
{
    return &y->levels[y->depth - 1];
}

static void add_key(struct yaml_out *y, const char *name)
{
    if (!name)
        return;
    str_add(y->out, name);
    str_add_char(y->out, ':');
}

// Inside "[…]" or "{…}": parted by commas, all on one line.
static void begin_in_flow(struct yaml_out *y, const char *name)
{
    if (!top(y)->empty)
        str_add(y->out, ", ");
    add_key(y, name);
    if (name)
        str_add_char(y->out, ' ');
}

// On a line of its own; the first entry of a map in a list stands behind that list's dash.
static void begin_in_block(struct yaml_out *y, const char *name)
{
    const struct level *l = top(y);
    if (l->bracket == '[' && l->empty)
        str_add_char(y->out, '\n'); // behind the list's own key
    bool behind_dash =
        l->bracket == '{' && l->empty && y->depth >= 2 && y->levels[y->depth - 2].bracket == '[';
    if (!behind_dash)
        str_add_repeat(y->out, ' ', 2 * (y->depth - 1));
    if (l->bracket == '[')
        str_add(y->out, "- ");
    add_key(y, name);
}

static void begin(struct yaml_out *y, const char *name)
{
    if (y->depth == 0)
        return;
    if (top(y)->layout == REPORT_FLOW)
        begin_in_flow(y, name);
    else
        begin_in_block(y, name);
    top(y)->empty = false;
}

static void yaml_open(void *context, const char *name, char bracket, enum report_layout layout)
{
    struct yaml_out *y = context;
    begin(y, name);
    bool in_flow = y->depth > 0 && top(y)->layout == REPORT_FLOW;
    if (layout == REPORT_FLOW) {
        if (name && !in_flow)
            str_add_char(y->out, ' ');
        str_add_char(y->out, bracket);
    } else if (name && bracket == '{') {
        str_add_char(y->out, '\n');
    }
    y->levels[y->depth++] = (struct level){bracket, layout, true};
}

static void end_line(struct yaml_out *y)
{
    if (y->depth > 0 && top(y)->layout == REPORT_BLOCK)
        str_add_char(y->out, '\n');
}

static void yaml_close(void *context, char bracket)
{
    struct yaml_out *y = context;
    struct level closed = y->levels[--y->depth];
    if (closed.layout == REPORT_FLOW) {
        str_add_char(y->out, bracket);
        end_line(y);
    } else if (bracket == ']' && closed.empty) {
        str_add(y->out, " []\n");
    }
}

static void add_value(struct yaml_out *y, const char *name, const char *value, bool always)
{
    begin(y, name);
    if (name && top(y)->layout == REPORT_BLOCK)
        str_add_char(y->out, ' ');
    if (value)
        yaml_add_scalar(y->out, span_of(value), always);
    else
        str_add(y->out, "null");
    end_line(y);
}

static void yaml_add_text(void *context, const char *name, const char *text)
{
    add_value(context, name, text, true);
}

// A word that a flow collection would take apart is quoted.
static void yaml_add_word(void *context, const char *name, const char *word)
{
    add_value(context, name, word, word && strpbrk(word, ",[]{}\"'"));
}

void report_write_yaml(const struct report *report, struct str *out)
{
    static const struct report_sink sink = {
        .open = yaml_open,
        .close = yaml_close,
        .text = yaml_add_text,
        .word = yaml_add_word,
    };
    struct yaml_out y = {.out = out};
    report_walk(report, &sink, &y);
}
