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

bool report_find_place(const struct evidence *ev, struct span source, struct place *ret)
{
    size_t colon = source.len;
    *ret = (struct place){.file = FILE_NONE};
    while (colon > 0 && source.at[colon - 1] != ':')
        colon--;
    if (colon == 0 || !read_lines(span_from(source, colon), ret))
        return false;
    struct str path = {0};
    str_add_span(&path, span_first(source, colon - 1));
    const struct evidence_file *file = evidence_find(ev, str_text(&path));
    str_done(&path);
    if (file)
        ret->file = file->id;
    return file != NULL;
}

void report_find_places(struct report *report, const struct evidence *ev)
{
    struct report_evidence *list =
        arena_dup(&report->arena, report->evidence, report->n_evidence * sizeof *list);
    for (size_t i = 0; i < report->n_evidence; i++) {
        struct place place;
        if (!place_is_set(list[i].place) && report_find_place(ev, span_of(list[i].source), &place))
            list[i].place = place;
    }
    report->evidence = list;
}
