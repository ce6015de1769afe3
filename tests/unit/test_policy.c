// The administrator's policy: what it says counts, and every doubt means guided.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/session/policy.h"

static char *write_policy(const char *text)
{
    const char *tmp = getenv("TMPDIR");
    char *path = mem_printf("%s/d5tui-policy-XXXXXX", tmp ? tmp : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static void load(struct policy *policy, const char *text)
{
    char *path = write_policy(text);
    policy_load(policy, path);
    unlink(path);
    free(path);
}

// Only root's files are trusted, so the rest can be tested by root alone.
static bool is_root(void)
{
    if (geteuid() == 0)
        return true;
    print_message("not root: only distrust is tested\n");
    return false;
}

static void no_file_lets_people_choose(void **state)
{
    (void)state;
    struct policy policy;
    policy_load(&policy, "/nowhere/policy.yaml");
    assert_int_equal(policy_mode_of(&policy, NULL, 0), POLICY_CHOOSE);
    assert_int_equal(policy.allow, CONSENT_ALL);
    assert_null(policy.trouble);
    policy_done(&policy);
}

static void every_key_is_read(void **state)
{
    (void)state;
    struct policy policy;
    if (!is_root())
        return;
    load(&policy, "mode: standard\nguided_groups: [juniors]\nstandard_groups: [seniors, leads]\n"
                  "allow: [exec, ssm]\npath: [/usr/bin, /opt/aws/bin]\nssh_host_keys: accept-new\n"
                  "disconnect: continue\nlimits: {probes: 4, per_host: 2, capture_seconds: 20}\n");
    assert_null(policy.trouble);
    assert_int_equal(policy.allow, CONSENT_EXEC | CONSENT_SSM);
    assert_string_equal(policy.path.items[1], "/opt/aws/bin");
    assert_true(policy.accept_new_host_keys && policy.go_on_when_disconnected);
    assert_int_equal(policy.max_capture_seconds, 20);
    static const char *const both[] = {"leads", "juniors"};
    assert_int_equal(policy_mode_of(&policy, both, 0), POLICY_STANDARD);
    assert_int_equal(policy_mode_of(&policy, both, 1), POLICY_STANDARD);
    assert_int_equal(policy_mode_of(&policy, both, 2), POLICY_GUIDED);
    policy_done(&policy);
}

static void a_group_decides_over_the_mode(void **state)
{
    (void)state;
    struct policy policy;
    static const char *const seniors[] = {"seniors"};
    if (!is_root())
        return;
    load(&policy, "mode: guided\nstandard_groups: [seniors]\n");
    assert_int_equal(policy_mode_of(&policy, seniors, 1), POLICY_STANDARD);
    assert_int_equal(policy_mode_of(&policy, NULL, 0), POLICY_GUIDED);
    policy_done(&policy);
}

static void what_does_not_parse_means_guided(void **state)
{
    (void)state;
    static const struct {
        const char *text, *word;
    } bad[] = {
        {"mode: easy\n", "line 1"},
        {"\nmods: guided\n", "line 2"},
        {"allow: all\n", "list"},
        {"allow: [exec, root]\n", "root"},
        {"path: [bin]\n", "absolute"},
        {"limits: {probes: -1}\n", "above 0"},
        {"limits: {speed: 1}\n", "speed"},
        {"- mode\n", "map"},
        {"mode: [\n", "line"},
        {"disconnect: maybe\n", "continue"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct policy policy;
        load(&policy, bad[i].text);
        assert_non_null(policy.trouble);
        if (geteuid() == 0)
            assert_non_null(strstr(policy.trouble, bad[i].word));
        assert_int_equal(policy_mode_of(&policy, NULL, 0), POLICY_GUIDED);
        assert_int_equal(policy.allow, 0);
        policy_done(&policy);
    }
}

static void what_others_may_write_means_guided(void **state)
{
    (void)state;
    char *path = write_policy("mode: standard\n");
    struct policy policy;
    chmod(path, 0666);
    policy_load(&policy, path);
    assert_int_equal(policy_mode_of(&policy, NULL, 0), POLICY_GUIDED);
    policy_done(&policy);
    if (is_root()) {
        chmod(path, 0644);
        assert_int_equal(chown(path, 65534, 65534), 0);
        policy_load(&policy, path);
        assert_non_null(strstr(policy.trouble, "root"));
        policy_done(&policy);
    }
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_lets_people_choose),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(a_group_decides_over_the_mode),
        cmocka_unit_test(what_does_not_parse_means_guided),
        cmocka_unit_test(what_others_may_write_means_guided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
