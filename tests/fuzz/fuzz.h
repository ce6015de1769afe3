// A fuzz target is one file here, fuzz_NAME.c, that includes this and defines fuzz_one; `make fuzz` finds it.
// Seeds: tests/fuzz/seeds/NAME/ where there are some, and every file of the shipped incident.
#ifndef D5_TESTS_FUZZ_H
#define D5_TESTS_FUZZ_H

#include "core/base/arena.h"
#include "core/model/place.h"

// Any bytes must do: no crash, no leak, no endless loop, memory bounded. The bytes are NOT followed by '\0'.
void fuzz_one(struct arena *arena, struct text text);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    fuzz_one(&arena, (struct text){.bytes = span_make((const char *)data, size), .file = 1});
    arena_done(&arena);
    return 0;
}

#endif
