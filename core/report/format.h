// The report's formats (contract, section 2): one model, one file a format.
#ifndef D5_REPORT_FORMAT_H
#define D5_REPORT_FORMAT_H

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/model/report.h"

typedef void report_write_fn(const struct report *report, struct str *out);

report_write_fn report_write_yaml, report_write_json, report_write_markdown, report_write_gitlab,
    report_write_html, report_write_jira, report_write_adf, report_write_text;

struct report_format {
    const char *name; // "yaml"
    report_write_fn *write;
    const char *suffix; // ".yaml"
};
const struct report_format *report_format_find(const char *name); // NULL: no such format
const struct report_format *report_formats(size_t *ret_n);

// The reverse of report_write_json, for cases on disk.
struct report *report_read_json(struct span text, struct error *err);

// All that is written of it, and the titles of steps; places are not (report/places.h finds them).
// report_free it.
struct report *report_copy(const struct report *report);

#endif
