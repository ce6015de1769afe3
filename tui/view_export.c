// Writing the report into a file. It is written beside its name and then renamed, so that nobody ever
// reads half a report.
#include "tui/view_export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "tui/view_ui.h"

static bool write_all(int fd, struct span text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.at, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text = span_from(text, (size_t)n);
    }
    return true;
}

static bool write_file(const char *path, struct span text, struct error *err)
{
    char *beside = mem_printf("%s.XXXXXX", path);
    int fd = mkostemp(beside, O_CLOEXEC); // 0600
    bool ok = fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
    int code = errno;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    if (ok && rename(beside, path) != 0) {
        code = errno;
        ok = false;
    }
    if (!ok && fd >= 0)
        unlink(beside);
    free(beside);
    return ok || error_set_errno(err, code, "%s", path);
}

static const struct report_format *format_of(const char *path)
{
    size_t n;
    const struct report_format *formats = report_formats(&n);
    for (size_t i = 0; i < n; i++) {
        if (span_ends(span_of(path), formats[i].suffix))
            return &formats[i];
    }
    return NULL;
}

static void on_export(struct ui *ui, struct span text)
{
    const char *path = str_text(&ui->prompt.text);
    const struct report_format *format = format_of(path);
    struct error err = {0};
    struct str out = {0};
    if (text.len == 0)
        return;
    if (!format) {
        ui_say(ui, ROLE_ERROR, "%s: the name's end says the format: .yaml, .json, .md, .html, .txt", path);
        return;
    }
    format->write(session_report(ui->session), &out);
    if (write_file(path, str_span(&out), &err)) {
        struct event event = {.kind = EVENT_EXPORTED, .value = format->name, .text = path};
        if (session_do(ui->session, event, &err))
            ui_say(ui, ROLE_OK, "written: %s (%zu bytes, %s)", path, out.len, format->name);
    }
    if (err.text[0])
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    str_done(&out);
}

void view_export_ask(struct ui *ui)
{
    const char *id = session_case_id(ui->session);
    char *path = mem_printf("%s.yaml", id ? id : "report");
    ui_ask(ui, "Write the report to: ", path, on_export);
    free(path);
}
