// The report as JSON: the same keys, in the same order, as the YAML form.
#include "core/door/json.h"
#include "core/report/format.h"
#include "core/report/walk.h"

static void json_sink_open(void *context, const char *name, char bracket, enum report_layout layout)
{
    (void)layout;
    json_open(context, name, bracket);
}

static void json_sink_close(void *context, char bracket)
{
    json_close(context, bracket);
}

static void json_sink_text(void *context, const char *name, const char *text)
{
    json_write(context, name, text);
}

void report_write_json(const struct report *report, struct str *out)
{
    static const struct report_sink sink = {
        .open = json_sink_open,
        .close = json_sink_close,
        .text = json_sink_text,
        .word = json_sink_text,
    };
    struct json_writer writer;
    json_writer_init(&writer, out, true);
    report_walk(report, &sink, &writer);
    str_add_char(out, '\n');
}
