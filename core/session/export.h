// Exports: a case as one archive that another d5tui, or a person with tar and sha256sum, can read.
//
//     CASE/report.yaml, .json, .md, …   in every format, with a person's words
//     CASE/evidence/…                   the evidence tree (contract, section 1)
//     CASE/events.jsonl                 what happened, an event a line
//     CASE/handover.md                  of a guided run: what was done, what was not, and how to go on
//     CASE/procedure.md                 the procedure that it followed
//     CASE/manifest.json                what this is, and of which form
//     CASE/sums.sha256                  of all files above, as sha256sum -c reads it
#ifndef D5_SESSION_EXPORT_H
#define D5_SESSION_EXPORT_H

#include "core/report/redact.h"
#include "core/session.h"
#include "core/session/cases.h"

enum { EXPORT_FORM = 1 };

// Writes the archive to `path` (.tar.gz, 0600, whole or not at all). Outside sources are copied in; one that
// is not what it was when it was read is an error that names it. What `level` takes out is taken out of
// everything: report, evidence and events, with one map. The session must have a case, and a report.
bool session_export(struct session *s, const char *path, enum redact_level level, struct error *err);

// Makes a case of an export: unpacked where nothing else can be written, sums checked, events replayed.
bool session_import(const char *state_dir, const char *file, struct case_path *ret, struct error *err);

// A copy of an event in the redactor's words; texts go to the arena. `ev` is the tree that reports cite.
struct event export_redact_event(struct redactor *r, struct evidence *ev, struct arena *arena,
                                 const struct event *event);

// One event as a line of JSON, and back; texts go to the arena.
void export_add_event(struct str *out, const struct event *event);
bool export_read_event(struct arena *arena, struct span line, struct event *ret, struct error *err);

#endif
