// The commands of a guided card, live: what Enter would run, what runs at this moment, and what is for
// somebody else. Of several nodes each command is told once, and without the way to the node.
#include "core/base/str.h"
#include "tui/card.h"
#include "tui/view_ui.h"

enum { MOST_COMMANDS = 3 };

static bool is_same_call(const struct planned *a, const struct planned *b)
{
    return a->row == b->row && a->state == b->state && span_compare(planned_words(a), planned_words(b)) == 0;
}

// How many of the plan's calls from this one on are the same but for where they run; 0: it was told before.
static size_t count_alike(const struct plan *plan, size_t at)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n; i++) {
        bool same = is_same_call(&plan->items[i], &plan->items[at]);
        if (same && i < at)
            return 0;
        n += same;
    }
    return n;
}

// The command without the way to the node, and where it runs.
static void tell_command(struct card *card, const char *label, const struct planned *p, size_t n)
{
    struct str text = {0};
    struct span where = span_of(p->where);
    size_t dot = span_find_char(where, '.');
    str_printf(&text, SPAN_FMT, SPAN_ARG(planned_words(p)));
    if (n > 1)
        str_printf(&text, "   (on %zu nodes)", n);
    else if (p->row->place == PROBE_ON_NODE)
        str_printf(&text, "   (on " SPAN_FMT ")", SPAN_ARG(dot == SIZE_MAX ? where : span_first(where, dot)));
    card_label(card, label, p->state == PLANNED_RUN ? ROLE_CITED : ROLE_HELD, str_text(&text));
    str_done(&text);
}

// Those that serve the step itself, or those that the rest is found by. Returns how many were told so far.
static size_t tell_commands(struct card *card, const struct plan *plan, enum subject subject, bool own,
                            size_t told)
{
    for (size_t i = 0; i < plan->n && told < MOST_COMMANDS; i++) {
        const struct planned *p = &plan->items[i];
        bool meant = p->state == PLANNED_RUN && probe_serves(p->row, subject) == own;
        size_t alike = meant ? count_alike(plan, i) : 0;
        if (alike > 0)
            tell_command(card, told++ == 0 ? "Runs" : "", p, alike);
    }
    return told;
}

static size_t count_state(const struct plan *plan, enum planned_state state, const struct planned **ret_first)
{
    size_t n = 0;
    for (size_t i = plan->n; i-- > 0;) {
        if (plan->items[i].state == state) {
            *ret_first = &plan->items[i];
            n++;
        }
    }
    return n;
}

const char *view_guided_running(const struct ui *ui)
{
    return view_live_is_busy(ui) && !ui->live.recheck ? ui->live.step : NULL;
}

// What runs at this moment.
static void tell_running(const struct ui *ui, struct card *card)
{
    const struct runner *runner = live_runner(ui->live.live);
    size_t told = 0;
    for (size_t i = 0; i < runner_count(runner) && told < MOST_COMMANDS; i++) {
        const struct probe_run *run = runner_at(runner, i);
        if (run->state == PROBE_RUNNING)
            tell_command(card, told++ == 0 ? "Runs" : "", run->planned, 1);
    }
}

// Live: the very commands that Enter would run, and those that are for somebody else.
static void tell_plan(const struct ui *ui, struct card *card, const char *step)
{
    enum subject subject = session_step_subject(ui->session, step);
    const struct planned *first = NULL;
    struct plan plan = {0};
    struct str text = {0};
    live_plan(ui->live.live, step, &plan);
    size_t told = tell_commands(card, &plan, subject, true, 0);
    tell_commands(card, &plan, subject, false, told);
    size_t runs = count_state(&plan, PLANNED_RUN, &first);
    if (runs == 0)
        card_label(card, "Reads", ROLE_MUTED, "what earlier steps brought; nothing runs on the cluster now");
    if (runs > MOST_COMMANDS)
        str_printf(&text, "%zu commands in all", runs);
    card_label(card, "", ROLE_MUTED, str_text(&text));
    size_t refused = count_state(&plan, PLANNED_NOT_ALLOWED, &first);
    if (refused > 0)
        tell_command(card, "Not you", first, 1);
    str_clear(&text);
    if (refused > 1)
        str_printf(&text, "and %zu more, for somebody in standard mode", refused - 1);
    card_label(card, "", ROLE_MUTED, str_text(&text));
    str_done(&text);
    plan_done(&plan);
}

void view_guided_commands(const struct ui *ui, struct card *card, const char *step)
{
    if (view_guided_running(ui))
        tell_running(ui, card);
    else
        tell_plan(ui, card, step);
}
