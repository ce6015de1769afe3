// Looking again after a live run: still there, gone, or cannot be told.
#include "tests/kit/live/rehearsal.h"

#include <stdlib.h>
#include <string.h>

#include "core/session/recheck.h"

static enum recheck_verdict look_again(struct rehearsal *r, size_t *ret_gone)
{
    struct error err = {{0}};
    struct recheck *recheck = recheck_new(&(struct recheck_config){.session = r->s,
                                                                   .loop = r->loop,
                                                                   .consent = CONSENT_EXEC,
                                                                   .finished = rehearsal_on_finished,
                                                                   .context = r},
                                          &err);
    rehearsal_must(recheck, &err);
    loop_run(r->loop);
    const struct recheck_result *result = recheck_result(recheck, &err);
    rehearsal_must(result, &err);
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
    struct rehearsal r;
    size_t gone;
    rehearsal_begin(&r, CONSENT_EXEC);
    rehearsal_run_all(&r);
    char *before = rehearsal_offline(&r);
    assert_int_equal(look_again(&r, &gone), RECHECK_STILL_THERE);
    assert_int_equal(gone, 0);
    assert_string_equal(session_report(r.s)->verified_result, "still_there");
    char *after = rehearsal_offline(&r);
    assert_string_equal(before, after); // nothing was written over
    free(after);
    free(before);
    rehearsal_end(&r);
}

static void a_fault_that_was_mended_is_gone(void **state)
{
    (void)state;
    struct rehearsal r;
    size_t gone;
    rehearsal_begin(&r, CONSENT_EXEC);
    rehearsal_run_all(&r);
    rehearsal_mend(true);
    enum recheck_verdict verdict = look_again(&r, &gone);
    rehearsal_mend(false);
    assert_int_equal(verdict, RECHECK_GONE);
    assert_true(gone > 0);
    assert_string_equal(session_report(r.s)->verified_result, "gone");
    rehearsal_end(&r);
}

static void what_cannot_be_read_again_cannot_be_told(void **state)
{
    (void)state;
    struct rehearsal r;
    size_t gone;
    rehearsal_begin(&r, CONSENT_EXEC);
    rehearsal_run_all(&r);
    rehearsal_mend(true);
    rehearsal_fail(REHEARSAL_RULES);
    enum recheck_verdict verdict = look_again(&r, &gone);
    rehearsal_mend(false);
    rehearsal_fail(-1);
    assert_int_equal(verdict, RECHECK_CANNOT_TELL);
    assert_int_equal(gone, 0);
    rehearsal_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_that_stays_is_still_there),
        cmocka_unit_test(a_fault_that_was_mended_is_gone),
        cmocka_unit_test(what_cannot_be_read_again_cannot_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
