// parse/kubelet: configuration files, drop-ins and flags, and which of them wins.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/parse/kubelet.h"

static struct arena arena;

static struct text text_of(const char *text, uint32_t file)
{
    return (struct text){span_of(text), file};
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const char json_config[] =
    "{\n  \"kind\": \"KubeletConfiguration\",\n  \"clusterDomain\": \"k8s.test\",\n"
    "  \"clusterDNS\": [\n    \"10.1.0.10\", \"fd00::a\"\n  ],\n"
    "  \"resolvConf\": \"/run/systemd/resolve/resolv.conf\"\n}\n";

static void json_is_read_with_places(void **state)
{
    (void)state;
    struct kubelet_config config = {0};
    assert_true(kubelet_parse_config(&arena, text_of(json_config, 3), &config, NULL));
    assert_int_equal(config.n_cluster_dns, 2);
    assert_int_equal(config.cluster_dns[0].place.line, 5);
    assert_int_equal(config.cluster_dns[0].place.file, 3);
    assert_int_equal(config.cluster_dns[1].ip.family, 6);
    assert_string_equal(config.cluster_domain, "k8s.test");
    assert_string_equal(config.resolv_conf, "/run/systemd/resolve/resolv.conf");
    assert_true(kubelet_hands_out(&config, config.cluster_dns[0].ip));
}

static void yaml_and_drop_ins_add_up(void **state)
{
    (void)state;
    struct kubelet_config config = {0};
    assert_true(kubelet_parse_config(&arena, text_of(json_config, 3), &config, NULL));
    const char *drop = "kind: KubeletConfiguration\nclusterDNS:\n- 169.254.20.10\n";
    assert_true(kubelet_parse_config(&arena, text_of(drop, 4), &config, NULL));
    assert_int_equal(config.n_cluster_dns, 1);
    assert_string_equal(config.cluster_dns[0].text, "169.254.20.10");
    assert_int_equal(config.cluster_dns[0].place.line, 3);
    assert_string_equal(config.cluster_domain, "k8s.test");
}

static void a_flag_wins(void **state)
{
    (void)state;
    struct kubelet_config config = {0};
    const char *unit =
        "[Service]\n# --cluster-dns=10.9.9.9 kubelet\n"
        "Environment='KUBELET_ARGS=--node-ip=10.0.0.1 --cluster-dns=10.2.0.10,10.2.0.11'\n"
        "ExecStart=/usr/bin/kubelet \\\n  --resolv-conf /etc/resolv.conf \\\n  --config=/etc/k.json\n";
    assert_true(kubelet_parse_flags(&arena, text_of(unit, 1), &config));
    assert_int_equal(config.n_cluster_dns, 2);
    assert_string_equal(config.cluster_dns[1].text, "10.2.0.11");
    assert_int_equal(config.cluster_dns[0].place.line, 3);
    assert_string_equal(config.resolv_conf, "/etc/resolv.conf");
    assert_string_equal(config.config_path, "/etc/k.json");
    assert_true(kubelet_parse_config(&arena, text_of(json_config, 3), &config, NULL));
    assert_string_equal(config.cluster_dns[0].text, "10.2.0.10");
    assert_string_equal(config.resolv_conf, "/etc/resolv.conf");
    assert_string_equal(config.cluster_domain, "k8s.test");
}

static void other_processes_are_no_kubelet(void **state)
{
    (void)state;
    struct kubelet_config config = {0};
    const char *ps = "root 1 0.0 /usr/bin/other --config=/etc/other.json --cluster-dns=1.2.3.4\n";
    assert_false(kubelet_parse_flags(&arena, text_of(ps, 1), &config));
    assert_false(config.dns_known);
}

static void what_is_no_configuration_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "{", "{\"kind\": \"Pod\"}", "- a\n", "cat: no such file\n", "[]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct kubelet_config config = {0};
        struct error err = {0};
        assert_false(kubelet_parse_config(&arena, text_of(bad[i], 1), &config, &err));
    }
}

static void any_cut_is_survived(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof json_config; n++) {
        struct kubelet_config config = {0};
        struct text text = {span_make(json_config, n), 1};
        kubelet_parse_config(&arena, text, &config, NULL);
        kubelet_parse_flags(&arena, text, &config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read_with_places),
        cmocka_unit_test(yaml_and_drop_ins_add_up),
        cmocka_unit_test(a_flag_wins),
        cmocka_unit_test(other_processes_are_no_kubelet),
        cmocka_unit_test(what_is_no_configuration_is_refused),
        cmocka_unit_test(any_cut_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
