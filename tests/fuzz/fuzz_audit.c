#include "tests/fuzz/fuzz.h"

#include "core/parse/audit.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct audit audit = {0};
    audit_parse(arena, text, &audit, NULL);
}
