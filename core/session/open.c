// Opening: a new incident, or a case on disk. A case keeps a copy of the procedure that it follows, so that
// replaying its events means the same years later.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/probe/procedures.h"
#include "core/session/choose.h"
#include "core/session/export.h"
#include "core/session/inside.h"

#define PROCEDURE_FILE "procedure.md"

// ------------------------------------------------------------------ a new incident

static bool take_procedure(struct session *s, const char *id_or_file, struct error *err)
{
    s->sop = procedures_load(id_or_file, err);
    if (!s->sop)
        return false;
    step_list_init(&s->list, s->sop);
    s->incident = incident_new(s->path.id, s->sop);
    return true;
}

bool session_open_new(struct session *s, const struct session_config *config, struct error *err)
{
    char *chosen = config->sop ? mem_strdup(config->sop) : choose_procedure(s->target.symptom);
    bool ok = take_procedure(s, chosen, err);
    free(chosen);
    return ok;
}

// ------------------------------------------------------------------ a case on disk

static bool replay_event(const struct event *event, void *context, struct error *err)
{
    struct session *s = context;
    if (!incident_check(s->incident, event, err))
        return error_prefix(err, "%s: event %llu", s->path.id, (unsigned long long)event->seq);
    incident_apply(s->incident, event);
    return true;
}

// For writing where that may be, else for reading.
static bool open_store(struct session *s, bool read_only, struct error *err)
{
    char *db = case_file(&s->path, "case.db");
    struct store_owner owner = {0};
    struct store_config config = {
        .path = db,
        .mode = read_only ? STORE_READ : STORE_WRITE,
        .on_saved = s->on_saved,
        .context = s->on_saved_context,
    };
    s->store = store_open(&config, &owner, err);
    s->written = owner.pid != 0 || (read_only && store_is_written(db, &owner));
    if (!s->store && owner.pid != 0) {
        struct str who = {0};
        store_owner_text(&owner, &who);
        s->read_only_why = mem_printf("it is being written by %s", str_text(&who));
        str_done(&who);
        config.mode = STORE_READ;
        s->store = store_open(&config, NULL, err);
    } else if (s->store && read_only) {
        s->read_only_why = mem_strdup("it was opened to read");
    }
    free(db);
    return s->store;
}

// An export of a case, by its name: ids have no dots and no slashes.
static bool is_export(const char *name)
{
    struct span path = span_of(name);
    return strchr(name, '/') || span_ends(path, ".tar.gz") || span_ends(path, ".tgz");
}

// What is only looked at leaves no case behind.
static bool import_case(struct session *s, const struct session_config *config, struct error *err)
{
    if (config->read_only && !(s->room = tempdir_new(NULL, err)))
        return false;
    const char *state_dir = s->room ? tempdir_path(s->room) : s->state_dir;
    return session_import(state_dir, config->open_case, &s->path, err);
}

static bool find_case(struct session *s, const struct session_config *config, struct error *err)
{
    return is_export(config->open_case) ? import_case(s, config, err)
                                        : case_find(s->state_dir, config->open_case, &s->path, err);
}

// Who opens what was handed over goes on as the policy lets them.
static bool take_over(struct session *s, const struct session_config *config, struct error *err)
{
    bool handed = is_export(config->open_case) && s->incident->guided && !s->guided && !s->read_only_why;
    return !handed || session_do(s, (struct event){.kind = EVENT_TAKEN_OVER}, err);
}

bool session_open_case(struct session *s, const struct session_config *config, struct error *err)
{
    if (!find_case(s, config, err))
        return false;
    char *procedure = case_file(&s->path, PROCEDURE_FILE);
    bool ok = take_procedure(s, procedure, err) && open_store(s, config->read_only, err) &&
              store_read(s->store, replay_event, s, err);
    free(procedure);
    if (!ok)
        return false;
    arena_done(&s->target_arena);
    session_read_target(&s->target_arena, s->incident->target_yaml, &s->target);
    return session_end_cut_off(s, err) && take_over(s, config, err);
}

// ------------------------------------------------------------------ the first event

static bool copy_file(const char *from, const char *to, struct error *err)
{
    char buffer[16384];
    ssize_t n = 0;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = out >= 0;
    while (ok && (n = read(in, buffer, sizeof buffer)) > 0)
        ok = write(out, buffer, (size_t)n) == n;
    if (!ok || n < 0)
        ok = error_set_errno(err, errno, "%s", in < 0 ? from : to);
    if (out >= 0)
        close(out);
    if (in >= 0)
        close(in);
    return ok;
}

static bool create_case(struct session *s, struct error *err)
{
    if (!case_create(s->state_dir, clock_now(), &s->path, err))
        return error_prefix(err, "the case cannot be kept (--state DIR puts it elsewhere)");
    char *db = case_file(&s->path, "case.db"), *procedure = case_file(&s->path, PROCEDURE_FILE);
    s->store = store_open(
        &(struct store_config){
            .path = db, .mode = STORE_CREATE, .on_saved = s->on_saved, .context = s->on_saved_context},
        NULL, err);
    bool ok = s->store && copy_file(s->sop->path, procedure, err);
    free(db);
    free(procedure);
    if (ok)
        s->incident->case_id = mem_strdup(s->path.id);
    return ok;
}

void session_hold(struct session *s, const struct event *event)
{
    struct arena *arena = &s->held.arena;
    struct event *copy = ARENA_PUSH(arena, s->held.events, s->held.n, s->held.cap);
    *copy = *event;
    copy->step = event->step ? arena_strdup(arena, event->step) : NULL;
    copy->text = event->text ? arena_strdup(arena, event->text) : NULL;
    copy->value = event->value ? arena_strdup(arena, event->value) : NULL;
}

bool session_keep_case(struct session *s, struct error *err)
{
    if (s->store)
        return true;
    if (!s->keep_words)
        return error_set(err, "this run keeps no case");
    if (!create_case(s, err))
        return false;
    for (size_t i = 0; i < s->held.n; i++)
        store_append(s->store, &s->held.events[i]);
    arena_done(&s->held.arena);
    s->held = (struct held){.n = 0};
    return true;
}

// Outside sources are referred to by path, size and time.
static bool add_source(struct session *s, const char *path, struct error *err)
{
    char real[PATH_MAX], *stamp = session_source_stamp(path);
    struct event event = {
        .kind = EVENT_SOURCE,
        .text = realpath(path, real) ? real : path,
        .value = stamp,
    };
    bool ok = session_do(s, event, err);
    free(stamp);
    return ok;
}

bool session_begin(struct session *s, struct error *err)
{
    if (s->keep && !s->store && !create_case(s, err))
        return false;
    char *target = session_target_text(&s->target);
    bool ok = session_do(
        s, (struct event){.kind = EVENT_OPENED, .text = target, .value = s->sop->id, .number = s->guided},
        err);
    free(target);
    for (size_t i = 0; ok && i < s->n_from; i++)
        ok = add_source(s, s->from[i], err);
    return ok;
}
