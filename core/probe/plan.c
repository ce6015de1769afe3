// Rows × facts × what is wanted → planned probes. A row is put down once for each thing that it is run for;
// then it is looked at three times: are its values what they should be, may it run, and does it get there.
// The first no is the answer that people see.
#include "core/probe/plan.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/planner.h"

enum { GETTING_THERE = 12 }; // seconds for a connection, and for the kill that follows a timeout

// ------------------------------------------------------------------ what is wanted

static bool is_wanted(const struct planner *p, const struct probe_row *row)
{
    for (size_t i = 1; i < SUBJECT_COUNT; i++) {
        if (p->in->subjects[i] && probe_serves(row, (enum subject)i))
            return true;
    }
    return false;
}

// What others are found by goes along with them: listings with anything, a login with anything on a node.
static bool is_needed(const struct planner *p, const struct probe_row *row)
{
    bool any = false;
    for (size_t i = 1; i < SUBJECT_COUNT; i++)
        any = any || p->in->subjects[i];
    return row->flags & PROBE_BASIS && (row->place == PROBE_ON_NODE ? p->wants_nodes : any);
}

bool plan_is_login(const struct probe_row *row)
{
    return row->place == PROBE_ON_NODE && row->flags & PROBE_BASIS && row->subjects[0] == SUBJECT_NONE;
}

// ------------------------------------------------------------------ may it run

static bool is_allowed(const struct planner *p, const struct planned *item, struct error *err)
{
    static const struct {
        unsigned bit;
        const char *name;
    } consents[] = {{CONSENT_EXEC, "exec"},
                    {CONSENT_CAPTURE, "capture"},
                    {CONSENT_BUNDLE, "bundle"},
                    {CONSENT_SSM, "ssm"}};
    unsigned needs = item->row->consent;
    if (item->row->place == PROBE_ON_NODE)
        needs |= reach_consent(p->in->via);
    bool only_reads = item->row->rating == PROBE_GREEN && !needs && !(item->row->flags & PROBE_CHANGES);
    if (p->in->guided && !only_reads)
        return error_set(err, "guided mode only reads");
    for (size_t i = 0; i < ARRAY_LEN(consents); i++) {
        if (needs & ~p->in->consent & consents[i].bit)
            return error_set(err, "nobody consented to %s (--allow %s)", consents[i].name, consents[i].name);
    }
    return true;
}

// ------------------------------------------------------------------ one probe

static const char *host_of(const struct errand *errand, const struct planned *item)
{
    const char *program = item->row->argv[0];
    if (errand->node)
        return errand->node->name;
    return strcmp(program, "kubectl") == 0 ? "cluster" : strcmp(program, "aws") == 0 ? "aws" : "bastion";
}

static const char *where_of(const struct planner *p, const struct errand *errand, const struct planned *item)
{
    switch (item->row->place) {
    case PROBE_ON_NODE:
        return arena_printf(p->arena, "node %s", errand->node->name);
    case PROBE_IN_POD:
        return arena_printf(p->arena, "pod %s/%s", errand->pod[0], errand->pod[1]);
    case PROBE_HERE:
        break;
    }
    return "bastion";
}

// A second reading stands in a folder of its own, under the same name.
static const char *file_of(const struct planner *p, const struct errand *errand, const char *file)
{
    if (!p->in->again)
        return file;
    int t[6];
    clock_to_parts(p->in->now, t);
    return arena_printf(p->arena, "nodes/%s/samples/%04d%02d%02dT%02d%02d%02dZ%s", errand->node->name, t[0],
                        t[1], t[2], t[3], t[4], t[5], strrchr(file, '/'));
}

static enum argv_result fill(const struct planner *p, const struct errand *errand, struct planned *item,
                             const char *const **ret_words, struct error *err)
{
    const struct probe_row *row = item->row;
    const char *file;
    enum argv_result result = argv_fill_word(p->arena, row->file, &errand->values, &file, err);
    if (result == ARGV_MADE)
        item->file = file_of(p, errand, file);
    if (result == ARGV_MADE && row->heading)
        result = argv_fill_word(p->arena, row->heading, &errand->values, &item->heading, err);
    return result == ARGV_MADE ? argv_fill(p->arena, row->argv, &errand->values, ret_words, err) : result;
}

static bool wrap(const struct planner *p, const struct errand *errand, struct planned *item,
                 const char *const *words, struct error *err)
{
    item->argv = words;
    if (item->row->place == PROBE_IN_POD)
        item->argv = reach_into_pod(p->arena, p->scope.context, errand->pod, words);
    if (item->row->place != PROBE_ON_NODE)
        return item->argv || error_set(err, "a name is not what it should be");
    item->via = reach_names[p->in->via];
    if (errand->way->why_not)
        return error_set(err, "%s", errand->way->why_not);
    if (errand->way->nobody && !plan_is_login(item->row))
        return error_set(err, "%s", errand->way->nobody);
    bool there = reach_wrap(errand->way, words, item, err);
    item->seconds += GETTING_THERE;
    return there;
}

static void settle(const struct planner *p, struct planned *item, enum planned_state state,
                   const struct error *err)
{
    item->state = state;
    item->why = state == PLANNED_RUN ? NULL : arena_strdup(p->arena, err->text);
}

static bool is_new(struct planner *p, const struct planned *item)
{
    char *key = mem_printf("%s\n%s\n%s", item->file ? item->file : "", item->command, item->where);
    bool ret = !map_get(&p->seen, span_of(key));
    map_put(&p->seen, span_of(key), item->row);
    free(key);
    return ret;
}

void plan_put(struct planner *p, const struct probe_row *row, const struct errand *errand)
{
    struct planned item = {.row = row, .script = row->script, .seconds = row->seconds};
    const char *const *words = row->argv;
    struct error err = {{0}};
    if (row->flags & PROBE_LASTS && p->in->capture_seconds)
        item.seconds = p->in->capture_seconds;
    item.where = where_of(p, errand, &item);
    item.host = host_of(errand, &item);
    enum argv_result filled = fill(p, errand, &item, &words, &err);
    if (filled != ARGV_MADE)
        settle(p, &item, filled == ARGV_UNKNOWN ? PLANNED_NOT_AVAILABLE : PLANNED_UNFIT, &err);
    else if (!wrap(p, errand, &item, words, &err))
        settle(p, &item, PLANNED_NO_WAY, &err);
    if (filled == ARGV_MADE && !is_allowed(p, &item, &err))
        settle(p, &item, PLANNED_NOT_ALLOWED, &err);
    if (filled != ARGV_MADE || !item.argv)
        item.argv = words;
    item.command = filled == ARGV_MADE ? argv_text(p->arena, item.argv)
                                       : argv_shape(p->arena, row->argv, &errand->values);
    if (is_new(p, &item))
        *ARENA_PUSH(p->arena, p->plan->items, p->plan->n, p->plan->cap) = item;
}

static void find_ways(struct planner *p)
{
    for (size_t i = 0; i < p->scope.n_nodes; i++) {
        p->ways[i] = (struct way){
            .in = p->in,
            .arena = p->arena,
            .context = p->scope.context,
            .node = p->scope.nodes[i].name,
            .kube = p->scope.nodes[i].kube,
        };
        reach_find(&p->ways[i]);
    }
}

static void begin(struct planner *p, const struct plan_input *in, struct plan *ret)
{
    *ret = (struct plan){.n = 0};
    *p = (struct planner){.in = in, .plan = ret, .arena = &ret->arena};
    scope_init(&p->scope, in, p->arena);
    find_ways(p);
    for (const struct probe_row *row = probe_table; row->name; row++)
        p->wants_nodes = p->wants_nodes || (row->place == PROBE_ON_NODE && is_wanted(p, row));
}

void plan_make(const struct plan_input *in, struct plan *ret)
{
    struct planner p;
    begin(&p, in, ret);
    for (const struct probe_row *row = probe_table; row->name; row++) {
        bool due = in->again ? row->again && is_wanted(&p, row) : is_wanted(&p, row) || is_needed(&p, row);
        if (due)
            plan_put_row(&p, row);
    }
    map_done(&p.seen);
}

void plan_done(struct plan *plan)
{
    arena_done(&plan->arena);
    *plan = (struct plan){.n = 0};
}

// Behind `ssh OPTIONS -- HOST`; the other ways stand in the words that matter.
struct span planned_words(const struct planned *planned)
{
    struct span words = span_of(planned->command), host;
    size_t at = planned->via && strcmp(planned->via, reach_names[REACH_SSH]) == 0 ? span_find(words, " -- ")
                                                                                  : SIZE_MAX;
    if (at == SIZE_MAX)
        return words;
    struct span rest = span_from(words, at + strlen(" -- "));
    return span_cut_word(&rest, &host) ? span_trim(rest) : words;
}
