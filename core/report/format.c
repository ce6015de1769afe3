// The list of formats; a new one is one file and one line here.
#include "core/report/format.h"

#include "core/base/mem.h"

static const struct report_format formats[] = {
    {"yaml", report_write_yaml, ".yaml"},
    {"json", report_write_json, ".json"},
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
