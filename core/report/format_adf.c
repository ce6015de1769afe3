// The Atlassian Document Format (Jira Cloud, Confluence): JSON nodes. A text node may not be empty, so an
// empty text makes none.
#include "core/door/json.h"
#include "core/report/document.h"
#include "core/report/format.h"

// {"type": …, "content": [ … is left open; adf_end closes both.
static void begin(struct json_writer *w, const char *type)
{
    json_open(w, NULL, '{');
    json_write(w, "type", type);
    json_open(w, "content", '[');
}

static void end(struct json_writer *w)
{
    json_close(w, ']');
    json_close(w, '}');
}

static void add_mark(struct json_writer *w, const char *mark)
{
    json_open(w, "marks", '[');
    json_open(w, NULL, '{');
    json_write(w, "type", mark);
    json_close(w, '}');
    json_close(w, ']');
}

static void add_text(struct json_writer *w, const char *text, enum run_style style)
{
    struct str safe = {0};
    struct span rest = span_of(text), line;
    static const char *const marks[] = {[RUN_TEXT] = NULL, [RUN_STRONG] = "strong", [RUN_CODE] = "code"};
    if (!text[0])
        return;
    json_open(w, NULL, '{');
    json_write(w, "type", "text");
    while (span_cut(&rest, '\n', &line)) {
        document_add_quoted(&safe, line);
        str_add(&safe, rest.at ? "\n" : "");
    }
    json_write(w, "text", str_text(&safe));
    str_done(&safe);
    if (marks[style])
        add_mark(w, marks[style]);
    json_close(w, '}');
}

static void add_paragraph(struct json_writer *w, struct runs line)
{
    begin(w, "paragraph");
    for (size_t i = 0; i < line.n; i++)
        add_text(w, line.items[i].text, line.items[i].style);
    end(w);
}

static void adf_heading(void *context, int level, const char *text)
{
    struct json_writer *w = context;
    json_open(w, NULL, '{');
    json_write(w, "type", "heading");
    json_open(w, "attrs", '{');
    json_write_i64(w, "level", level);
    json_close(w, '}');
    json_open(w, "content", '[');
    add_text(w, text, RUN_TEXT);
    end(w);
}

static void adf_paragraph(void *context, struct runs line)
{
    add_paragraph(context, line);
}

static void adf_list_begin(void *context)
{
    begin(context, "bulletList");
}

static void adf_item(void *context, struct runs line, const char *quote)
{
    struct json_writer *w = context;
    begin(w, "listItem");
    add_paragraph(w, line);
    if (quote) {
        begin(w, "codeBlock");
        add_text(w, quote, RUN_TEXT);
        end(w);
    }
    end(w);
}

static void adf_end(void *context)
{
    end(context);
}

static void add_cell(struct json_writer *w, const char *type, struct run text)
{
    begin(w, type);
    add_paragraph(w, (struct runs){&text, 1});
    end(w);
}

static void adf_table_begin(void *context, const char *title, const char *const heads[DOCUMENT_COLUMNS])
{
    struct json_writer *w = context;
    (void)title;
    begin(w, "table");
    begin(w, "tableRow");
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++)
        add_cell(w, "tableHeader", (struct run){RUN_TEXT, heads[i]});
    end(w);
}

static void adf_row(void *context, const struct run cells[DOCUMENT_COLUMNS])
{
    struct json_writer *w = context;
    begin(w, "tableRow");
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++)
        add_cell(w, "tableCell", cells[i]);
    end(w);
}

void report_write_adf(const struct report *report, struct str *out)
{
    static const struct document_sink sink = {
        .heading = adf_heading,
        .paragraph = adf_paragraph,
        .list_begin = adf_list_begin,
        .item = adf_item,
        .list_end = adf_end,
        .table_begin = adf_table_begin,
        .row = adf_row,
        .table_end = adf_end,
    };
    struct json_writer w;
    json_writer_init(&w, out, false);
    json_open(&w, NULL, '{');
    json_write_i64(&w, "version", 1);
    json_write(&w, "type", "doc");
    json_open(&w, "content", '[');
    document_walk(report, &sink, &w);
    end(&w);
    str_add_char(out, '\n');
}
