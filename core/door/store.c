// SQLite behind the project's words: opening, checking and reading a case. The thread that writes is
// store_writer.c's, the lock is store_lock.c's; this file is the only one that knows SQL.
//
// The schema's version stands in user_version; application_id tells a case from any other database. Rows are
// events, kinds are stored by name, so that a new kind in the middle of the enum changes no old case.
#include "core/door/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/store_lock.h"
#include "core/door/store_queue.h"

enum { SCHEMA_VERSION = 1, APPLICATION_ID = 0x64357475 }; // "d5tu"

static const char durable[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

static const char schema[] =
    "BEGIN;"
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
    " kind TEXT NOT NULL, step TEXT, text TEXT, value TEXT, number INTEGER NOT NULL);"
    "PRAGMA application_id = 1681224821;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

struct store {
    sqlite3 *db;
    sqlite3_stmt *insert;
    char *path;
    struct store_lock lock;
    struct store_queue *queue; // NULL: read only
};

// ------------------------------------------------------------------ errors

// What SQLite says, with the way out where there is one.
static bool sql_error(const struct store *store, struct error *err)
{
    switch (sqlite3_errcode(store->db) & 0xff) {
    case SQLITE_FULL:
        return error_set(err, "%s: the disk is full; make room, the events are kept until then", store->path);
    case SQLITE_READONLY:
        return error_set(err, "%s: the file or its disk may not be written", store->path);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return error_set(err, "%s: damaged (%s)", store->path, sqlite3_errmsg(store->db));
    case SQLITE_CANTOPEN:
        return error_set(err, "%s: cannot be opened (%s)", store->path, strerror(errno));
    default:
        return error_set(err, "%s: %s", store->path, sqlite3_errmsg(store->db));
    }
}

static bool run_sql(struct store *store, const char *sql, struct error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK || sql_error(store, err);
}

// One number that a statement gives; -1 where it gives none.
static int64_t ask_number(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t ret = -1;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        ret = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return ret;
}

// ------------------------------------------------------------------ opening

static bool check_pages(struct store *store, struct error *err)
{
    sqlite3_stmt *statement = NULL;
    bool ok = false;
    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const char *said = (const char *)sqlite3_column_text(statement, 0);
        ok = said && strcmp(said, "ok") == 0;
        if (!ok)
            error_set(err, "%s: damaged (%s)", store->path, said ? said : "no answer");
    } else {
        sql_error(store, err);
    }
    sqlite3_finalize(statement);
    return ok;
}

static bool check_schema(struct store *store, struct error *err)
{
    if (!check_pages(store, err))
        return false;
    if (ask_number(store, "PRAGMA application_id") != APPLICATION_ID)
        return error_set(err, "%s: not a case of d5tui", store->path);
    int64_t version = ask_number(store, "PRAGMA user_version");
    if (version > SCHEMA_VERSION)
        return error_set(err,
                         "%s: written by a newer d5tui (version %lld of the case's form, this one knows %d)",
                         store->path, (long long)version, SCHEMA_VERSION);
    return version == SCHEMA_VERSION || error_set(err, "%s: not a case of d5tui", store->path);
}

// The file exists, private, before SQLite sees it: it would make it as the umask says.
static bool create_file(const struct store *store, struct error *err)
{
    int fd = open(store->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set_errno(err, errno, "%s", store->path);
    close(fd);
    return true;
}

// On a disk that may not be written SQLite cannot share memory with a writer. Where no log is left beside the
// file, nothing is missed by reading the file alone.
static bool open_alone(struct store *store, struct error *err)
{
    struct stat st;
    char *log = mem_printf("%s-wal", store->path);
    bool left = stat(log, &st) == 0 && st.st_size > 0;
    free(log);
    if (left)
        return error_set(
            err,
            "%s: its last events stand in a log that cannot be read here; copy the case's folder "
            "to where it may be written",
            store->path);
    sqlite3_close(store->db);
    store->db = NULL;
    struct str uri = {0};
    str_add(&uri, "file:");
    for (const char *c = store->path; *c; c++)
        str_printf(&uri, strchr("%?# ", *c) ? "%%%02X" : "%c", (unsigned char)*c);
    str_add(&uri, "?immutable=1");
    int rc = sqlite3_open_v2(str_text(&uri), &store->db,
                             SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    str_done(&uri);
    return rc == SQLITE_OK || sql_error(store, err);
}

static bool open_read(struct store *store, struct error *err)
{
    if (access(store->path, R_OK) != 0)
        return error_set_errno(err, errno, "%s", store->path);
    if (sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return sql_error(store, err);
    sqlite3_busy_timeout(store->db, 2000);
    int rc = sqlite3_exec(store->db, "SELECT seq FROM events LIMIT 1", NULL, NULL, NULL) & 0xff;
    if ((rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY) && !open_alone(store, err))
        return false;
    return check_schema(store, err);
}

static bool prepare_insert(struct store *store, struct error *err)
{
    return sqlite3_prepare_v2(store->db, "INSERT INTO events VALUES (?,?,?,?,?,?,?)", -1, &store->insert,
                              NULL) == SQLITE_OK ||
           sql_error(store, err);
}

// The file and its tables come into being as one, or what is there is checked.
static bool begin_or_check(struct store *store, enum store_mode mode, struct error *err)
{
    if (mode == STORE_WRITE)
        return check_schema(store, err) && run_sql(store, durable, err);
    return run_sql(store, durable, err) && run_sql(store, schema, err);
}

static bool open_write(struct store *store, enum store_mode mode, struct error *err)
{
    if (mode == STORE_CREATE && !create_file(store, err))
        return false;
    if (mode == STORE_WRITE && access(store->path, F_OK) != 0)
        return error_set_errno(err, errno, "%s", store->path);
    if (sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) !=
        SQLITE_OK)
        return sql_error(store, err);
    sqlite3_busy_timeout(store->db, 2000);
    return begin_or_check(store, mode, err) && prepare_insert(store, err);
}

// ------------------------------------------------------------------ writing, on the queue's thread

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    if (text)
        sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, column);
}

static bool insert_event(struct store *store, const struct event *e, struct error *err)
{
    sqlite3_stmt *s = store->insert;
    sqlite3_bind_int64(s, 1, (sqlite3_int64)e->seq);
    sqlite3_bind_int64(s, 2, e->time);
    bind_text(s, 3, event_kind_name(e->kind));
    bind_text(s, 4, e->step);
    bind_text(s, 5, e->text);
    bind_text(s, 6, e->value);
    sqlite3_bind_int64(s, 7, e->number);
    bool ok = sqlite3_step(s) == SQLITE_DONE || sql_error(store, err);
    sqlite3_reset(s);
    return ok;
}

// All or nothing: what gathered while the last commit ran.
static bool commit_events(const struct event *events, size_t n, void *context, struct error *err)
{
    struct store *store = context;
    bool ok = run_sql(store, "BEGIN IMMEDIATE", err);
    for (size_t i = 0; ok && i < n; i++)
        ok = insert_event(store, &events[i], err);
    ok = ok && run_sql(store, "COMMIT", err);
    if (!ok && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

// ------------------------------------------------------------------ the door

static bool open_as(struct store *store, const struct store_config *config, struct store_owner *ret_owner,
                    struct error *err)
{
    if (config->mode == STORE_READ)
        return open_read(store, err);
    if (!store_lock_take(&store->lock, store->path, ret_owner, err) || !open_write(store, config->mode, err))
        return false;
    int64_t last = ask_number(store, "SELECT COALESCE(MAX(seq), 0) FROM events");
    store->queue = store_queue_new(&(struct store_queue_config){
        .commit = commit_events,
        .context = store,
        .saved = last > 0 ? (uint64_t)last : 0,
        .on_saved = config->on_saved,
        .on_saved_context = config->context,
    });
    return true;
}

struct store *store_open(const struct store_config *config, struct store_owner *ret_owner, struct error *err)
{
    struct store *store = mem_alloc(sizeof *store);
    store->path = mem_strdup(config->path);
    store->lock.fd = -1;
    if (ret_owner)
        *ret_owner = (struct store_owner){0};
    if (open_as(store, config, ret_owner, err))
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    store_queue_free(store->queue);
    sqlite3_finalize(store->insert);
    sqlite3_close(store->db);
    store_lock_release(&store->lock);
    free(store->path);
    free(store);
}

void store_append(struct store *store, const struct event *event)
{
    store_queue_add(store->queue, event);
}

uint64_t store_saved(struct store *store)
{
    return store->queue ? store_queue_saved(store->queue) : UINT64_MAX;
}

bool store_wait(struct store *store, uint64_t seq, usec_t wait, struct error *err)
{
    return !store->queue || store_queue_wait(store->queue, seq, wait, err);
}

// ------------------------------------------------------------------ reading

static bool row_event(const struct store *store, sqlite3_stmt *s, uint64_t expected, struct event *ret,
                      struct error *err)
{
    *ret = (struct event){
        .seq = (uint64_t)sqlite3_column_int64(s, 0),
        .time = sqlite3_column_int64(s, 1),
        .step = (const char *)sqlite3_column_text(s, 3),
        .text = (const char *)sqlite3_column_text(s, 4),
        .value = (const char *)sqlite3_column_text(s, 5),
        .number = sqlite3_column_int64(s, 6),
    };
    const char *kind = (const char *)sqlite3_column_text(s, 2);
    if (ret->seq != expected)
        return error_set(err, "%s: damaged (event %llu is missing)", store->path,
                         (unsigned long long)expected);
    return event_kind_parse(span_of(kind), &ret->kind) ||
           error_set(err, "%s: damaged (event %llu is of unknown kind \"%s\")", store->path,
                     (unsigned long long)expected, kind ? kind : "");
}

bool store_read(struct store *store, store_event_fn *each, void *context, struct error *err)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(store->db,
                           "SELECT seq, time, kind, step, text, value, number FROM events ORDER BY seq", -1,
                           &s, NULL) != SQLITE_OK)
        return sql_error(store, err);
    uint64_t expected = 1;
    bool ok = true;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW && ok) {
        struct event event;
        ok = row_event(store, s, expected++, &event, err) && each(&event, context, err);
    }
    if (ok && rc != SQLITE_DONE)
        ok = sql_error(store, err);
    sqlite3_finalize(s);
    return ok;
}
