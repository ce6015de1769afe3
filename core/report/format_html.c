// HTML: one page that needs nothing else: no script, nothing fetched. Every text is escaped.
#include "core/report/document.h"
#include "core/report/format.h"

static void add_escaped(struct str *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.at[i]) {
        case '&':
            str_add(out, "&amp;");
            break;
        case '<':
            str_add(out, "&lt;");
            break;
        case '>':
            str_add(out, "&gt;");
            break;
        case '"':
            str_add(out, "&quot;");
            break;
        default:
            str_add_char(out, text.at[i]);
        }
    }
}

static void add_text(struct str *out, struct span text)
{
    struct str safe = {0};
    document_add_quoted(&safe, text);
    add_escaped(out, str_span(&safe));
    str_done(&safe);
}

static void add_run(struct str *out, const struct run *run)
{
    static const char *const tags[] = {[RUN_TEXT] = NULL, [RUN_STRONG] = "strong", [RUN_CODE] = "code"};
    const char *tag = tags[run->style];
    if (tag)
        str_printf(out, "<%s>", tag);
    add_text(out, span_of(run->text));
    if (tag)
        str_printf(out, "</%s>", tag);
}

static void add_runs(struct str *out, struct runs line)
{
    for (size_t i = 0; i < line.n; i++)
        add_run(out, &line.items[i]);
}

static void html_heading(void *context, int level, const char *text)
{
    struct str *out = context;
    str_printf(out, "<h%d>", level);
    add_text(out, span_of(text));
    str_printf(out, "</h%d>\n", level);
}

static void html_paragraph(void *context, struct runs line)
{
    struct str *out = context;
    str_add(out, "<p>");
    add_runs(out, line);
    str_add(out, "</p>\n");
}

static void html_list_begin(void *context)
{
    str_add(context, "<ul>\n");
}

static void html_item(void *context, struct runs line, const char *quote)
{
    struct str *out = context;
    str_add(out, "<li>");
    add_runs(out, line);
    if (quote) {
        struct span rest = span_of(quote), part;
        str_add(out, "\n<pre>");
        while (span_cut(&rest, '\n', &part)) {
            add_text(out, part);
            str_add(out, rest.at ? "\n" : "");
        }
        str_add(out, "</pre>");
    }
    str_add(out, "</li>\n");
}

static void html_list_end(void *context)
{
    str_add(context, "</ul>\n");
}

static void html_table_begin(void *context, const char *title, const char *const heads[DOCUMENT_COLUMNS])
{
    struct str *out = context;
    str_printf(out, "<details><summary>%s</summary>\n<table>\n<tr>", title);
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++)
        str_printf(out, "<th>%s</th>", heads[i]);
    str_add(out, "</tr>\n");
}

static void html_row(void *context, const struct run cells[DOCUMENT_COLUMNS])
{
    struct str *out = context;
    str_add(out, "<tr>");
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++) {
        str_add(out, "<td>");
        add_run(out, &cells[i]);
        str_add(out, "</td>");
    }
    str_add(out, "</tr>\n");
}

static void html_table_end(void *context)
{
    str_add(context, "</table>\n</details>\n");
}

void report_write_html(const struct report *report, struct str *out)
{
    static const struct document_sink sink = {
        .heading = html_heading,
        .paragraph = html_paragraph,
        .list_begin = html_list_begin,
        .item = html_item,
        .list_end = html_list_end,
        .table_begin = html_table_begin,
        .row = html_row,
        .table_end = html_table_end,
    };
    str_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    add_text(out, span_of(report->root_cause));
    str_add(out,
            "</title>\n<style>\n"
            "body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }\n"
            "pre { background: #f4f4f4; color: #111; padding: .5em; overflow-x: auto; }\n"
            "table { border-collapse: collapse; }\n"
            "td, th { border: 1px solid #bbb; padding: .2em .5em; text-align: left; vertical-align: top; }\n"
            "</style>\n</head>\n<body>\n");
    document_walk(report, &sink, out);
    str_add(out, "</body>\n</html>\n");
}
