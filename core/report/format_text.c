// Plain text for a terminal or a mail: no markup, one step a line.
#include "core/base/utf8.h"
#include "core/report/document.h"
#include "core/report/format.h"

static void add_text(struct str *out, const char *text)
{
    struct str safe = {0};
    utf8_make_safe(span_of(text), &safe);
    str_add_span(out, str_span(&safe));
    str_done(&safe);
}

static void add_runs(struct str *out, struct runs line)
{
    for (size_t i = 0; i < line.n; i++)
        add_text(out, line.items[i].text);
    str_add_char(out, '\n');
}

static void text_heading(void *context, int level, const char *text)
{
    struct str *out = context;
    str_add(out, level > 1 ? "\n" : "");
    add_text(out, text);
    str_add(out, level > 1 ? ":\n" : "\n");
}

static void text_paragraph(void *context, struct runs line)
{
    add_runs(context, line);
}

static void text_list(void *context)
{
    (void)context; // a list is its items
}

static void text_item(void *context, struct runs line, const char *quote)
{
    struct str *out = context;
    struct span rest = span_of(quote), part;
    str_add(out, "  - ");
    add_runs(out, line);
    while (quote && span_cut(&rest, '\n', &part)) {
        str_add(out, "    > ");
        document_add_quoted(out, part);
        str_add_char(out, '\n');
    }
}

static void text_table_begin(void *context, const char *title, const char *const heads[DOCUMENT_COLUMNS])
{
    (void)context;
    (void)title;
    (void)heads;
}

// Id, state, what was seen; level and evidence are left to the other formats.
static void text_row(void *context, const struct run cells[DOCUMENT_COLUMNS])
{
    struct str *out = context;
    str_add(out, "  ");
    add_text(out, cells[0].text);
    str_printf(out, " — %s\n", cells[2].text);
    if (cells[3].text[0]) {
        str_add(out, "      ");
        add_text(out, cells[3].text);
        str_add_char(out, '\n');
    }
}

void report_write_text(const struct report *report, struct str *out)
{
    static const struct document_sink sink = {
        .heading = text_heading,
        .paragraph = text_paragraph,
        .list_begin = text_list,
        .item = text_item,
        .list_end = text_list,
        .table_begin = text_table_begin,
        .row = text_row,
        .table_end = text_list,
    };
    document_walk(report, &sink, out);
}
