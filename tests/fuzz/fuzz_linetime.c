#include "tests/fuzz/fuzz.h"

#include "core/parse/linetime.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    struct linetime_context context = linetime_near(1795417200 * USEC_SEC);
    struct span line;
    while (span_cut_line(&text.bytes, &line))
        linetime_parse(line, &context);
}
