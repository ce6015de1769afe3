// Threads and order. Slices are numbered as they are handed out; results are delivered in that order by
// whichever thread completes the next one. A thread whose result has grown big waits for its turn and hands
// over what it has, and slices are handed out only so far ahead: that bounds the memory, and since the thread
// whose turn it is never waits, none waits for ever.
#include "core/search/search.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "core/base/mem.h"
#include "core/search/context.h"
#include "core/search/gather.h"

enum {
    SLICE = 8 << 20, // bytes
    MOST_THREADS = 16,
    AHEAD = 2 * MOST_THREADS + 2, // slices
    MOST_GAVE_UP = 100,           // after that many lines a pattern is refused
};

struct run {
    const struct search_set *set;
    const struct search_options *options;
    struct search_result *result;
    struct search_input *inputs;
    size_t n_inputs;
    uint64_t first_line;     // of the first input: its lines begin after so many,
    usec_t above;            // and below a line of this time
    struct context *context; // or NULL

    pthread_mutex_t lock; // of what follows, but for what only the thread whose turn it is touches
    pthread_cond_t moved; // the turn did
    size_t input;         // the next slice's
    uint64_t offset, seq;
    uint64_t turn; // seq of the slice that is delivered next
    struct slice_result *waiting[AHEAD];
    atomic_bool stop;

    // Of the file that is delivered, touched by the thread whose turn it is.
    uint64_t lines;                           // before the slice
    usec_t time;                              // of the last line that had one
    const struct search_input *gave_up_input; // where a pattern was given up first
    uint64_t gave_up_offset;
};

// ---------------------------------------------------------------- delivering

static bool window_lets_in(const struct run *run)
{
    return !run->options->window || run->time == TIME_UNKNOWN ||
           clock_in_window(run->time, *run->options->window) != TRI_NO;
}

static bool deliver_line(struct run *run, const struct slice_result *result, const struct slice_line *kept)
{
    const struct search_input *input = &run->inputs[result->slice.input];
    struct search_line line = {
        .file = input->file,
        .number = run->lines + kept->number + 1,
        .text = span_make(result->text.at + kept->text, kept->shown),
        .length = kept->length,
        .time = kept->time == TIME_PENDING ? run->time : kept->time,
        .binary = run->result->files[result->slice.input].binary,
        .patterns = result->patterns + kept->patterns,
        .n_patterns = kept->n_patterns,
        .spans = kept->n_spans ? result->spans + kept->spans : NULL,
        .n_spans = kept->n_spans,
    };
    if (kept->time == TIME_PENDING && !window_lets_in(run))
        return true;
    run->result->cut += kept->shown < kept->length;
    if (run->context)
        return context_line(run->context, input, kept->offset, &line);
    return run->options->line(run->options->ctx, &line);
}

static void deliver_lines(struct run *run, struct slice_result *result)
{
    struct search_file *file = &run->result->files[result->slice.input];
    file->binary |= result->binary;
    for (size_t i = 0; i < result->n_lines && !atomic_load(&run->stop); i++) {
        if (!deliver_line(run, result, &result->lines[i])) {
            run->result->stopped = true;
            atomic_store(&run->stop, true);
        }
    }
    slice_result_clear_lines(result);
}

static void add_counts(struct run *run, struct search_file *file, const struct slice_counts *counts)
{
    for (size_t i = 0; i < run->set->n; i++)
        run->result->counts[i] += counts->lines[i];
    run->result->matched += counts->matched;
    file->matched += counts->matched;
}

static void note_gave_up(struct run *run, const struct slice_result *result)
{
    struct search_result *ret = run->result;
    if (result->gave_up && ret->gave_up == 0) {
        ret->gave_up_pattern = result->gave_up_pattern;
        ret->gave_up_at.file = run->inputs[result->slice.input].file;
        run->gave_up_input = &run->inputs[result->slice.input];
        run->gave_up_offset = result->gave_up_offset;
    }
    ret->gave_up += result->gave_up;
    if (ret->gave_up >= MOST_GAVE_UP)
        atomic_store(&run->stop, true);
}

// All of a slice that is complete.
static void deliver(struct run *run, struct slice_result *result)
{
    struct search_file *file = &run->result->files[result->slice.input];
    deliver_lines(run, result);
    add_counts(run, file, &result->counts);
    if (window_lets_in(run)) {
        add_counts(run, file, &result->pending);
        file->untimed |= run->options->window && run->time == TIME_UNKNOWN && result->pending.matched;
    }
    note_gave_up(run, result);
    if (result->last_time != TIME_PENDING)
        run->time = result->last_time;
    file->last_time = run->time;
    run->lines += result->newlines;
    file->lines += result->newlines;
    file->bytes += result->bytes;
    run->result->bytes += result->bytes;
    if (result->left_out && !file->left_out) {
        file->left_out = result->left_out;
        result->left_out = NULL;
    }
    if (result->slice.last) {
        run->lines = 0;
        run->time = TIME_UNKNOWN;
    }
}

// A slice's result is complete: it is delivered now, with all that waited for it, or waits.
static void finish(struct run *run, struct slice_result *result)
{
    pthread_mutex_lock(&run->lock);
    run->waiting[result->slice.seq % AHEAD] = result;
    while (result->slice.seq == run->turn && run->waiting[run->turn % AHEAD]) {
        result = run->waiting[run->turn % AHEAD];
        run->waiting[run->turn % AHEAD] = NULL;
        pthread_mutex_unlock(&run->lock);
        deliver(run, result);
        pthread_mutex_lock(&run->lock);
        run->turn++;
        pthread_cond_broadcast(&run->moved);
        slice_result_free(result);
        result = run->waiting[run->turn % AHEAD];
        if (!result)
            break;
    }
    pthread_mutex_unlock(&run->lock);
}

static bool flush(void *ctx, struct slice_result *result)
{
    struct run *run = ctx;
    pthread_mutex_lock(&run->lock);
    while (run->turn != result->slice.seq && !atomic_load(&run->stop))
        pthread_cond_wait(&run->moved, &run->lock);
    bool mine = run->turn == result->slice.seq;
    pthread_mutex_unlock(&run->lock);
    if (mine)
        deliver_lines(run, result);
    return !atomic_load(&run->stop);
}

// ---------------------------------------------------------------- handing out

static struct slice cut_slice(struct run *run)
{
    const struct search_input *input = &run->inputs[run->input];
    struct slice slice = {.seq = run->seq++, .input = run->input, .from = run->offset};
    bool last = input->compressed || input->size - run->offset <= SLICE;
    slice.to = input->compressed ? UINT64_MAX : last ? input->size : run->offset + SLICE;
    slice.last = last;
    run->offset = last ? 0 : slice.to;
    run->input += last;
    return slice;
}

static bool is_cancelled(const struct run *run)
{
    return atomic_load(&run->stop) || (run->options->cancel && atomic_load(run->options->cancel));
}

static bool next_slice(struct run *run, struct slice *ret)
{
    pthread_mutex_lock(&run->lock);
    while (run->seq >= run->turn + AHEAD && !is_cancelled(run))
        pthread_cond_wait(&run->moved, &run->lock);
    bool more = run->input < run->n_inputs && !is_cancelled(run);
    if (more)
        *ret = cut_slice(run);
    pthread_mutex_unlock(&run->lock);
    return more;
}

static void *work(void *arg)
{
    struct run *run = arg;
    struct slice_worker worker;
    struct slice slice;
    slice_worker_init(&worker, run->set, run->options);
    worker.flush = flush;
    worker.ctx = run;
    worker.stop = &run->stop;
    while (next_slice(run, &slice)) {
        struct slice_result *result = slice_result_new(run->set, slice);
        slice_search(&worker, &run->inputs[slice.input], result);
        finish(run, result);
    }
    slice_worker_done(&worker);
    return NULL;
}

// ---------------------------------------------------------------- the whole

static size_t count_slices(const struct run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n_inputs; i++)
        n += run->inputs[i].size / SLICE + 1;
    return n;
}

// The calling thread works, too; one that cannot be started is done without.
static void work_together(struct run *run)
{
    pthread_t threads[MOST_THREADS];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = run->options->threads ? run->options->threads : processors > 0 ? (size_t)processors : 1;
    size_t slices = count_slices(run), n = 0;
    wanted = wanted < slices ? wanted : slices;
    wanted = wanted < MOST_THREADS ? wanted : MOST_THREADS;
    while (n + 1 < wanted && pthread_create(&threads[n], NULL, work, run) == 0)
        n++;
    work(run);
    while (n > 0)
        pthread_join(threads[--n], NULL);
}

// Lines are not always counted, so the one that a pattern was given up on first is looked up by its byte.
static void look_up_gave_up(const struct run *run)
{
    char buffer[4096];
    struct source source;
    uint64_t line = run->first_line + 1;
    int64_t n;
    if (!source_open(run->gave_up_input, &source, NULL))
        return;
    for (uint64_t at = run->gave_up_input->from; at < run->gave_up_offset; at += (uint64_t)n) {
        uint64_t left = run->gave_up_offset - at;
        n = source_read(&source, buffer, left < sizeof buffer ? left : sizeof buffer, at);
        if (n <= 0)
            break;
        line += bytes_count(span_make(buffer, (size_t)n), '\n');
    }
    source_close(&source);
    run->result->gave_up_at = place_at(run->gave_up_input->file, (uint32_t)line);
}

static bool run_ended(struct run *run, struct error *err)
{
    struct search_result *ret = run->result;
    if (run->context && !context_end_file(run->context))
        ret->stopped = true;
    context_free(run->context);
    for (size_t i = 0; i < AHEAD; i++)
        slice_result_free(run->waiting[i]);
    ret->stopped |= run->options->cancel && atomic_load(run->options->cancel);
    if (ret->gave_up)
        look_up_gave_up(run);
    if (ret->gave_up < MOST_GAVE_UP)
        return true;
    return error_set(err,
                     "pattern \"%s\" backtracks too much: it was given up on %llu lines; write it stricter",
                     run->set->texts[ret->gave_up_pattern], (unsigned long long)ret->gave_up);
}

static bool run_all(struct run *run, struct error *err)
{
    struct search_result *ret = run->result;
    *ret = (struct search_result){
        .counts = mem_calloc(run->set->n, sizeof *ret->counts),
        .files = mem_calloc(run->n_inputs, sizeof *ret->files),
        .n_files = run->n_inputs,
    };
    for (size_t i = 0; i < run->n_inputs; i++)
        ret->files[i].file = run->inputs[i].file;
    if (run->options->line && (run->options->before || run->options->after || run->options->groups))
        run->context = context_new(run->options);
    run->time = run->above;
    run->lines = run->first_line;
    run->offset = run->n_inputs > 0 ? run->inputs[0].from : 0;
    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->moved, NULL);
    work_together(run);
    pthread_cond_destroy(&run->moved);
    pthread_mutex_destroy(&run->lock);
    return run_ended(run, err);
}

static void input_of_file(struct evidence *ev, const struct evidence_file *file, struct search_input *ret)
{
    *ret = (struct search_input){
        .file = file->id,
        .path = file->real,
        .ev = ev,
        .compressed = file->compressed,
        .size = file->size,
        .mtime = file->mtime,
    };
}

bool search_run(const struct search_set *set, struct evidence *ev, const struct search_options *options,
                struct search_result *ret, struct error *err)
{
    struct run run = {.set = set, .options = options, .result = ret, .above = TIME_UNKNOWN};
    size_t n = options->files ? options->n_files : evidence_count(ev);
    run.inputs = mem_calloc(n, sizeof *run.inputs);
    for (size_t i = 0; i < n; i++) {
        const struct evidence_file *file =
            evidence_file(ev, options->files ? options->files[i] : (uint32_t)i);
        if (file)
            input_of_file(ev, file, &run.inputs[run.n_inputs++]);
    }
    bool ok = run_all(&run, err);
    free(run.inputs);
    return ok;
}

bool search_text(const struct search_set *set, struct text text, uint64_t first_line,
                 const struct search_options *options, struct search_result *ret, struct error *err)
{
    struct search_input input = {
        .file = text.file,
        .text = text.bytes,
        .size = text.bytes.len,
        .mtime = TIME_UNKNOWN,
    };
    struct run run = {
        .set = set,
        .options = options,
        .result = ret,
        .inputs = &input,
        .n_inputs = 1,
        .first_line = first_line > 0 ? first_line - 1 : 0,
        .above = options->above ? options->above : TIME_UNKNOWN,
    };
    return run_all(&run, err);
}

bool search_part(const struct search_set *set, const struct search_part *part,
                 const struct search_options *options, struct search_result *ret, struct error *err)
{
    struct search_input input = {
        .open = &part->fd,
        .text = part->text,
        .from = part->from,
        .size = part->to,
        .mtime = part->mtime,
    };
    struct run run = {
        .set = set,
        .options = options,
        .result = ret,
        .inputs = &input,
        .n_inputs = 1,
        .first_line = part->line > 0 ? part->line - 1 : 0,
        .above = options->above ? options->above : TIME_UNKNOWN,
    };
    return run_all(&run, err);
}

void search_result_done(struct search_result *result)
{
    for (size_t i = 0; i < result->n_files; i++)
        free(result->files[i].left_out);
    free(result->files);
    free(result->counts);
    *result = (struct search_result){0};
}
