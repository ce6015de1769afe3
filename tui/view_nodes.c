// The nodes: a cell a node, the sick ones first. Enter lays the node beside a well one, fact by fact.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/health.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { CELL = 38 };

struct state {
    struct node_health *list; // in the view's arena
    size_t n;
};

static const struct look {
    const char *word;
    enum glyph glyph;
    enum role role;
} looks[] = {
    [HEALTH_SICK] = {"sick", GLYPH_FINDING, ROLE_FINDING},
    [HEALTH_ODD] = {"odd", GLYPH_HELD, ROLE_WARN},
    [HEALTH_UNKNOWN] = {"unknown", GLYPH_UNKNOWN, ROLE_UNKNOWN},
    [HEALTH_WELL] = {"well", GLYPH_DONE, ROLE_OK},
};

static struct span short_name(const char *name)
{
    size_t dot = span_find_char(span_of(name), '.');
    return span_first(span_of(name), dot);
}

static void load(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    const struct analysis *analysis = session_analysis(ui->session);
    state->list = health_list(&view->arena, analysis->facts, analysis->claims, &state->n);
}

static void add_cell(struct view *view, const struct node_health *h, size_t index)
{
    const struct look *look = &looks[h->health];
    const char *text = h->health == HEALTH_WELL
                           ? arena_printf(&view->arena, SPAN_FMT " well", SPAN_ARG(short_name(h->name)))
                           : arena_printf(&view->arena, SPAN_FMT " %s: %s", SPAN_ARG(short_name(h->name)),
                                          look->word, h->why);
    struct view_row *row = view_add(view, look->role, text, NULL);
    row->signed_ = true;
    row->glyph = look->glyph;
    row->place = h->place;
    row->index = index;
}

// "6: 1 sick, 5 well": what there is none of is not told.
static const char *count_words(struct arena *arena, size_t n, const size_t *counts)
{
    struct str text = {0};
    str_printf(&text, "%zu", n);
    const char *gap = ": ";
    for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
        if (counts[i] > 0) {
            str_printf(&text, "%s%zu %s", gap, counts[i], looks[i].word);
            gap = ", ";
        }
    }
    const char *ret = arena_strdup(arena, str_text(&text));
    str_done(&text);
    return ret;
}

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    size_t counts[ARRAY_LEN(looks)] = {0};
    load(ui, view);
    for (size_t i = 0; i < state->n; i++) {
        counts[state->list[i].health]++;
        add_cell(view, &state->list[i], i);
    }
    view->note = count_words(&view->arena, state->n, counts);
    if (state->n == 0)
        view_add_heading(view, ROLE_MUTED, "No node is in the evidence");
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    struct state *state = view->state;
    const struct analysis *analysis = session_analysis(ui->session);
    const struct node_health *h = &state->list[view_current(ui, view)->index];
    struct arena arena = {0};
    size_t n;
    prose_add(p, looks[h->health].role, "%s: %s, %s", h->name, looks[h->health].word, h->why);
    prose_add(p, ROLE_MUTED, "Enter lays it beside %s node, fact by fact.",
              h->health != HEALTH_WELL               ? "a well"
              : state->list[0].health != HEALTH_WELL ? "the sickest"
                                                     : "another");
    struct node_fact *facts = health_facts(&arena, analysis->facts, analysis->claims, h, &n);
    for (size_t i = 0; i < n; i++) {
        if (facts[i].text)
            prose_add(p, ROLE_TEXT, "%s: %s", facts[i].label, facts[i].text);
    }
    arena_done(&arena);
}

// ---- two of them side by side

struct pair {
    char *name[2];
};

static const struct column pair_columns[] = {
    {.title = "fact", .least = 12, .most = 22},
    {.title = NULL, .most = 2},
    {.title = "", .least = 16},
    {.title = "", .least = 16},
};

static void pair_done(struct view *view)
{
    struct pair *pair = view->state;
    free(pair->name[0]);
    free(pair->name[1]);
}

static const struct node_health *find(const struct node_health *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    }
    return NULL;
}

static void add_fact(struct view *view, const struct node_fact *a, const struct node_fact *b)
{
    bool known = a->text && b->text;
    bool differ = known && strcmp(a->key ? a->key : a->text, b->key ? b->key : b->text) != 0;
    enum role role = differ ? ROLE_WARN : known ? ROLE_TEXT : ROLE_MUTED;
    view_add(view, differ ? ROLE_HEADING : ROLE_MUTED, a->label, NULL);
    view_cell(view, 1, ROLE_WARN, "%s", differ ? "!=" : "");
    view_cell(view, 2, a->text ? role : ROLE_UNKNOWN, "%s", a->text ? a->text : "not known");
    view_cell(view, 3, b->text ? role : ROLE_UNKNOWN, "%s", b->text ? b->text : "not known");
    view->rows[view->n - 1].cells[2].place = a->place;
    view->rows[view->n - 1].cells[3].place = b->place;
}

static void fill_pair(struct ui *ui, struct view *view)
{
    const struct pair *pair = view->state;
    const struct analysis *analysis = session_analysis(ui->session);
    size_t n, n_facts = 0;
    struct node_health *list = health_list(&view->arena, analysis->facts, analysis->claims, &n);
    const struct node_health *nodes[2] = {find(list, n, pair->name[0]), find(list, n, pair->name[1])};
    struct node_fact *facts[2];
    if (!nodes[0] || !nodes[1]) {
        view_add_heading(view, ROLE_MUTED, "The evidence no longer has both nodes");
        return;
    }
    for (int i = 0; i < 2; i++)
        facts[i] = health_facts(&view->arena, analysis->facts, analysis->claims, nodes[i], &n_facts);
    view->note = arena_printf(&view->arena, "%s (%s) beside %s (%s)", nodes[0]->name,
                              looks[nodes[0]->health].word, nodes[1]->name, looks[nodes[1]->health].word);
    view_add(view, ROLE_HEADING, "node", NULL);
    for (int i = 0; i < 2; i++) {
        view_cell(view, 2 + (size_t)i, looks[nodes[i]->health].role, SPAN_FMT ": %s, %s",
                  SPAN_ARG(short_name(nodes[i]->name)), looks[nodes[i]->health].word, nodes[i]->why);
        view->rows[view->n - 1].cells[2 + i].place = nodes[i]->place;
    }
    for (size_t i = 0; i < n_facts; i++)
        add_fact(view, &facts[0][i], &facts[1][i]);
}

static void detail_pair(struct ui *ui, struct view *view, struct prose *p)
{
    const struct view_row *row = view_current(ui, view);
    if (!row->cells[2].text || !row->cells[3].text)
        return;
    prose_label(p, "the one", row->cells[2].role, "%s", row->cells[2].text);
    prose_label(p, "the other", row->cells[3].role, "%s", row->cells[3].text);
    view_tell_place(ui, view_current_place(ui, view), p);
}

static const struct view_ops pair_ops = {
    .title = "Two nodes",
    .columns = pair_columns,
    .n_columns = ARRAY_LEN(pair_columns),
    .first_cell = 2,
    .state_size = sizeof(struct pair),
    .fill = fill_pair,
    .detail = detail_pair,
    .done = pair_done,
};

// The partner of a node: for a well one the sickest, else the best of those whose evidence was collected too.
static const struct node_health *partner(const struct state *state, const struct node_health *of)
{
    if (of->health == HEALTH_WELL)
        return of == &state->list[0] ? NULL : &state->list[0];
    const struct node_health *best = NULL;
    for (size_t i = state->n; i-- > 0;) {
        const struct node_health *h = &state->list[i];
        if (h != of && h->health > of->health &&
            (!best || (h->node && !best->node && h->health == best->health)))
            best = h;
    }
    return best;
}

static void enter(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    const struct view_row *row = view_current(ui, view);
    const struct node_health *h = row ? &state->list[row->index] : NULL,
                             *other = h ? partner(state, h) : NULL;
    if (!other) {
        ui_say(ui, ROLE_MUTED, "There is no node that is better or worse to lay it beside");
        return;
    }
    bool swap = h->health > other->health;
    struct pair *pair = view_push(ui, &pair_ops)->state;
    pair->name[0] = mem_strdup(swap ? other->name : h->name);
    pair->name[1] = mem_strdup(swap ? h->name : other->name);
}

static const struct view_ops ops = {
    .title = "Nodes",
    .grid_columns = CELL,
    .state_size = sizeof(struct state),
    .fill = fill,
    .detail = detail,
    .enter = enter,
};

void view_nodes_open(void *ui)
{
    view_open(ui, &ops);
}
