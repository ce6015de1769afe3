// SHA-256 against the examples of FIPS 180-4 and the sums of every length round a block.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/sha256.h"

static void sum_is(const char *text, const char *expected)
{
    struct sha256 sha;
    char sum[SHA256_TEXT];
    sha256_init(&sha);
    sha256_add(&sha, span_of(text));
    assert_string_equal(sha256_done(&sha, sum), expected);
}

static void the_standards_examples(void **state)
{
    (void)state;
    sum_is("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sum_is("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sum_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// The sum of the sums of 0 … 199 letters, in pieces of 7: no length round 55, 56, 64 goes wrong.
static void every_length_in_pieces(void **state)
{
    (void)state;
    struct sha256 all;
    char sum[SHA256_TEXT], whole[SHA256_TEXT], text[200];
    memset(text, 'x', sizeof text);
    sha256_init(&all);
    for (size_t n = 0; n < sizeof text; n++) {
        struct sha256 one;
        struct span rest = span_make(text, n);
        sha256_init(&one);
        sha256_add(&one, rest);
        sha256_done(&one, whole);
        sha256_init(&one);
        for (; rest.len > 0; rest = span_from(rest, 7))
            sha256_add(&one, span_first(rest, 7));
        sha256_done(&one, sum);
        assert_string_equal(sum, whole);
        sha256_add(&all, span_of(sum));
    }
    assert_string_equal(sha256_done(&all, sum),
                        "f61ffcc417e1f0e59eba2da7fa32fbe05b64e478b68c6bacf990455f00248b98");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_examples),
        cmocka_unit_test(every_length_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
