// The words of a walk.
#include "tui/trace_words.h"

size_t trace_hops(struct arena *arena, const struct packet_hop *last, const struct packet_hop ***ret)
{
    size_t n = 0;
    for (const struct packet_hop *h = last; h; h = h->previous)
        n++;
    const struct packet_hop **hops = arena_alloc(arena, (n + 1) * sizeof *hops);
    for (size_t i = n; i-- > 0; last = last->previous)
        hops[i] = last;
    *ret = hops;
    return n;
}

bool trace_begins_leg(const struct packet_hop *hop, const struct packet_hop *before)
{
    return !before || before->leg != hop->leg;
}

bool trace_begins_hook(const struct packet_hop *hop, const struct packet_hop *before)
{
    return hop->chain && (trace_begins_leg(hop, before) || before->hook != hop->hook);
}

uint32_t trace_hop_line(const struct packet_hop *hop)
{
    if (!hop->chain)
        return 0;
    return hop->rule ? hop->rule->line : hop->chain->line;
}

void trace_add_step(const struct packet_hop *hop, struct str *ret)
{
    if (hop->chain) {
        struct span table = hop->ruleset->tables[hop->chain->table].name;
        str_printf(ret, SPAN_FMT " " SPAN_FMT ": ", SPAN_ARG(table), SPAN_ARG(hop->chain->name));
    }
    str_add(ret, hop->text ? hop->text : "");
}

void trace_add_fate(const struct packet_branch *b, struct str *ret)
{
    char text[IP_TEXT];
    if (b->dnat.family)
        str_printf(ret, "to %s: ", ip_format_port(b->dnat, b->dnat_port, text));
    str_add(ret, packet_fate_name(b->fate));
    if (b->fate != PACKET_PASSES)
        str_printf(ret, " (%s)", packet_leg_name(b->decision.leg));
    const char *action = packet_action_name(b->decision.action);
    if (action)
        str_printf(ret, ", %s", action);
    if (b->decision.ruleset)
        str_printf(ret, ", %s:%u", b->decision.ruleset->path, packet_decision_line(&b->decision));
}

void trace_add_gap(const struct packet_gap *gap, struct str *ret)
{
    str_add(ret, gap->what);
    if (packet_gap_line(gap))
        str_printf(ret, ", line %u", packet_gap_line(gap));
    if (gap->ruleset && gap->ruleset->path)
        str_printf(ret, " of %s", gap->ruleset->path);
}

struct span trace_decision_text(const struct packet_decision *d)
{
    if (!d->ruleset)
        return span_make(NULL, 0);
    return span_trim(d->rule ? d->rule->text : ruleset_line(d->ruleset, packet_decision_line(d)));
}
