// What a report does not say by itself: a person's words (detail and fix in place of the judges', notes,
// pins, exclusions, reasons for going past a gate, the outcome of a recheck), and the titles of the
// procedure's steps where it was read back. Facts and quotes are never touched.
#include "core/base/mem.h"
#include "core/session/inside.h"

static void set_detail(struct report *r, const char *detail)
{
    r->root_cause = arena_printf(&r->arena, "%s — %s", diagnosis_info(r->diagnosis)->token, detail);
}

static void set_fix(struct report *r, const char *fix)
{
    bool headed = span_starts(span_of(fix), "Operator:");
    r->immediate = arena_printf(&r->arena, "%s%s", headed ? "" : "Operator: ", fix);
}

static bool finding_is(const struct incident *in, const char *id, bool pinned)
{
    const struct incident_finding *f = incident_finding(in, id);
    return f && (pinned ? f->pinned : f->excluded);
}

// Pinned evidence first, then the rest; what was excluded is gone.
static void order_evidence(const struct incident *in, struct report *r)
{
    struct report_evidence *list = arena_alloc(&r->arena, r->n_evidence * sizeof *list);
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < r->n_evidence; i++) {
            const char *id = r->evidence[i].finding;
            if (!finding_is(in, id, false) && finding_is(in, id, true) == (pass == 0))
                list[n++] = r->evidence[i];
        }
    }
    r->evidence = list;
    r->n_evidence = n;
}

struct notes {
    struct report *report;
    const char **items;
    size_t n, cap;
};

static void add_note(struct notes *notes, const char *head, const char *what, const char *text)
{
    if (text)
        *ARENA_PUSH(&notes->report->arena, notes->items, notes->n, notes->cap) =
            arena_printf(&notes->report->arena, "%s%s%s", head, what, text);
}

static void add_notes(const struct incident *in, struct report *r)
{
    struct notes notes = {.report = r};
    add_note(&notes, "", "", in->note);
    for (size_t i = 0; i < in->n_steps; i++) {
        add_note(&notes, in->steps[i].id, ": ", in->steps[i].note);
        add_note(&notes, in->steps[i].id, ": went past this gate: ", in->steps[i].passed_why);
    }
    for (size_t i = 0; i < in->n_findings; i++)
        add_note(&notes, in->findings[i].id, ": excluded: ", in->findings[i].why);
    r->notes = notes.items;
    r->n_notes = notes.n;
}

void session_add_words(const struct incident *in, struct report *r)
{
    char at[32];
    if (in->detail_edit)
        set_detail(r, in->detail_edit);
    if (in->fix_edit)
        set_fix(r, in->fix_edit);
    if (in->n_findings > 0)
        order_evidence(in, r);
    add_notes(in, r);
    if (in->verified) {
        r->verified_at = arena_strdup(&r->arena, clock_format(in->verified_at, at));
        r->verified_result = arena_strdup(&r->arena, in->verified);
    }
}

static const char *title_of(const struct step_list *list, const char *step, struct arena *arena)
{
    const char *ret = NULL;
    for (size_t i = 0; i < list->n && !ret; i++) {
        struct str title = {0};
        if (strcmp(list->refs[i].item->id, step) != 0)
            continue;
        sop_item_title(list->refs[i].item, &title);
        ret = arena_span(arena, str_span(&title));
        str_done(&title);
    }
    return ret;
}

void session_add_titles(const struct step_list *list, struct report *r)
{
    struct report_step *steps = arena_dup(&r->arena, r->steps, r->n_steps * sizeof *steps);
    for (size_t i = 0; i < r->n_steps; i++)
        steps[i].title = title_of(list, steps[i].id, &r->arena);
    r->steps = steps;
}
