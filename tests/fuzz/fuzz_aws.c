#include "tests/fuzz/fuzz.h"

#include "core/parse/aws.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct aws aws = {0};
    aws_parse(arena, text, &aws, NULL);
}
