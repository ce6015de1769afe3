// parse/procedure: calls in every spelling, heads and gates, what is wrong with lines, and any bytes at all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/near.h"
#include "core/base/str.h"
#include "core/parse/procedure.h"

#define FRONT "---\ntitle: \"T1 — Test\"\nseverity: HIGH\ntriggers:\n  - \"x\"\n---\n" // six lines

static struct sop *parse(const char *body, struct problems *problems)
{
    char *text = mem_printf(FRONT "%s", body);
    *problems = (struct problems){0};
    struct sop *sop = procedure_parse(span_of(text), "t.md", problems);
    free(text);
    return sop;
}

static void add_call(struct str *out, const struct sop_call *call)
{
    str_printf(out, "%s(", call->tool);
    for (size_t i = 0; i < call->n_args; i++) {
        str_printf(out, "%s%s", i ? ", " : "", call->args[i].name);
        if (call->args[i].value)
            str_printf(out, "=%s", call->args[i].value);
    }
    str_add(out, ")");
}

// The calls of one item with these words, as text.
static void expect_calls(const char *words, const char *expected)
{
    struct problems problems;
    char *body = mem_printf("## Phase 1 — Triage\nMUST:\n- %s\n", words);
    struct sop *sop = parse(body, &problems);
    struct str out = {0};
    assert_int_equal(sop->phases[0].n_items, 1);
    const struct sop_item *item = &sop->phases[0].items[0];
    for (size_t i = 0; i < item->n_calls; i++) {
        if (i)
            str_add(&out, " ");
        add_call(&out, &item->calls[i]);
        assert_int_equal(item->calls[i].line, 9);
    }
    assert_string_equal(str_text(&out), expected);
    assert_string_equal(item->text, words);
    str_done(&out);
    free(body);
    sop_free(sop);
    problems_done(&problems);
}

static void calls_come_in_many_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *words, *calls;
    } cases[] = {
        {"Use `collect` tool with instanceId to get logs", "collect(instanceId)"},
        {"Use the `status` tool with `executionId` to wait", "status(executionId)"},
        {"Use `errors` tool with instanceId and severity=critical, to see",
         "errors(instanceId, severity=critical)"},
        {"Use `network_diagnostics` tool with instanceId and sections=cni,ipamd to look",
         "network_diagnostics(instanceId, sections=cni,ipamd)"},
        {"Use `network_diagnostics` with sections=cni,instanceId=i-1 now",
         "network_diagnostics(sections=cni, instanceId=i-1)"},
        {"Use `search` tool with instanceId and query=`a.*b|c \\| d|<e>&f*` in dmesg — if found, stop",
         "search(instanceId, query=a.*b|c \\| d|<e>&f*)"},
        {"Use `search` tool with query=``a`b`` here", "search(query=a`b)"},
        {"Use `search` tool with `query=x|y` and `logTypes`=`kubelet`",
         "search(query=x|y, logTypes=kubelet)"},
        {"Use `search` tool in kubelet logs with query=`z`", "search(query=z)"},
        {"Use `search` with query=\"a \\\"b\\\" \\d\", maxResults=5.",
         "search(query=a \"b\" \\d, maxResults=5)"},
        {"See pods (via EKS MCP `list_k8s_resources`)", "list_k8s_resources()"},
        {"See nodes (via EKS MCP `list_k8s_resources` kind=Node) — all", "list_k8s_resources(kind=Node)"},
        {"See (via EKS MCP `list_k8s_resources` with field_selector) some",
         "list_k8s_resources(field_selector)"},
        {"Use `list_k8s_resources` with clusterName, kind=Pod, labelSelector=k8s-app=kube-dns to list",
         "list_k8s_resources(clusterName, kind=Pod, labelSelector=k8s-app=kube-dns)"},
        {"Use EKS MCP `get_cloudwatch_logs` with clusterName, log_type=\"control-plane\", filter_pattern=\"x "
         "y\" to check",
         "get_cloudwatch_logs(clusterName, log_type=control-plane, filter_pattern=x y)"},
        {"Use `correlate` tool with instanceId and pivotEvent set to the first error found to build",
         "correlate(instanceId, pivotEvent=the first error found)"},
        {"Use `correlate` with pivotEvent set to the worst (e.g., `x`)", "correlate(pivotEvent=the worst)"},
        {"Use `compare_nodes` tool with instanceIds of affected + healthy node to diff",
         "compare_nodes(instanceIds)"},
        {"Use `collect` tool with instanceId of the SOURCE node to get, then `status` tool with executionId",
         "collect(instanceId) status(executionId)"},
        {"If so: also use `tcpdump_capture` on the other node's eth0", "tcpdump_capture()"},
        {"Use `serch` tool with query=`x`", "serch(query=x)"},
        {"Use EKS MCP `unheard_of` with kind=Node", "unheard_of(kind=Node)"},
        {"Review `network_diagnostics` dns section", ""},
        {"Look at findings from `errors` tool and `search` results", ""},
        {"Use `journalctl` or `kubectl get pods` or `ss`", ""},
        {"Broken `search tool with query=`", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_calls(cases[i].words, cases[i].calls);
}

static void expect_problem(const char *body, uint32_t line, const char *text)
{
    struct problems problems;
    struct sop *sop = parse(body, &problems);
    const struct problem *first = problems_first_error(&problems);
    if (!first || first->line != line || !strstr(first->text, text))
        fail_msg("%s\ngives %u: %s\nnot   %u: %s", body, first ? first->line : 0,
                 first ? first->text : "nothing", line, text);
    sop_free(sop);
    problems_done(&problems);
}

#define T "## Phase 1 — Triage\n" // line 7

static void near_misses_are_errors(void **state)
{
    (void)state;
    expect_problem(T "MUSt:\n- a\n", 8, "unknown level \"MUSt\" (did you mean \"MUST\"?)");
    expect_problem(T "\nSHOLD:\n\n- a\n", 9, "did you mean \"SHOULD\"?");
    expect_problem(T "SHOULD\n- a\n", 8, "without its colon");
    expect_problem(T "MAY;\n- a\n", 8, "level \"MAY\" without its colon");
    expect_problem(T "MUST: do it\n", 8, "stands alone in its line");
    expect_problem(T "MUST:\n- a\nSHUOLD:\n- b\n", 10, "did you mean \"SHOULD\"?");
    expect_problem(T "MUST:\n- **FRIST**: a\n", 9, "unknown gate \"FRIST\" (did you mean \"FIRST\"?)");
    expect_problem(T "MUST:\n- **PREREQUISTE — a?** b:\n  - c\n", 9, "did you mean \"PREREQUISITE\"?");
    expect_problem(T "MUST:\n- **PREREQUISITE — a?**\n  - ONYL if b, go on\n", 10, "did you mean \"ONLY\"?");
    expect_problem(T "MUST:\n- **PREREQUISITE — a?**\n  - Only if b, go on\n", 10, "did you mean \"ONLY\"?");
    expect_problem(T "MUST:\n- a\n## Guardrail\n", 10, "did you mean \"Guardrails\"?");
    expect_problem(T "MUST:\n- a\n## Guardrails\nx: [\n", 11, "Guardrails is not YAML");
    expect_problem(T "MUST:\n- a\n## Common Issues\n- symptoms: a\n  diagnosis: b\n", 11,
                   "without \"resolution\"");
    expect_problem(T "MUST:\n- a\n## Output Format\n```yaml\na: [\n```\n", 12, "is not YAML");
    expect_problem(T "MUST:\n- a\n## Examples\n```\nx\n", 11, "never closed");
    expect_problem("- a\n" T, 7, "before any phase");
    expect_problem("\n", 7, "no phase");
}

static void sentences_are_no_heads(void **state)
{
    (void)state;
    static const char *const sound[] = {
        T "MAY need some words here.\n\nMUST:\n- **Firewall**: look\n",
        T "MUST (if so):\n- Only if it rains\n- **One**: a\n",
        T "MUST work through these in order:\n\n### A\n\nMUST:\n- a\n",
        T "MUST:\n- a\n\n  MUST stay here\n",
        T "MUST:\n- a\n  MUSt:\n", // indented, so the item's own words, to its last line
        T "MUST:\n- a\n  SHOULD:\n- b\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(sound); i++) {
        struct problems problems;
        struct sop *sop = parse(sound[i], &problems);
        const struct problem *first = problems_first_error(&problems);
        if (first)
            fail_msg("%s: %u: %s", sound[i], first->line, first->text);
        sop_free(sop);
        problems_done(&problems);
    }
}

static void front_matter_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
        uint32_t line;
    } cases[] = {
        {"# T\n", "no front matter", 1},
        {"", "no front matter", 1},
        {"---\ntitle: x\n", "never closed", 1},
        {"---\n- a\n---\n", "not a list of", 2},
        {"---\ntitle: [\n---\n", "is not YAML", 2},
        {"---\nseverity: HIGH\ntriggers: [a]\n---\n", "no title", 1},
        {"---\ntitle: \"T1 — x\"\nseverity: HIHG\ntriggers: [a]\n---\n", "did you mean \"HIGH\"?", 3},
        {"---\ntitle: \"no id\"\nseverity: HIGH\ntriggers: [a]\n---\n", "no id in the title", 2},
        {"---\ntitle: \"T1 — x\"\nseverity: HIGH\n---\n", "no triggers", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct problems problems = {0};
        struct sop *sop = procedure_parse(span_of(cases[i].text), "t.md", &problems);
        const struct problem *first = problems_first_error(&problems);
        if (!first || !strstr(first->text, cases[i].problem) || first->line != cases[i].line)
            fail_msg("%zu: %u: %s", i, first ? first->line : 0, first ? first->text : "nothing");
        sop_free(sop);
        problems_done(&problems);
    }
}

static void a_gate_paragraph_heads_its_list(void **state)
{
    (void)state;
    struct problems problems;
    struct sop *sop =
        parse(T "FIRST — use `errors` tool at once.\n\nMUST:\n\n**PREREQUISITE — dark?** Look:\n\n"
                "- a\n- b\n\nSHOULD:\n- c\n\nLayer 1:\n  - d\n",
              &problems);
    const struct sop_item *items = sop->phases[0].items;
    assert_int_equal(sop->phases[0].n_items, 3);
    assert_string_equal(items[0].id, "T.F1");
    assert_int_equal(items[0].gate, SOP_GATE_FIRST);
    assert_int_equal(items[0].n_calls, 1);
    assert_string_equal(items[1].id, "T.M1");
    assert_int_equal(items[1].gate, SOP_GATE_PREREQUISITE);
    assert_int_equal(items[1].n_nested, 2);
    assert_string_equal(items[2].id, "T.S1");
    assert_int_equal(items[2].n_nested, 1);
    assert_string_equal(items[2].nested[0].id, "T.S1.1");
    sop_free(sop);
    problems_done(&problems);
}

static void phases_of_one_letter_are_told_apart(void **state)
{
    (void)state;
    struct problems problems;
    struct sop *sop = parse(T "MUST:\n- a\n## Phase 2 — Test\nMUST:\n- b\n", &problems);
    assert_string_equal(sop->phases[0].items[0].id, "T.M1");
    assert_string_equal(sop->phases[1].items[0].id, "T2.M1");
    sop_free(sop);
    problems_done(&problems);
}

// Any bytes: a procedure and problems, and nothing else.
static void random_files_are_survived(void **state)
{
    (void)state;
    static const char *const pieces[] = {"## Phase 1 — T\n",
                                         "MUST:\n",
                                         "- ",
                                         "  - ",
                                         "\n",
                                         "`search`",
                                         "Use ",
                                         " with query=`",
                                         "```\n",
                                         "---\n",
                                         "title: ",
                                         "## Guardrails\n",
                                         "\"",
                                         ": [",
                                         "**FIRST**",
                                         "FIRST — x:\n",
                                         "\xff",
                                         "    ",
                                         "1. ",
                                         "### x\n",
                                         ">",
                                         "<a>",
                                         "ONLY if",
                                         "\t",
                                         "\r\n",
                                         "=",
                                         ",",
                                         "("};
    uint32_t seed = 11;
    for (int i = 0; i < 3000; i++) {
        struct str text = {0};
        if (i % 2)
            str_add(&text, FRONT);
        for (int k = 0; k < 30; k++) {
            seed = seed * 1664525u + 1013904223u;
            str_add(&text, pieces[(seed >> 16) % ARRAY_LEN(pieces)]);
        }
        struct problems problems = {0};
        sop_free(procedure_parse(str_span(&text), "t.md", &problems));
        problems_done(&problems);
        str_done(&text);
    }
}

static void deep_nesting_ends(void **state)
{
    (void)state;
    struct str text = {0};
    struct problems problems;
    str_add(&text, T "MUST:\n");
    for (size_t i = 0; i < 40; i++) {
        str_add_repeat(&text, ' ', i * 2);
        str_add(&text, "- a\n");
    }
    struct sop *sop = parse(str_text(&text), &problems);
    assert_non_null(problems_first_error(&problems));
    sop_free(sop);
    problems_done(&problems);
    str_done(&text);
}

static void near_words_are_found(void **state)
{
    (void)state;
    static const char *const words[] = {"search", "errors", "collect", NULL};
    assert_string_equal(near_word(span_of("serach"), words), "search");
    assert_string_equal(near_word(span_of("COLLECT"), words), "collect");
    assert_null(near_word(span_of("kubectl"), words));
    assert_int_equal(near_distance(span_of("ab"), span_of("ba")), 1);
    assert_int_equal(near_distance(span_of(""), span_of("abc")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_come_in_many_spellings),
        cmocka_unit_test(near_misses_are_errors),
        cmocka_unit_test(sentences_are_no_heads),
        cmocka_unit_test(front_matter_is_checked),
        cmocka_unit_test(a_gate_paragraph_heads_its_list),
        cmocka_unit_test(phases_of_one_letter_are_told_apart),
        cmocka_unit_test(random_files_are_survived),
        cmocka_unit_test(deep_nesting_ends),
        cmocka_unit_test(near_words_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
