// Jira's wiki markup (Server and Data Center). A backslash takes a sign's meaning away, but two of them are a
// line break, so a backslash itself is written as an entity.
#include "core/base/utf8.h"
#include "core/report/document.h"
#include "core/report/format.h"

static void add_text(struct str *out, const char *text)
{
    struct str safe = {0};
    utf8_make_safe(span_of(text), &safe);
    for (size_t i = 0; i < safe.len; i++) {
        char c = safe.at[i];
        if (c == '\\') {
            str_add(out, "&#92;");
            continue;
        }
        if (strchr("{}[]*_+-^~|!?#@", c))
            str_add_char(out, '\\');
        str_add_char(out, c);
    }
    str_done(&safe);
}

static void add_run(struct str *out, const struct run *run)
{
    static const char *const before[] = {[RUN_TEXT] = "", [RUN_STRONG] = "*", [RUN_CODE] = "{{"};
    static const char *const after[] = {[RUN_TEXT] = "", [RUN_STRONG] = "*", [RUN_CODE] = "}}"};
    str_add(out, before[run->style]);
    add_text(out, run->text);
    str_add(out, after[run->style]);
}

static void add_runs(struct str *out, struct runs line)
{
    for (size_t i = 0; i < line.n; i++)
        add_run(out, &line.items[i]);
    str_add_char(out, '\n');
}

static void jira_heading(void *context, int level, const char *text)
{
    struct str *out = context;
    bool apart = level == 1 || span_ends(str_span(out), "\n\n");
    str_printf(out, "%sh%d. ", apart ? "" : "\n", level);
    add_text(out, text);
    str_add(out, "\n\n");
}

static void jira_paragraph(void *context, struct runs line)
{
    add_runs(context, line);
    str_add_char(context, '\n');
}

static void jira_list(void *context)
{
    (void)context; // a list is its items
}

// What would end the block is given another shape: the only sign that is not verbatim.
static void add_quote(struct str *out, const char *quote)
{
    static const char end[] = "{noformat}";
    struct span rest = span_of(quote), line;
    str_add(out, "{noformat}\n");
    while (span_cut(&rest, '\n', &line)) {
        struct str safe = {0};
        document_add_quoted(&safe, line);
        struct span left = str_span(&safe);
        for (size_t at; (at = span_find(left, end)) != SIZE_MAX;
             left = span_from(left, at + sizeof end - 1)) {
            str_add_span(out, span_first(left, at));
            str_add(out, "{ noformat}");
        }
        str_add_span(out, left);
        str_add_char(out, '\n');
        str_done(&safe);
    }
    str_add(out, "{noformat}\n");
}

static void jira_item(void *context, struct runs line, const char *quote)
{
    struct str *out = context;
    str_add(out, "* ");
    add_runs(out, line);
    if (quote)
        add_quote(out, quote);
}

static void jira_table_begin(void *context, const char *title, const char *const heads[DOCUMENT_COLUMNS])
{
    struct str *out = context;
    (void)title;
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++)
        str_printf(out, "||%s", heads[i]);
    str_add(out, "||\n");
}

static void jira_row(void *context, const struct run cells[DOCUMENT_COLUMNS])
{
    struct str *out = context;
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++) {
        str_add(out, "| ");
        if (cells[i].text[0])
            add_run(out, &cells[i]);
        str_add_char(out, ' ');
    }
    str_add(out, "|\n");
}

void report_write_jira(const struct report *report, struct str *out)
{
    static const struct document_sink sink = {
        .heading = jira_heading,
        .paragraph = jira_paragraph,
        .list_begin = jira_list,
        .item = jira_item,
        .list_end = jira_list,
        .table_begin = jira_table_begin,
        .row = jira_row,
        .table_end = jira_list,
    };
    document_walk(report, &sink, out);
}
