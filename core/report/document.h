// The report as a document for people: headings, paragraphs, lists with quotes, one table. What is said and
// in which order stands here once; Markdown, HTML and the others are sinks for it, each of which escapes in
// its own way.
#ifndef D5_REPORT_DOCUMENT_H
#define D5_REPORT_DOCUMENT_H

#include "core/base/str.h"
#include "core/model/report.h"

enum run_style { RUN_TEXT, RUN_STRONG, RUN_CODE };

struct run { // a piece of a line; may hold any bytes
    enum run_style style;
    const char *text;
};

struct runs { // parts of one line
    const struct run *items;
    size_t n;
};

enum { DOCUMENT_COLUMNS = 5 };

// All texts are borrowed for the time of the call.
struct document_sink {
    void (*heading)(void *context, int level, const char *text); // 1: the title, once; 2: a section
    void (*paragraph)(void *context, struct runs line);
    void (*list_begin)(void *context);
    void (*item)(void *context, struct runs line, const char *quote); // quote: lines verbatim, or NULL
    void (*list_end)(void *context);
    // A table that most readers skip; `title` stands for it where it is folded up.
    void (*table_begin)(void *context, const char *title, const char *const heads[DOCUMENT_COLUMNS]);
    void (*row)(void *context, const struct run cells[DOCUMENT_COLUMNS]);
    void (*table_end)(void *context);
};

// Appends one line of a quote as it is, but for what no page or terminal should be given: control and format
// characters become visible escapes. Tabs stay.
void document_add_quoted(struct str *out, struct span line);

void document_walk(const struct report *report, const struct document_sink *sink, void *context);

#endif
