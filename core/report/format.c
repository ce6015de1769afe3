// The list of formats; a new one is one file and one line here.
#include "core/report/format.h"

#include "core/base/mem.h"

static const struct report_format formats[] = {
    {"yaml", report_write_yaml, ".yaml"},       {"json", report_write_json, ".json"},
    {"markdown", report_write_markdown, ".md"}, {"gitlab", report_write_gitlab, ".gitlab.md"},
    {"html", report_write_html, ".html"},       {"jira", report_write_jira, ".jira.txt"},
    {"adf", report_write_adf, ".adf.json"},     {"text", report_write_text, ".txt"},
};

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    }
    return NULL;
}

const struct report_format *report_formats(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(formats);
    return formats;
}
