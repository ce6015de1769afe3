// What the overview shows: help and palette from the table of commands, findings and causes from the
// analysis, the timeline from what carries a time.
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

static const struct analysis *analysis_of(struct ui *ui)
{
    return ui->session ? session_analysis(ui->session) : NULL;
}

// ---- help

static const struct chapter {
    const char *title;
    unsigned scope;
} chapters[] = {
    {"Everywhere", SCOPE_ALL},    {"Moving", SCOPE_MOVING}, {"Steps", SCOPE_CHECKLIST},
    {"Evidence", SCOPE_EVIDENCE}, {"Report", SCOPE_REPORT}, {"Views", SCOPE_PANES},
    {"Lists", SCOPE_OVERVIEW},
};

// The chapter of exactly that scope, else the first that lies in it.
static size_t chapter_of(const struct command *command)
{
    for (size_t c = 0; c < ARRAY_LEN(chapters); c++) {
        if (chapters[c].scope == command->scope)
            return c;
    }
    size_t c = 0;
    while (c + 1 < ARRAY_LEN(chapters) && (chapters[c].scope & command->scope) != chapters[c].scope)
        c++;
    return c;
}

void view_help_open(struct ui *ui)
{
    struct overview *overview = &ui->overview;
    overview_begin(overview, "Help: keys and commands; Enter runs one, q goes back");
    for (size_t c = 0; c < ARRAY_LEN(chapters); c++) {
        overview_add(overview, ROLE_TEXT, NULL, chapters[c].title)->heading = true;
        for (size_t i = 0; i < ui_keymap.n; i++) {
            const struct command *command = &ui_keymap.commands[i];
            if (chapter_of(command) != c)
                continue;
            struct overview_row *row = overview_add(overview, ROLE_KEY, command->keys, command->help);
            row->aside = command->name;
            row->run = command;
        }
    }
    view_overview_open(ui);
}

// ---- findings

static const struct {
    const char *title;
    enum claim_kind kind;
    enum role role;
} kinds[] = {
    {"Causes seen", CLAIM_CAUSE, ROLE_FINDING},
    {"What it does to lookups", CLAIM_EFFECT, ROLE_WARN},
    {"Speaks against", CLAIM_AGAINST, ROLE_OK},
    {"Looks like it and is not", CLAIM_INNOCENT, ROLE_OK},
    {"Could not be looked at", CLAIM_GAP, ROLE_UNKNOWN},
    {"Looked at, nothing wrong", CLAIM_CLEAR, ROLE_OK},
    {"Also seen", CLAIM_NOTE, ROLE_MUTED},
};

static void add_claim(struct ui *ui, const struct claim *claim, size_t index, enum role role)
{
    struct overview *overview = &ui->overview;
    char *id = arena_printf(&overview->arena, "F-%03zu", index + 1);
    const struct incident_finding *touched = incident_finding(session_incident(ui->session), id);
    const char *text = claim->text;
    if (touched && (touched->pinned || touched->excluded))
        text =
            arena_printf(&overview->arena, "[%s] %s", touched->pinned ? "pinned" : "excluded", claim->text);
    struct overview_row *row = overview_add(overview, role, id, text);
    struct str source = {0};
    row->finding = id;
    if (claim->n_places > 0) {
        row->place = claim->places[0];
        evidence_source(analysis_of(ui)->evidence, claim->places[0], &source);
    } else if (claim->command) {
        str_add(&source, claim->command);
    }
    row->aside = arena_strdup(&overview->arena, str_text(&source));
    str_done(&source);
}

void view_findings_open(struct ui *ui)
{
    const struct claims *claims = analysis_of(ui)->claims;
    overview_begin(&ui->overview, "Findings: Enter opens the line, p pins, x excludes, q goes back");
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        bool headed = false;
        for (size_t i = 0; i < claims->n; i++) {
            if (claims->items[i].kind != kinds[k].kind)
                continue;
            if (!headed)
                overview_add(&ui->overview, ROLE_TEXT, NULL, kinds[k].title)->heading = true;
            headed = true;
            add_claim(ui, &claims->items[i], i, kinds[k].role);
        }
    }
    if (ui->overview.n == 0)
        overview_add(&ui->overview, ROLE_MUTED, NULL, "Nothing was found, and nothing was seen to be clear");
    view_overview_open(ui);
}

// ---- causes

static void add_candidate_claims(struct ui *ui, const char *mark, const uint32_t *indexes, size_t n)
{
    const struct claims *claims = analysis_of(ui)->claims;
    for (size_t i = 0; i < n; i++) {
        const struct claim *claim = &claims->items[indexes[i]];
        bool against = claim->kind == CLAIM_AGAINST || claim->kind == CLAIM_INNOCENT;
        enum role role = claim->kind == CLAIM_GAP ? ROLE_UNKNOWN : against ? ROLE_OK : ROLE_FINDING;
        struct overview_row *row = overview_add(&ui->overview, role, mark, claim->text);
        row->depth = 1;
        if (claim->n_places > 0)
            row->place = claim->places[0];
        else if (claim->command)
            row->aside = arena_strdup(&ui->overview.arena, claim->command);
    }
}

static const char *standing(const struct cause *cause, size_t i)
{
    if (i == 0)
        return verdict_name(cause->verdict);
    if (i <= cause->n_also)
        return "also";
    return i <= cause->n_also + cause->n_rejected ? "rejected" : "considered";
}

void view_causes_open(struct ui *ui)
{
    const struct cause *cause = analysis_of(ui)->cause;
    overview_begin(&ui->overview,
                   "Causes: what speaks for and against each; Enter opens the line, q goes back");
    for (size_t i = 0; i < cause->n_candidates; i++) {
        const struct candidate *c = &cause->candidates[i];
        const struct diagnosis_info *info = diagnosis_info(c->diagnosis);
        struct str head = {0};
        str_printf(&head, "%zu  %s — %s (%s)", i + 1, info->title, standing(cause, i), info->id);
        if (c->detail || c->reason)
            str_printf(&head, ": %s", c->reason ? c->reason : c->detail);
        struct overview_row *row =
            overview_add(&ui->overview, i == 0 ? ROLE_FINDING : ROLE_HEADING, NULL, str_text(&head));
        row->heading = true;
        str_done(&head);
        add_candidate_claims(ui, "for", c->for_, c->n_for);
        add_candidate_claims(ui, "against", c->against, c->n_against);
        add_candidate_claims(ui, "would settle it", c->gaps, c->n_gaps);
    }
    if (cause->n_candidates == 0)
        overview_add(&ui->overview, ROLE_MUTED, NULL,
                     "No diagnosis has anything that speaks for or against it");
    view_overview_open(ui);
}

// ---- timeline

struct moment {
    usec_t time;
    const struct claim *claim;
};

static int compare_moments(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    return x->time < y->time ? -1 : x->time > y->time;
}

static void add_moment(struct ui *ui, const struct moment *moment, usec_t pivot)
{
    char time[32];
    clock_format(moment->time, time);
    enum role role = moment->claim->kind == CLAIM_CAUSE    ? ROLE_FINDING
                     : moment->claim->kind == CLAIM_EFFECT ? ROLE_WARN
                                                           : ROLE_MUTED;
    struct overview_row *row = overview_add(&ui->overview, role, time, moment->claim->text);
    if (moment->claim->n_places > 0)
        row->place = moment->claim->places[0];
    if (pivot != TIME_UNKNOWN) {
        long long seconds = (long long)((moment->time - pivot) / USEC_SEC);
        row->aside = arena_printf(&ui->overview.arena, "%+lld s", seconds);
    }
}

void view_timeline_open(struct ui *ui)
{
    const struct analysis *analysis = analysis_of(ui);
    const struct claims *claims = analysis->claims;
    struct moment *moments = mem_calloc(claims->n + 1, sizeof *moments);
    size_t n = 0;
    for (size_t i = 0; i < claims->n; i++) {
        if (claims->items[i].time != TIME_UNKNOWN)
            moments[n++] = (struct moment){claims->items[i].time, &claims->items[i]};
    }
    qsort(moments, n, sizeof *moments, compare_moments);
    usec_t pivot = ui_target(ui)->window.from;
    overview_begin(&ui->overview, "Timeline: when each thing was first seen, against when it began to hurt");
    bool passed = pivot == TIME_UNKNOWN;
    for (size_t i = 0; i < n; i++) {
        if (!passed && moments[i].time >= pivot) {
            overview_add(&ui->overview, ROLE_ACCENT, NULL, "— it began to hurt —")->heading = true;
            passed = true;
        }
        add_moment(ui, &moments[i], pivot);
    }
    free(moments);
    if (n == 0)
        overview_add(&ui->overview, ROLE_MUTED, NULL, "Nothing that was found carries a time");
    view_overview_open(ui);
}
