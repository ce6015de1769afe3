// A live run without a cluster: a plan and a runner that hand over files of the shipped incident take the
// place of the real ones. What is held here is the order of things, and that the end is the same as offline.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "core/session/live.h"
#include "core/session/recheck.h"

#define TREE "tests/cases/demo/tree"
#define NODE "nodes/ip-10-0-11-37.eu-west-1.compute.internal/"

// ------------------------------------------------------------------ the world that is looked at

static const struct probe_row rows[] = {
    {.name = "listing",
     .subjects = {SUBJECT_POD_STATE, SUBJECT_COREDNS_PODS, SUBJECT_NODE_STATE, SUBJECT_CLUSTER_HEALTH}},
    {.name = "rules", .subjects = {SUBJECT_FIREWALL, SUBJECT_COLLECTION}, .again = 1},
    {.name = "policies", .subjects = {SUBJECT_NETWORK_POLICY}},
    {.name = "settings", .subjects = {SUBJECT_DNS_CONFIG}},
    {.name = "coredns", .subjects = {SUBJECT_COREDNS, SUBJECT_PROXY_MODE, SUBJECT_NODELOCAL}},
    {.name = "lookups",
     .subjects = {SUBJECT_SYMPTOM, SUBJECT_CAPTURE, SUBJECT_FINDINGS},
     .consent = CONSENT_EXEC},
};
enum { LISTING, RULES, POLICIES, SETTINGS, COREDNS, LOOKUPS };

static const struct source {
    const char *file;
    int row;
    bool on_node; // only once the facts name the node
    bool again;
} sources[] = {
    {"cluster/pods.json", LISTING, false, false},
    {"cluster/nodes.json", LISTING, false, false},
    {"cluster/services.json", LISTING, false, false},
    {"cluster/endpointslices.json", LISTING, false, false},
    {"cluster/deployments.json", LISTING, false, false},
    {NODE "networking/iptables-save.txt", RULES, true, false},
    {NODE "networking/ip6tables-save.txt", RULES, true, false},
    {NODE "networking/nftables.txt", RULES, true, false},
    {NODE "samples/20261123T072532Z/iptables-save.txt", RULES, true, true},
    {"cluster/networkpolicies.json", POLICIES, false, false},
    {"cluster/namespaces.json", POLICIES, false, false},
    {"pods/shop/checkout-7d9c5b6f4-x2x9p/resolv.conf", SETTINGS, false, false},
    {NODE "networking/resolv.conf", SETTINGS, true, false},
    {"cluster/configmaps.json", COREDNS, false, false},
    {"cluster/logs/kube-system/coredns-6f9cd4d8bb-6kqzl/coredns.log", COREDNS, false, false},
    {"pods/shop/checkout-7d9c5b6f4-x2x9p/dig-query-udp.txt", LOOKUPS, false, false},
    {"pods/shop/checkout-7d9c5b6f4-x2x9p/dig-query-tcp.txt", LOOKUPS, false, false},
};

static int failing_row = -1;
static bool mended; // the rule is gone, and lookups go through

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

// ------------------------------------------------------------------ one run

struct scene {
    char *state;
    struct loop *loop;
    struct session *s;
    struct live *live;
    struct str began;    // rows, in the order in which they began
    size_t cancel_after; // so many probes; 0: never
};

static void on_probe(void *context, const struct probe_run *run)
{
    struct scene *scene = context;
    if (run->state != PROBE_RUNNING)
        return;
    str_printf(&scene->began, "%s%s", scene->began.len ? " " : "", run->planned->row->name);
    if (scene->cancel_after && --scene->cancel_after == 0)
        live_cancel(scene->live, NULL);
}

static void on_nothing(void *context)
{
    (void)context;
}

static void on_finished(void *context)
{
    loop_stop(((struct scene *)context)->loop);
}

static void must(bool ok, const struct error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static void begin_as(struct scene *scene, unsigned consent, bool guided)
{
    struct error err = {{0}};
    struct target target = {.window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    const char *tmp = getenv("TMPDIR");
    *scene = (struct scene){.state = mem_printf("%s/d5tui-live-XXXXXX", tmp ? tmp : "/tmp")};
    assert_non_null(mkdtemp(scene->state));
    target.namespace_ = "shop";
    target.pod = "checkout-7d9c5b6f4-x2x9p";
    clock_parse_rfc3339(span_of("2026-11-23T07:00:00Z"), &target.window.from);
    clock_parse_rfc3339(span_of("2026-11-23T07:30:00Z"), &target.window.to);
    scene->loop = loop_new(&err);
    scene->s = session_new(&(struct session_config){.target = &target,
                                                    .sop = "sops/D5.md",
                                                    .state_dir = scene->state,
                                                    .policy = "/nonexistent/policy.yaml",
                                                    .guided = guided,
                                                    .keep = true},
                           &err);
    must(scene->s, &err);
    scene->live = live_new(&(struct live_config){.session = scene->s,
                                                 .loop = scene->loop,
                                                 .consent = consent,
                                                 .changed = on_nothing,
                                                 .probe = on_probe,
                                                 .analysed = on_nothing,
                                                 .finished = on_finished,
                                                 .context = scene},
                           &err);
    must(scene->live, &err);
}

static void begin(struct scene *scene, unsigned consent)
{
    begin_as(scene, consent, false);
}

static void end(struct scene *scene)
{
    live_free(scene->live);
    session_free(scene->s);
    loop_free(scene->loop);
    char *command = mem_printf("rm -rf '%s'", scene->state);
    assert_int_equal(system(command), 0);
    free(command);
    str_done(&scene->began);
    free(scene->state);
}

static void run_all(struct scene *scene)
{
    struct error err = {{0}};
    must(live_run_all(scene->live, &err), &err);
    loop_run(scene->loop);
    assert_null(live_trouble(scene->live));
    assert_false(live_is_busy(scene->live));
}

static const struct incident_step *step(const struct scene *scene, const char *id)
{
    const struct incident_step *ret = incident_step(session_incident(scene->s), id);
    assert_non_null(ret);
    return ret;
}

// The report that somebody else makes of the tree that was left.
static char *offline(const struct scene *scene)
{
    struct error err = {{0}};
    struct str text = {0};
    char *tree = mem_printf("%s/evidence", session_case_dir(scene->s));
    const char *const from[] = {tree};
    struct session *s =
        session_new(&(struct session_config){.from = from, .n_from = 1, .sop = "sops/D5.md"}, &err);
    must(s && session_analyse(s, &err) && session_run_all(s, &err), &err);
    report_write_json(session_report(s), &text);
    session_free(s);
    free(tree);
    return str_take(&text);
}

static char *online(const struct scene *scene)
{
    struct str text = {0};
    report_write_json(session_report(scene->s), &text);
    return str_take(&text);
}

static void assert_same_as_offline(const struct scene *scene)
{
    char *a = online(scene), *b = offline(scene);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

// ------------------------------------------------------------------ tests

static size_t place_of(const struct scene *scene, const char *row, bool last)
{
    size_t at = SIZE_MAX, n = 0;
    struct span rest = str_span(&scene->began), word;
    for (; span_cut_word(&rest, &word); n++) {
        if (span_is(word, row) && (last || at == SIZE_MAX))
            at = n;
    }
    return at;
}

static void gates_go_before_what_they_hold(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, CONSENT_EXEC);
    run_all(&scene);
    assert_int_equal(place_of(&scene, "listing", false), 0);
    assert_true(place_of(&scene, "listing", true) < place_of(&scene, "rules", false));
    assert_int_equal(step(&scene, "T.M2")->status, STEP_FINDING);
    assert_int_equal(place_of(&scene, "settings", false), SIZE_MAX); // the gate's finding holds them
    assert_string_equal(session_held_by(scene.s, "T.M4"), "T.M2");
    assert_int_equal(session_report(scene.s)->diagnosis, DIAGNOSIS_HOST_FIREWALL);
    end(&scene);
}

static void live_and_offline_say_the_same(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, CONSENT_EXEC);
    run_all(&scene);
    assert_same_as_offline(&scene);
    end(&scene);
}

// The second reading is what shows that the rule's counter grew.
static void counters_are_read_twice(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, CONSENT_EXEC);
    run_all(&scene);
    size_t n = 0;
    for (size_t i = 0; i < runner_count(live_runner(scene.live)); i++)
        n += strstr(runner_at(live_runner(scene.live), i)->planned->file, "/samples/") != NULL;
    assert_int_equal(n, 1);
    assert_int_equal(session_report(scene.s)->verdict, VERDICT_CONFIRMED);
    end(&scene);
}

static void what_has_no_consent_is_not_allowed(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, CONSENT_NONE);
    run_all(&scene);
    assert_int_equal(place_of(&scene, "lookups", false), SIZE_MAX);
    assert_int_equal(step(&scene, "E.Y3")->status, STEP_NOT_ALLOWED);
    assert_non_null(strstr(step(&scene, "E.Y3")->said, "exec needs consent"));
    assert_same_as_offline(&scene);
    live_allow(scene.live, CONSENT_EXEC, "kubectl exec");
    loop_run(scene.loop);
    assert_int_not_equal(place_of(&scene, "lookups", false), SIZE_MAX);
    assert_int_not_equal(step(&scene, "E.Y3")->status, STEP_NOT_ALLOWED);
    end(&scene);
}

static void one_step_runs_by_itself(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = {{0}};
    begin(&scene, CONSENT_NONE);
    must(live_run_step(scene.live, "T.M1", &err), &err);
    loop_run(scene.loop);
    assert_int_equal(step(&scene, "T.M1")->status, STEP_DONE);
    assert_int_equal(step(&scene, "T.M1.3")->status, STEP_DONE);
    assert_int_equal(step(&scene, "T.M2")->status, STEP_TODO);
    assert_int_equal(place_of(&scene, "rules", false), SIZE_MAX);
    size_t n = runner_count(live_runner(scene.live));
    must(live_run_step(scene.live, "T.M1", &err), &err); // a new reading
    loop_run(scene.loop);
    assert_int_equal(runner_count(live_runner(scene.live)), 2 * n);
    assert_false(live_run_step(scene.live, "T.M9", &err));
    end(&scene);
}

static void what_is_cancelled_ends_as_far_as_it_came(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, CONSENT_EXEC);
    scene.cancel_after = 6;
    run_all(&scene);
    const struct incident *in = session_incident(scene.s);
    for (size_t i = 0; i < in->n_steps; i++)
        assert_int_not_equal(in->steps[i].status, STEP_RUNNING);
    for (size_t i = 0; i < in->n_probes; i++)
        assert_int_not_equal(in->probes[i].state, PROBE_RUNNING);
    assert_int_equal(step(&scene, "T.M1")->status, STEP_DONE);
    assert_non_null(session_report(scene.s));
    run_all(&scene); // and can be gone on with
    assert_int_equal(session_report(scene.s)->diagnosis, DIAGNOSIS_HOST_FIREWALL);
    end(&scene);
}

static void guided_takes_no_consent(void **state)
{
    (void)state;
    struct scene scene;
    begin_as(&scene, CONSENT_ALL, true);
    live_allow(scene.live, CONSENT_EXEC, "kubectl exec");
    assert_int_equal(live_consent(scene.live), CONSENT_NONE);
    end(&scene);
}

// What nobody could read is said as such, and nothing else waits for it.
static void a_probe_that_fails_fails_its_step(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, CONSENT_EXEC);
    failing_row = POLICIES;
    run_all(&scene);
    failing_row = -1;
    assert_int_equal(step(&scene, "T.M2.5")->status, STEP_FAILED);
    assert_non_null(strstr(step(&scene, "T.M2.5")->said, "the connection was refused"));
    assert_int_equal(step(&scene, "T.M2")->status, STEP_FINDING);
    assert_same_as_offline(&scene);
    end(&scene);
}

// ------------------------------------------------------------------ looking again

static enum recheck_verdict look_again(struct scene *scene, size_t *ret_gone)
{
    struct error err = {{0}};
    struct recheck *recheck = recheck_new(&(struct recheck_config){.session = scene->s,
                                                                   .loop = scene->loop,
                                                                   .consent = CONSENT_EXEC,
                                                                   .finished = on_finished,
                                                                   .context = scene},
                                          &err);
    must(recheck, &err);
    loop_run(scene->loop);
    const struct recheck_result *result = recheck_result(recheck, &err);
    must(result, &err);
    enum recheck_verdict ret = result->verdict;
    *ret_gone = 0;
    for (size_t i = 0; i < result->n; i++)
        *ret_gone +=
            strstr(result->lines[i].before, "-j DROP") && !result->lines[i].after && !result->lines[i].why;
    recheck_free(recheck);
    return ret;
}

static void a_fault_that_stays_is_still_there(void **state)
{
    (void)state;
    struct scene scene;
    size_t gone;
    begin(&scene, CONSENT_EXEC);
    run_all(&scene);
    char *before = offline(&scene);
    assert_int_equal(look_again(&scene, &gone), RECHECK_STILL_THERE);
    assert_int_equal(gone, 0);
    assert_string_equal(session_report(scene.s)->verified_result, "still_there");
    char *after = offline(&scene);
    assert_string_equal(before, after); // nothing was written over
    free(after);
    free(before);
    end(&scene);
}

static void a_fault_that_was_mended_is_gone(void **state)
{
    (void)state;
    struct scene scene;
    size_t gone;
    begin(&scene, CONSENT_EXEC);
    run_all(&scene);
    mended = true;
    enum recheck_verdict verdict = look_again(&scene, &gone);
    mended = false;
    assert_int_equal(verdict, RECHECK_GONE);
    assert_true(gone > 0);
    assert_string_equal(session_report(scene.s)->verified_result, "gone");
    end(&scene);
}

static void what_cannot_be_read_again_cannot_be_told(void **state)
{
    (void)state;
    struct scene scene;
    size_t gone;
    begin(&scene, CONSENT_EXEC);
    run_all(&scene);
    mended = true;
    failing_row = RULES;
    enum recheck_verdict verdict = look_again(&scene, &gone);
    mended = false;
    failing_row = -1;
    assert_int_equal(verdict, RECHECK_CANNOT_TELL);
    assert_int_equal(gone, 0);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gates_go_before_what_they_hold),
        cmocka_unit_test(live_and_offline_say_the_same),
        cmocka_unit_test(counters_are_read_twice),
        cmocka_unit_test(what_has_no_consent_is_not_allowed),
        cmocka_unit_test(one_step_runs_by_itself),
        cmocka_unit_test(what_is_cancelled_ends_as_far_as_it_came),
        cmocka_unit_test(guided_takes_no_consent),
        cmocka_unit_test(a_fault_that_stays_is_still_there),
        cmocka_unit_test(a_fault_that_was_mended_is_gone),
        cmocka_unit_test(what_cannot_be_read_again_cannot_be_told),
        cmocka_unit_test(a_probe_that_fails_fails_its_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
