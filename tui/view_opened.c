// Jobs hold the text or the seeker that they work for, never the pane: so the pane may turn to another file
// at any time, and whoever is the last to leave cleans up.
#include "tui/view_opened.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

enum { FIRST_SLICE = 1 << 16, COUNT_SLICE = 8 << 20, GROWN_SLICE = 4 << 20 };

static void free_if_left(struct opened *text)
{
    if (text->jobs > 0 || !text->dropped)
        return;
    logfile_close(text->log);
    free(text->packed);
    free(text);
}

// Behind all that a job's end brings about, since the pane may turn to another file on that.
static void end_job(struct opened *text)
{
    text->jobs--;
    free_if_left(text);
}

static void begin_job(struct opened *text, loop_fn *work, loop_fn *done, void *context)
{
    text->jobs++;
    ui_job(text->ui, work, done, context);
}

// ---- counting

static void count_work(void *context)
{
    struct opened *text = context;
    logfile_count(text->log, text->ui->loop ? COUNT_SLICE : SIZE_MAX);
}

static void count_done(void *context)
{
    struct opened *text = context;
    struct ui *ui = text->ui;
    text->counter = false;
    text->counting = !logfile_is_counted(text->log);
    if (!text->dropped && !ui->leaving && text->counting) {
        text->counter = true;
        begin_job(text, count_work, count_done, text);
    }
    if (!text->dropped && !ui->leaving)
        view_evidence_counted(ui);
    end_job(text);
}

static void go_on_counting(struct opened *text)
{
    text->counting = true;
    text->counter = true;
    begin_job(text, count_work, count_done, text);
}

void opened_grew(struct opened *text)
{
    if (text->log && !text->counter && logfile_count(text->log, GROWN_SLICE))
        go_on_counting(text);
}

// ---- unpacking

static void unpack_work(void *context)
{
    struct opened *text = context;
    text->log = logfile_unpack(text->packed, &text->err);
    if (text->log)
        logfile_count(text->log, COUNT_SLICE);
}

static void unpack_done(void *context)
{
    struct opened *text = context;
    if (!text->dropped && !text->ui->leaving) {
        if (text->log && !logfile_is_counted(text->log))
            go_on_counting(text);
        else
            text->counting = false;
        view_evidence_counted(text->ui);
    }
    end_job(text);
}

// ---- opening

struct opened *opened_new(struct ui *ui, const char *path, bool packed, struct error *err)
{
    struct logfile *log = packed ? NULL : logfile_open(path, err);
    if (!packed && !log)
        return NULL;
    struct opened *text = mem_alloc(sizeof *text);
    text->ui = ui;
    text->log = log;
    text->packed = packed ? mem_strdup(path) : NULL;
    if (packed) {
        text->counting = true;
        begin_job(text, unpack_work, unpack_done, text);
    } else if (logfile_count(log, FIRST_SLICE)) {
        go_on_counting(text);
    }
    return text;
}

void opened_drop(struct opened *text)
{
    if (!text)
        return;
    text->dropped = true;
    free_if_left(text);
}

static bool source_line(void *data, uint32_t line, uint64_t from, struct str *ret)
{
    const struct opened *text = data;
    return text->log && logfile_piece(text->log, line, from, ret);
}

static uint32_t source_count(void *data)
{
    return opened_lines(data);
}

uint32_t opened_lines(const struct opened *text)
{
    return text->log ? logfile_lines(text->log) : 0;
}

struct pager_source opened_source(struct opened *text)
{
    return (struct pager_source){source_line, source_count, text};
}

// ---- searching

static void seeker_free(struct seeker *seeker)
{
    finder_free(seeker->finder);
    free(seeker);
}

static void seek_work(void *context)
{
    const struct seeker *seeker = context;
    finder_work(seeker->finder);
}

static void seek_done(void *context)
{
    struct seeker *seeker = context;
    struct opened *text = seeker->text;
    finder_end(seeker->finder);
    if (seeker->dropped)
        seeker_free(seeker);
    else if (!text->ui->leaving)
        view_evidence_searched(text->ui, seeker);
    end_job(text);
}

static void begin_search(struct seeker *seeker, uint32_t origin)
{
    struct opened *text = seeker->text;
    if (!text->log)
        return;
    seeker->begun = true;
    if (finder_begin(seeker->finder, text->log, origin)) {
        begin_job(text, seek_work, seek_done, seeker);
        view_evidence_tick(text->ui);
    }
}

static void on_found(void *context)
{
    struct ui *ui = context;
    if (ui->found)
        loop_wake_send(ui->found);
}

struct seeker *seeker_new(struct opened *text, struct finder_query query, uint32_t origin, struct error *err)
{
    query.found = on_found;
    query.context = text->ui;
    struct finder *finder = finder_new(&query, err);
    if (!finder)
        return NULL;
    struct seeker *seeker = mem_alloc(sizeof *seeker);
    *seeker = (struct seeker){.finder = finder, .text = text, .origin = origin};
    begin_search(seeker, origin);
    return seeker;
}

void seeker_grew(struct seeker *seeker)
{
    if (seeker && (!seeker->begun || finder_state(seeker->finder).complete))
        begin_search(seeker, 1);
}

void seeker_drop(struct seeker *seeker)
{
    if (!seeker)
        return;
    seeker->dropped = true;
    if (finder_state(seeker->finder).running)
        finder_stop(seeker->finder); // its job frees it
    else
        seeker_free(seeker);
}

// "1.2 of 8.0 GB": both in the unit of the larger one.
static void add_bytes(struct str *ret, double bytes, double all)
{
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; all >= 999.5 && unit + 1 < ARRAY_LEN(units); unit++) {
        bytes /= 1000;
        all /= 1000;
    }
    int digits = unit > 2 ? 1 : 0;
    if (bytes < all)
        str_printf(ret, "%.*f of ", digits, bytes);
    str_printf(ret, "%.*f %s", digits, all, units[unit]);
}

void seeker_progress(const struct seeker *seeker, struct str *ret)
{
    struct finder_state state = finder_state(seeker->finder);
    double seconds = (double)state.took / (double)USEC_SEC, bytes = (double)state.bytes;
    add_bytes(ret, bytes, (double)state.all);
    if (seconds >= 0.1) {
        str_add(ret, ", ");
        add_bytes(ret, bytes / seconds, bytes / seconds);
        str_add(ret, "/s");
    }
    str_printf(ret, ", %.1f s", seconds);
}
