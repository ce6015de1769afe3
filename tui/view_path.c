// The full path: each hop of one query's way, and under the nodes' rules every way of query and reply through
// them, over UDP and TCP, for each CoreDNS endpoint, with the rules that were met on it. A way that passes is
// folded; Right unfolds it.
#include <stdio.h>

#include "core/base/mem.h"
#include "core/judge/ways.h"
#include "tui/trace_words.h"
#include "tui/view_hops.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { MOST_WAYS = 32 }; // each is walked twice when the view is filled

struct walked { // one way over one protocol
    const struct way *way;
    bool tcp, unfolded;
    struct packet_answer *answer; // NULL: no ruleset of that node was read
};

struct state {
    struct arena arena; // of the ways
    struct ways ways;
    struct walked walked[2 * MOST_WAYS];
    size_t n;
    bool begun; // the current row was set once
};

static const struct column columns[] = {
    {.most = 24},
    {.least = 30},
    {.most = 13, .rank = 1},
};

// What rows say of themselves: a hop's number, or behind all hops that of a way and protocol.
static size_t way_index(size_t i)
{
    return HOP_COUNT + i;
}

// ---- walking

static void forget(struct state *state)
{
    for (size_t i = 0; i < state->n; i++)
        packet_answer_free(state->walked[i].answer);
    state->n = 0;
    arena_done(&state->arena);
}

static void walk_all(struct state *state, const struct facts *facts)
{
    forget(state);
    ways_find(&state->arena, facts, &state->ways);
    for (size_t i = 0; i < 2 * state->ways.n && state->n < ARRAY_LEN(state->walked); i++) {
        const struct way *way = &state->ways.items[i / 2];
        if (way->tunnel && (i % 2 || !way->known))
            continue;
        if (way->tcp_only && way->known && i % 2 == 0)
            continue;
        struct walked *w = &state->walked[state->n];
        *w = (struct walked){.way = way, .tcp = i % 2};
        state->n += way->known || !w->tcp; // what cannot be walked stands there once
        if (!way->known)
            continue;
        struct packet_query query = way->query;
        query.proto = w->tcp ? 6 : 17;
        w->answer = packet_trace(&query);
        w->unfolded = w->answer->worst.fate != PACKET_PASSES;
    }
}

// ---- rows

static struct place place_in(const struct ruleset *rs, uint32_t line)
{
    return rs && line ? ruleset_place(rs, line) : (struct place){.file = FILE_NONE};
}

// The chain that iptables names in front of its rule was said already.
static void add_rule(const struct rule *rule, struct str *ret)
{
    struct span text = ruleset_rule_text(rule), chain;
    struct span rest = text;
    if (span_skip(&rest, "-A ") && span_cut_word(&rest, &chain))
        text = span_trim(rest);
    str_printf(ret, "   " SPAN_FMT, SPAN_ARG(text));
}

static void add_hop(struct view *view, const struct packet_hop *hop, const struct packet_hop *before,
                    size_t index)
{
    struct str text = {0};
    char number[16] = "";
    if (trace_begins_leg(hop, before))
        view_add(view, ROLE_HEADING, NULL, packet_leg_name(hop->leg))->depth = 2;
    if (trace_begins_leg(hop, before))
        view->rows[view->n - 1].index = index;
    trace_add_step(hop, &text);
    if (hop->chain && hop->rule)
        add_rule(hop->rule, &text);
    if (trace_hop_line(hop))
        snprintf(number, sizeof number, "%u", trace_hop_line(hop));
    struct view_row *row = view_add(view, ROLE_MUTED, number, str_text(&text));
    row->depth = 2;
    row->index = index;
    row->place = place_in(hop->chain ? hop->ruleset : NULL, trace_hop_line(hop));
    view_cell(view, 2, ROLE_MUTED, "%s", trace_begins_hook(hop, before) ? nf_hook_name(hop->hook) : "");
    str_done(&text);
}

static enum role fate_role(enum packet_fate fate)
{
    return fate == PACKET_BLOCKED ? ROLE_FINDING : fate == PACKET_PASSES ? ROLE_OK : ROLE_UNKNOWN;
}

static enum glyph fate_glyph(enum packet_fate fate)
{
    return fate == PACKET_BLOCKED ? GLYPH_FINDING : fate == PACKET_PASSES ? GLYPH_DONE : GLYPH_UNKNOWN;
}

static void sign(struct view_row *row, enum glyph glyph, size_t index)
{
    row->signed_ = true;
    row->glyph = glyph;
    row->index = index;
}

// One endpoint's fate, and what was met on the way to it and back.
static void add_branch(struct view *view, const struct packet_branch *b, size_t index)
{
    struct str text = {0};
    struct arena arena = {0};
    const struct packet_hop **hops;
    trace_add_fate(b, &text);
    struct view_row *row = view_add(view, fate_role(b->fate), "way", str_text(&text));
    row->depth = 1;
    row->cells[1].role = fate_role(b->fate);
    row->place = place_in(b->decision.ruleset, packet_decision_line(&b->decision));
    sign(row, fate_glyph(b->fate), index);
    size_t n = trace_hops(&arena, b->last, &hops);
    for (size_t i = 0; i < n; i++)
        add_hop(view, hops[i], i ? hops[i - 1] : NULL, index);
    if (n > 0 && b->fate == PACKET_BLOCKED &&
        trace_hop_line(hops[n - 1]) == packet_decision_line(&b->decision)) // the rule that decides
        view->rows[view->n - 1].cells[0].role = view->rows[view->n - 1].cells[1].role = ROLE_FINDING;
    arena_done(&arena);
    str_done(&text);
}

static void add_gaps(struct view *view, const struct packet_answer *answer, size_t index)
{
    for (size_t i = 0; i < answer->n_gaps; i++) {
        const struct packet_gap *gap = &answer->gaps[i];
        struct str text = {0};
        trace_add_gap(gap, &text);
        struct view_row *row = view_add(view, ROLE_UNKNOWN, "cannot tell", str_text(&text));
        row->depth = 1;
        row->index = index;
        row->place = place_in(gap->rule ? gap->ruleset : NULL, gap->rule ? gap->rule->line : 0);
        str_done(&text);
    }
}

static void add_unfolded(struct view *view, const struct packet_answer *answer, size_t index)
{
    if (answer->n_branches == 0)
        add_branch(view, &answer->worst, index);
    for (size_t i = 0; i < answer->n_branches; i++)
        add_branch(view, &answer->branches[i], index);
    add_gaps(view, answer, index);
}

// "blocked (query): from 10.0.11.142 to 172.20.0.10, through ip-10-0-11-37"
static void add_way_words(const struct walked *w, struct str *ret)
{
    struct span name = span_of(w->way->node_name ? w->way->node_name : "a node that is not known");
    size_t dot = span_find_char(name, '.');
    if (!w->answer)
        str_add(ret, "no ruleset of the node was read");
    else
        str_add(ret, packet_fate_name(w->answer->worst.fate));
    if (w->answer && w->answer->worst.fate != PACKET_PASSES)
        str_printf(ret, " (%s)", packet_leg_name(w->answer->worst.decision.leg));
    str_printf(ret, ": %s, through " SPAN_FMT, w->way->what, SPAN_ARG(span_first(name, dot)));
}

static void add_way(struct view *view, const struct walked *w, size_t i)
{
    enum packet_fate fate = w->answer ? w->answer->worst.fate : PACKET_UNKNOWN;
    struct str text = {0};
    add_way_words(w, &text);
    struct view_row *row = view_add(view, fate_role(fate),
                                    !w->answer ? "UDP TCP"
                                    : w->tcp   ? "TCP"
                                               : "UDP",
                                    str_text(&text));
    row->depth = 1;
    row->cells[1].role = fate_role(fate);
    sign(row, fate_glyph(fate), way_index(i));
    str_done(&text);
    if (!w->answer)
        return;
    row->place =
        place_in(w->answer->worst.decision.ruleset, packet_decision_line(&w->answer->worst.decision));
    view_cell(view, 2, ROLE_MUTED, "%s", w->unfolded ? "Left folds" : "Right unfolds");
    if (w->unfolded)
        add_unfolded(view, w->answer, way_index(i));
}

static void add_hop_state(struct ui *ui, struct view *view, enum hop_id id)
{
    struct hop_state state = hop_state(session_analysis(ui->session), id);
    struct str text = {0};
    str_add(&text, state.word);
    if (state.claim)
        str_printf(&text, ": %s", state.claim->text);
    struct view_row *row = view_add(view, state.role, hop_name(id), str_text(&text));
    sign(row, state.glyph, id);
    row->cells[1].role = state.role;
    if (state.claim && state.claim->n_places > 0)
        row->place = state.claim->places[0];
    str_done(&text);
}

static size_t first_broken(const struct view *view)
{
    for (size_t i = 0; i < view->n; i++) {
        if (view->rows[i].signed_ && view->rows[i].glyph == GLYPH_FINDING)
            return i;
    }
    return 0;
}

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    if (view->changed)
        walk_all(state, session_analysis(ui->session)->facts);
    view->note = "one query and its reply, hop by hop";
    for (enum hop_id id = 0; id < HOP_COUNT; id++) {
        add_hop_state(ui, view, id);
        for (size_t i = 0; id == HOP_RULES && i < state->n; i++)
            add_way(view, &state->walked[i], i);
    }
    if (!state->begun)
        view->list.at = first_broken(view);
    state->begun = true;
}

// ---- keys

static void shift(struct ui *ui, struct view *view, int by)
{
    struct state *state = view->state;
    const struct view_row *row = view_current(ui, view);
    if (!row || row->index < HOP_COUNT)
        return;
    size_t index = row->index;
    state->walked[index - HOP_COUNT].unfolded = by > 0;
    while (view->list.at > 0 && view->rows[view->list.at - 1].index == index) // to the way's own row
        view->list.at--;
    view->fresh = false;
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct view_row *row = view_current(ui, view);
    if (row->index < HOP_COUNT) {
        struct hop_state state = hop_state(session_analysis(ui->session), (enum hop_id)row->index);
        prose_label(p, hop_name((enum hop_id)row->index), state.role, "%s", state.word);
        if (state.claim)
            view_tell_claim(ui, state.claim, p);
        return;
    }
    prose_add(p, row->cells[1].role, "%s", row->cells[1].text);
    view_tell_place(ui, row->place, p);
}

static void done(struct view *view)
{
    forget(view->state);
}

static const struct view_ops ops = {
    .title = "Path",
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .state_size = sizeof(struct state),
    .fill = fill,
    .detail = detail,
    .shift = shift,
    .done = done,
};

void view_path_open(void *ui)
{
    view_open(ui, &ops);
}
