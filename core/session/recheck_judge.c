// What a recheck found. Still there: a cause or an effect of the case's diagnosis rests on a new reading.
// Gone: none does, all that decided was answered, and something that tells by its state, not only by lines
// that might still come, is among it. Else nobody can tell.
#include "core/base/mem.h"
#include "core/session/recheck_inside.h"

const char *const recheck_names[] = {"gone", "still_there", "cannot_tell"};

// ------------------------------------------------------------------ before and after

// A rule's counters are no part of what it says.
static struct span without_counters(struct span line)
{
    line = span_trim(line);
    size_t end = line.len && line.at[0] == '[' ? span_find(line, "] ") : SIZE_MAX;
    return end == SIZE_MAX ? line : span_from(line, end + 2);
}

struct finding { // the same line in the new reading
    struct span wanted;
    struct arena *arena;
    const char *found;
};

static bool compare_line(struct span line, uint32_t number, void *context)
{
    (void)number;
    struct finding *f = context;
    if (!span_eq(without_counters(line), f->wanted))
        return true;
    f->found = arena_span(f->arena, span_trim(line));
    return false;
}

// The file that a quote is of; a later reading is held against the new first one.
static const char *file_of(struct recheck *r, const struct report_evidence *quote)
{
    const struct evidence_file *file = evidence_file(r->s->looked->evidence, quote->place.file);
    return file ? arena_strdup(&r->arena, recheck_first_reading(r, file->path)) : NULL;
}

// Of several lines the first stands for all.
static const char *first_line(struct recheck *r, const char *content)
{
    struct span rest = span_of(content), line = {0};
    while (span_cut_line(&rest, &line) && span_trim(line).len == 0)
        continue;
    return arena_span(&r->arena, line);
}

static const char *why_not_read(struct recheck *r, const char *path)
{
    if (r->cancelled)
        return "it was cancelled";
    for (size_t i = 0; i < runner_count(r->runner); i++) {
        const struct probe_run *run = runner_at(r->runner, i);
        if (run->planned->file && strcmp(run->planned->file, path) == 0 && run->why)
            return arena_strdup(&r->arena, run->why);
    }
    return file_set_has(&r->again, path) ? "its reading gave no answer" : "nothing reads it again";
}

static struct recheck_line compare(struct recheck *r, const struct report_evidence *quote)
{
    struct recheck_line ret = {arena_strdup(&r->arena, quote->source), first_line(r, quote->content), NULL,
                               NULL};
    const char *path = file_of(r, quote);
    if (!path || !file_set_has(&r->fresh, path)) {
        ret.why = path ? why_not_read(r, path) : "its file is not there";
        return ret;
    }
    const struct analysis *now = session_analysis(r->after);
    const struct evidence_file *file = now ? evidence_find(now->evidence, path) : NULL;
    struct finding f = {.wanted = without_counters(span_of(ret.before)), .arena = &r->arena};
    if (file)
        evidence_each_line(now->evidence, file->id, compare_line, &f, NULL);
    ret.after = f.found;
    return ret;
}

static void compare_all(struct recheck *r, const struct report *before)
{
    struct recheck_line *lines = arena_alloc(&r->arena, (before->n_evidence + 1) * sizeof *lines);
    for (size_t i = 0; i < before->n_evidence; i++)
        lines[i] = compare(r, &before->evidence[i]);
    r->result.lines = lines;
    r->result.n = before->n_evidence;
}

// ------------------------------------------------------------------ the verdict

static bool rests_on_new(const struct recheck *r, const struct claim *claim)
{
    const struct evidence *ev = session_analysis(r->after)->evidence;
    for (size_t i = 0; i < claim->n_places; i++) {
        const struct evidence_file *file = evidence_file(ev, claim->places[i].file);
        if (file && (file_set_has(&r->fresh, file->path) || strstr(file->path, "/samples/")))
            return true;
    }
    return false;
}

static bool speaks_for(const struct claim *claim, enum diagnosis diagnosis)
{
    bool for_it = claim->kind == CLAIM_CAUSE || claim->kind == CLAIM_EFFECT;
    return for_it && claim->diagnosis == diagnosis && claim->on_path != TRI_NO && claim->in_window != TRI_NO;
}

static const struct claim *still_there(const struct recheck *r, enum diagnosis diagnosis)
{
    const struct claims *claims = session_analysis(r->after)->claims;
    for (size_t i = 0; i < claims->n; i++) {
        if (speaks_for(&claims->items[i], diagnosis) && rests_on_new(r, &claims->items[i]))
            return &claims->items[i];
    }
    return NULL;
}

static size_t not_answered(const struct recheck *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->decided.n; i++)
        n += file_set_has(&r->again, r->decided.items[i]) && !file_set_has(&r->fresh, r->decided.items[i]);
    return n;
}

void recheck_judge(struct recheck *r)
{
    const struct report *before = session_report(r->s);
    struct recheck_result *ret = &r->result;
    compare_all(r, before);
    const struct claim *claim = still_there(r, before->diagnosis);
    size_t missing = not_answered(r);
    ret->tree = r->tree;
    ret->verdict = RECHECK_CANNOT_TELL;
    if (claim) {
        ret->verdict = RECHECK_STILL_THERE;
        ret->why = arena_strdup(&r->arena, claim->text);
    } else if (r->cancelled) {
        ret->why = "it was cancelled";
    } else if (missing > 0) {
        ret->why = arena_printf(&r->arena, "%zu of the %zu readings that decided gave no answer", missing,
                                r->decided.n);
    } else if (r->states.n == 0) {
        ret->why = "only logs could be read again, and a log that says nothing proves nothing";
    } else {
        ret->verdict = RECHECK_GONE;
        ret->why = "nothing of what decided is there any more";
    }
}
