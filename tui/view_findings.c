// Every finding: what was seen, how heavy it is, and for or against which diagnosis it speaks. Known-normal
// ones are marked, not hidden; a person pins or excludes, and the reason stays with the finding.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"
#include "tui/views.h"

static const struct {
    const char *title, *word;
    enum claim_kind kind;
    enum role role;
    enum glyph glyph;
} kinds[] = {
    {"Causes seen", "for", CLAIM_CAUSE, ROLE_FINDING, GLYPH_FINDING},
    {"What it does to lookups", "for", CLAIM_EFFECT, ROLE_WARN, GLYPH_FINDING},
    {"Speaks against", "against", CLAIM_AGAINST, ROLE_OK, GLYPH_DONE},
    {"Looks like it and is not", "not", CLAIM_INNOCENT, ROLE_OK, GLYPH_INNOCENT},
    {"Could not be looked at", "would tell of", CLAIM_GAP, ROLE_UNKNOWN, GLYPH_UNKNOWN},
    {"Looked at, nothing wrong", "", CLAIM_CLEAR, ROLE_OK, GLYPH_DONE},
    {"Also seen", "", CLAIM_NOTE, ROLE_MUTED, GLYPH_TODO},
};

static const struct column columns[] = {
    {.title = NULL, .most = 7}, // the sign and F-004
    {.title = NULL, .most = 6},
    {.title = NULL, .least = 56},
    {.title = NULL, .most = 34, .rank = 1},
    {.title = NULL, .most = 40, .rank = 2},
};

// What a finding weighs: a cause on the way, while it hurt, has the procedure's own severity; what is known
// to be normal has none, whatever it looks like.
static const char *severity_of(const struct ui *ui, const struct claim *claim)
{
    const struct sop *sop = session_sop(ui->session);
    bool here = claim->on_path == TRI_YES && claim->in_window == TRI_YES;
    if (claim->kind == CLAIM_INNOCENT || (claim->diagnosis && diagnosis_is_normal(claim->diagnosis)))
        return "normal";
    if (claim->kind == CLAIM_CAUSE && here)
        return sop && sop->severity ? sop->severity : "HIGH";
    if (claim->kind == CLAIM_CAUSE || (claim->kind == CLAIM_EFFECT && here))
        return "MEDIUM";
    return claim->kind == CLAIM_EFFECT ? "LOW" : "INFO";
}

static void add_words(struct ui *ui, struct view *view, const struct claim *claim, const char *id)
{
    const struct incident_finding *touched = incident_finding(session_incident(ui->session), id);
    const char *word = !touched ? "" : touched->excluded ? "[excluded] " : touched->pinned ? "[pinned] " : "";
    view_cell(view, 2, touched && touched->excluded ? ROLE_HELD : ROLE_TEXT, "%s%s", word, claim->text);
}

static void add_claim(struct ui *ui, struct view *view, size_t index, size_t kind)
{
    const struct analysis *analysis = session_analysis(ui->session);
    const struct claim *claim = &analysis->claims->items[index];
    const char *id = arena_printf(&view->arena, "F-%03zu", index + 1);
    struct view_row *row = view_add(view, kinds[kind].role, id, NULL);
    row->signed_ = true;
    row->glyph = kinds[kind].glyph;
    row->finding = id;
    row->index = index;
    if (claim->n_places > 0)
        row->place = claim->places[0];
    view_cell(view, 1, kinds[kind].role, "%s", severity_of(ui, claim));
    add_words(ui, view, claim, id);
    if (claim->diagnosis)
        view_cell(view, 3, ROLE_MUTED, "%s %s", kinds[kind].word, diagnosis_info(claim->diagnosis)->id);
    struct str source = {0};
    if (claim->n_places > 0)
        evidence_source(analysis->evidence, claim->places[0], &source);
    view_cell(view, 4, ROLE_MUTED, "%s", str_text(&source));
    str_done(&source);
}

static size_t count_of(const struct claims *claims, enum claim_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < claims->n; i++)
        n += claims->items[i].kind == kind;
    return n;
}

static void fill(struct ui *ui, struct view *view)
{
    const struct claims *claims = session_analysis(ui->session)->claims;
    const struct incident *in = session_incident(ui->session);
    size_t pinned = 0, excluded = 0;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        size_t n = count_of(claims, kinds[k].kind);
        if (n > 0)
            view_add_heading(view, ROLE_TEXT, arena_printf(&view->arena, "%s (%zu)", kinds[k].title, n));
        for (size_t i = 0; n > 0 && i < claims->n; i++) {
            if (claims->items[i].kind == kinds[k].kind)
                add_claim(ui, view, i, k);
        }
    }
    for (size_t i = 0; i < in->n_findings; i++) {
        pinned += in->findings[i].pinned;
        excluded += in->findings[i].excluded;
    }
    view->note = arena_printf(&view->arena, "%zu, %zu pinned, %zu excluded", claims->n, pinned, excluded);
    if (claims->n == 0)
        view_add_heading(view, ROLE_MUTED, "Nothing was found, and nothing was seen to be clear");
}

// ---- one of them in full

static const char *tri_word(enum tri t, const char *yes, const char *no)
{
    return t == TRI_YES ? yes : t == TRI_NO ? no : "cannot tell";
}

void view_tell_claim(struct ui *ui, const struct claim *claim, struct prose *p)
{
    enum { PLACES = 3 };
    size_t k = 0;
    while (kinds[k].kind != claim->kind)
        k++;
    prose_add(p, kinds[k].role, "%s", claim->text);
    if (claim->diagnosis)
        prose_label(p, "speaks", ROLE_TEXT, "%s %s (%s)", kinds[k].word, diagnosis_info(claim->diagnosis)->id,
                    diagnosis_info(claim->diagnosis)->title);
    if (claim->kind != CLAIM_CLEAR && claim->kind != CLAIM_NOTE && claim->kind != CLAIM_GAP)
        prose_label(p, "where", ROLE_TEXT, "%s; %s",
                    tri_word(claim->on_path, "on the way of the failing queries", "elsewhere"),
                    tri_word(claim->in_window, "while it hurt", "not while it hurt"));
    for (size_t i = 0; i < claim->n_places && i < PLACES; i++)
        view_tell_place(ui, claim->places[i], p);
    if (claim->n_places > PLACES)
        prose_label(p, "", ROLE_MUTED, "and %zu lines more", claim->n_places - PLACES);
    if (claim->command)
        prose_label(p, "look with", ROLE_ACCENT, "%s", claim->command);
    if (claim->fix)
        prose_label(p, "Operator:", ROLE_TEXT, "%s", claim->fix);
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct view_row *row = view_current(ui, view);
    const struct incident_finding *touched = incident_finding(session_incident(ui->session), row->finding);
    if (touched && touched->excluded)
        prose_label(p, "excluded", ROLE_HELD, "%s", touched->why ? touched->why : "");
    view_tell_claim(ui, &session_analysis(ui->session)->claims->items[row->index], p);
}

static const struct view_ops ops = {
    .title = "Findings",
    .scope = SCOPE_FINDINGS,
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .fill = fill,
    .detail = detail,
};

void view_findings_open(void *ui)
{
    view_open(ui, &ops);
}

// ---- pin and exclude

// The finding of the current entry, or that rests on the current line, appended. False: there is none.
static bool current_finding(struct ui *ui, struct str *ret)
{
    if (ui->screen == SCREEN_VIEW) {
        const struct view_row *row = view_current(ui, ui->view);
        str_add(ret, row && row->finding ? row->finding : "");
    } else {
        const struct claims *claims = session_analysis(ui->session)->claims;
        uint32_t line = pager_line(&ui->evidence.pager);
        for (size_t i = 0; i < claims->n && ret->len == 0; i++) {
            for (size_t k = 0; k < claims->items[i].n_places && ret->len == 0; k++) {
                struct place place = claims->items[i].places[k];
                if (place.file == ui->evidence.file && place.line == line)
                    str_printf(ret, "F-%03zu", i + 1);
            }
        }
    }
    if (ret->len == 0)
        ui_say(ui, ROLE_MUTED, "No finding rests on this line");
    return ret->len > 0;
}

static void do_finding(struct ui *ui, struct event event, const char *word)
{
    struct error err = {0};
    const char *id = event.value;
    if (!session_do(ui->session, event, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    ui_say(ui, ROLE_OK, "%s %s", id, word);
    ui_case_changed(ui);
}

void view_pin(struct ui *ui)
{
    struct str id = {0};
    if (current_finding(ui, &id)) {
        const struct incident_finding *now = incident_finding(session_incident(ui->session), str_text(&id));
        bool pin = !now || !now->pinned;
        do_finding(ui, (struct event){.kind = EVENT_PINNED, .value = str_text(&id), .number = pin},
                   pin ? "pinned" : "unpinned");
    }
    str_done(&id);
}

static void on_exclude(struct ui *ui, struct span text)
{
    struct str id = {0};
    (void)text;
    if (current_finding(ui, &id))
        do_finding(ui,
                   (struct event){.kind = EVENT_EXCLUDED,
                                  .value = str_text(&id),
                                  .text = str_text(&ui->prompt.text),
                                  .number = 1},
                   "excluded; the reason is kept");
    str_done(&id);
}

void view_exclude(struct ui *ui)
{
    struct str id = {0};
    if (current_finding(ui, &id)) {
        const struct incident_finding *now = incident_finding(session_incident(ui->session), str_text(&id));
        if (now && now->excluded)
            do_finding(ui, (struct event){.kind = EVENT_EXCLUDED, .value = str_text(&id), .number = 0},
                       "taken back");
        else
            ui_ask(ui, "Why is this finding excluded? ", NULL, on_exclude);
    }
    str_done(&id);
}
