// The map, and what is done with whole files. Learning goes over the tree twice: first every secret gets its
// stand-in, then, with all of them known, the places are counted; so the preview shows what the export does.
#include "core/report/redact.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <sys/random.h>

#include "core/base/mem.h"
#include "core/report/redact_inside.h"

static const struct {
    const char *one, *many;
} kind_names[REDACT_KINDS] = {
    {"password, key or token", "passwords, keys or tokens"},
    {"environment value", "environment values"},
    {"AWS account", "AWS accounts"},
    {"line of a file with secrets", "lines of files with secrets"},
    {"address", "addresses"},
    {"AWS resource", "AWS resources"},
    {"name", "names"},
};

const char *redact_kind_name(enum redact_kind kind)
{
    return kind_names[kind].one;
}

const char *redact_kind_counted(enum redact_kind kind, size_t n)
{
    return n == 1 ? kind_names[kind].one : kind_names[kind].many;
}

const char *const redact_level_names[] = {
    [REDACT_NONE] = "none", [REDACT_DEFAULT] = "default", [REDACT_STRICT] = "strict"};

bool redact_level_parse(struct span name, enum redact_level *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(redact_level_names); i++) {
        if (span_is(name, redact_level_names[i])) {
            *ret = (enum redact_level)i;
            return true;
        }
    }
    return false;
}

struct redactor *redactor_new(enum redact_level level, uint64_t seed)
{
    struct redactor *r = mem_alloc(sizeof *r);
    r->level = level;
    r->seed = seed;
    if (seed == 0 && getrandom(&r->seed, sizeof r->seed, 0) != sizeof r->seed)
        abort(); // not interruptible for so few bytes, and the kernel has them
    return r;
}

void redactor_free(struct redactor *r)
{
    if (!r)
        return;
    map_done(&r->stand_ins);
    map_done(&r->anywhere);
    arena_done(&r->arena);
    free(r->edits);
    free(r->hits);
    free(r);
}

// ------------------------------------------------------------------ the map

// Long enough, and no mere word of the language.
static bool is_unmistakable(struct span text)
{
    bool letters = true;
    for (size_t i = 0; i < text.len; i++)
        letters = letters && isalpha((unsigned char)text.at[i]);
    return text.len >= 8 && !letters;
}

static const char *make_stand_in(struct redactor *r, enum redact_kind kind)
{
    unsigned n = ++r->numbered[kind];
    switch (kind) {
    case REDACT_ACCOUNT:
        return arena_printf(&r->arena, "%012u", n);
    case REDACT_NAME:
        return arena_printf(&r->arena, "name-%u", n);
    case REDACT_ENVIRONMENT:
        return arena_printf(&r->arena, "REDACTED-env-%u", n);
    default:
        return arena_printf(&r->arena, "REDACTED-secret-%u", n);
    }
}

const char *redact_stand_in(struct redactor *r, enum redact_kind kind, struct span text)
{
    const char *known = map_get(&r->stand_ins, text);
    if (known)
        return known;
    const char *with = make_stand_in(r, kind);
    map_put(&r->stand_ins, text, with);
    if (kind == REDACT_NAME || kind == REDACT_ACCOUNT || is_unmistakable(text))
        map_put(&r->anywhere, text, with);
    return with;
}

const char *redact_known(const struct redactor *r, struct span text)
{
    return map_get(&r->anywhere, text);
}

// ------------------------------------------------------------------ files

// Of the log collector's files those with other people's command lines, boot scripts and container settings.
static bool is_risky(const char *path)
{
    static const char *const parts[] = {"/system/ps",          "/system/allprocstat", "/var_log/cloud-init",
                                        "/var_log/user-data",  "/cni/cni-container",  "/cni/container",
                                        "/containerd/inspect", "/docker/inspect",     "/system/environ"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (strstr(path, parts[i]))
            return true;
    }
    const char *cni = strstr(path, "/cni/");
    return cni && span_ends(span_of(path), ".json");
}

static bool is_capture(const char *path)
{
    struct span s = span_of(path);
    return span_starts(s, "captures/") && !span_ends(s, ".txt");
}

struct pass { // over one file
    struct redactor *r;
    struct redact_state state;
    uint32_t file;
    bool risky, json;
    struct str *out;
};

static struct pass pass_over(struct redactor *r, const struct evidence_file *f, struct str *out)
{
    return (struct pass){.r = r,
                         .file = f->id,
                         .risky = is_risky(f->path),
                         .json = span_ends(span_of(f->path), ".json"),
                         .out = out};
}

static struct span cut_ending(struct span *line)
{
    size_t n = line->len;
    while (n && (line->at[n - 1] == '\n' || line->at[n - 1] == '\r'))
        n--;
    struct span ending = span_from(*line, n);
    line->len = n;
    return ending;
}

static void redact_risky_line(struct redactor *r, struct span line, struct str *out)
{
    r->n_edits = 0;
    if (line.len == 0)
        return;
    str_add(out, "REDACTED-line");
    *MEM_PUSH(r->edits, r->n_edits, r->cap_edits) =
        (struct redact_edit){.to = line.len, .out_to = strlen("REDACTED-line")};
    r->counts[REDACT_RISKY] += r->counting;
}

static bool pass_line(struct span line, uint32_t number, void *context)
{
    struct pass *p = context;
    struct span ending = cut_ending(&line);
    p->r->at = place_at(p->file, number);
    if (!p->json) // elsewhere a list of variables never spans lines, but may be broken off
        p->state.in_env = 0;
    if (p->risky)
        redact_risky_line(p->r, line, p->out);
    else
        redact_line(p->r, &p->state, line, p->out);
    str_add_span(p->out, ending);
    return true;
}

static bool learn_line(struct span line, uint32_t number, void *context)
{
    struct pass *p = context;
    pass_line(line, number, context);
    str_clear(p->out);
    return true;
}

// What cannot be read will not be exported either, so it holds nothing to learn.
static void redact_go_over(struct redactor *r, struct evidence *ev)
{
    struct str out = {0};
    for (uint32_t i = 0; i < evidence_count(ev); i++) {
        struct pass p = pass_over(r, evidence_file(ev, i), &out);
        if (!is_capture(evidence_file(ev, i)->path))
            evidence_each_line(ev, i, learn_line, &p, NULL);
    }
    str_done(&out);
}

void redactor_learn(struct redactor *r, struct evidence *ev)
{
    if (r->level == REDACT_NONE)
        return;
    if (r->level == REDACT_STRICT)
        redact_learn_names(r, ev);
    redact_go_over(r, ev);
    r->counting = true;
    redact_go_over(r, ev);
    r->counting = false;
}

size_t redactor_count(const struct redactor *r, enum redact_kind kind)
{
    return r->counts[kind];
}

const struct redact_hit *redactor_hits(const struct redactor *r, size_t *ret_n)
{
    *ret_n = r->n_hits;
    return r->hits;
}

static bool copy_line(struct span line, uint32_t number, void *context)
{
    (void)number;
    str_add_span(context, line);
    return true;
}

bool redactor_leaves_out(const struct redactor *r, const struct evidence_file *file)
{
    return r->level == REDACT_STRICT && is_capture(file->path);
}

bool redactor_file(struct redactor *r, struct evidence *ev, uint32_t file, struct str *ret, struct error *err)
{
    const struct evidence_file *f = evidence_file(ev, file);
    assert(f);
    if (r->level == REDACT_NONE || is_capture(f->path))
        return r->level != REDACT_STRICT && evidence_each_line(ev, file, copy_line, ret, err);
    struct pass p = pass_over(r, f, ret);
    return evidence_each_line(ev, file, pass_line, &p, err);
}

struct one_line { // of a file: what it was, and what became of it
    struct pass pass;
    uint32_t number;
    struct str *was;
};

static bool find_line(struct span line, uint32_t number, void *context)
{
    struct one_line *l = context;
    str_clear(l->pass.out);
    pass_line(line, number, &l->pass);
    if (number < l->number)
        return true;
    cut_ending(&line);
    str_add_span(l->was, line);
    struct span out = str_span(l->pass.out);
    cut_ending(&out);
    str_cut(l->pass.out, out.len);
    return false;
}

// In JSON a line depends on those above it; elsewhere it is read by itself.
bool redact_line_at(struct redactor *r, struct evidence *ev, struct place place, struct str *was,
                    struct str *ret)
{
    struct one_line l = {
        .pass = pass_over(r, evidence_file(ev, place.file), ret), .number = place.line, .was = was};
    if (l.pass.json)
        return evidence_each_line(ev, place.file, find_line, &l, NULL) && was->len > 0;
    struct str line = {0};
    bool good = evidence_line(ev, place.file, place.line, &line, NULL);
    if (good)
        find_line(str_span(&line), place.line, &l);
    str_done(&line);
    return good;
}

void redactor_text(struct redactor *r, struct span text, struct str *ret)
{
    struct redact_state state = {0};
    while (text.len) {
        size_t end = span_find_char(text, '\n');
        struct span line = span_first(text, end == SIZE_MAX ? text.len : end + 1);
        text = span_from(text, line.len);
        struct span ending = cut_ending(&line);
        redact_line(r, &state, line, ret);
        str_add_span(ret, ending);
    }
}

void redactor_path(struct redactor *r, const char *path, struct str *ret)
{
    redactor_text(r, span_of(path), ret);
}
