#include "tests/fuzz/fuzz.h"

#include "core/door/yaml.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct error err = {0};
    const struct yaml_node *root = yaml_parse(arena, text.bytes, &err);
    struct str out = {0};
    yaml_add_scalar(&out, span_of(yaml_text(yaml_get(root, "node"))), false);
    yaml_add_scalar(&out, text.bytes, false);
    str_done(&out);
}
