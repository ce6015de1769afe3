#include "tests/fuzz/fuzz.h"

#include "core/model/problem.h"
#include "core/parse/procedure.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    struct problems problems = {0};
    sop_free(procedure_parse(text.bytes, "fuzz.md", &problems));
    problems_done(&problems);
}
