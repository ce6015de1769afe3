// From "path:first-last" to a place. Paths may hold colons, so the last one counts.
#include "core/report/places.h"

static bool read_lines(struct span lines, struct place *ret)
{
    uint64_t first, last;
    struct span rest = lines, part;
    span_cut(&rest, '-', &part);
    if (!span_to_u64(part, &first) || first == 0 || first > UINT32_MAX)
        return false;
    if (!rest.at || !span_to_u64(rest, &last) || last < first || last > UINT32_MAX)
        last = first;
    ret->line = (uint32_t)first;
    ret->last = (uint32_t)last;
    return true;
}

static struct place find_place(const char *source, const struct evidence *ev)
{
    struct place place = {.file = FILE_NONE};
    const char *colon = source ? strrchr(source, ':') : NULL;
    if (!colon || !read_lines(span_of(colon + 1), &place))
        return place;
    struct str path = {0};
    str_add_span(&path, span_make(source, (size_t)(colon - source)));
    const struct evidence_file *file = evidence_find(ev, str_text(&path));
    str_done(&path);
    if (file)
        place.file = file->id;
    return place;
}

void report_find_places(struct report *report, const struct evidence *ev)
{
    struct report_evidence *list =
        arena_dup(&report->arena, report->evidence, report->n_evidence * sizeof *list);
    for (size_t i = 0; i < report->n_evidence; i++) {
        if (!place_is_set(list[i].place))
            list[i].place = find_place(list[i].source, ev);
    }
    report->evidence = list;
}
