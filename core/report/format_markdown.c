// Markdown: CommonMark with tables for tickets, and GitLab's flavour of it, which folds the steps up and
// knows more signs as references. Quotes stand in fences longer than any run of backticks in them; other text
// is escaped where a reader of Markdown would take it for markup. Control and format characters show as
// visible escapes.
#include "core/base/utf8.h"
#include "core/report/document.h"
#include "core/report/format.h"

struct markdown {
    struct str *out;
    const char *special; // ASCII signs that are escaped
    bool folds;
};

static bool is_word(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

// "_" inside a word is no markup, and names are full of them.
static bool must_escape(const struct markdown *m, const char *text, size_t i)
{
    if (text[i] == '_')
        return i == 0 || !is_word((unsigned char)text[i - 1]) || !is_word((unsigned char)text[i + 1]);
    return strchr(m->special, text[i]);
}

// Text on one line.
static void add_text(const struct markdown *m, const char *text)
{
    struct str line = {0}, safe = {0};
    str_add(&line, text);
    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == '\n' || line.at[i] == '\t')
            line.at[i] = ' ';
    }
    utf8_make_safe(str_span(&line), &safe);
    for (size_t i = 0; i < safe.len; i++) {
        if (must_escape(m, safe.at, i))
            str_add_char(m->out, '\\');
        str_add_char(m->out, safe.at[i]);
    }
    str_done(&line);
    str_done(&safe);
}

static size_t longest_run(struct span text, char c)
{
    size_t best = 0, n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n = text.at[i] == c ? n + 1 : 0;
        best = n > best ? n : best;
    }
    return best;
}

static void add_code(const struct markdown *m, const char *text)
{
    struct str safe = {0};
    utf8_make_safe(span_of(text), &safe);
    size_t ticks = longest_run(str_span(&safe), '`') + 1;
    bool padded = ticks > 1 || safe.len == 0;
    str_add_repeat(m->out, '`', ticks);
    str_add(m->out, padded ? " " : "");
    str_add_span(m->out, str_span(&safe));
    str_add(m->out, padded ? " " : "");
    str_add_repeat(m->out, '`', ticks);
    str_done(&safe);
}

static void add_run(const struct markdown *m, const struct run *run)
{
    if (run->style == RUN_CODE) {
        add_code(m, run->text);
        return;
    }
    if (run->style == RUN_STRONG)
        str_add(m->out, "**");
    add_text(m, run->text);
    if (run->style == RUN_STRONG)
        str_add(m->out, "**");
}

static void add_runs(const struct markdown *m, struct runs line)
{
    for (size_t i = 0; i < line.n; i++)
        add_run(m, &line.items[i]);
    str_add_char(m->out, '\n');
}

// Lines verbatim, in a fence that they cannot end, indented as the list's items are.
static void add_quote(const struct markdown *m, const char *quote)
{
    size_t ticks = longest_run(span_of(quote), '`') + 1;
    struct span rest = span_of(quote), line;
    ticks = ticks < 3 ? 3 : ticks;
    str_add(m->out, "  ");
    str_add_repeat(m->out, '`', ticks);
    str_add(m->out, "text\n");
    while (span_cut(&rest, '\n', &line)) {
        str_add(m->out, "  ");
        document_add_quoted(m->out, line);
        str_add_char(m->out, '\n');
    }
    str_add(m->out, "  ");
    str_add_repeat(m->out, '`', ticks);
    str_add_char(m->out, '\n');
}

// ------------------------------------------------------------------ the sink

static void markdown_heading(void *context, int level, const char *text)
{
    const struct markdown *m = context;
    if (level > 1 && !span_ends(str_span(m->out), "\n\n"))
        str_add_char(m->out, '\n');
    str_add_repeat(m->out, '#', (size_t)level);
    str_add_char(m->out, ' ');
    add_text(m, text);
    str_add(m->out, "\n\n");
}

static void markdown_paragraph(void *context, struct runs line)
{
    const struct markdown *m = context;
    add_runs(m, line);
    str_add_char(m->out, '\n');
}

static void markdown_list(void *context)
{
    (void)context; // a list is its items
}

static void markdown_item(void *context, struct runs line, const char *quote)
{
    const struct markdown *m = context;
    str_add(m->out, "- ");
    add_runs(m, line);
    if (quote) {
        str_add_char(m->out, '\n');
        add_quote(m, quote);
    }
}

static void markdown_table_begin(void *context, const char *title, const char *const heads[DOCUMENT_COLUMNS])
{
    const struct markdown *m = context;
    if (m->folds)
        str_printf(m->out, "<details><summary>%s</summary>\n\n", title);
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++)
        str_printf(m->out, "| %s ", heads[i]);
    str_add(m->out, "|\n");
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++)
        str_add(m->out, "| --- ");
    str_add(m->out, "|\n");
}

static void markdown_row(void *context, const struct run cells[DOCUMENT_COLUMNS])
{
    const struct markdown *m = context;
    for (size_t i = 0; i < DOCUMENT_COLUMNS; i++) {
        str_add(m->out, "| ");
        if (cells[i].text[0])
            add_run(m, &cells[i]);
        str_add_char(m->out, ' ');
    }
    str_add(m->out, "|\n");
}

static void markdown_table_end(void *context)
{
    const struct markdown *m = context;
    if (m->folds)
        str_add(m->out, "\n</details>\n");
}

static const struct document_sink markdown_sink = {
    .heading = markdown_heading,
    .paragraph = markdown_paragraph,
    .list_begin = markdown_list,
    .item = markdown_item,
    .list_end = markdown_list,
    .table_begin = markdown_table_begin,
    .row = markdown_row,
    .table_end = markdown_table_end,
};

void report_write_markdown(const struct report *report, struct str *out)
{
    struct markdown m = {.out = out, .special = "\\`*[]<>|~&#"};
    document_walk(report, &markdown_sink, &m);
}

// GitLab takes @name, #1, !1, $1, %1, &1 and ~label for references, wherever they stand.
void report_write_gitlab(const struct report *report, struct str *out)
{
    struct markdown m = {.out = out, .special = "\\`*[]<>|~&#@!$%", .folds = true};
    document_walk(report, &markdown_sink, &m);
}
