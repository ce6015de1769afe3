// --format and -o.
#include "tui/cli_format.h"

#include "core/base/mem.h"
#include "tui/cli_output.h"

static bool take_format(void *context, const char *value, struct error *err)
{
    struct cli_format *f = context;
    size_t n;
    const struct report_format *all = report_formats(&n);
    f->format = report_format_find(value);
    if (f->format)
        return true;
    struct str names = {0};
    for (size_t i = 0; i < n; i++)
        str_printf(&names, "%s%s", i > 0 ? ", " : "", all[i].name);
    cli_fail_choice(err, value, str_text(&names));
    str_done(&names);
    return false;
}

static bool take_output(void *context, const char *value, struct error *err)
{
    struct cli_format *f = context;
    f->output = value;
    return value[0] || error_set(err, "the name is empty");
}

struct cli_flags cli_format_flags(struct cli_format *f)
{
    static const struct cli_flag flags[] = {
        {"--format", NULL, "F", "yaml (default), json, markdown, gitlab, html, jira, adf, text", take_format},
        {"--output", "-o", "FILE", "write there, whole or not at all, instead of standard output",
         take_output},
    };
    return (struct cli_flags){flags, ARRAY_LEN(flags), f, "Report:"};
}

bool cli_format_write(const struct cli_format *f, const struct report *report, struct error *err)
{
    struct str out = {0};
    const struct report_format *format = f->format ? f->format : report_format_find("yaml");
    format->write(report, &out);
    bool ok = cli_write(f->output, str_span(&out), err);
    str_done(&out);
    return ok;
}
