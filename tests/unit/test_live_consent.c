// What a live run may do: what has no consent is not allowed until it is given, and guided mode takes none.
#include "tests/kit/live/rehearsal.h"

#include <string.h>

static void what_has_no_consent_is_not_allowed(void **state)
{
    (void)state;
    struct rehearsal r;
    rehearsal_begin(&r, CONSENT_NONE);
    rehearsal_run_all(&r);
    assert_int_equal(rehearsal_place_of(&r, "lookups", false), SIZE_MAX);
    assert_int_equal(rehearsal_step(&r, "E.Y3")->status, STEP_NOT_ALLOWED);
    assert_non_null(strstr(rehearsal_step(&r, "E.Y3")->said, "exec needs consent"));
    rehearsal_same_offline(&r);
    live_allow(r.live, CONSENT_EXEC, "kubectl exec");
    loop_run(r.loop);
    assert_int_not_equal(rehearsal_place_of(&r, "lookups", false), SIZE_MAX);
    assert_int_not_equal(rehearsal_step(&r, "E.Y3")->status, STEP_NOT_ALLOWED);
    rehearsal_end(&r);
}

static void guided_takes_no_consent(void **state)
{
    (void)state;
    struct rehearsal r;
    rehearsal_begin_as(&r, CONSENT_ALL, true);
    live_allow(r.live, CONSENT_EXEC, "kubectl exec");
    assert_int_equal(live_consent(r.live), CONSENT_NONE);
    rehearsal_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_no_consent_is_not_allowed),
        cmocka_unit_test(guided_takes_no_consent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
