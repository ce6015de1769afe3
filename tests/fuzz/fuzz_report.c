#include "tests/fuzz/fuzz.h"

#include "core/report/format.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    report_free(report_read_json(text.bytes, NULL));
}
