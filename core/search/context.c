// Context is read again from the file, around the matched lines that come in order: so the scanner knows
// nothing of it, and pays nothing for it.
#include "core/search/context.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/search/gather.h"

enum { CHUNK = 16 * 1024 };

struct context {
    const struct search_options *options;
    const struct search_input *input; // of the open file, or NULL
    struct source source;
    char *chunk; // bytes of the file from chunk_at
    size_t chunk_len;
    uint64_t chunk_at;
    struct str text;       // of the line at hand
    uint64_t given;        // the byte behind the last line given, in the file at hand
    uint64_t given_number; // and its number; 0: none of this file
    usec_t time;           // of that line
    bool any;              // a line was given, of any file
    bool stopped;          // the sink wants no more
};

struct context *context_new(const struct search_options *options)
{
    struct context *context = mem_alloc(sizeof *context);
    context->options = options;
    context->chunk = mem_alloc(CHUNK);
    return context;
}

void context_free(struct context *context)
{
    if (!context)
        return;
    if (context->input)
        source_close(&context->source);
    str_done(&context->text);
    free(context->chunk);
    free(context);
}

// The bytes from `at` on that one chunk holds. Empty at the end, and where the file cannot be read any more.
static struct span read_at(struct context *c, uint64_t at)
{
    if (at < c->chunk_at || at >= c->chunk_at + c->chunk_len) {
        uint64_t begin = at / CHUNK * CHUNK;
        int64_t n = source_read(&c->source, c->chunk, CHUNK, begin);
        c->chunk_at = begin;
        c->chunk_len = n > 0 ? (size_t)n : 0;
        if (at >= c->chunk_at + c->chunk_len)
            return span_make(c->chunk, 0);
    }
    return span_make(c->chunk + (at - c->chunk_at), c->chunk_len - (size_t)(at - c->chunk_at));
}

// Reads the line that begins at `at` into c->text, cut. False at the end of the file.
static bool read_line(struct context *c, uint64_t at, uint64_t *ret_length, uint64_t *ret_next)
{
    uint64_t begin = at;
    str_clear(&c->text);
    for (;;) {
        struct span part = read_at(c, at);
        size_t n = span_find_char(part, '\n');
        bool ends = n != SIZE_MAX;
        part = span_first(part, n);
        if (c->text.len < SEARCH_SHOWN + 4)
            str_add_span(&c->text, span_first(part, SEARCH_SHOWN + 4 - c->text.len));
        at += part.len;
        if (ends || part.len == 0) {
            *ret_length = at - begin;
            *ret_next = at + ends;
            return ends || at > begin;
        }
    }
}

// Where the line before the one that begins at `at` begins; not before `lowest`, where a line begins.
static uint64_t line_before(struct context *c, uint64_t at, uint64_t lowest)
{
    for (at--; at > lowest;) {
        uint64_t begin = (at - 1) / CHUNK * CHUNK;
        if (begin < lowest)
            begin = lowest;
        struct span part = span_first(read_at(c, begin), (size_t)(at - begin));
        const char *newline = part.len ? memrchr(part.at, '\n', part.len) : NULL;
        if (newline)
            return begin + (uint64_t)(newline - part.at) + 1;
        at = begin;
    }
    return lowest;
}

static usec_t own_time(const struct context *c, usec_t otherwise)
{
    const struct search_options *options = c->options;
    if (!gather_wants_times(options))
        return TIME_UNKNOWN;
    struct linetime_context clock =
        options->near ? linetime_near(options->near) : linetime_until(c->input->mtime);
    usec_t t = linetime_parse(str_span(&c->text), &clock);
    return t != TIME_UNKNOWN ? t : otherwise;
}

static void hand_over(struct context *c, const struct search_line *line, uint64_t next)
{
    c->given = next;
    c->given_number = line->number;
    c->time = line->time;
    c->any = true;
    c->stopped = !c->options->line(c->options->ctx, line);
}

// Gives the line behind the last one given as context. False: the file ends, or the sink wants no more.
static bool give(struct context *c, uint64_t number, bool apart, usec_t time)
{
    struct search_line line = {.file = c->input->file, .number = number, .context = true, .apart = apart};
    uint64_t next;
    if (!read_line(c, c->given, &line.length, &next))
        return false;
    line.text = utf8_first(str_span(&c->text), SEARCH_SHOWN);
    line.time = own_time(c, time);
    hand_over(c, &line, next);
    return !c->stopped;
}

// Up to options->after lines behind the last matched one, below byte `limit`.
static void give_after(struct context *c, uint64_t limit)
{
    for (unsigned i = 0; i < c->options->after && c->given < limit; i++) {
        if (!give(c, c->given_number + 1, false, c->time))
            return;
    }
}

// Up to options->before lines above the one at `offset`, down to the last one given. Whether lines are left
// out above the matched line.
static bool give_before(struct context *c, uint64_t offset, uint64_t number)
{
    uint64_t at = offset;
    unsigned n = 0;
    for (; n < c->options->before && at > c->given; n++)
        at = line_before(c, at, c->given);
    bool apart = c->any && (c->given_number == 0 || at > c->given);
    c->given = at;
    for (; n > 0; n--, apart = false) {
        if (!give(c, number - n, apart, TIME_UNKNOWN))
            break;
    }
    return apart;
}

static void open_file(struct context *c, const struct search_input *input)
{
    if (c->input == input)
        return;
    context_end_file(c);
    if (!source_open(input, &c->source, NULL))
        c->source = (struct source){.fd = -1}; // as if empty: lines without their context
    c->input = input;
    c->chunk_len = 0;
    c->given = c->given_number = 0;
}

bool context_line(struct context *c, const struct search_input *input, uint64_t offset,
                  struct search_line *line)
{
    open_file(c, input);
    if (c->given_number)
        give_after(c, offset);
    if (!c->stopped)
        line->apart = give_before(c, offset, line->number);
    if (!c->stopped)
        hand_over(c, line, offset + line->length + 1);
    return !c->stopped;
}

bool context_end_file(struct context *c)
{
    if (c->input && c->given_number && !c->stopped)
        give_after(c, UINT64_MAX);
    if (c->input)
        source_close(&c->source);
    c->input = NULL;
    return !c->stopped;
}
