#include "tests/fuzz/fuzz.h"

#include "core/door/yaml.h"

// Reads a document, and writes the bytes as a scalar.
void fuzz_one(struct arena *arena, struct text text)
{
    struct str out = {0};
    yaml_parse(arena, text.bytes, NULL);
    yaml_add_scalar(&out, text.bytes, false);
    str_done(&out);
}
