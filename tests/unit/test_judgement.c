// doc/JUDGEMENT.md and the table of diagnoses say the same.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/str.h"
#include "core/model/diagnosis.h"

static struct str page;

static int read_page(void **state)
{
    (void)state;
    FILE *f = fopen("doc/JUDGEMENT.md", "r");
    if (!f)
        return -1;
    char part[4096];
    size_t n;
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        str_add_span(&page, span_make(part, n));
    fclose(f);
    return 0;
}

static int free_page(void **state)
{
    (void)state;
    str_done(&page);
    return 0;
}

// The text from "## id" to the next head.
static struct span section(const char *id)
{
    struct str head = {0};
    str_printf(&head, "\n## %s\n", id);
    size_t at = span_find(str_span(&page), str_text(&head));
    str_done(&head);
    if (at == SIZE_MAX)
        return (struct span){NULL, 0};
    struct span rest = span_from(str_span(&page), at + 1);
    size_t end = span_find(rest, "\n## ");
    return end == SIZE_MAX ? rest : span_first(rest, end);
}

static void every_diagnosis_has_its_section(void **state)
{
    (void)state;
    for (enum diagnosis d = DIAGNOSIS_HOST_FIREWALL; d < DIAGNOSIS_INCONCLUSIVE; d++) {
        struct span text = section(diagnosis_info(d)->id);
        if (!text.at)
            fail_msg("doc/JUDGEMENT.md has no section for %s", diagnosis_info(d)->id);
        static const char *const parts[] = {"**Confirms:**", "**Suggests:**", "**Refutes:**",
                                            "**Mistaken for it:**"};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            if (!span_contains(text, parts[i]))
                fail_msg("%s does not say what %s", diagnosis_info(d)->id, parts[i]);
        }
    }
}

static void every_fix_is_that_of_the_table(void **state)
{
    (void)state;
    for (enum diagnosis d = DIAGNOSIS_HOST_FIREWALL; d < DIAGNOSIS_INCONCLUSIVE; d++) {
        struct str fix = {0};
        str_printf(&fix, "- **Fix:** %s.", diagnosis_info(d)->fix);
        if (!span_contains(section(diagnosis_info(d)->id), str_text(&fix)))
            fail_msg("%s: the page's fix is not \"%s\"", diagnosis_info(d)->id, diagnosis_info(d)->fix);
        str_done(&fix);
    }
}

static void no_section_is_of_nothing(void **state)
{
    (void)state;
    struct span rest = str_span(&page), line;
    while (span_cut_line(&rest, &line)) {
        enum diagnosis d;
        if (span_skip(&line, "## ") && !diagnosis_parse(line, &d))
            fail_msg("doc/JUDGEMENT.md: no diagnosis is called \"" SPAN_FMT "\"", SPAN_ARG(line));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_diagnosis_has_its_section),
        cmocka_unit_test(every_fix_is_that_of_the_table),
        cmocka_unit_test(no_section_is_of_nothing),
    };
    return cmocka_run_group_tests(tests, read_page, free_page);
}
