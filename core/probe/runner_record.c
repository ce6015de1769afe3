// A line of probes.jsonl. It says more than the contract's example in four places, so that nobody has to
// guess from the words of a call: `retry_of`, the probe that took too long and is run again; `answers`, the
// exit statuses that the probe's row takes for answers; `why`, the reason of whatever is not an answer; and
// `meant`, the file that is not there for it.
#include "core/base/utf8.h"
#include "core/door/json.h"
#include "core/probe/runner_inside.h"

enum { RECORD_ERRORS_MAX = 4096 };

static void write_number(struct json_writer *w, const char *name, int value)
{
    if (value < 0)
        json_write(w, name, NULL);
    else
        json_write_i64(w, name, value);
}

static void write_argv(struct json_writer *w, const struct probe_run *run)
{
    json_open(w, "argv", '[');
    for (size_t i = 0; run->planned->argv && run->planned->argv[i]; i++)
        json_write(w, NULL, i == 0 && run->program ? run->program : run->planned->argv[i]);
    json_close(w, ']');
}

static void write_time(struct json_writer *w, const struct probe_run *run)
{
    char text[32];
    bool ran = run->started != TIME_UNKNOWN;
    json_write(w, "started", clock_format(ran ? run->started : run->ended, text));
    json_write_i64(w, "ms", ran ? (run->ended - run->started) / USEC_MSEC : 0);
}

static void write_answers(struct json_writer *w, const struct probe_row *row)
{
    struct span rest = span_of(row->answers), word;
    json_open(w, "answers", '[');
    json_write_i64(w, NULL, 0);
    while (span_cut_word(&rest, &word)) {
        int64_t status;
        if (span_to_i64(word, &status))
            json_write_i64(w, NULL, status);
    }
    json_close(w, ']');
}

// The last of it, from the beginning of a line where one fits.
static struct span last_words(struct span errors)
{
    if (errors.len <= RECORD_ERRORS_MAX)
        return errors;
    struct span last = span_from(errors, errors.len - RECORD_ERRORS_MAX);
    size_t newline = span_find_char(last, '\n');
    return newline + 1 < last.len ? span_from(last, newline + 1) : last;
}

// What brought no file names the one that it was to bring, unless that would speak ill of another's.
static void write_file(struct json_writer *w, const struct run *run, const struct writer_result *result)
{
    json_write(w, "file", result->there || result->free ? run->planned.file : NULL);
    if (result->lines.to) {
        struct str lines = {0};
        str_printf(&lines, "%u-%u", result->lines.from, result->lines.to);
        json_write(w, "lines", str_text(&lines));
        str_done(&lines);
    }
}

void record_write(void *context, const struct writer_result *result, struct str *ret_line)
{
    const struct run *run = context;
    const struct probe_run *pub = &run->pub;
    bool unwritten = result->err.text[0] != '\0';
    const char *why = unwritten ? result->err.text : pub->why;
    struct json_writer w;
    json_writer_init(&w, ret_line, false);
    json_open(&w, NULL, '{');
    json_write(&w, "id", pub->id);
    json_write(&w, "step", pub->step);
    if (pub->retry_of)
        json_write(&w, "retry_of", pub->retry_of);
    write_argv(&w, pub);
    json_write(&w, "where", pub->planned->where);
    json_write(&w, "via", pub->planned->via);
    write_time(&w, pub);
    write_number(&w, "exit", pub->exit);
    write_number(&w, "signal", pub->signal);
    json_write_i64(&w, "bytes", (int64_t)pub->bytes);
    json_write_bool(&w, "cut", pub->cut || unwritten);
    json_write_span(&w, "stderr", last_words(pub->errors));
    write_file(&w, run, result);
    json_write(&w, "state", probe_state_names[unwritten ? PROBE_FAILED : pub->state]);
    write_answers(&w, pub->planned->row);
    if (!result->there && !result->free)
        json_write(&w, "meant", pub->planned->file);
    if (why)
        json_write(&w, "why", why);
    json_close(&w, '}');
}
