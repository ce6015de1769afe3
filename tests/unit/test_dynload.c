// core/base/dynload: a library that is there, one that is not, and a symbol that is not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/dynload.h"
#include "core/base/mem.h"

struct math {
    double (*cosine)(double);
    double (*root)(double);
};

static const struct dynload_symbol symbols[] = {
    DYNLOAD(struct math, root, "sqrt"),
    DYNLOAD(struct math, cosine, "cos"),
    DYNLOAD(struct math, cosine, "no_such_function"),
};

static void fills_the_table(void **state)
{
    struct math math = {0};
    struct error err;
    (void)state;
    assert_true(dynload_open("libm.so.6", symbols, 2, &math, &err));
    assert_true(math.cosine(0) > 0.99 && math.root(4) > 1.99);
}

static void says_what_is_missing(void **state)
{
    struct math math;
    struct error err;
    (void)state;
    assert_false(dynload_open("libm.so.6", symbols, ARRAY_LEN(symbols), &math, &err));
    assert_non_null(strstr(err.text, "no_such_function"));
    static const struct dynload_symbol nobodys = DYNLOAD(struct math, root, "d5none_root");
    assert_false(dynload_open("libd5none.so.1", &nobodys, 1, &math, &err));
    assert_non_null(strstr(err.text, "libd5none.so.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_the_table),
        cmocka_unit_test(says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
