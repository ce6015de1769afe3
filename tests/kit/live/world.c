// The world that is looked at: a plan and a runner that hand over files of the shipped incident, in the place
// of core's own. A program that links this has no others.
#include "tests/kit/live/rehearsal.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/session/live.h"

#define TREE "tests/cases/demo/tree"
#define NODE "nodes/ip-10-0-11-37.eu-west-1.compute.internal/"

// ------------------------------------------------------------------ what there is to look at

static const struct probe_row rows[] = {
    [REHEARSAL_LISTING] = {.name = "listing",
                           .subjects = {SUBJECT_POD_STATE, SUBJECT_COREDNS_PODS, SUBJECT_NODE_STATE,
                                        SUBJECT_CLUSTER_HEALTH}},
    [REHEARSAL_RULES] = {.name = "rules", .subjects = {SUBJECT_FIREWALL, SUBJECT_COLLECTION}, .again = 1},
    [REHEARSAL_POLICIES] = {.name = "policies", .subjects = {SUBJECT_NETWORK_POLICY}},
    [REHEARSAL_SETTINGS] = {.name = "settings", .subjects = {SUBJECT_DNS_CONFIG}},
    [REHEARSAL_COREDNS] = {.name = "coredns",
                           .subjects = {SUBJECT_COREDNS, SUBJECT_PROXY_MODE, SUBJECT_NODELOCAL}},
    [REHEARSAL_LOOKUPS] = {.name = "lookups",
                           .subjects = {SUBJECT_SYMPTOM, SUBJECT_CAPTURE, SUBJECT_FINDINGS},
                           .consent = CONSENT_EXEC},
};

static const struct source {
    const char *file;
    int row;
    bool on_node; // only once the facts name the node
    bool again;
} sources[] = {
    {"cluster/pods.json", REHEARSAL_LISTING, false, false},
    {"cluster/nodes.json", REHEARSAL_LISTING, false, false},
    {"cluster/services.json", REHEARSAL_LISTING, false, false},
    {"cluster/endpointslices.json", REHEARSAL_LISTING, false, false},
    {"cluster/deployments.json", REHEARSAL_LISTING, false, false},
    {NODE "networking/iptables-save.txt", REHEARSAL_RULES, true, false},
    {NODE "networking/ip6tables-save.txt", REHEARSAL_RULES, true, false},
    {NODE "networking/nftables.txt", REHEARSAL_RULES, true, false},
    {NODE "samples/20261123T072532Z/iptables-save.txt", REHEARSAL_RULES, true, true},
    {"cluster/networkpolicies.json", REHEARSAL_POLICIES, false, false},
    {"cluster/namespaces.json", REHEARSAL_POLICIES, false, false},
    {"pods/shop/checkout-7d9c5b6f4-x2x9p/resolv.conf", REHEARSAL_SETTINGS, false, false},
    {NODE "networking/resolv.conf", REHEARSAL_SETTINGS, true, false},
    {"cluster/configmaps.json", REHEARSAL_COREDNS, false, false},
    {"cluster/logs/kube-system/coredns-6f9cd4d8bb-6kqzl/coredns.log", REHEARSAL_COREDNS, false, false},
    {"pods/shop/checkout-7d9c5b6f4-x2x9p/dig-query-udp.txt", REHEARSAL_LOOKUPS, false, false},
    {"pods/shop/checkout-7d9c5b6f4-x2x9p/dig-query-tcp.txt", REHEARSAL_LOOKUPS, false, false},
};

static int failing_row = -1;
static bool mended;

void rehearsal_fail(int row)
{
    failing_row = row;
}

void rehearsal_mend(bool is_mended)
{
    mended = is_mended;
}

static bool is_wanted(const struct plan_input *in, const struct source *source)
{
    bool any = false;
    for (enum subject k = 0; k < SUBJECT_COUNT; k++)
        any |= in->subjects[k] && probe_serves(&rows[source->row], k);
    return any && source->again == in->again && (!source->on_node || (in->facts && in->facts->node_name));
}

void plan_make(const struct plan_input *in, struct plan *ret)
{
    *ret = (struct plan){0};
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        const struct source *source = &sources[i];
        bool allowed = (rows[source->row].consent & ~in->consent) == 0;
        if (is_wanted(in, source))
            *ARENA_PUSH(&ret->arena, ret->items, ret->n, ret->cap) = (struct planned){
                .row = &rows[source->row],
                .state = allowed ? PLANNED_RUN : PLANNED_NOT_ALLOWED,
                .why = allowed ? NULL : "exec needs consent",
                .where = "bastion",
                .host = "cluster",
                .file = source->file,
                .command = source->file,
            };
    }
}

void plan_done(struct plan *plan)
{
    arena_done(&plan->arena);
}

// ------------------------------------------------------------------ a runner that copies files

struct runner {
    struct runner_config config;
    struct arena arena;
    struct probe_run *runs[128];
    size_t n, ended;
    struct loop_timer *tick;
};

static void record(struct runner *r, const struct probe_run *run)
{
    char *path = mem_printf("%s/probes.jsonl", r->config.tree);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fprintf(
        f,
        "{\"id\":\"%s\",\"step\":\"%s\",\"argv\":[\"%s\"],\"where\":\"bastion\",\"exit\":%d,\"cut\":false,"
        "\"stderr\":\"%s\",\"%s\":\"%s\",\"state\":\"%s\"}\n",
        run->id, run->step ? run->step : "", run->planned->row->name, run->exit, run->why ? run->why : "",
        run->state == PROBE_DONE ? "file" : "meant", run->planned->file, probe_state_names[run->state]);
    fclose(f);
    free(path);
}

static void fetch(struct runner *r, const char *file)
{
    char *command = mem_printf("mkdir -p \"$(dirname '%s/%s')\" && cp " TREE "/%s '%s/%s'", r->config.tree,
                               file, file, r->config.tree, file);
    assert_int_equal(system(command), 0);
    free(command);
    if (!mended)
        return;
    command = strstr(file, "dig-")
                  ? mem_printf("cp " TREE "/pods/shop/checkout-7d9c5b6f4-x2x9p/dig-query-tcp.txt '%s/%s'",
                               r->config.tree, file)
                  : mem_printf("sed -i '/--dport 53 -j DROP/d' '%s/%s'", r->config.tree, file);
    assert_int_equal(system(command), 0);
    free(command);
}

static void end_run(struct runner *r, struct probe_run *run, enum probe_state state, const char *why)
{
    run->state = state;
    run->why = why;
    run->ended = clock_now();
    run->exit = state == PROBE_DONE ? 0 : -1;
    record(r, run);
    r->ended++;
    r->config.ended(r->config.context, run);
    if (r->ended == r->n)
        r->config.idle(r->config.context);
}

static void on_tick(void *context)
{
    struct runner *r = context;
    for (size_t i = 0; i < r->n; i++) {
        if (r->runs[i]->state != PROBE_WAITING)
            continue;
        r->runs[i]->state = PROBE_RUNNING;
        r->runs[i]->started = clock_now();
        r->config.started(r->config.context, r->runs[i]);
        loop_timer_start(r->tick, 0);
        if (r->runs[i]->state != PROBE_RUNNING)
            return;
        if (failing_row >= 0 && r->runs[i]->planned->row == &rows[failing_row]) {
            end_run(r, r->runs[i], PROBE_FAILED, "the connection was refused");
            return;
        }
        fetch(r, r->runs[i]->planned->file);
        end_run(r, r->runs[i], PROBE_DONE, NULL);
        return;
    }
}

struct runner *runner_new(const struct runner_config *config, struct error *err)
{
    (void)err;
    struct runner *r = mem_alloc(sizeof *r);
    r->config = *config;
    r->config.tree = arena_strdup(&r->arena, config->tree);
    r->tick = loop_timer_new(config->loop, on_tick, r);
    return r;
}

void runner_free(struct runner *r)
{
    if (!r)
        return;
    loop_timer_stop(r->tick);
    arena_done(&r->arena);
    free(r);
}

const char *runner_add(struct runner *r, const struct planned *planned, const char *step)
{
    struct probe_run *run = arena_alloc(&r->arena, sizeof *run);
    struct planned *copy = arena_dup(&r->arena, planned, sizeof *planned);
    *run = (struct probe_run){.id = arena_printf(&r->arena, "E-%03u", r->config.first_id + (unsigned)r->n),
                              .step = step ? arena_strdup(&r->arena, step) : NULL,
                              .planned = copy};
    assert_true(r->n < ARRAY_LEN(r->runs));
    r->runs[r->n++] = run;
    if (planned->state != PLANNED_RUN)
        end_run(r, run, PROBE_DENIED, planned->why);
    loop_timer_start(r->tick, 0);
    return run->id;
}

void runner_cancel(struct runner *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++) {
        bool meant = !id || strcmp(id, r->runs[i]->id) == 0;
        if (meant && r->runs[i]->state <= PROBE_RUNNING)
            end_run(r, r->runs[i], PROBE_CANCELLED, "it was cancelled");
    }
}

size_t runner_count(const struct runner *r)
{
    return r->n;
}

const struct probe_run *runner_at(const struct runner *r, size_t i)
{
    return r->runs[i];
}

unsigned runner_busy(const struct runner *r)
{
    return (unsigned)(r->n - r->ended);
}
