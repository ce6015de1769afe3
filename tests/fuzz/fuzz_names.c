#include "tests/fuzz/fuzz.h"

#include "core/base/utf8.h"
#include "core/door/archive.h"
#include "core/door/unpackdir.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    struct span name;
    unpackdir_check_name(text.bytes, &name, NULL);
    archive_is_tar(text.bytes);
    archive_is_compressed(text.bytes);
    struct str safe = {0};
    utf8_make_safe(text.bytes, &safe);
    str_done(&safe);
}
