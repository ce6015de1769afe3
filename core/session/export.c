// Writes a case's archive. Every entry is made when its turn comes, in the order of the names, so that memory
// holds one of them; the sums come last by their name, when all others have gone through.
#include "core/session/export.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/base/infile.h"
#include "core/base/mem.h"
#include "core/base/sha256.h"
#include "core/door/archive.h"
#include "core/door/json.h"
#include "core/report/format.h"
#include "core/report/places.h"
#include "core/session/handover.h"
#include "core/session/inside.h"

struct entry;
typedef bool entry_fn(const struct entry *entry, struct str *ret, struct error *err);

struct entry { // one file of the archive
    struct exporting *x;
    const char *name; // in the case's folder
    entry_fn *make;
    const struct report_format *format; // of a report
    uint32_t file;                      // of evidence
};

struct exporting {
    struct session *session;
    enum redact_level level;
    struct redactor *redactor;
    struct evidence *ev;
    struct report *report;
    struct archive_writer *archive;
    struct arena arena; // entries and names
    struct str sums;
};

// ------------------------------------------------------------------ entries

static void add_sum(struct exporting *x, const char *name, const struct str *text)
{
    struct sha256 sha;
    char sum[SHA256_TEXT];
    sha256_init(&sha);
    sha256_add(&sha, str_span(text));
    str_printf(&x->sums, "%s  %s\n", sha256_done(&sha, sum), name);
}

static bool make_entry(void *context, struct str *ret, struct error *err)
{
    const struct entry *entry = context;
    if (!entry->make(entry, ret, err))
        return false;
    add_sum(entry->x, entry->name, ret);
    return true;
}

static void add_entry(struct exporting *x, struct entry what)
{
    struct entry *entry = arena_dup(&x->arena, &what, sizeof what);
    entry->x = x;
    const char *path = arena_printf(&x->arena, "%s/%s", x->session->path.id, entry->name);
    archive_writer_add_call(x->archive, path, make_entry, entry);
}

static bool make_report(const struct entry *entry, struct str *ret, struct error *err)
{
    (void)err;
    entry->format->write(entry->x->report, ret);
    return true;
}

// A redacted file has another size than its probe's record tells, and is no shorter for that. In JSON a quote
// inside a text has a backslash before it, so what is found here is a key.
static void forget_sizes(struct str *text)
{
    static const char key[] = "\"bytes\":";
    struct str out = {0};
    struct span rest = str_span(text);
    for (size_t at; (at = span_find(rest, key)) != SIZE_MAX;) {
        str_add_span(&out, span_first(rest, at + strlen(key)));
        rest = span_trim(span_from(rest, at + strlen(key)));
        str_add(&out, rest.len && isdigit((unsigned char)*rest.at) ? "null" : "");
        while (rest.len && isdigit((unsigned char)*rest.at))
            rest = span_from(rest, 1);
    }
    str_add_span(&out, rest);
    str_done(text);
    *text = out;
}

static const char *redacted(const struct exporting *x, struct arena *arena, const char *text)
{
    struct str out = {0};
    if (!text)
        return NULL;
    redactor_text(x->redactor, span_of(text), &out);
    const char *ret = arena_span(arena, span_trim(str_span(&out)));
    str_done(&out);
    return ret;
}

// The words of whoever ran it, and what the evidence's own target.yaml adds.
static struct target redacted_target(struct exporting *x)
{
    const struct target *found = evidence_target(x->ev);
    struct target t = x->session->target;
    const struct {
        const char **said, *found;
    } texts[] = {{&t.context, found->context}, {&t.namespace_, found->namespace_}, {&t.pod, found->pod},
                 {&t.node, found->node},       {&t.instance, found->instance},     {&t.query, found->query},
                 {&t.symptom, found->symptom}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i].said = redacted(x, &x->arena, *texts[i].said ? *texts[i].said : texts[i].found);
    if (t.window.from == TIME_UNKNOWN)
        t.window = found->window;
    return t;
}

static bool make_handover(const struct entry *entry, struct str *ret, struct error *err)
{
    (void)err;
    struct exporting *x = entry->x;
    struct target target = redacted_target(x);
    handover_write(&(struct handover){.case_id = x->session->path.id,
                                      .target = &target,
                                      .report = x->report,
                                      .list = &x->session->list},
                   ret);
    return true;
}

static bool make_evidence(const struct entry *entry, struct str *ret, struct error *err)
{
    struct exporting *x = entry->x;
    if (!redactor_file(x->redactor, x->ev, entry->file, ret, err))
        return false;
    if (x->level != REDACT_NONE && strcmp(evidence_file(x->ev, entry->file)->path, "probes.jsonl") == 0)
        forget_sizes(ret);
    return true;
}

struct lines {
    struct exporting *x;
    struct str *out;
};

static bool add_event(const struct event *event, void *context, struct error *err)
{
    (void)err;
    struct lines *lines = context;
    struct arena arena = {0};
    struct event redacted = export_redact_event(lines->x->redactor, lines->x->ev, &arena, event);
    if (event->kind == EVENT_CITED && lines->x->level != REDACT_NONE)
        redacted.value = NULL; // the redacted file has another sum
    export_add_event(lines->out, &redacted);
    arena_done(&arena);
    return true;
}

static bool make_events(const struct entry *entry, struct str *ret, struct error *err)
{
    struct lines lines = {entry->x, ret};
    return store_read(entry->x->session->store, add_event, &lines, err);
}

static bool make_procedure(const struct entry *entry, struct str *ret, struct error *err)
{
    char *file = case_file(&entry->x->session->path, "procedure.md");
    bool ok = infile_read(file, ret, err);
    free(file);
    return ok;
}

static void add_left_out(struct json_writer *w, const struct exporting *x)
{
    json_open(w, "left_out", '[');
    for (uint32_t i = 0; i < evidence_count(x->ev); i++) {
        const struct evidence_file *f = evidence_file(x->ev, i);
        struct str path = {0};
        if (!redactor_leaves_out(x->redactor, f))
            continue;
        redactor_path(x->redactor, f->path, &path);
        json_write(w, NULL, str_text(&path));
        str_done(&path);
    }
    json_close(w, ']');
}

static bool make_manifest(const struct entry *entry, struct str *ret, struct error *err)
{
    (void)err;
    const struct exporting *x = entry->x;
    struct json_writer w;
    json_writer_init(&w, ret, true);
    json_open(&w, NULL, '{');
    json_write_i64(&w, "form", EXPORT_FORM);
    json_write(&w, "d5tui", D5_VERSION);
    json_write(&w, "case", x->session->path.id);
    json_write(&w, "sop", x->session->sop->id);
    json_write(&w, "redacted", redact_level_names[x->level]);
    json_open(&w, "taken_out", '{');
    for (enum redact_kind kind = 0; kind < REDACT_KINDS; kind++)
        json_write_i64(&w, redact_kind_name(kind), (int64_t)redactor_count(x->redactor, kind));
    json_close(&w, '}');
    add_left_out(&w, x);
    json_close(&w, '}');
    str_add_char(ret, '\n');
    return true;
}

static bool make_sums(void *context, struct str *ret, struct error *err)
{
    (void)err;
    const struct exporting *x = context;
    str_add_span(ret, str_span(&x->sums));
    return true;
}

// ------------------------------------------------------------------ what goes in

static void add_reports(struct exporting *x)
{
    size_t n;
    const struct report_format *formats = report_formats(&n);
    for (size_t i = 0; i < n; i++)
        add_entry(x, (struct entry){.name = arena_printf(&x->arena, "report%s", formats[i].suffix),
                                    .make = make_report,
                                    .format = &formats[i]});
}

static void add_evidence(struct exporting *x)
{
    for (uint32_t i = 0; i < evidence_count(x->ev); i++) {
        const struct evidence_file *f = evidence_file(x->ev, i);
        struct str path = {0};
        if (redactor_leaves_out(x->redactor, f))
            continue;
        redactor_path(x->redactor, f->path, &path);
        add_entry(x, (struct entry){.name = arena_printf(&x->arena, "evidence/%s", str_text(&path)),
                                    .make = make_evidence,
                                    .file = i});
        str_done(&path);
    }
}

static bool open_evidence(struct exporting *x, struct error *err)
{
    struct sources sources;
    session_sources(x->session, &x->arena, &sources);
    x->ev = evidence_open(sources.paths, sources.n, NULL, err);
    if (!x->ev || !session_cited_unchanged(x->session, x->ev, err))
        return false;
    x->redactor = redactor_new(x->level, 0);
    redactor_learn(x->redactor, x->ev);
    return true;
}

// The report's own words and a person's, with places found again, in the redactor's words.
static void take_report(struct exporting *x, const struct report *report)
{
    struct report *copy = report_copy(report);
    report_find_places(copy, x->ev);
    x->report = redactor_report(x->redactor, x->ev, copy);
    report_free(copy);
}

static bool write_archive(struct exporting *x, const char *path, struct error *err)
{
    add_reports(x);
    add_evidence(x);
    add_entry(x, (struct entry){.name = "events.jsonl", .make = make_events});
    if (x->report->guided)
        add_entry(x, (struct entry){.name = "handover.md", .make = make_handover});
    add_entry(x, (struct entry){.name = "manifest.json", .make = make_manifest});
    add_entry(x, (struct entry){.name = "procedure.md", .make = make_procedure});
    archive_writer_add_call(x->archive, arena_printf(&x->arena, "%s/sums.sha256", x->session->path.id),
                            make_sums, x);
    return archive_writer_finish(x->archive, path, err);
}

static void exporting_done(struct exporting *x)
{
    archive_writer_free(x->archive);
    report_free(x->report);
    redactor_free(x->redactor);
    evidence_close(x->ev);
    str_done(&x->sums);
    arena_done(&x->arena);
}

bool session_export(struct session *s, const char *path, enum redact_level level, struct error *err)
{
    enum { WAIT_SECONDS = 30 };
    const struct report *report = session_report(s);
    if (!s->path.id)
        return error_set(err, "there is no case on disk to export");
    if (!report)
        return error_set(err, "case %s was left before anything was judged", s->path.id);
    if (!session_wait_saved(s, WAIT_SECONDS * USEC_SEC, err) || !session_sources_unchanged(s, err))
        return false;
    struct exporting x = {.session = s, .level = level, .archive = archive_writer_new()};
    bool ok = open_evidence(&x, err);
    if (ok) {
        take_report(&x, report);
        ok = write_archive(&x, path, err);
    }
    exporting_done(&x);
    return ok;
}
