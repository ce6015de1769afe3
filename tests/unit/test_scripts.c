// probe/scripts: probes of several calls, turn by turn, with what AWS and the API server answer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/audit.h"
#include "core/probe/argv.h"
#include "core/probe/plan.h"
#include "core/probe/scripts.h"

struct talk {
    struct arena arena;
    struct planned planned;
    struct script_turn turn;
    enum script_step step;
};

static void begin(struct talk *t, probe_script_fn *script, const char *const *argv)
{
    *t = (struct talk){.planned = {.argv = argv, .script = script}};
    t->turn.arena = &t->arena;
}

// One call ended so; the next one's words, or NULL at the end.
static const char *hear(struct talk *t, int exit, const char *printed, const char *errors)
{
    void *state = t->turn.state;
    unsigned round = t->turn.round;
    t->turn = (struct script_turn){.arena = &t->arena,
                                   .state = state,
                                   .round = round + 1,
                                   .exit = exit,
                                   .printed = span_of(printed),
                                   .errors = span_of(errors)};
    t->step = t->planned.script(&t->planned, &t->turn);
    return t->step == SCRIPT_CALL ? argv_text(&t->arena, t->turn.ret_argv) : NULL;
}

static const char *const first_question[] = {"kubectl", "--context=lab", "auth", "can-i",
                                             "list",    "pods",          "-A",   NULL};

static void access_asks_one_after_the_other(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, script_access, first_question);
    const char *call = hear(&t, 0, "yes\n", "");
    assert_string_equal(call, "kubectl --context=lab auth can-i list nodes -A");
    size_t n = 1;
    bool logs = false, exec = false;
    for (; call; n++) {
        logs = logs || strcmp(call, "kubectl --context=lab auth can-i get pods --subresource=log -A") == 0;
        exec =
            exec || strcmp(call, "kubectl --context=lab auth can-i create pods --subresource=exec -A") == 0;
        call = hear(&t, 1, "no\n", "");
    }
    assert_int_equal(t.step, SCRIPT_DONE);
    assert_true(logs && exec && n > 8);
    assert_true(span_starts(t.turn.ret_evidence, "{\"answers\": ["));
    assert_true(
        span_contains(t.turn.ret_evidence, "\"resource\":\"nodes\",\"subresource\":null,\"allowed\":false"));
    arena_done(&t.arena);
}

static void access_ends_where_nobody_answers(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, script_access, first_question);
    assert_null(hear(&t, 1, "", "\nUnable to connect to the server: i/o timeout\n"));
    assert_int_equal(t.step, SCRIPT_FAILED);
    assert_non_null(strstr(t.turn.ret_why, "i/o timeout"));
    arena_done(&t.arena);
}

// ------------------------------------------------------------------ SSM

static const char *const sent[] = {
    "aws", "--region=eu-west-1", "ssm", "send-command", "--instance-ids=i-0abc123def4567890", NULL};
#define COMMAND "{\"Command\": {\"CommandId\": \"0831e1a8-a1ac-4257-a1fd-c831b48c4107\"}}"

static void ssm_asks_until_it_is_there(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, script_ssm, sent);
    const char *call = hear(&t, 0, COMMAND, "");
    assert_string_equal(
        call, "aws --region=eu-west-1 --output=json ssm get-command-invocation "
              "--command-id=0831e1a8-a1ac-4257-a1fd-c831b48c4107 --instance-id=i-0abc123def4567890");
    assert_true(t.turn.wait_ms > 0);
    assert_non_null(hear(&t, 254, "", "An error occurred (InvocationDoesNotExist)"));
    assert_non_null(hear(&t, 0, "{\"Status\": \"Pending\", \"ResponseCode\": -1}", ""));
    assert_null(hear(&t, 0,
                     "{\"Status\": \"Failed\", \"ResponseCode\": 4, \"StandardOutputContent\": \"\", "
                     "\"StandardErrorContent\": \"you must be root\"}",
                     ""));
    assert_int_equal(t.step, SCRIPT_DONE); // it ran, and said no
    assert_int_equal(t.turn.ret_exit, 4);
    assert_true(span_is(t.turn.ret_errors, "you must be root"));
    assert_false(t.turn.ret_cut);
    arena_done(&t.arena);
}

static void ssm_cut_is_cut(void **state)
{
    (void)state;
    struct talk t;
    struct str answer = {0};
    begin(&t, script_ssm, sent);
    hear(&t, 0, COMMAND, "");
    str_add(&answer, "{\"Status\": \"Success\", \"ResponseCode\": 0, \"StandardOutputContent\": \"");
    str_add_repeat(&answer, 'x', 24000);
    str_add(&answer, "\"}");
    assert_null(hear(&t, 0, str_text(&answer), ""));
    assert_int_equal(t.step, SCRIPT_DONE);
    assert_true(t.turn.ret_cut);
    str_done(&answer);
    arena_done(&t.arena);
}

static void ssm_trouble_is_named(void **state)
{
    (void)state;
    struct talk t;
    begin(&t, script_ssm, sent);
    assert_null(hear(&t, 254, "", "An error occurred (InvalidInstanceId) when calling SendCommand"));
    assert_int_equal(t.step, SCRIPT_FAILED);
    assert_non_null(strstr(t.turn.ret_why, "InvalidInstanceId"));
    arena_done(&t.arena);
    begin(&t, script_ssm, sent);
    assert_null(hear(&t, 0, "{\"Command\": {\"CommandId\": \"--output text\"}}", "")); // no id, and no option
    assert_int_equal(t.step, SCRIPT_FAILED);
    arena_done(&t.arena);
    begin(&t, script_ssm, sent);
    hear(&t, 0, COMMAND, "");
    assert_null(hear(
        &t, 0, "{\"Status\": \"TimedOut\", \"ResponseCode\": -1, \"StatusDetails\": \"DeliveryTimedOut\"}",
        ""));
    assert_int_equal(t.step, SCRIPT_FAILED);
    assert_non_null(strstr(t.turn.ret_why, "DeliveryTimedOut"));
    arena_done(&t.arena);
}

// ------------------------------------------------------------------ a bundle

static const char *const collect[] = {"aws",
                                      "--region=eu-west-1",
                                      "ssm",
                                      "start-automation-execution",
                                      "--parameters",
                                      "EKSInstanceId=i-0abc123def4567890,LogDestination=our-logs",
                                      NULL};

static const char *in_state(struct talk *t, const char *name)
{
    char *text =
        arena_printf(&t->arena, "{\"AutomationExecution\": {\"AutomationExecutionStatus\": \"%s\"}}", name);
    return hear(t, 0, text, "");
}

static void a_bundle_is_packed_and_fetched(void **state)
{
    (void)state;
    static const char *const on_the_way[] = {"Pending",
                                             "InProgress",
                                             "Waiting",
                                             "PendingApproval",
                                             "Scheduled",
                                             "RunbookInProgress",
                                             "Approved",
                                             "PendingChangeCalendarOverride",
                                             "ChangeCalendarOverrideApproved",
                                             "Cancelling"};
    struct talk t;
    begin(&t, script_bundle, collect);
    assert_string_equal(hear(&t, 0, "{\"AutomationExecutionId\": \"73c8eef8\"}", ""),
                        "aws --region=eu-west-1 --output=json ssm get-automation-execution "
                        "--automation-execution-id=73c8eef8");
    for (size_t i = 0; i < ARRAY_LEN(on_the_way); i++)
        assert_non_null(in_state(&t, on_the_way[i]));
    assert_string_equal(in_state(&t, "Success"),
                        "aws --region=eu-west-1 --output=json s3api list-objects-v2 --bucket "
                        "our-logs --prefix eks_i-0abc123def4567890");
    assert_string_equal(
        hear(&t, 0, "{\"Contents\": [{\"Key\": \"eks_i_1.tar.gz\"}, {\"Key\": \"eks_i_2.tar.gz\"}]}", ""),
        "aws --region=eu-west-1 --output=json s3 cp --no-progress s3://our-logs/eks_i_2.tar.gz -");
    assert_null(hear(&t, 0, "the bytes", ""));
    assert_int_equal(t.step, SCRIPT_DONE);
    assert_true(span_is(t.turn.ret_evidence, "the bytes"));
    arena_done(&t.arena);
}

static void ids_are_no_addresses(void **state)
{
    (void)state;
    static const char *const none[] = {"", "-x", "file:///etc/passwd", "73c8 eef8"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        struct talk t;
        begin(&t, script_bundle, collect);
        assert_null(hear(&t, 0, arena_printf(&t.arena, "{\"AutomationExecutionId\": \"%s\"}", none[i]), ""));
        assert_int_equal(t.step, SCRIPT_FAILED);
        arena_done(&t.arena);
        begin(&t, script_query, collect);
        assert_null(hear(&t, 0, arena_printf(&t.arena, "{\"queryId\": \"%s\"}", none[i]), ""));
        assert_int_equal(t.step, SCRIPT_FAILED);
        arena_done(&t.arena);
    }
}

static void a_bundle_that_fails_says_how(void **state)
{
    (void)state;
    static const char *const bad[] = {"TimedOut",
                                      "Cancelled",
                                      "Failed",
                                      "Rejected",
                                      "ChangeCalendarOverrideRejected",
                                      "CompletedWithFailure",
                                      "Exited",
                                      "NeverHeardOf"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct talk t;
        begin(&t, script_bundle, collect);
        hear(&t, 0, "{\"AutomationExecutionId\": \"73c8eef8\"}", "");
        assert_null(in_state(&t, bad[i]));
        assert_int_equal(t.step, SCRIPT_FAILED);
        assert_non_null(strstr(t.turn.ret_why, bad[i]));
        arena_done(&t.arena);
    }
}

// ------------------------------------------------------------------ Logs Insights

static void a_query_is_read_like_events(void **state)
{
    (void)state;
    static const char *const start[] = {"aws", "--region=eu-west-1", "logs", "start-query", NULL};
    static const char rows[] = "{\"status\": \"Complete\", \"results\": [[{\"field\": \"@timestamp\", "
                               "\"value\": \"2026-11-23 06:58:00.000\"}, "
                               "{\"field\": \"@message\", \"value\": \"{\\\"verb\\\": \\\"patch\\\", "
                               "\\\"stage\\\": \\\"ResponseComplete\\\", "
                               "\\\"requestReceivedTimestamp\\\": \\\"2026-11-23T06:58:00Z\\\", "
                               "\\\"objectRef\\\": {\\\"resource\\\": "
                               "\\\"configmaps\\\", \\\"name\\\": \\\"coredns\\\"}}\"}]]}";
    struct talk t;
    struct audit audit = {.n = 0};
    begin(&t, script_query, start);
    assert_string_equal(hear(&t, 0, "{\"queryId\": \"q-1\"}", ""),
                        "aws --region=eu-west-1 --output=json logs get-query-results --query-id=q-1");
    assert_non_null(hear(&t, 0, "{\"status\": \"Running\", \"results\": []}", ""));
    assert_null(hear(&t, 0, rows, ""));
    assert_int_equal(t.step, SCRIPT_DONE);
    assert_true(audit_parse(&t.arena, (struct text){.bytes = t.turn.ret_evidence}, &audit, NULL));
    assert_int_equal(audit.n, 1);
    assert_string_equal(audit.items[0].name, "coredns");
    assert_true(audit.whole);
    arena_done(&t.arena);
    begin(&t, script_query, start);
    hear(&t, 0, "{\"queryId\": \"q-1\"}", "");
    assert_null(hear(&t, 0, "{\"status\": \"Timeout\"}", ""));
    assert_int_equal(t.step, SCRIPT_FAILED);
    arena_done(&t.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_asks_one_after_the_other),
        cmocka_unit_test(access_ends_where_nobody_answers),
        cmocka_unit_test(ssm_asks_until_it_is_there),
        cmocka_unit_test(ssm_cut_is_cut),
        cmocka_unit_test(ssm_trouble_is_named),
        cmocka_unit_test(a_bundle_is_packed_and_fetched),
        cmocka_unit_test(ids_are_no_addresses),
        cmocka_unit_test(a_bundle_that_fails_says_how),
        cmocka_unit_test(a_query_is_read_like_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
