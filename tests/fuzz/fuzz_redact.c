#include "tests/fuzz/fuzz.h"

#include "core/report/redact.h"

#include <stdlib.h>

// Lines must stay lines: as many newlines come out as went in.
void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    for (enum redact_level level = REDACT_DEFAULT; level <= REDACT_STRICT; level++) {
        struct redactor *r = redactor_new(level, 1);
        struct str s = {0};
        redactor_text(r, text.bytes, &s);
        size_t before = 0, after = 0;
        for (size_t i = 0; i < text.bytes.len; i++)
            before += text.bytes.at[i] == '\n';
        for (size_t i = 0; i < s.len; i++)
            after += s.at[i] == '\n';
        if (before != after)
            abort();
        str_done(&s);
        redactor_free(r);
    }
}
