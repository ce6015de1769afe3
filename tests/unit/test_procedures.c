// probe/procedures: finding a procedure by id, title and file, and its triggers in a symptom.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/probe/procedures.h"
#include "tests/kit/scratch.h"

static void the_shipped_one_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {"D5", "d5", "sops/D5.md", "D5 — DNS Failures from Pods"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct error err = {{0}};
        struct sop *sop = procedures_load(names[i], &err);
        if (!sop)
            fail_msg("%s: %s", names[i], err.text);
        assert_string_equal(sop->id, "D5");
        sop_free(sop);
    }
}

static void symptoms_are_held_against_triggers(void **state)
{
    (void)state;
    struct error err;
    struct sop *sop = procedures_load("D5", &err);
    assert_string_equal(procedures_trigger(sop, span_of("at 07:04\njava.net.unknownhostexception: orders\n")),
                        "UnknownHostException");
    assert_null(procedures_trigger(sop, span_of("the disk is full")));
    assert_null(procedures_trigger(sop, span_of("")));
    sop_free(sop);
}

static void write_file(const char *folder, const char *name, const char *title)
{
    char *path = mem_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "---\ntitle: \"%s\"\nseverity: LOW\ntriggers: [x]\n---\n## Phase 1 — T\nMUST:\n- a\n",
            title);
    fclose(file);
    free(path);
}

// A person's folder comes first; two files of one id are told apart by their titles.
static void titles_tell_apart_what_shares_an_id(void **state)
{
    (void)state;
    char home[] = "/tmp/d5tui-sops-XXXXXX";
    struct error err;
    assert_non_null(mkdtemp(home));
    char *config = mem_printf("%s/d5tui", home), *folder = mem_printf("%s/d5tui/sops", home);
    mkdir(config, 0700);
    mkdir(folder, 0700);
    setenv("XDG_CONFIG_HOME", home, 1);
    write_file(folder, "one.md", "X2 — First");
    write_file(folder, "two.md", "X2 — Second");
    write_file(folder, "three.md", "X2-cert — Third");
    write_file(folder, "README.md", "X9 — None");
    assert_null(procedures_load("X2", &err));
    assert_non_null(strstr(err.text, "X2 — Second"));
    static const char *const names[] = {"X2 — Second", "X2-cert"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct sop *sop = procedures_load(names[i], &err);
        assert_non_null(sop);
        sop_free(sop);
    }
    assert_null(procedures_load("X9", &err));
    scratch_remove(home);
    free(config);
    free(folder);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"./none.md", "sops/", "/dev/null.md", "/dev/"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct error err = {{0}};
        assert_null(procedures_load(names[i], &err));
        assert_true(err.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_one_is_found),
        cmocka_unit_test(symptoms_are_held_against_triggers),
        cmocka_unit_test(titles_tell_apart_what_shares_an_id),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
