// Writes a case's archive. Every file goes in under one name and with one line among the sums; nothing is
// left out silently.
#include "core/session/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/sha256.h"
#include "core/door/archive.h"
#include "core/door/json.h"
#include "core/report/format.h"
#include "core/session/inside.h"

struct export
{
    struct session *session;
    struct archive_writer *archive;
    struct str sums;
};

// ------------------------------------------------------------------ one file

static char *name_in_case(const struct export *x, const char *name)
{
    return mem_printf("%s/%s", x->session->path.id, name);
}

static void add_sum(struct export *x, const char *name, const char *sum)
{
    str_printf(&x->sums, "%s  %s\n", sum, name);
}

static void add_text(struct export *x, const char *name, struct span text)
{
    struct sha256 sha;
    char sum[SHA256_TEXT], *entry = name_in_case(x, name);
    sha256_init(&sha);
    sha256_add(&sha, text);
    add_sum(x, name, sha256_done(&sha, sum));
    archive_writer_add_text(x->archive, entry, text);
    free(entry);
}

static bool add_file(struct export *x, const char *name, const char *file, struct error *err)
{
    char sum[SHA256_TEXT];
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -errno : sha256_file(fd, sum);
    if (fd >= 0)
        close(fd);
    if (rc != 0)
        return error_set_errno(err, rc, "%s", file);
    char *entry = name_in_case(x, name);
    add_sum(x, name, sum);
    archive_writer_add_file(x->archive, entry, file);
    free(entry);
    return true;
}

// ------------------------------------------------------------------ what goes in

static void add_reports(struct export *x, const struct report *report)
{
    size_t n;
    const struct report_format *formats = report_formats(&n);
    for (size_t i = 0; i < n; i++) {
        struct str text = {0};
        char *name = mem_printf("report%s", formats[i].suffix);
        formats[i].write(report, &text);
        add_text(x, name, str_span(&text));
        str_done(&text);
        free(name);
    }
}

static bool add_evidence(struct export *x, struct error *err)
{
    struct arena arena = {0};
    struct sources sources;
    session_sources(x->session, &arena, &sources);
    struct evidence *ev = evidence_open(sources.paths, sources.n, NULL, err);
    bool ok = ev;
    for (uint32_t i = 0; ok && i < evidence_count(ev); i++) {
        const struct evidence_file *f = evidence_file(ev, i);
        char *name = mem_printf("evidence/%s", f->path);
        ok = add_file(x, name, f->real, err);
        free(name);
    }
    evidence_close(ev);
    arena_done(&arena);
    return ok;
}

static bool add_event(const struct event *event, void *context, struct error *err)
{
    (void)err;
    export_add_event(context, event);
    return true;
}

static bool add_events(struct export *x, struct error *err)
{
    struct str lines = {0};
    bool ok = store_read(x->session->store, add_event, &lines, err);
    if (ok)
        add_text(x, "events.jsonl", str_span(&lines));
    str_done(&lines);
    return ok;
}

static bool add_procedure(struct export *x, struct error *err)
{
    char *file = case_file(&x->session->path, "procedure.md");
    bool ok = add_file(x, "procedure.md", file, err);
    free(file);
    return ok;
}

static void add_manifest(struct export *x)
{
    struct str text = {0};
    struct json_writer w;
    json_writer_init(&w, &text, true);
    json_open(&w, NULL, '{');
    json_write_i64(&w, "form", EXPORT_FORM);
    json_write(&w, "d5tui", D5_VERSION);
    json_write(&w, "case", x->session->path.id);
    json_write(&w, "sop", x->session->sop->id);
    json_write(&w, "redacted", "none");
    json_close(&w, '}');
    str_add_char(&text, '\n');
    add_text(x, "manifest.json", str_span(&text));
    str_done(&text);
}

static void add_sums(struct export *x)
{
    char *entry = name_in_case(x, "sums.sha256");
    archive_writer_add_text(x->archive, entry, str_span(&x->sums));
    free(entry);
}

// ------------------------------------------------------------------

static bool fill(struct export *x, const struct report *report, struct error *err)
{
    add_reports(x, report);
    add_manifest(x);
    if (!add_evidence(x, err) || !add_events(x, err) || !add_procedure(x, err))
        return false;
    add_sums(x);
    return true;
}

bool session_export(struct session *s, const char *path, struct error *err)
{
    enum { WAIT_SECONDS = 30 };
    const struct report *report = session_report(s);
    if (!s->path.id)
        return error_set(err, "there is no case on disk to export");
    if (!report)
        return error_set(err, "case %s was left before anything was judged", s->path.id);
    if (!session_wait_saved(s, WAIT_SECONDS * USEC_SEC, err) || !session_sources_unchanged(s, err))
        return false;
    struct export x = {.session = s, .archive = archive_writer_new()};
    bool ok = fill(&x, report, err) && archive_writer_finish(x.archive, path, err);
    archive_writer_free(x.archive);
    str_done(&x.sums);
    return ok;
}
