// Claims are copied into one arena, so that judges may build them from anything.
#include "core/model/claim.h"

#include "core/base/mem.h"
#include "core/model/reads.h"

#include <stdlib.h>

void claims_done(struct claims *claims)
{
    free(claims->items);
    arena_done(&claims->arena);
    *claims = (struct claims){0};
}

static const char *copy_text(struct claims *claims, const char *text)
{
    return text ? arena_strdup(&claims->arena, text) : NULL;
}

struct claim *claims_add(struct claims *claims, const struct claim *claim)
{
    struct claim *ret = MEM_PUSH(claims->items, claims->n, claims->cap);
    *ret = *claim;
    ret->text = copy_text(claims, claim->text);
    ret->object = copy_text(claims, claim->object);
    ret->fix = copy_text(claims, claim->fix);
    ret->command = reads_only(claim->command) ? copy_text(claims, claim->command) : NULL;
    if (claim->n_places)
        ret->places = arena_dup(&claims->arena, claim->places, claim->n_places * sizeof *claim->places);
    return ret;
}

bool claims_have(const struct claims *claims, enum claim_kind kind, enum diagnosis diagnosis)
{
    for (size_t i = 0; i < claims->n; i++) {
        const struct claim *c = &claims->items[i];
        if (c->kind == kind && (diagnosis == DIAGNOSIS_NONE || c->diagnosis == diagnosis))
            return true;
    }
    return false;
}
