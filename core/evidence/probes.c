// probes.jsonl: which call made which file, and whether its answer counts. A call counts when it is done,
// with an exit status that is an answer of that program, and uncut; else its file (or its lines of a file
// that several calls share) is unknown, of a log or a capture partial.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/shell.h"
#include "core/door/json.h"
#include "core/evidence/inside.h"

static const char *probes_text(struct evidence *ev, const struct json_value *item, const char *name)
{
    struct span s = json_text(json_get(item, name));
    return s.at ? arena_span(&ev->arena, s) : NULL;
}

// ------------------------------------------------------------------ which exit statuses are answers

static struct span probes_program(const struct json_value *arg)
{
    struct span s = json_text(arg);
    for (size_t i = s.len; i-- > 0;) {
        if (s.at[i] == '/')
            return span_from(s, i + 1);
    }
    return s;
}

static bool argv_has(const struct json_value *argv, const char *word)
{
    for (size_t i = 0; argv && argv->kind == JSON_LIST && i < argv->n; i++) {
        if (span_is(probes_program(&argv->items[i]), word))
            return true;
    }
    return false;
}

static bool has_number(const struct json_value *list, int64_t number)
{
    int64_t n;
    for (size_t i = 0; list->kind == JSON_LIST && i < list->n; i++) {
        if (json_to_i64(&list->items[i], &n) && n == number)
            return true;
    }
    return false;
}

// A record says so itself, in words of its probe's row (`answers`). For one that does not, contract, section
// 1: 0; 9 of dig (no reply from the server, dig(1)); 1 of an `auth can-i` that says no; 124 (timeout(1)) of a
// capture that its own clock ended.
static bool exit_is_answer(const struct json_value *item, int64_t status)
{
    const struct json_value *argv = json_get(item, "argv"), *answers = json_get(item, "answers");
    if (answers)
        return has_number(answers, status);
    switch (status) {
    case 0:
        return true;
    case 1:
        return argv_has(argv, "can-i");
    case 9:
        return argv_has(argv, "dig");
    case 124:
        return argv_has(argv, "tcpdump");
    default:
        return false;
    }
}

// ------------------------------------------------------------------ one line

static const char *first_line(struct evidence *ev, struct span text)
{
    struct span line = {0};
    while (span_cut_line(&text, &line) && span_trim(line).len == 0)
        continue;
    line = span_first(span_trim(line), 200);
    return line.len ? arena_printf(&ev->arena, ": " SPAN_FMT, SPAN_ARG(line)) : "";
}

static const char *why_not_answered(struct evidence *ev, const struct json_value *item)
{
    struct span state = json_text(json_get(item, "state")), why = json_text(json_get(item, "why"));
    const char *words = first_line(ev, why.len ? why : json_text(json_get(item, "stderr")));
    struct span signal = json_text(json_get(item, "signal"));
    const struct json_value *number = json_get(item, "signal");
    int64_t status = 0;
    bool has_status = json_to_i64(json_get(item, "exit"), &status);
    if (!state.at)
        return "its probe's record names no state";
    if (span_is(state, "missing")) // the program, or a name that it needs
        return arena_printf(&ev->arena, "not available%s", words);
    if (!span_is(state, "done"))
        return arena_printf(&ev->arena, "its probe %s%s",
                            span_is(state, "failed")      ? "failed"
                            : span_is(state, "denied")    ? "was denied"
                            : span_is(state, "timeout")   ? "timed out"
                            : span_is(state, "cancelled") ? "was cancelled"
                                                          : "is not done",
                            words);
    if (signal.at || (number && number->kind == JSON_NUMBER))
        return arena_printf(&ev->arena, "its probe was killed by signal " SPAN_FMT "%s",
                            SPAN_ARG(number->text), words);
    if (json_is_true(json_get(item, "cut")))
        return "its probe's output was cut";
    if (!has_status)
        return "its probe's record names no exit status";
    if (!exit_is_answer(item, status))
        return arena_printf(&ev->arena, "its probe exited %lld%s", (long long)status, words);
    return NULL;
}

// ssh's words end with the host behind its "--".
static size_t words_before_node(const struct json_value *argv, struct span via)
{
    for (size_t i = 0; span_is(via, "ssh") && i + 2 < argv->n; i++) {
        if (span_is(json_text(&argv->items[i]), "--"))
            return i + 2;
    }
    return 0;
}

// SSM's stand in JSON, in one of its words.
static struct span word_for_agent(struct evidence *ev, const struct json_value *argv, struct span via)
{
    for (size_t i = 0; span_is(via, "ssm") && i < argv->n; i++) {
        const struct json_value *given = json_parse(&ev->arena, json_text(&argv->items[i]), NULL);
        const struct json_value *commands =
            given && given->kind == JSON_MAP ? json_get(given, "commands") : NULL;
        if (commands && commands->kind == JSON_LIST && commands->n == 1)
            return json_text(&commands->items[0]);
    }
    return (struct span){0};
}

static const char *probes_command(struct evidence *ev, const struct json_value *item)
{
    const struct json_value *argv = json_get(item, "argv");
    struct span via = json_text(json_get(item, "via"));
    if (!argv || argv->kind != JSON_LIST)
        return NULL;
    struct span for_agent = word_for_agent(ev, argv, via);
    if (for_agent.len)
        return arena_span(&ev->arena, for_agent);
    struct str joined = {0};
    size_t first = words_before_node(argv, via);
    for (size_t i = first; i < argv->n; i++) {
        str_add(&joined, i > first ? " " : "");
        shell_add_word(&joined, i ? json_text(&argv->items[i]) : probes_program(&argv->items[i]));
    }
    const char *ret = joined.len ? arena_span(&ev->arena, str_span(&joined)) : NULL;
    str_done(&joined);
    return ret;
}

// "lines": "1-40", or "7".
static bool probes_lines(const struct json_value *item, struct evidence_probe *p)
{
    struct span range = json_text(json_get(item, "lines")), first;
    if (!range.at)
        return true;
    uint64_t from, to;
    span_cut(&range, '-', &first);
    if (!span_to_u64(first, &from) || !span_to_u64(range.at ? range : first, &to))
        return false;
    if (from == 0 || to < from || to > UINT32_MAX)
        return false;
    p->from = (uint32_t)from;
    p->to = (uint32_t)to;
    return true;
}

static void probes_take(struct evidence *ev, const char *source, uint32_t line, const struct json_value *item)
{
    struct evidence_probe p = {.id = probes_text(ev, item, "id"),
                               .step = probes_text(ev, item, "step"),
                               .source = source,
                               .file = probes_text(ev, item, "file"),
                               .meant = probes_text(ev, item, "meant"),
                               .where = probes_text(ev, item, "where"),
                               .via = probes_text(ev, item, "via"),
                               .command = probes_command(ev, item),
                               .why = why_not_answered(ev, item),
                               .started = TIME_UNKNOWN,
                               .took = TIME_UNKNOWN,
                               .state = PROBE_FAILED};
    probe_state_parse(json_text(json_get(item, "state")), &p.state);
    int64_t bytes, ms;
    if (json_to_i64(json_get(item, "bytes"), &bytes) && bytes > 0)
        p.bytes = (uint64_t)bytes;
    if (json_to_i64(json_get(item, "ms"), &ms) && ms >= 0 && ms < INT64_MAX / USEC_MSEC)
        p.took = ms * USEC_MSEC;
    if (!p.meant)
        p.meant = p.file;
    if (!p.id)
        p.id = arena_printf(&ev->arena, "line %u", line);
    clock_parse_rfc3339(json_text(json_get(item, "started")), &p.started);
    if (!probes_lines(item, &p))
        p.why = "its probe's record names lines that are no range";
    p.answered = !p.why;
    *MEM_PUSH(ev->probes, ev->n_probes, ev->cap_probes) = p;
}

// A line that is no record is left out and named; the calls that it may have told of are then judged by what
// stands in their files.
static void probes_skip(struct evidence *ev, const char *path, uint32_t line, const struct error *why)
{
    struct str place = {0};
    str_printf(&place, "%s:%u", path, line);
    evidence_leave_out(ev, str_text(&place), why->text);
    str_done(&place);
}

bool probes_read(struct evidence *ev, uint32_t file, struct error *err)
{
    struct text text;
    if (!evidence_text(ev, file, &text, err))
        return false;
    struct arena arena = {0};
    struct span line;
    for (uint32_t n = 1; span_cut_line(&text.bytes, &line); n++) {
        struct error why = {0};
        const struct json_value *item = json_parse(&arena, line, &why);
        if (item && item->kind == JSON_MAP)
            probes_take(ev, ev->files[file].source, n, item);
        else if (span_trim(line).len)
            probes_skip(ev, ev->files[file].path, n, &why);
        arena_clear(&arena);
    }
    arena_done(&arena);
    return true;
}

// ------------------------------------------------------------------ what they say of the files

static bool probe_covers(const struct evidence_probe *p, const struct evidence_file *f)
{
    return p->file && strcmp(p->file, f->path) == 0 && strcmp(p->source, f->source) == 0;
}

static struct evidence_file *probe_file(const struct evidence *ev, const struct evidence_probe *p)
{
    struct evidence_file *f = p->file ? map_get(&ev->by_path, span_of(p->file)) : NULL;
    return f && probe_covers(p, f) ? f : NULL;
}

static enum evidence_state state_of(const struct evidence_file *f, const struct evidence_probe *p)
{
    if (p->answered)
        return EVIDENCE_KNOWN;
    return quality_is_log(f->path) && f->size > 0 ? EVIDENCE_PARTIAL : EVIDENCE_UNKNOWN;
}

static void apply_cut(struct evidence *ev, struct evidence_file *f, const struct evidence_probe *p)
{
    f->state = quality_is_log(f->path) && f->size > 0 ? EVIDENCE_PARTIAL : EVIDENCE_UNKNOWN;
    f->why = arena_printf(&ev->arena, "%llu of the %llu bytes are there that its probe gave",
                          (unsigned long long)f->size, (unsigned long long)p->bytes);
}

// A file that its probe answered with nothing is known to be empty; an error message, a missing end or fewer
// bytes than came count whatever else the probe's record says.
static void apply_whole(struct evidence *ev, struct evidence_file *f, const struct evidence_probe *p)
{
    f->probe = p->id;
    if (p->answered && !f->compressed && p->bytes > f->size) {
        apply_cut(ev, f, p);
    } else if (!p->answered) {
        f->state = state_of(f, p);
        f->why = p->why;
    } else if (f->size == 0) {
        f->state = EVIDENCE_KNOWN;
        f->why = NULL;
    }
}

// One of several parts: the file is as good as its parts, which evidence_state_at tells apart.
static void apply_part(struct evidence_file *f, const struct evidence_probe *p, bool is_first)
{
    enum evidence_state state = state_of(f, p);
    if (is_first && state != EVIDENCE_KNOWN) {
        f->state = state;
        f->why = p->why;
    } else if (!is_first && (state == EVIDENCE_KNOWN) != (f->state == EVIDENCE_KNOWN)) {
        f->state = EVIDENCE_PARTIAL;
        f->why = p->answered ? f->why : p->why;
    }
    f->probe = is_first ? p->id : f->probe;
}

// Of several records of one whole file the last counts: it wrote the file anew.
void probes_apply(struct evidence *ev)
{
    for (size_t i = ev->n_probes; i-- > 0;) {
        struct evidence_file *f = probe_file(ev, &ev->probes[i]);
        if (f && !f->probe && ev->probes[i].from == 0)
            apply_whole(ev, f, &ev->probes[i]);
    }
    for (size_t i = 0; i < ev->n_probes; i++) {
        struct evidence_file *f = probe_file(ev, &ev->probes[i]);
        if (f && ev->probes[i].from)
            apply_part(f, &ev->probes[i], !f->probe);
    }
}

const struct evidence_probe *evidence_probes(const struct evidence *ev, size_t *ret_n)
{
    *ret_n = ev->n_probes;
    return ev->probes;
}

const struct evidence_probe *evidence_probe_at(const struct evidence *ev, struct place place)
{
    const struct evidence_probe *ret = NULL;
    if (place.file >= ev->n)
        return NULL;
    for (size_t i = 0; i < ev->n_probes; i++) {
        const struct evidence_probe *p = &ev->probes[i];
        if (!probe_covers(p, &ev->files[place.file]))
            continue;
        if (p->from == 0 ? !ret || ret->from == 0 : place.line >= p->from && place.line <= p->to)
            ret = p;
    }
    return ret;
}

enum evidence_state evidence_state_at(const struct evidence *ev, struct place place, const char **ret_why)
{
    const struct evidence_file *f = evidence_file(ev, place.file);
    const struct evidence_probe *p = evidence_probe_at(ev, place);
    const char *why = f ? f->why : "there is no such file";
    enum evidence_state state = f ? f->state : EVIDENCE_UNKNOWN;
    if (f && p && p->from) {
        state = state_of(f, p);
        why = p->why;
    }
    if (ret_why)
        *ret_why = state == EVIDENCE_KNOWN ? NULL : why;
    return state;
}
