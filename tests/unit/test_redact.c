// core/report/redact: what is taken out, what stays, and that citations hold.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/door/tempdir.h"
#include "core/report/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void expect(enum redact_level level, const char *text, const char *wanted)
{
    struct redactor *r = redactor_new(level, 1);
    struct str s = {0};
    redactor_text(r, span_of(text), &s);
    if (strcmp(str_text(&s), wanted) != 0)
        fail_msg("%s\n  gave   %s\n  wanted %s", text, str_text(&s), wanted);
    str_done(&s);
    redactor_free(r);
}

static void secrets_are_taken_out(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"DB_PASSWORD=hunter2horse next", "DB_PASSWORD=REDACTED-secret-1 next"},
        {"  password: \"p w\"", "  password: \"REDACTED-secret-1\""},
        {"  token: abc.def", "  token: REDACTED-secret-1"},
        {"\"clientSecret\": \"a\\\"b\",", "\"clientSecret\": \"REDACTED-secret-1\","},
        {"{\\\"apiKey\\\":\\\"zzz\\\"}", "{\\\"apiKey\\\":\\\"REDACTED-secret-1\\\"}"},
        {"kubectl --token abcdef get pods", "kubectl --token REDACTED-secret-1 get pods"},
        {"curl --token=abcdef x", "curl --token=REDACTED-secret-1 x"},
        {"> Authorization: Bearer aa.bb.cc", "> Authorization: REDACTED-secret-1"},
        {"see eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.sig-_x now", "see REDACTED-secret-1 now"},
        {"key AKIAIOSFODNN7EXAMPLE.", "key REDACTED-secret-1."},
        {"postgres://shop:s3cret@db:5432/x", "postgres://shop:REDACTED-secret-1@db:5432/x"},
        {"X-Amz-Signature=0a1b2c&x=1", "X-Amz-Signature=REDACTED-secret-1&x=1"},
        {"arn:aws:iam::123456789012:role/x", "arn:aws:iam::000000000001:role/x"},
        {"123456789012.dkr.ecr.eu-west-1.amazonaws.com/a", "000000000001.dkr.ecr.eu-west-1.amazonaws.com/a"},
        {"\"OwnerId\": \"123456789012\"", "\"OwnerId\": \"000000000001\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        expect(REDACT_DEFAULT, lines[i][0], lines[i][1]);
}

static void what_is_no_secret_stays(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\"automountServiceAccountToken\": false,",
        "\"secretName\": \"orders-tls\",",
        "\"secret\": {",
        "reflector.go:1 *v1.Secret: failed to list *v1.Secret: Unauthorized",
        ("-A KUBE-SEP-ABC -s 10.0.12.53/32 -m comment --comment \"kube-system/kube-dns:dns\" -j "
         "KUBE-MARK-MASQ"),
        "[INFO] 10.0.11.23:40000 - 123456789012 \"A IN orders.shop.svc. udp 48 false 512\" NOERROR",
        "udp 17 25 src=10.0.12.98 dst=10.0.11.175 sport=34825 dport=53 mark=0 use=1",
        "token_count=12 tokens: 5",
        "Nov 23 07:04:10 host kubelet[3127]: E1123 07:04:10.1 token expired: bad",
        "",
        "a\tb  \xFF\x01",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        expect(REDACT_DEFAULT, lines[i], lines[i]);
    expect(REDACT_NONE, "password=secret", "password=secret");
}

static void private_keys_keep_their_lines(void **state)
{
    (void)state;
    expect(REDACT_DEFAULT,
           "a\n-----BEGIN RSA PRIVATE KEY-----\r\nMIIE\nxyz=\n-----END RSA PRIVATE KEY-----\nb\n",
           "a\n-----BEGIN RSA PRIVATE KEY-----\r\nREDACTED-secret-key\nREDACTED-secret-key\n"
           "-----END RSA PRIVATE KEY-----\nb\n");
    expect(REDACT_DEFAULT, "\"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\"",
           "\"-----BEGIN PRIVATE KEY-----REDACTED-secret-key-----END PRIVATE KEY-----\"");
}

static void environment_values_are_taken_out(void **state)
{
    (void)state;
    expect(REDACT_DEFAULT,
           "{\"env\": [\n  {\"name\": \"A\", \"value\": \"be]ta\"},\n  {\"name\": \"B\",\n   \"value\": "
           "\"true\"},\n"
           "  \"OLD=x\\\"y\"\n],\n\"value\": \"stays\"}",
           "{\"env\": [\n  {\"name\": \"A\", \"value\": \"REDACTED-env-1\"},\n  {\"name\": \"B\",\n   "
           "\"value\": "
           "\"true\"},\n  \"OLD=REDACTED-env-2\"\n],\n\"value\": \"stays\"}");
}

static void strict_takes_addresses_and_ids(void **state)
{
    (void)state;
    struct redactor *r = redactor_new(REDACT_STRICT, 7);
    struct str s = {0};
    redactor_text(r,
                  span_of("10.0.12.53 10.0.12.99 10.0.99.53 10.0.12.0/24 127.0.0.1 169.254.169.253 0.0.0.0/0 "
                          "255.255.255.0 1.2.3 07:04:10 fd12:3456:789a:1::a i-0abc123def4567890 "
                          "ip-10-0-12-53.eu-west-1.compute.internal 53.12.0.10.in-addr.arpa v1.8.4"),
                  &s);
    struct span rest = str_span(&s), w[16] = {{0}};
    for (size_t i = 0; i < 15; i++)
        assert_true(span_cut_word(&rest, &w[i]));
    assert_false(span_is(w[0], "10.0.12.53"));
    assert_true(span_ends(w[0], ".53") && span_starts(w[0], "10."));
    size_t subnet = w[0].len - 2;
    assert_true(span_eq(span_first(w[0], subnet), span_first(w[1], subnet))); // one subnet still
    assert_true(span_eq(span_first(w[0], subnet), span_first(w[3], subnet)));
    assert_false(span_eq(w[0], w[2]));
    static const char *const kept[] = {"127.0.0.1",     "169.254.169.253", "0.0.0.0/0",
                                       "255.255.255.0", "1.2.3",           "07:04:10"};
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        assert_true(span_is(w[4 + i], kept[i]));
    assert_true(span_starts(w[10], "fd12:") && !span_is(w[10], "fd12:3456:789a:1::a"));
    assert_true(span_starts(w[11], "i-") && w[11].len == 19 && !span_is(w[11], "i-0abc123def4567890"));
    struct str dashed = {0};
    str_add(&dashed, "ip-");
    str_add_span(&dashed, w[0]);
    for (size_t i = 0; i < dashed.len; i++)
        dashed.at[i] = dashed.at[i] == '.' ? '-' : dashed.at[i];
    assert_true(span_starts(w[12], str_text(&dashed)));
    assert_true(span_ends(w[12], ".eu-west-1.compute.internal"));
    assert_true(span_starts(w[13], "53.") && span_ends(w[13], ".10.in-addr.arpa"));
    assert_true(span_is(w[14], "v1.8.4"));
    str_done(&dashed);
    str_done(&s);
    redactor_free(r);
}

// ------------------------------------------------------------------ a tree

static struct tempdir *dir;

static void put(const char *path, const char *text)
{
    char *real = mem_printf("%s/%s", tempdir_path(dir), path);
    for (char *at = real + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(real, 0700);
        *at = '/';
    }
    FILE *f = fopen(real, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    free(real);
}

static struct evidence *make_tree(void)
{
    dir = tempdir_new(NULL, NULL);
    put("target.yaml",
        "namespace: shop\npod: checkout-7d9c5b6f4-x2x9p\nnode: ip-10-0-11-37.eu-west-1.compute.internal\n");
    put("cluster/pods.json",
        "{\"items\": [{\"kind\": \"Pod\",\n"
        "\"metadata\": {\"name\": \"checkout-7d9c5b6f4-x2x9p\", \"namespace\": \"shop\"},\n"
        "\"spec\": {\"env\": [{\"name\": \"MODE\",\n\"value\": \"letters\"},\n"
        "{\"name\": \"DB\", \"value\": \"db-pass-9981\"}]},\n"
        "\"status\": {\"phase\": \"Running\"}}]}\n");
    put("pods/shop/checkout-7d9c5b6f4-x2x9p/app.log",
        "start with db-pass-9981\nlookup orders.shop failed on 10.0.11.37\n");
    put("nodes/ip-10-0-11-37.eu-west-1.compute.internal/system/ps.txt", "PID CMD\n1 /sbin/init --key x\n");
    put("captures/a.pcap", "\xD4\xC3\xB2\xA1\n");
    struct evidence *ev = evidence_open((const char *const[]){tempdir_path(dir)}, 1, NULL, NULL);
    assert_non_null(ev);
    return ev;
}

static uint32_t id_of(const struct evidence *ev, const char *path)
{
    const struct evidence_file *f = evidence_find(ev, path);
    assert_non_null(f);
    return f->id;
}

static char *redacted(struct redactor *r, struct evidence *ev, const char *path)
{
    struct str s = {0};
    struct error err = {0};
    if (!redactor_file(r, ev, id_of(ev, path), &s, &err))
        fail_msg("%s: %s", path, err.text);
    return str_take(&s);
}

static void a_tree_has_one_map(void **state)
{
    (void)state;
    struct evidence *ev = make_tree();
    struct redactor *r = redactor_new(REDACT_DEFAULT, 1);
    redactor_learn(r, ev);
    char *log = redacted(r, ev, "pods/shop/checkout-7d9c5b6f4-x2x9p/app.log");
    assert_string_equal(log, "start with REDACTED-env-2\nlookup orders.shop failed on 10.0.11.37\n");
    free(log);
    char *ps = redacted(r, ev, "nodes/ip-10-0-11-37.eu-west-1.compute.internal/system/ps.txt");
    assert_string_equal(ps, "REDACTED-line\nREDACTED-line\n");
    free(ps);
    assert_int_equal(redactor_count(r, REDACT_ENVIRONMENT) + redactor_count(r, REDACT_SECRET), 3);
    assert_int_equal(redactor_count(r, REDACT_RISKY), 2);
    size_t n;
    const struct redact_hit *hits = redactor_hits(r, &n);
    assert_int_equal(n, 3);
    assert_int_equal(hits[0].place.line, 4);
    assert_string_equal(hits[0].with, "REDACTED-env-1");
    char *capture = redacted(r, ev, "captures/a.pcap");
    assert_string_equal(capture, "\xD4\xC3\xB2\xA1\n");
    free(capture);
    redactor_free(r);
    evidence_close(ev);
    tempdir_free(dir);
}

static void strict_hides_names_and_keeps_citations(void **state)
{
    (void)state;
    struct evidence *ev = make_tree();
    struct redactor *r = redactor_new(REDACT_STRICT, 5);
    redactor_learn(r, ev);
    static const char path[] = "pods/shop/checkout-7d9c5b6f4-x2x9p/app.log";
    struct str new_path = {0};
    redactor_path(r, path, &new_path);
    assert_null(strstr(str_text(&new_path), "shop"));
    assert_null(strstr(str_text(&new_path), "checkout"));
    char *log = redacted(r, ev, path), *pods = redacted(r, ev, "cluster/pods.json");
    assert_null(strstr(log, "shop"));
    assert_null(strstr(log, "10.0.11.37"));
    assert_null(strstr(pods, "letters"));
    assert_non_null(strstr(pods, "\"status\": {\"phase\": \"Running\"}"));
    struct str none = {0};
    assert_false(redactor_file(r, ev, id_of(ev, "captures/a.pcap"), &none, NULL));

    struct report_evidence cited[] = {
        {.type = "log", .content = "orders.shop failed on 10.0", .source = "x:2"},
        {.type = "kubectl", .content = "\"value\": \"letters\"}", .source = "y:4"},
    };
    cited[0].place = place_at(id_of(ev, path), 2);
    cited[1].place = place_at(id_of(ev, "cluster/pods.json"), 4);
    struct report report = {.root_cause = "config_error — pod checkout-7d9c5b6f4-x2x9p",
                            .evidence = cited,
                            .n_evidence = ARRAY_LEN(cited)};
    struct report *copy = redactor_report(r, ev, &report);
    assert_null(strstr(copy->root_cause, "checkout"));
    assert_non_null(strstr(log, copy->evidence[0].content));
    assert_null(strstr(copy->evidence[0].content, "shop"));
    assert_non_null(strstr(pods, copy->evidence[1].content));
    assert_null(strstr(copy->evidence[1].content, "letters"));
    report_free(copy);
    free(log);
    free(pods);
    str_done(&new_path);
    str_done(&none);
    redactor_free(r);
    evidence_close(ev);
    tempdir_free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_taken_out),
        cmocka_unit_test(what_is_no_secret_stays),
        cmocka_unit_test(private_keys_keep_their_lines),
        cmocka_unit_test(environment_values_are_taken_out),
        cmocka_unit_test(strict_takes_addresses_and_ids),
        cmocka_unit_test(a_tree_has_one_map),
        cmocka_unit_test(strict_hides_names_and_keeps_citations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
