// The report's formats: what is written says what the report says, whatever bytes it quotes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/json.h"
#include "core/door/yaml.h"
#include "core/report/format.h"

static const char *const ids[] = {"E-003", "E-007"};
static const char *const nodes[] = {"ip-10-0-11-37.eu-west-1.compute.internal"};
static const char *const notes[] = {"T.M2: asked the network team"};
static const struct report_evidence evidence[] = {
    {"network_diagnostics", "[46:2896] -A FORWARD -d 10.0.12.0/24 -p udp --dport 53 -j DROP",
     "nodes/n1/networking/iptables-save.txt:57", "E-007", "F-004", .place = {.file = FILE_NONE}},
    {"log", "```\n\"quoted\" \\ back\tslash <b>& {brace} |pipe| *star* \xe2\x80\x94\x1b[31m",
     "var/app.log:1-3", "E-003", NULL, .place = {.file = FILE_NONE}},
};
static const struct report_cause also[] = {
    {"pps_throttling — counter grew", DIAGNOSIS_LINKLOCAL_THROTTLE, VERDICT_LIKELY, ids, 1},
};
static const struct report_rejected rejected[] = {
    {DIAGNOSIS_MTU, "answers are small, all of them", "captures/a.txt:3"},
    {DIAGNOSIS_COREDNS_DOWN, "2 of 2 ready", NULL},
};
static const struct report_unknown unknown[] = {{"legacy tables", "iptables-legacy-save -c"},
                                                {"the rest", NULL}};
static const struct report_escalation escalation[] = {{"VPC DNS throttling affecting all nodes", ids, 2}};
static const struct report_step steps[] = {
    {"T.M1", SOP_LEVEL_MUST, STEP_DONE, "14 pods: all there", NULL, ids, 1, "pods", 0},
    {"T.M1.1", SOP_LEVEL_MUST, STEP_HELD, NULL, "T.M2", NULL, 0, "rules", 1},
    {"E.Y1", SOP_LEVEL_NONE, STEP_CANNOT_TELL, NULL, "no audit log", NULL, 0, "changes", 0},
};

static struct report sample(void)
{
    return (struct report){
        .root_cause = "network_policy — host firewall rule drops UDP 53",
        .evidence = evidence,
        .n_evidence = ARRAY_LEN(evidence),
        .severity = "HIGH",
        .immediate = "Operator: iptables -D FORWARD 3",
        .long_term = "tell the others: rules have owners",
        .confirm = "dig from the pod: NOERROR",
        .sop = "D5",
        .diagnosis = DIAGNOSIS_HOST_FIREWALL,
        .verdict = VERDICT_CONFIRMED,
        .scope = {"1 of 14 seen", nodes, 1, 1795417450 * USEC_SEC, ids, 2},
        .also = also,
        .n_also = ARRAY_LEN(also),
        .rejected = rejected,
        .n_rejected = ARRAY_LEN(rejected),
        .unknown = unknown,
        .n_unknown = ARRAY_LEN(unknown),
        .escalation = escalation,
        .n_escalation = ARRAY_LEN(escalation),
        .verified_at = "2026-11-23T09:00:00Z",
        .verified_result = "gone",
        .steps = steps,
        .n_steps = ARRAY_LEN(steps),
        .notes = notes,
        .n_notes = 1,
        .guided = true,
    };
}

// Nothing found, nothing known.
static struct report bare(void)
{
    return (struct report){
        .root_cause = "inconclusive — nothing was collected",
        .severity = "HIGH",
        .immediate = "Operator: collect",
        .long_term = "",
        .sop = "D5",
        .diagnosis = DIAGNOSIS_INCONCLUSIVE,
        .verdict = VERDICT_INCONCLUSIVE,
        .scope = {.since = TIME_UNKNOWN},
    };
}

static const char *const key_order[] = {
    "root_cause", "evidence", "severity", "mitigation", "sop",        "diagnosis", "verdict", "handoff",
    "scope",      "also",     "rejected", "unknown",    "escalation", "verified",  "steps",
};

static const struct yaml_node *read_yaml(struct arena *arena, const struct str *out)
{
    struct error err = {{0}};
    const struct yaml_node *root = yaml_parse(arena, str_span(out), &err);
    if (!root)
        fail_msg("%s in:\n%s", err.text, str_text(out));
    return root;
}

static void yaml_has_the_keys_in_order(void **state)
{
    (void)state;
    const struct report reports[] = {sample(), bare()};
    for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
        struct str out = {0};
        struct arena arena = {0};
        report_write_yaml(&reports[i], &out);
        const struct yaml_node *root = read_yaml(&arena, &out);
        assert_true(root->n >= ARRAY_LEN(key_order));
        for (size_t k = 0; k < ARRAY_LEN(key_order); k++)
            assert_string_equal(root->keys[k]->text, key_order[k]);
        arena_done(&arena);
        str_done(&out);
    }
}

static void yaml_quotes_verbatim(void **state)
{
    (void)state;
    struct report report = sample();
    struct str out = {0};
    struct arena arena = {0};
    report_write_yaml(&report, &out);
    const struct yaml_node *root = read_yaml(&arena, &out);
    const struct yaml_node *list = yaml_get(root, "evidence");
    assert_int_equal(list->n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(yaml_text(yaml_get(list->items[i], "content")), evidence[i].content);
        assert_string_equal(yaml_text(yaml_get(list->items[i], "source")), evidence[i].source);
    }
    assert_null(yaml_text(yaml_get(list->items[1], "finding")));
    const struct yaml_node *step = yaml_get(root, "steps")->items[1];
    assert_string_equal(yaml_text(yaml_get(step, "status")), "held");
    assert_string_equal(yaml_text(yaml_get(step, "reason")), "T.M2");
    assert_int_equal(yaml_get(step, "evidence")->n, 0);
    assert_string_equal(yaml_text(yaml_get(yaml_get(root, "scope"), "since")), "2026-11-23T07:04:10Z");
    arena_done(&arena);
    str_done(&out);
}

static void json_comes_back_the_same(void **state)
{
    (void)state;
    const struct report reports[] = {sample(), bare()};
    for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
        struct str first = {0}, second = {0};
        struct error err = {{0}};
        report_write_json(&reports[i], &first);
        struct report *again = report_read_json(str_span(&first), &err);
        if (!again)
            fail_msg("%s in:\n%s", err.text, str_text(&first));
        report_write_json(again, &second);
        assert_string_equal(str_text(&first), str_text(&second));
        report_free(again);
        str_done(&first);
        str_done(&second);
    }
}

static void json_that_is_no_report_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"diagnosis\": \"mtu\", \"verdict\": \"sure\"}",
        "{\"diagnosis\": \"mtu\", \"verdict\": \"likely\", \"steps\": [{\"id\": \"T.M1\", \"status\": 3}]}",
        "{\"diagnosis\": \"mtu\", \"verdict\": \"likely\", \"also\": [1]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct error err = {{0}};
        assert_null(report_read_json(span_of(texts[i]), &err));
        assert_true(err.text[0]);
    }
}

static void json_with_holes_is_read(void **state)
{
    (void)state;
    struct error err = {{0}};
    struct report *report = report_read_json(
        span_of("{\"diagnosis\": \"mtu\", \"verdict\": \"likely\", \"evidence\": [{}, 7], \"scope\": []}"),
        &err);
    assert_non_null(report);
    assert_int_equal(report->n_evidence, 2);
    assert_string_equal(report->evidence[1].content, "");
    assert_true(report->scope.since == TIME_UNKNOWN);
    report_free(report);
}

static void commands_of_others_only_read(void **state)
{
    (void)state;
    struct error err = {{0}};
    struct report *report = report_read_json(
        span_of(
            "{\"diagnosis\": \"mtu\", \"verdict\": \"likely\", \"unknown\": ["
            "{\"what\": \"a\", \"command\": \"nft list ruleset\"}, {\"what\": \"b\", \"command\": \"nft list "
            "ruleset; reboot\"}]}"),
        &err);
    assert_non_null(report);
    assert_string_equal(report->unknown[0].command, "nft list ruleset");
    assert_null(report->unknown[1].command);
    report_free(report);
}

// ------------------------------------------------------------------ formats for people

static size_t count(const struct str *text, const char *needle)
{
    size_t n = 0;
    for (const char *at = str_text(text); (at = strstr(at, needle)); at += strlen(needle))
        n++;
    return n;
}

// The sample in each format, looked at by `look`.
static void in_every_format(void (*look)(const struct str *out))
{
    struct report report = sample();
    size_t n;
    const struct report_format *formats = report_formats(&n);
    for (size_t i = 0; i < n; i++) {
        struct str out = {0};
        formats[i].write(&report, &out);
        assert_ptr_equal(report_format_find(formats[i].name), &formats[i]);
        look(&out);
        str_done(&out);
    }
}

static void expect_clean(const struct str *out)
{
    assert_null(memchr(str_text(out), 0x1b, out->len));
    assert_true(utf8_is_valid(str_span(out)));
    assert_int_equal(str_text(out)[out->len - 1], '\n');
}

static void no_format_lets_control_characters_out(void **state)
{
    (void)state;
    in_every_format(expect_clean);
    assert_null(report_format_find("pdf"));
}

static void expect_deciding_line(const struct str *out)
{
    assert_non_null(strstr(str_text(out), evidence[0].content));
    assert_non_null(strstr(str_text(out), "host firewall rule drops UDP 53"));
}

static void every_format_quotes_the_deciding_line(void **state)
{
    (void)state;
    in_every_format(expect_deciding_line);
}

static void markdown_fences_hold(void **state)
{
    (void)state;
    struct report report = sample();
    struct str out = {0};
    report_write_markdown(&report, &out);
    assert_int_equal(count(&out, "\n  ````text\n"), 1); // one backtick more than the quote has
    assert_int_equal(count(&out, "\n  ````\n"), 1);
    assert_non_null(strstr(str_text(&out), "\n  \"quoted\" \\ back\tslash <b>& {brace} |pipe| *star*"));
    str_done(&out);
}

static void markdown_escapes_words(void **state)
{
    (void)state;
    static const struct report_unknown said[] = {{"a|b *c* <img> snake_case _x_ @all", "echo `date`"}};
    struct report report = bare();
    report.unknown = said;
    report.n_unknown = 1;
    struct str out = {0};
    report_write_markdown(&report, &out);
    assert_non_null(strstr(str_text(&out), "a\\|b \\*c\\* \\<img\\> snake_case \\_x\\_ @all"));
    assert_non_null(strstr(str_text(&out), "`` echo `date` ``"));
    str_clear(&out);
    report_write_gitlab(&report, &out);
    assert_non_null(strstr(str_text(&out), "\\@all"));
    str_done(&out);
}

static void html_and_jira_escape_what_they_quote(void **state)
{
    (void)state;
    static const struct report_evidence tricky[] = {
        {"log", "{noformat} <script>alert(1)</script> & \"x\"", "a.log:1", "E-001", "F-001",
         .place = {.file = FILE_NONE}},
    };
    struct report report = bare();
    report.evidence = tricky;
    report.n_evidence = 1;
    struct str out = {0};
    report_write_html(&report, &out);
    assert_null(strstr(str_text(&out), "<script>"));
    assert_non_null(strstr(str_text(&out), "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"));
    str_clear(&out);
    report_write_jira(&report, &out);
    assert_int_equal(count(&out, "{noformat}"), 2);
    str_done(&out);
}

static void no_empty_text(const struct json_value *v)
{
    if (v->kind == JSON_MAP && span_is(json_text(json_get(v, "type")), "text"))
        assert_true(json_text(json_get(v, "text")).len > 0);
    for (size_t i = 0; v->kind == JSON_MAP && i < v->n; i++)
        no_empty_text(&v->members[i].value);
    for (size_t i = 0; v->kind == JSON_LIST && i < v->n; i++)
        no_empty_text(&v->items[i]);
}

static void adf_has_no_empty_text(void **state)
{
    (void)state;
    const struct report reports[] = {sample(), bare()};
    for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
        struct str out = {0};
        struct arena arena = {0};
        report_write_adf(&reports[i], &out);
        const struct json_value *root = json_parse(&arena, str_span(&out), NULL);
        assert_non_null(root);
        assert_true(span_is(json_text(json_get(root, "type")), "doc"));
        no_empty_text(root);
        arena_done(&arena);
        str_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yaml_has_the_keys_in_order),
        cmocka_unit_test(yaml_quotes_verbatim),
        cmocka_unit_test(json_comes_back_the_same),
        cmocka_unit_test(json_that_is_no_report_is_refused),
        cmocka_unit_test(json_with_holes_is_read),
        cmocka_unit_test(commands_of_others_only_read),
        cmocka_unit_test(no_format_lets_control_characters_out),
        cmocka_unit_test(every_format_quotes_the_deciding_line),
        cmocka_unit_test(markdown_fences_hold),
        cmocka_unit_test(markdown_escapes_words),
        cmocka_unit_test(html_and_jira_escape_what_they_quote),
        cmocka_unit_test(adf_has_no_empty_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
