// Copies, damages and judges a tree. Quotes are checked against the files on the disk, by a reader of lines
// that shares nothing with the program's.
#include "tests/kit/damage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/facts/logclass.h"
#include "core/facts/logset.h"
#include "core/judge/judge.h"
#include "core/model/problem.h"
#include "core/parse/procedure.h"
#include "core/report/build.h"
#include "tests/kit/scratch.h"

static const char record_file[] = "probes.jsonl";

// ------------------------------------------------------------------ files

static void write_file(const struct damage *d, const char *path, struct span bytes)
{
    char *full = mem_printf("%s/%s", d->dir, path);
    for (char *slash = strchr(full + strlen(d->dir) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "wb");
    if (!file || fwrite(bytes.at, 1, bytes.len, file) != bytes.len || fclose(file) != 0)
        abort();
    free(full);
}

static struct span read_file(struct arena *arena, const char *path)
{
    struct str text = {0};
    char part[4096];
    FILE *file = fopen(path, "rb");
    for (size_t n = 1; file && n > 0;) {
        n = fread(part, 1, sizeof part, file);
        str_add_span(&text, span_make(part, n));
    }
    if (!file)
        abort();
    fclose(file);
    struct span ret = span_make(arena_dup(arena, str_text(&text), text.len + 1), text.len);
    str_done(&text);
    return ret;
}

// Files below `folder` ("" or "cluster/") of the tree, each written into the copy.
static void copy_below(struct damage *d, const char *tree, const char *folder, bool records);

static void copy_entry(struct damage *d, const char *tree, const char *path, bool records)
{
    struct stat st;
    const char *full = arena_printf(&d->arena, "%s/%s", tree, path);
    if (stat(full, &st) < 0)
        abort();
    if (S_ISDIR(st.st_mode)) {
        copy_below(d, tree, arena_printf(&d->arena, "%s/", path), records);
    } else if (records || strcmp(path, record_file) != 0) {
        struct damage_file file = {.path = path, .bytes = read_file(&d->arena, full)};
        *MEM_PUSH(d->files, d->n, d->cap) = file;
        damage_mend(d, d->n - 1);
    }
}

static void copy_below(struct damage *d, const char *tree, const char *folder, bool records)
{
    struct dirent **names;
    int n = scandir(arena_printf(&d->arena, "%s/%s", tree, folder), &names, NULL, alphasort);
    if (n < 0)
        abort();
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.')
            copy_entry(d, tree, arena_printf(&d->arena, "%s%s", folder, names[i]->d_name), records);
        free(names[i]);
    }
    free(names);
}

static struct sop *read_procedure(struct arena *arena, const char *path)
{
    struct problems problems = {0};
    struct sop *sop = procedure_parse(read_file(arena, path), path, &problems);
    problems_done(&problems);
    return sop;
}

void damage_init(struct damage *d, const char *tree, bool records)
{
    *d = (struct damage){.dir = scratch_make()};
    d->sop = read_procedure(&d->arena, "sops/D5.md");
    step_list_init(&d->steps, d->sop);
    d->log_set = log_set_begin(LOG_CLASS_COUNT, NULL, UINT64_MAX);
    copy_below(d, tree, "", records);
}

void damage_done(struct damage *d)
{
    scratch_remove(d->dir);
    log_set_free(d->log_set);
    step_list_done(&d->steps);
    sop_free(d->sop);
    free(d->dir);
    free(d->files);
    arena_done(&d->arena);
}

void damage_remove(struct damage *d, size_t file)
{
    char *full = mem_printf("%s/%s", d->dir, d->files[file].path);
    if (remove(full) < 0)
        abort();
    free(full);
}

void damage_cut(struct damage *d, size_t file, size_t at)
{
    write_file(d, d->files[file].path, span_first(d->files[file].bytes, at));
}

void damage_change(struct damage *d, size_t file, size_t at, char byte)
{
    struct span bytes = d->files[file].bytes;
    char *copy = mem_dup(bytes.at, bytes.len);
    copy[at] = byte;
    write_file(d, d->files[file].path, span_make(copy, bytes.len));
    free(copy);
}

void damage_mend(struct damage *d, size_t file)
{
    write_file(d, d->files[file].path, d->files[file].bytes);
}

// ------------------------------------------------------------------ quotes

// Whether each line of `content` stands in the file from line `first` on.
static bool stands_there(struct span bytes, uint32_t first, struct span content)
{
    struct span line = {0}, quoted;
    for (uint32_t n = 1; n < first; n++) {
        if (!span_cut(&bytes, '\n', &line))
            return false;
    }
    while (span_cut(&content, '\n', &quoted)) {
        if (!bytes.at)
            return false;
        span_cut(&bytes, '\n', &line);
        if (quoted.len && memmem(line.at, line.len, quoted.at, quoted.len) == NULL)
            return false;
    }
    return true;
}

static bool is_packets(const char *source)
{
    return strstr(source, ".pcap:") || strstr(source, ".pcapng:");
}

static char *quote_fault(const struct damage *d, const struct report_evidence *e)
{
    struct arena arena = {0};
    const char *colon = strrchr(e->source, ':');
    char *fault = NULL;
    if (!colon)
        fault = mem_printf("\"%s\" names no line", e->source);
    else if (!is_packets(e->source)) {
        const char *path = arena_printf(&arena, "%s/%.*s", d->dir, (int)(colon - e->source), e->source);
        uint32_t first = (uint32_t)strtoul(colon + 1, NULL, 10);
        if (!stands_there(read_file(&arena, path), first, span_of(e->content)))
            fault = mem_printf("not verbatim at %s: %s", e->source, e->content);
    }
    arena_done(&arena);
    return fault;
}

// ------------------------------------------------------------------ judging

static char *report_fault(const struct damage *d, const struct report *r)
{
    if ((r->diagnosis == DIAGNOSIS_INCONCLUSIVE) != (r->verdict == VERDICT_INCONCLUSIVE))
        return mem_printf("%s and %s", diagnosis_info(r->diagnosis)->id, verdict_name(r->verdict));
    if (r->diagnosis == DIAGNOSIS_INCONCLUSIVE && r->n_unknown == 0)
        return mem_strdup("inconclusive, and nothing is unknown");
    char *fault = NULL;
    for (size_t i = 0; i < r->n_evidence && !fault; i++)
        fault = quote_fault(d, &r->evidence[i]);
    return fault;
}

struct judged {
    struct arena arena;
    struct evidence *evidence;
    struct facts *facts;
    struct claims claims;
    struct cause *cause;
};

static bool judge(const struct damage *d, struct judged *j, struct error *err)
{
    const char *from[] = {d->dir};
    struct gather_queries queries = {.set = d->log_set};
    *j = (struct judged){.evidence = evidence_open(from, 1, NULL, err)};
    if (!j->evidence)
        return false;
    j->facts = facts_gather(j->evidence, NULL, &queries);
    judge_all(j->facts, &j->claims);
    j->cause = cause_weigh(&j->claims, &j->facts->target);
    return true;
}

static void judged_done(struct judged *j)
{
    cause_free(j->cause);
    claims_done(&j->claims);
    facts_free(j->facts);
    evidence_close(j->evidence);
    arena_done(&j->arena);
}

static struct report *make_report(const struct damage *d, struct judged *j)
{
    struct report_step *steps = arena_alloc(&j->arena, (d->steps.n + 1) * sizeof *steps);
    struct steps_input in = {.list = &d->steps, .facts = j->facts, .claims = &j->claims, .cause = j->cause};
    steps_evaluate(&in, &j->arena, steps);
    return report_build(&(struct report_input){
        .sop = d->sop,
        .facts = j->facts,
        .claims = &j->claims,
        .cause = j->cause,
        .steps = steps,
        .n_steps = d->steps.n,
    });
}

static void take_outcome(const struct judged *j, struct outcome *ret)
{
    const struct cause *cause = j->cause;
    const struct window *window = &j->facts->target.window;
    *ret = (struct outcome){.diagnosis = cause->diagnosis, .verdict = cause->verdict};
    ret->timeless = window->from == TIME_UNKNOWN && window->to == TIME_UNKNOWN;
    for (size_t i = 0; i < cause->n_candidates; i++)
        ret->of[cause->candidates[i].diagnosis] = cause->candidates[i].verdict;
}

bool damage_judge(const struct damage *d, struct outcome *ret, char **ret_fault)
{
    struct error err = {{0}};
    struct judged j;
    *ret = (struct outcome){.refused = false};
    *ret_fault = NULL;
    if (judge(d, &j, &err)) {
        struct report *report = make_report(d, &j);
        take_outcome(&j, ret);
        *ret_fault = report_fault(d, report);
        report_free(report);
    } else {
        ret->refused = strstr(err.text, "/target.yaml: ") != NULL;
        *ret_fault = ret->refused ? NULL : mem_strdup(err.text);
    }
    judged_done(&j);
    return !*ret_fault;
}

static void mark(struct damage *d, const char *path)
{
    for (size_t i = 0; i < d->n; i++)
        d->files[i].decides |= strcmp(d->files[i].path, path) == 0;
}

// Of what speaks for no diagnosis, only notes on the symptom are quoted.
static void mark_places(struct damage *d, const struct judged *j, const struct claim *claim)
{
    bool counts = claim->kind == CLAIM_NOTE ? claim->subject == SUBJECT_SYMPTOM : claim->kind != CLAIM_CLEAR;
    for (size_t i = 0; i < claim->n_places && counts; i++) {
        if (place_is_set(claim->places[i]))
            mark(d, evidence_file(j->evidence, claim->places[i].file)->path);
    }
}

size_t damage_find_deciding(struct damage *d)
{
    struct error err = {{0}};
    struct judged j;
    size_t n = 0;
    if (!judge(d, &j, &err))
        abort();
    mark(d, "target.yaml");
    mark(d, record_file);
    for (size_t i = 0; i < j.claims.n; i++)
        mark_places(d, &j, &j.claims.items[i]);
    for (size_t i = 0; i < d->n; i++)
        n += d->files[i].decides;
    judged_done(&j);
    return n;
}

void damage_allow_unrecorded(struct damage *d, struct outcome *whole, char **ret_fault)
{
    struct outcome without;
    *ret_fault = NULL;
    for (size_t file = 0; file < d->n && !*ret_fault; file++) {
        if (strcmp(d->files[file].path, record_file) != 0)
            continue;
        damage_remove(d, file);
        damage_judge(d, &without, ret_fault);
        damage_mend(d, file);
        for (size_t i = 0; i < DIAGNOSIS_COUNT; i++)
            whole->of[i] = without.of[i] > whole->of[i] ? without.of[i] : whole->of[i];
    }
}

bool damage_made_surer(const struct damage *d, size_t file, const struct outcome *whole,
                       const struct outcome *damaged)
{
    bool asks = strcmp(d->files[file].path, "target.yaml") == 0;
    if (asks && (damaged->timeless || damaged->verdict < VERDICT_CONFIRMED))
        return false;
    return damaged->verdict > whole->of[damaged->diagnosis];
}
