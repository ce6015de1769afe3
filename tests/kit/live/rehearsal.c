// One run: a case of its own in a temporary folder, and what came of it.
#include "tests/kit/live/rehearsal.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/report/format.h"

static void on_probe(void *context, const struct probe_run *run)
{
    struct rehearsal *r = context;
    if (run->state != PROBE_RUNNING)
        return;
    str_printf(&r->began, "%s%s", r->began.len ? " " : "", run->planned->row->name);
    if (r->cancel_after && --r->cancel_after == 0)
        live_cancel(r->live, NULL);
    if (r->pressed)
        assert_true(live_run_step(r->live, r->pressed, NULL));
}

static void on_nothing(void *context)
{
    (void)context;
}

void rehearsal_on_finished(void *context)
{
    loop_stop(((struct rehearsal *)context)->loop);
}

void rehearsal_must(bool ok, const struct error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

void rehearsal_begin_as(struct rehearsal *r, unsigned consent, bool guided)
{
    struct error err = {{0}};
    struct target target = {.window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    const char *tmp = getenv("TMPDIR");
    *r = (struct rehearsal){.state = mem_printf("%s/d5tui-live-XXXXXX", tmp ? tmp : "/tmp")};
    assert_non_null(mkdtemp(r->state));
    target.namespace_ = "shop";
    target.pod = "checkout-7d9c5b6f4-x2x9p";
    clock_parse_rfc3339(span_of("2026-11-23T07:00:00Z"), &target.window.from);
    clock_parse_rfc3339(span_of("2026-11-23T07:30:00Z"), &target.window.to);
    r->loop = loop_new(&err);
    r->s = session_new(&(struct session_config){.target = &target,
                                                .sop = "sops/D5.md",
                                                .state_dir = r->state,
                                                .policy = "/nonexistent/policy.yaml",
                                                .guided = guided,
                                                .keep = true},
                       &err);
    rehearsal_must(r->s, &err);
    r->live = live_new(&(struct live_config){.session = r->s,
                                             .loop = r->loop,
                                             .consent = consent,
                                             .changed = on_nothing,
                                             .probe = on_probe,
                                             .analysed = on_nothing,
                                             .finished = rehearsal_on_finished,
                                             .context = r},
                       &err);
    rehearsal_must(r->live, &err);
}

void rehearsal_begin(struct rehearsal *r, unsigned consent)
{
    rehearsal_begin_as(r, consent, false);
}

void rehearsal_end(struct rehearsal *r)
{
    live_free(r->live);
    session_free(r->s);
    loop_free(r->loop);
    char *command = mem_printf("rm -rf '%s'", r->state);
    assert_int_equal(system(command), 0);
    free(command);
    str_done(&r->began);
    free(r->state);
}

void rehearsal_run_all(struct rehearsal *r)
{
    struct error err = {{0}};
    rehearsal_must(live_run_all(r->live, &err), &err);
    loop_run(r->loop);
    assert_null(live_trouble(r->live));
    assert_false(live_is_busy(r->live));
}

const struct incident_step *rehearsal_step(const struct rehearsal *r, const char *id)
{
    const struct incident_step *ret = incident_step(session_incident(r->s), id);
    assert_non_null(ret);
    return ret;
}

char *rehearsal_offline(const struct rehearsal *r)
{
    struct error err = {{0}};
    struct str text = {0};
    char *tree = mem_printf("%s/evidence", session_case_dir(r->s));
    const char *const from[] = {tree};
    struct session *s =
        session_new(&(struct session_config){.from = from, .n_from = 1, .sop = "sops/D5.md"}, &err);
    rehearsal_must(s && session_analyse(s, &err) && session_run_all(s, &err), &err);
    report_write_json(session_report(s), &text);
    session_free(s);
    free(tree);
    return str_take(&text);
}

static char *online(const struct rehearsal *r)
{
    struct str text = {0};
    report_write_json(session_report(r->s), &text);
    return str_take(&text);
}

void rehearsal_same_offline(const struct rehearsal *r)
{
    char *a = online(r), *b = rehearsal_offline(r);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

size_t rehearsal_place_of(const struct rehearsal *r, const char *row, bool last)
{
    size_t at = SIZE_MAX, n = 0;
    struct span rest = str_span(&r->began), word;
    for (; span_cut_word(&rest, &word); n++) {
        if (span_is(word, row) && (last || at == SIZE_MAX))
            at = n;
    }
    return at;
}
