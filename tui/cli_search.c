// d5tui search: patterns over all files of trees, bundles, cases and single files (contract, section 5).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/probe/procedures.h"
#include "core/session.h"
#include "tui/cli_flags.h"
#include "tui/cli_search_parts.h"

struct given { // one --from or --case
    const char *name;
    bool is_case;
};

struct options {
    struct search_request request;
    struct given *sources;
    size_t n_sources, cap_sources;
    const char **texts; // of -e, or the operand
    size_t n_texts, cap_texts;
    const char *operand, *sop_name, *state;
    bool count, count_files;
    unsigned flags; // enum match_flags
    usec_t now;
    struct sop *sop; // owns the texts of its queries
};

// ---------------------------------------------------------------- the command line

static bool take_source(void *context, const char *value, bool is_case, struct error *err)
{
    struct options *o = context;
    *MEM_PUSH(o->sources, o->n_sources, o->cap_sources) = (struct given){value, is_case};
    return value[0] || error_set(err, "the value is empty");
}

static bool take_from(void *context, const char *value, struct error *err)
{
    return take_source(context, value, false, err);
}

static bool take_case(void *context, const char *value, struct error *err)
{
    return take_source(context, value, true, err);
}

static bool take_state(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    o->state = value;
    return value[0] || error_set(err, "the value is empty");
}

static bool take_pattern(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    (void)err;
    *MEM_PUSH(o->texts, o->n_texts, o->cap_texts) = value;
    return true;
}

static bool take_operand(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    if (o->operand)
        return error_set(
            err, "one pattern at a time, not \"%s\" too; -e takes several, --from what is searched", value);
    o->operand = value;
    return true;
}

static bool take_sop(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    o->sop_name = value;
    return value[0] || error_set(err, "name a procedure (D5) or its file");
}

static bool take_caseless(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    (void)value;
    (void)err;
    o->flags |= MATCH_CASELESS;
    return true;
}

static bool take_literal(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    (void)value;
    (void)err;
    o->flags |= MATCH_LITERAL;
    return true;
}

static bool take_count(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    (void)value;
    (void)err;
    return o->count = true;
}

static bool take_count_files(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    (void)value;
    (void)err;
    return o->count_files = true;
}

static bool take_follow(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    (void)value;
    (void)err;
    return o->request.follow = true;
}

static bool read_lines(const char *value, unsigned *ret, struct error *err)
{
    enum { MOST = 100000 };
    uint64_t n;
    if (!span_to_u64(span_of(value), &n) || n > MOST)
        return error_set(err, "\"%s\" is no number of lines (0 to %d)", value, MOST);
    *ret = (unsigned)n;
    return true;
}

static bool take_after(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    o->request.groups = true;
    return read_lines(value, &o->request.after, err);
}

static bool take_before(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    o->request.groups = true;
    return read_lines(value, &o->request.before, err);
}

static bool take_context(void *context, const char *value, struct error *err)
{
    return take_after(context, value, err) && take_before(context, value, err);
}

static bool read_time(const struct options *o, const char *value, usec_t *ret, struct error *err)
{
    return clock_parse_human(span_of(value), o->now, ret) ||
           error_set(err, "\"%s\" is not a time; write 2026-11-23T07:00:00Z, 07:00 (today, UTC) or -30m",
                     value);
}

static bool take_since(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    return read_time(o, value, &o->request.window.from, err);
}

static bool take_until(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    return read_time(o, value, &o->request.window.to, err);
}

static bool take_format(void *context, const char *value, struct error *err)
{
    struct options *o = context;
    o->request.json = strcmp(value, "json") == 0;
    return o->request.json || strcmp(value, "text") == 0 || cli_fail_choice(err, value, "text, json");
}

static const struct cli_flag flags[] = {
    {"--from", NULL, "PATH", "a tree, a bundle, a capture or a file; may be given several times", take_from},
    {"--case", NULL, "CASE", "a case: an id, a unique prefix of one, \"last\", or an export; several times",
     take_case},
    {"--regexp", "-e", "PATTERN", "a pattern (PCRE2); several: lines that any of them matches", take_pattern},
    {"--fixed-strings", "-F", NULL, "patterns are text", take_literal},
    {"--ignore-case", "-i", NULL, "capitals do not matter", take_caseless},
    {"--sop", NULL, "ID|FILE", "all searches of a procedure: LINES, a tab, the query", take_sop},
    {"--count", "-c", NULL, "only how many lines match", take_count},
    {"--count-files", NULL, NULL, "only how many lines match in each file", take_count_files},
    {"--after-context", "-A", "N", "N lines behind each match, too", take_after},
    {"--before-context", "-B", "N", "N lines before each match, too", take_before},
    {"--context", "-C", "N", "N lines around each match, too", take_context},
    {"--since", NULL, "TIME", "only lines from then on, by the line's own time", take_since},
    {"--until", NULL, "TIME", "only lines up to then", take_until},
    {"--follow", NULL, NULL, "wait for files to grow, and go on", take_follow},
    {"--format", NULL, "F", "text or json: an object a line", take_format},
    {"--state", NULL, "DIR", "where cases are", take_state},
};

// ---------------------------------------------------------------- what is looked for

static void add_pattern(struct options *o, const char *text)
{
    struct search_request *r = &o->request;
    *MEM_PUSH(r->patterns, r->n_patterns, r->cap_patterns) = (struct search_pattern){text, o->flags};
}

static void add_queries(struct options *o, const struct sop_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < items[i].n_calls; k++) {
            const struct sop_call *call = &items[i].calls[k];
            const char *query = strcmp(call->tool, "search") == 0 ? sop_call_arg(call, "query") : NULL;
            if (query)
                add_pattern(o, query);
        }
        add_queries(o, items[i].nested, items[i].n_nested);
    }
}

static bool add_sop(struct options *o, struct error *err)
{
    o->sop = procedures_load(o->sop_name, err);
    if (!o->sop)
        return false;
    for (size_t i = 0; i < o->sop->n_phases; i++)
        add_queries(o, o->sop->phases[i].items, o->sop->phases[i].n_items);
    o->request.mode = SEARCH_QUERIES;
    return o->request.n_patterns > 0 || error_set(err, "procedure %s searches for nothing", o->sop->id);
}

static bool add_patterns(struct options *o, struct error *err)
{
    if (o->sop_name && (o->n_texts || o->operand))
        return error_set(err, "a pattern beside --sop: one of them");
    if (o->sop_name)
        return add_sop(o, err);
    if (o->n_texts && o->operand)
        return error_set(err, "\"%s\" beside -e: what is searched is named by --from", o->operand);
    for (size_t i = 0; i < o->n_texts; i++)
        add_pattern(o, o->texts[i]);
    if (o->operand)
        add_pattern(o, o->operand);
    return o->request.n_patterns > 0 || error_set(err, "no pattern; search --from PATH PATTERN");
}

// What no single flag can see.
static bool check(struct options *o, struct error *err)
{
    struct search_request *r = &o->request;
    const struct window w = r->window;
    if (o->n_sources == 0)
        return error_set(err, "what is to be searched? --from PATH, or --case CASE");
    if (w.from != TIME_UNKNOWN && w.to != TIME_UNKNOWN && w.from > w.to)
        return error_set(err, "--until lies before --since");
    if (!add_patterns(o, err))
        return false;
    if (r->mode == SEARCH_LINES)
        r->mode = o->count_files ? SEARCH_COUNT_FILES : o->count ? SEARCH_COUNT : SEARCH_LINES;
    if (r->follow && r->mode != SEARCH_LINES)
        return error_set(err, "--follow prints lines; a count of what goes on has no end");
    return true;
}

// ---------------------------------------------------------------- searching

struct job {
    const struct options *options;
    const struct search_set *set;
    struct search_printer printer;
    struct search_tally tally;
    struct search_source *sources;
    struct search_mark *marks; // of files to follow
    size_t n_marks, cap_marks;
};

// The case's evidence; its id goes into *ret_id, which is yours.
static bool open_case(const char *name, const char *state, struct search_source *ret, char **ret_id,
                      struct error *err)
{
    struct session_config config = {.open_case = name, .state_dir = state, .read_only = true};
    ret->session = session_new(&config, err);
    ret->ev = ret->session ? session_open_evidence(ret->session, err) : NULL;
    if (ret->ev)
        *ret_id = mem_strdup(session_case_id(ret->session));
    return ret->ev;
}

// The base name of PATH/NAME/. Yours.
static char *base_name(const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    const char *slash = memrchr(path, '/', end > 0 ? end - 1 : 0);
    const char *base = slash ? slash + 1 : path;
    return mem_strndup(base, end - (size_t)(base - path));
}

static bool open_source(const struct options *o, const struct given *given, struct search_source *ret,
                        struct error *err)
{
    char *name = NULL;
    if (given->is_case) {
        open_case(given->name, o->state, ret, &name, err);
    } else {
        ret->ev = evidence_open(&given->name, 1, NULL, err);
        name = base_name(given->name);
    }
    ret->prefix = o->n_sources > 1 && ret->ev ? mem_printf("%s/", name) : mem_strdup("");
    free(name);
    return ret->ev != NULL;
}

static struct search_options make_options(struct job *job, const struct search_source *source)
{
    const struct search_request *r = &job->options->request;
    const bool windowed = r->window.from != TIME_UNKNOWN || r->window.to != TIME_UNKNOWN;
    struct search_options ret = {
        .before = r->before,
        .after = r->after,
        .groups = r->groups,
        .whole_lines = r->follow,
    };
    if (r->mode == SEARCH_LINES) {
        ret.line = search_print_line;
        ret.ctx = &job->printer;
        ret.spans = ret.times = r->json;
    }
    if (!windowed)
        return ret;
    const struct window known = evidence_target(source->ev)->window;
    ret.window = &r->window;
    if (r->window.from != TIME_UNKNOWN && r->window.to != TIME_UNKNOWN)
        ret.near = r->window.from;
    else if (known.from != TIME_UNKNOWN)
        ret.near = known.from;
    return ret;
}

static void add_marks(struct job *job, const struct search_source *source, const struct search_result *result)
{
    for (size_t i = 0; i < result->n_files; i++) {
        const struct search_file *file = &result->files[i];
        if (!evidence_file(source->ev, file->file)->compressed)
            *MEM_PUSH(job->marks, job->n_marks, job->cap_marks) =
                (struct search_mark){source, file->file, file->bytes, file->lines, file->last_time};
    }
}

// One source. False: the rest need not be searched.
static bool search_source(struct job *job, const struct search_source *source, struct error *err)
{
    const struct search_request *r = &job->options->request;
    struct search_options options = make_options(job, source);
    struct search_result result;
    uint64_t before = job->tally.matched;
    job->printer.source = source;
    bool good = search_run(job->set, source->ev, &options, &result, err);
    for (size_t i = 0; good && r->mode == SEARCH_COUNT_FILES && i < result.n_files; i++) {
        if (result.files[i].matched)
            search_print_file_count(&job->printer, result.files[i].file, result.files[i].matched);
    }
    fflush(stdout);
    search_tally_add(&job->tally, r, source, &result);
    if (r->follow)
        add_marks(job, source, &result);
    if (job->tally.matched > before && r->groups && !r->json)
        job->printer.parted = true;
    good &= !result.stopped;
    search_result_done(&result);
    return good;
}

static void print_totals(struct job *job)
{
    const struct search_request *r = &job->options->request;
    if (r->mode == SEARCH_COUNT)
        search_print_count(&job->printer, job->tally.matched);
    for (size_t i = 0; r->mode == SEARCH_QUERIES && i < r->n_patterns; i++)
        search_print_query(&job->printer, r->patterns[i].text, job->tally.counts[i]);
}

static int finish(struct job *job)
{
    print_totals(job);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    search_tally_say(&job->tally);
    if (!written)
        return cli_error(CLI_USAGE, "search: standard output cannot be written to");
    if (job->tally.matched)
        return 0;
    return job->tally.incomplete ? 2 : 1; // "none" would be more than is known
}

static int search_sources(struct job *job)
{
    const struct options *o = job->options;
    struct error err = {{0}};
    for (size_t i = 0; i < o->n_sources; i++) {
        if (!open_source(o, &o->sources[i], &job->sources[i], &err))
            return cli_error(CLI_USAGE, "search: %s", err.text);
    }
    for (size_t i = 0; i < o->n_sources; i++) {
        if (!search_source(job, &job->sources[i], &err))
            return cli_error(CLI_USAGE, "search: %s",
                             err.text[0] ? err.text : "standard output cannot be written to");
    }
    if (!o->request.follow)
        return finish(job);
    struct search_options options = make_options(job, &job->sources[0]);
    return search_follow(job->set, &options, &job->printer, job->marks, job->n_marks);
}

static int search(struct options *o)
{
    struct error err = {{0}};
    if (!check(o, &err))
        return cli_error(CLI_USAGE, "search: %s", err.text);
    struct search_set *set = search_set_new(o->request.patterns, o->request.n_patterns, UINT64_MAX, &err);
    if (!set)
        return cli_error(CLI_USAGE, "search: %s", err.text);
    struct job job = {.options = o, .set = set};
    search_printer_init(&job.printer, &o->request);
    job.tally.counts = mem_calloc(o->request.n_patterns, sizeof *job.tally.counts);
    job.sources = mem_calloc(o->n_sources, sizeof *job.sources);
    int status = search_sources(&job);
    for (size_t i = 0; i < o->n_sources; i++) {
        evidence_close(job.sources[i].ev);
        session_free(job.sources[i].session);
        free(job.sources[i].prefix);
    }
    search_printer_done(&job.printer);
    free(job.sources);
    free(job.marks);
    free(job.tally.counts);
    search_set_free(set);
    return status;
}

static int run(int argc, char **argv)
{
    struct options o = {.request.window = {TIME_UNKNOWN, TIME_UNKNOWN}, .now = clock_now()};
    struct error err = {{0}};
    const struct cli_flags tables[] = {{flags, ARRAY_LEN(flags), &o, NULL}};
    const struct cli_syntax syntax = {tables, ARRAY_LEN(tables), take_operand, &o};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_search, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "search: %s", err.text);
        break;
    case CLI_PARSED:
        status = search(&o);
    }
    sop_free(o.sop);
    free(o.sources);
    free(o.texts);
    free(o.request.patterns);
    return status;
}

const struct cli_command cli_search = {
    .name = "search",
    .usage = "[--case CASE | --from PATH]… [OPTIONS] [--] PATTERN",
    .help = "searches every file for a pattern, or for all that a procedure looks for",
    .run = run,
};
