// What `d5tui search` writes to standard output: grep's shape, or a JSON object a line. To a terminal,
// nothing from outside is written as it is; into a file or a pipe, lines go byte by byte as they were found.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/json.h"
#include "tui/cli_search_parts.h"

void search_printer_init(struct search_printer *printer, const struct search_request *request)
{
    *printer = (struct search_printer){.request = request, .safe = isatty(STDOUT_FILENO)};
}

void search_printer_done(struct search_printer *printer)
{
    str_done(&printer->line);
    str_done(&printer->shown);
    free(printer->spans);
}

static bool write_line(struct search_printer *printer)
{
    str_add_char(&printer->line, '\n');
    bool written = fwrite(printer->line.at, 1, printer->line.len, stdout) == printer->line.len;
    str_clear(&printer->line);
    return written;
}

static void add_outside(struct search_printer *printer, struct span text)
{
    if (printer->safe)
        utf8_make_safe(text, &printer->line);
    else
        str_add_span(&printer->line, text);
}

static void add_path(struct search_printer *printer, uint32_t file)
{
    add_outside(printer, span_of(printer->source->prefix));
    add_outside(printer, span_of(evidence_file(printer->source->ev, file)->path));
}

static bool print_text(struct search_printer *printer, const struct search_line *line)
{
    const char sep = line->context ? '-' : ':';
    if (line->apart || printer->parted)
        str_add(&printer->line, "--\n");
    printer->parted = false;
    add_path(printer, line->file);
    str_printf(&printer->line, "%c%llu%c", sep, (unsigned long long)line->number, sep);
    add_outside(printer, line->text);
    return write_line(printer);
}

// ---------------------------------------------------------------- JSON

// Valid UTF-8, a U+FFFD for each byte that is not; the ends of spans go with their bytes.
static void show_as_utf8(struct search_printer *printer, const struct search_line *line)
{
    struct span rest = line->text;
    size_t at = 0, from = 0, to = 0; // of the line; spans whose begin and end were passed
    str_clear(&printer->shown);
    printer->spans = mem_grow(printer->spans, &printer->cap_spans, line->n_spans, sizeof *printer->spans);
    for (;;) {
        for (; from < line->n_spans && line->spans[from].from <= at; from++)
            printer->spans[from].from = printer->shown.len;
        for (; to < line->n_spans && line->spans[to].to <= at; to++)
            printer->spans[to].to = printer->shown.len;
        if (!rest.len)
            return;
        uint32_t c;
        unsigned n = utf8_decode(rest, &c);
        str_add_span(&printer->shown, c & UTF8_BAD ? span_of("\357\277\275") : span_first(rest, n));
        rest = span_from(rest, n);
        at += n;
    }
}

// RFC 3339, with the fraction where there is one; NULL for none.
static const char *format_time(usec_t t, char ret[static 48])
{
    char seconds[32];
    if (t == TIME_UNKNOWN)
        return NULL;
    long fraction = (long)(t % USEC_SEC);
    if (fraction < 0)
        fraction += USEC_SEC;
    clock_format(t, seconds);
    if (fraction == 0)
        snprintf(ret, 48, "%s", seconds);
    else
        snprintf(ret, 48, "%.*s.%06ldZ", (int)strcspn(seconds, "Z"), seconds, fraction);
    return ret;
}

static void json_write_path(struct json_writer *json, const struct search_printer *printer, uint32_t file)
{
    struct str path = {0};
    str_printf(&path, "%s%s", printer->source->prefix, evidence_file(printer->source->ev, file)->path);
    if (!utf8_is_valid(str_span(&path))) {
        struct str safe = {0};
        utf8_make_safe(str_span(&path), &safe);
        str_done(&path);
        path = safe;
    }
    json_write(json, "path", str_text(&path));
    str_done(&path);
}

static bool print_json(struct search_printer *printer, const struct search_line *line)
{
    struct json_writer json;
    char time[48];
    show_as_utf8(printer, line);
    json_writer_init(&json, &printer->line, false);
    json_open(&json, NULL, '{');
    json_write_path(&json, printer, line->file);
    json_write_i64(&json, "line", (int64_t)line->number);
    json_write(&json, "time", format_time(line->time, time));
    json_write_span(&json, "text", str_span(&printer->shown));
    json_open(&json, "spans", '[');
    for (size_t i = 0; i < line->n_spans; i++) {
        json_open(&json, NULL, '[');
        json_write_i64(&json, NULL, (int64_t)printer->spans[i].from);
        json_write_i64(&json, NULL, (int64_t)printer->spans[i].to);
        json_close(&json, ']');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    return write_line(printer);
}

bool search_print_line(void *context, const struct search_line *line)
{
    struct search_printer *printer = context;
    return printer->request->json ? print_json(printer, line) : print_text(printer, line);
}

// ---------------------------------------------------------------- counts

void search_print_file_count(struct search_printer *printer, uint32_t file, uint64_t n)
{
    struct json_writer json;
    if (printer->request->json) {
        json_writer_init(&json, &printer->line, false);
        json_open(&json, NULL, '{');
        json_write_path(&json, printer, file);
        json_write_i64(&json, "count", (int64_t)n);
        json_close(&json, '}');
    } else {
        add_path(printer, file);
        str_printf(&printer->line, ":%llu", (unsigned long long)n);
    }
    write_line(printer);
}

void search_print_count(struct search_printer *printer, uint64_t n)
{
    str_printf(&printer->line, printer->request->json ? "{\"count\":%llu}" : "%llu", (unsigned long long)n);
    write_line(printer);
}

void search_print_query(struct search_printer *printer, const char *query, uint64_t n)
{
    struct json_writer json;
    if (printer->request->json) {
        json_writer_init(&json, &printer->line, false);
        json_open(&json, NULL, '{');
        json_write(&json, "query", query);
        json_write_i64(&json, "lines", (int64_t)n);
        json_close(&json, '}');
    } else {
        str_printf(&printer->line, "%llu\t", (unsigned long long)n);
        add_outside(printer, span_of(query));
    }
    write_line(printer);
}
