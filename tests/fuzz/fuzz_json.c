#include "tests/fuzz/fuzz.h"

#include "core/door/json.h"

static bool see(const struct json_value *item, void *context)
{
    size_t *n = context;
    *n += json_get(item, "metadata") != NULL;
    return *n < 100;
}

void fuzz_one(struct arena *arena, struct text text)
{
    size_t n = 0;
    json_each_item(text.bytes, see, &n, NULL);
    const struct json_value *v = json_parse(arena, text.bytes, NULL);
    struct str out = {0};
    json_add_string(&out, v ? json_text(v) : text.bytes);
    str_done(&out);
}
