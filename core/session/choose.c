// Matches triggers against a symptom. The default comes first, so that a trigger that two procedures share
// does not take people elsewhere.
#include "core/session/choose.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/match.h"
#include "core/probe/procedures.h"

const char choose_default[] = "D5";

static bool trigger_fits(const char *trigger, struct match_room *room)
{
    struct match *match = match_new(span_of(trigger), MATCH_CASELESS, NULL);
    bool fits = match && !match_may_be_empty(match) && match_find(match, room, 0, NULL) == MATCH_YES;
    match_free(match);
    return fits;
}

bool choose_fits(const struct sop *sop, const char *symptom)
{
    struct match_room *room = match_room_new();
    bool fits = false;
    match_subject(room, span_of(symptom));
    for (size_t i = 0; i < sop->n_triggers && !fits; i++)
        fits = trigger_fits(sop->triggers[i], room);
    match_room_free(room);
    return fits;
}

static bool file_fits(const char *id_or_file, const char *symptom)
{
    struct sop *sop = procedures_load(id_or_file, NULL);
    bool fits = sop && choose_fits(sop, symptom);
    sop_free(sop);
    return fits;
}

char *choose_procedure(const char *symptom)
{
    if (!symptom || file_fits(choose_default, symptom))
        return mem_strdup(choose_default);
    struct procedures all;
    char *ret = NULL;
    procedures_list(&all);
    for (size_t i = 0; i < all.n && !ret; i++) {
        if (all.items[i].id && file_fits(all.items[i].path, symptom))
            ret = mem_strdup(all.items[i].path);
    }
    procedures_done(&all);
    return ret ? ret : mem_strdup(choose_default);
}
