// parse/corefile: server blocks, plug-ins, forward lines, imports, faults with their line, bad input.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/parse/corefile.h"

static struct arena arena;

static const struct corefile *parse(const char *text)
{
    struct corefile_text in = {.bytes = span_of(text), .place = place_at(4, 1)};
    return corefile_parse(&arena, &in);
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const char usual[] =
    ".:53 {\n"
    "    errors\n"
    "    health {\n"
    "        lameduck 5s\n"
    "      }\n"
    "    ready\n"
    "    kubernetes k8s.test in-addr.arpa ip6.arpa {\n"
    "        pods insecure\n"
    "        fallthrough in-addr.arpa ip6.arpa\n"
    "    }\n"
    "    forward . /etc/resolv.conf 10.0.0.2:5353 [fd00::2]:54 tls://9.9.9.9%quad9 {\n"
    "        max_concurrent 1000 # a comment\n"
    "        force_tcp\n"
    "    }\n"
    "    cache 30\n"
    "}\n"
    "corp.example:53, lab.example {\n"
    "    forward . fd00:ec2::253\n"
    "}\n";

static void the_usual_file_has_no_fault(void **state)
{
    (void)state;
    const struct corefile *file = parse(usual);
    assert_int_equal(file->n_faults, 0);
    assert_int_equal(file->n_servers, 2);
    const struct core_plugin *health = core_plugin(&file->servers[0], "health");
    assert_string_equal(core_option(health, "lameduck")->args.items[0], "5s");
    assert_int_equal(core_option(health, "lameduck")->place.line, 4);
    assert_int_equal(core_option(health, "lameduck")->place.column, 8);
    assert_string_equal(corefile_cluster_domain(&arena, file), "k8s.test");
    assert_int_equal(file->servers[1].n_zones, 2);
    assert_string_equal(file->servers[1].zones[0], "corp.example:53");
}

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof literal - 1                                                                          \
    }
static void what_is_given_is_imported(void **state)
{
    (void)state;
    static const struct corefile_part given[] = {
        {"own.override", {TEXT("hosts {\n 10.0.0.9 db\n fallthrough\n}\n"), {.file = 7, .line = 3}, false}},
        {"corp.server", {TEXT("corp.example:53 {\n forward . 10.7.7.7\n}\n"), {.file = 7, .line = 9}, false}},
        {"round.server", {TEXT("import *.server\nimport *.server\n"), {.file = 7, .line = 1}, false}},
    };
    const struct corefile_parts parts = {given, 3};
    const char *text = ".:53 {\n import custom/*.override\n errors\n}\nimport custom/corp.server\n";
    struct corefile_text in = {.bytes = span_of(text), .place = {.file = 2, .line = 1}};
    const struct corefile *file = corefile_parse_with(&arena, &in, &parts);
    assert_false(file->imports);
    assert_int_equal(file->n_faults, 0);
    assert_non_null(core_plugin(&file->servers[0], "hosts"));
    assert_non_null(core_plugin(&file->servers[0], "errors"));
    assert_int_equal(file->servers[1].place.file, 7);
    assert_ptr_equal(corefile_server_for(file, span_of("db.corp.example")), &file->servers[1]);
    in.bytes = span_of("import other/*.conf\n");
    assert_true(corefile_parse_with(&arena, &in, &parts)->imports);
    in.bytes = span_of("import *.server\n"); // comes to an end
    assert_true(corefile_parse_with(&arena, &in, &parts)->n_servers > 0);
}

static void the_longest_zone_serves(void **state)
{
    (void)state;
    const struct corefile *file = parse(usual);
    assert_ptr_equal(corefile_server_for(file, span_of("db.CORP.example.")), &file->servers[1]);
    assert_ptr_equal(corefile_server_for(file, span_of("notcorp.example")), &file->servers[0]);
    assert_ptr_equal(corefile_server_for(file, span_of("lab.example")), &file->servers[1]);
    assert_null(corefile_server_for(parse("a.test { errors\n }\n"), span_of("b.test")));
}

static void forward_targets_are_read(void **state)
{
    (void)state;
    const struct corefile *file = parse(usual);
    struct core_forward forward;
    assert_true(core_forward_parse(&arena, core_plugin(&file->servers[0], "forward"), &forward));
    assert_int_equal(forward.n_targets, 4);
    assert_true(forward.targets[0].file);
    assert_int_equal(forward.targets[1].port, 5353);
    assert_int_equal(forward.targets[2].ip.family, 6);
    assert_int_equal(forward.targets[2].port, 54);
    assert_true(forward.targets[3].tls && forward.targets[3].ip.family == 4);
    assert_int_equal(forward.max_concurrent, 1000);
    assert_int_equal(forward.max_place.line, 12);
    assert_true(forward.force_tcp);
    assert_true(core_forward_parse(&arena, core_plugin(&file->servers[1], "forward"), &forward));
    assert_int_equal(forward.targets[0].ip.family, 6);
    assert_int_equal(forward.targets[0].port, 53);
    assert_false(core_forward_parse(&arena, core_plugin(&file->servers[0], "cache"), &forward));
    assert_false(core_forward_parse(&arena, NULL, &forward));
}

static void an_unknown_directive_has_its_line_and_a_neighbour(void **state)
{
    (void)state;
    const struct corefile *file = parse(".:53 {\n  errors\n  forwrd . 10.0.0.2\n  cahce 30\n  zzzzzz\n}\n");
    assert_int_equal(file->n_faults, 3);
    assert_int_equal(file->faults[0].line, 3);
    assert_int_equal(file->faults[0].place.line, 3);
    const struct core_plugin *wrong = core_plugin(&file->servers[0], "forwrd");
    assert_int_equal(wrong->known, TRI_NO);
    assert_string_equal(wrong->near, "forward");
    assert_string_equal(core_plugin(&file->servers[0], "cahce")->near, "cache");
    assert_null(core_plugin(&file->servers[0], "zzzzzz")->near);
}

static void braces_that_do_not_match_are_faults(void **state)
{
    (void)state;
    assert_int_equal(parse(".:53 {\n errors\n")->n_faults, 1);
    assert_int_equal(parse(".:53 {\n health {\n lameduck 5s\n")->n_faults >= 1, 1);
    assert_int_equal(parse(".:53 {\n errors\n}\n}\n")->n_faults, 1);
    assert_true(parse("{\n errors\n}\n")->n_faults >= 1);
    assert_true(parse(".:53 {\n log \"never closed\n}\n")->n_faults >= 1);
}

static void a_single_block_needs_no_braces(void **state)
{
    (void)state;
    const struct corefile *file = parse(".:53\nerrors\nforward . 10.0.0.2\n");
    assert_int_equal(file->n_faults, 0);
    assert_int_equal(file->servers[0].n_plugins, 2);
}

static void snippets_are_put_in_and_files_are_not_known(void **state)
{
    (void)state;
    const struct corefile *file =
        parse("(common) {\n  errors\n  cache 30\n}\n.:53 {\n  import common\n  whoami\n}\n");
    assert_int_equal(file->n_servers, 1);
    assert_non_null(core_plugin(&file->servers[0], "cache"));
    assert_false(file->imports);
    file = parse(".:53 {\n  errors\n  import custom/*.override\n}\nimport custom/*.server\n");
    assert_int_equal(file->n_faults, 0);
    assert_true(file->imports);
    file = parse(".:53 {\n  {$EXTRA}\n  forward . {$UPSTREAM}\n}\n");
    assert_int_equal(file->n_faults, 0);
    assert_int_equal(file->servers[0].plugins[0].known, TRI_UNKNOWN);
}

static void snippets_of_snippets_do_not_explode(void **state)
{
    (void)state;
    struct str text = {0};
    str_add(&text, "(a0) {\n errors\n}\n");
    for (int i = 1; i < 60; i++)
        str_printf(&text, "(a%d) {\n import a%d\n import a%d\n}\n", i, i - 1, i - 1);
    str_add(&text, ".:53 {\n import a59\n}\n");
    assert_true(parse(str_text(&text))->n_servers == 1);
    str_done(&text);
}

static void inside_json_the_column_counts_escapes(void **state)
{
    (void)state;
    struct corefile_text in = {
        .bytes = span_of(".:53 {\n\terrors\n}"), .place = place_at(4, 9), .in_json = true};
    in.place.column = 20;
    const struct corefile *file = corefile_parse(&arena, &in);
    struct place place = file->servers[0].plugins[0].place;
    assert_int_equal(place.line, 9);
    assert_int_equal(place.column, 20 + strlen("\".:53 {\\n\\t"));
    assert_int_equal(file->servers[0].plugins[0].line, 2);
}

static void cut_and_changed_bytes_are_survived(void **state)
{
    (void)state;
    char text[sizeof usual];
    for (size_t i = 0; i < sizeof usual; i++) {
        memcpy(text, usual, sizeof usual);
        struct corefile_text in = {.bytes = span_make(text, i), .place = place_at(0, 1)};
        corefile_parse(&arena, &in);
        text[i] = "{}\"#\n\\"[i % 6];
        in.bytes.len = sizeof usual - 1;
        corefile_parse(&arena, &in);
    }
    assert_int_equal(parse("")->n_servers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_file_has_no_fault),
        cmocka_unit_test(what_is_given_is_imported),
        cmocka_unit_test(the_longest_zone_serves),
        cmocka_unit_test(forward_targets_are_read),
        cmocka_unit_test(an_unknown_directive_has_its_line_and_a_neighbour),
        cmocka_unit_test(braces_that_do_not_match_are_faults),
        cmocka_unit_test(a_single_block_needs_no_braces),
        cmocka_unit_test(snippets_are_put_in_and_files_are_not_known),
        cmocka_unit_test(snippets_of_snippets_do_not_explode),
        cmocka_unit_test(inside_json_the_column_counts_escapes),
        cmocka_unit_test(cut_and_changed_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
