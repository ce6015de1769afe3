#include "tests/fuzz/fuzz.h"

#include "core/parse/logline.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    struct span line;
    while (span_cut_line(&text.bytes, &line)) {
        logline_coredns_query(line, &(struct log_query){0});
        logline_coredns_error(line, &(struct log_upstream){0});
        logline_oom(line, &(struct log_oom){0});
        logline_deny(line, &(struct log_deny){0});
        logline_app(line, &(struct log_app){0});
    }
}
