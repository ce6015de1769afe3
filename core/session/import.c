// Makes a case of an export. The archive comes from somebody else: it is unpacked by a child that can write
// nothing but its folder, what its sums name must be what they say, and every event passes the same checks as
// one that a person causes.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/infile.h"
#include "core/base/mem.h"
#include "core/base/sha256.h"
#include "core/door/archive.h"
#include "core/door/tempdir.h"
#include "core/door/unpackdir.h"
#include "core/session/export.h"
#include "core/session/inside.h"

// ------------------------------------------------------------------ reading

static bool read_file(const char *folder, const char *name, struct str *ret, struct error *err)
{
    char *path = mem_printf("%s/%s", folder, name);
    bool ok = infile_read(path, ret, NULL) ||
              error_set(err, "not an export of d5tui: it has no %s that can be read", name);
    free(path);
    return ok;
}

// "SUM  NAME", as sha256sum prints it.
static bool check_sum(const char *folder, struct span line, struct error *err)
{
    char sum[SHA256_TEXT];
    struct span said = span_first(line, SHA256_TEXT - 1), name = span_from(line, SHA256_TEXT + 1);
    if (said.len != SHA256_TEXT - 1 || name.len == 0)
        return error_set(err, "the export's sums.sha256 has a line that is no sum");
    if (!unpackdir_check_name(name, &name, err))
        return error_prefix(err, "the export's sums.sha256");
    char *path = mem_printf("%s/" SPAN_FMT, folder, SPAN_ARG(name));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int rc = fd < 0 ? -errno : sha256_file(fd, sum);
    if (fd >= 0)
        close(fd);
    free(path);
    if (rc != 0)
        return error_set_errno(err, rc, "the export's " SPAN_FMT, SPAN_ARG(name));
    return span_is(said, sum) ||
           error_set(err, "the export's " SPAN_FMT " is not what its sum says: it was changed or damaged",
                     SPAN_ARG(name));
}

static bool check_sums(const char *folder, struct error *err)
{
    struct str sums = {0};
    struct span rest, line;
    bool ok = read_file(folder, "sums.sha256", &sums, err);
    rest = str_span(&sums);
    while (ok && span_cut_line(&rest, &line))
        ok = check_sum(folder, line, err);
    str_done(&sums);
    return ok;
}

// The one folder that an export holds; NULL when it is none. Yours.
static char *top_folder(const char *room, struct error *err)
{
    char *ret = NULL;
    size_t n = 0;
    DIR *dir = opendir(room);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        free(ret);
        ret = mem_printf("%s/%s", room, entry->d_name);
        n++;
    }
    if (dir)
        closedir(dir);
    if (n == 1)
        return ret;
    free(ret);
    error_set(err, "not an export of d5tui: it holds %zu things instead of one case", n);
    return NULL;
}

// ------------------------------------------------------------------ writing

// Events as they are, then one that says that the evidence lies in the case itself from now on.
static bool store_events(struct store *store, struct span lines, struct error *err)
{
    struct arena arena = {0};
    struct event event = {0};
    struct span line;
    bool ok = true;
    uint64_t n = 0;
    while (ok && span_cut_line(&lines, &line)) {
        ok = export_read_event(&arena, line, &event, err) &&
             (event.seq == ++n || error_set(err, "the export's events are not in order"));
        if (ok)
            store_append(store, &event);
    }
    if (ok && n > 0)
        store_append(store, &(struct event){.seq = n + 1,
                                            .time = event.time,
                                            .kind = EVENT_SOURCE,
                                            .text = SESSION_OWN_SOURCE,
                                            .value = ""});
    arena_done(&arena);
    return ok && (n > 0 || error_set(err, "the export has no events"));
}

static bool make_store(const struct case_path *path, const char *folder, struct error *err)
{
    enum { WAIT_SECONDS = 60 };
    struct str lines = {0};
    char *db = case_file(path, "case.db");
    bool ok = read_file(folder, "events.jsonl", &lines, err);
    struct store *store =
        ok ? store_open(&(struct store_config){.path = db, .mode = STORE_CREATE}, NULL, err) : NULL;
    ok = store && store_events(store, str_span(&lines), err);
    store_close(store);
    free(db);
    str_done(&lines);
    return ok;
}

static bool move_in(const struct case_path *path, const char *folder, const char *name, struct error *err)
{
    char *from = mem_printf("%s/%s", folder, name), *to = case_file(path, name);
    bool ok = rename(from, to) == 0 || error_set_errno(err, errno, "the export's %s", name);
    free(from);
    free(to);
    return ok;
}

static bool fill_case(const struct case_path *path, const char *folder, struct error *err)
{
    return check_sums(folder, err) && make_store(path, folder, err) &&
           move_in(path, folder, "procedure.md", err) && move_in(path, folder, "evidence", err);
}

// Opened once as any other case is, so that one that cannot be replayed is not kept.
static bool opens(const char *state_dir, const struct case_path *path, struct error *err)
{
    struct session *s = session_new(
        &(struct session_config){.state_dir = state_dir, .open_case = path->id, .read_only = true}, err);
    session_free(s);
    return s;
}

static bool unpack_case(const struct case_path *path, const char *file, struct error *err)
{
    struct tempdir *room = tempdir_new(path->dir, err);
    bool ok = room && archive_unpack(file, tempdir_path(room), &archive_default_limits, err);
    char *folder = ok ? top_folder(tempdir_path(room), err) : NULL;
    ok = ok && ((folder && fill_case(path, folder, err)) || error_prefix(err, "%s", file));
    free(folder);
    tempdir_free(room);
    return ok;
}

bool session_import(const char *state_dir, const char *file, struct case_path *ret, struct error *err)
{
    if (!case_create(state_dir, clock_now(), ret, err))
        return false;
    if (unpack_case(ret, file, err) && (opens(state_dir, ret, err) || error_prefix(err, "%s", file)))
        return true;
    tempdir_remove_tree(ret->dir);
    case_path_done(ret);
    return false;
}
