// What `d5tui trace` says: one JSON object (contract, section 2), or the walk hop by hop for people.
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/door/json.h"
#include "tui/cli_trace.h"

static void write_or_null(struct json_writer *j, const char *name, const struct str *text)
{
    json_write(j, name, text->len ? str_text(text) : NULL);
}

static void write_dnat(struct json_writer *j, const struct packet_branch *b)
{
    char text[IP_TEXT];
    json_write(j, "dnat", b->dnat.family ? ip_format_port(b->dnat, b->dnat_port, text) : NULL);
}

static void write_source(struct json_writer *j, const struct packet_decision *d)
{
    struct str source = {0};
    if (d->ruleset)
        str_printf(&source, "%s:%u", d->ruleset->path, packet_decision_line(d));
    write_or_null(j, "source", &source);
    str_done(&source);
}

// The deciding line itself; of a policy the chain's.
static struct span decision_text(const struct packet_decision *d)
{
    if (!d->ruleset)
        return span_make(NULL, 0);
    return span_trim(d->rule ? d->rule->text : ruleset_line(d->ruleset, packet_decision_line(d)));
}

static void write_line(struct json_writer *j, const struct packet_decision *d)
{
    if (!d->ruleset) {
        json_write(j, "line", NULL);
        json_write(j, "rule", NULL);
        return;
    }
    json_write_i64(j, "line", packet_decision_line(d));
    json_write_span(j, "rule", decision_text(d));
}

static const char *leg_of(const struct packet_branch *b)
{
    return b->fate == PACKET_PASSES ? NULL : packet_leg_name(b->decision.leg);
}

static void write_branch(struct json_writer *j, const struct packet_branch *b)
{
    json_open(j, NULL, '{');
    write_dnat(j, b);
    json_write(j, "fate", packet_fate_name(b->fate));
    json_write(j, "leg", leg_of(b));
    json_write(j, "action", packet_action_name(b->decision.action));
    write_source(j, &b->decision);
    write_line(j, &b->decision);
    json_close(j, '}');
}

static void gap_text(const struct packet_gap *gap, struct str *ret)
{
    str_add(ret, gap->what);
    if (gap->rule)
        str_printf(ret, ", line %u", gap->rule->line);
    if (gap->ruleset && gap->ruleset->path)
        str_printf(ret, " of %s", gap->ruleset->path);
}

static void write_gaps(struct json_writer *j, const struct packet_answer *a)
{
    json_open(j, "unknown", '[');
    for (size_t i = 0; i < a->n_gaps; i++) {
        struct str text = {0};
        gap_text(&a->gaps[i], &text);
        json_write(j, NULL, str_text(&text));
        str_done(&text);
    }
    json_close(j, ']');
}

static void write_chain(struct json_writer *j, const struct packet_decision *d)
{
    if (d->chain) {
        json_write_span(j, "table", d->ruleset->tables[d->chain->table].name);
        json_write_span(j, "chain", d->chain->name);
    } else {
        json_write(j, "table", NULL);
        json_write(j, "chain", NULL);
    }
}

void trace_print_json(const struct trace_result *r)
{
    const struct packet_branch *worst = &r->answer->worst;
    struct str out = {0};
    struct json_writer j;
    json_writer_init(&j, &out, true);
    json_open(&j, NULL, '{');
    json_write(&j, "fate", packet_fate_name(worst->fate));
    json_write(&j, "leg", leg_of(worst));
    json_write(&j, "action", packet_action_name(worst->decision.action));
    json_write(&j, "node", r->node);
    write_source(&j, &worst->decision);
    write_chain(&j, &worst->decision);
    write_line(&j, &worst->decision);
    write_dnat(&j, worst);
    write_gaps(&j, r->answer);
    if (r->answer->n_branches > 0) {
        json_open(&j, "branches", '[');
        for (size_t i = 0; i < r->answer->n_branches; i++)
            write_branch(&j, &r->answer->branches[i]);
        json_close(&j, ']');
    }
    json_close(&j, '}');
    puts(str_text(&out));
    str_done(&out);
}

// ---------------------------------------------------------------- for people

static void print_safe(const char *indent, struct span text)
{
    struct str safe = {0};
    utf8_make_safe(text, &safe);
    printf("%s%s\n", indent, str_text(&safe));
    str_done(&safe);
}

static void print_hop(const struct packet_hop *hop)
{
    if (!hop->chain) {
        printf("        %s\n", hop->text);
        return;
    }
    struct span table = hop->ruleset->tables[hop->chain->table].name;
    uint32_t line = hop->rule ? hop->rule->line : hop->chain->line;
    printf("  %5u " SPAN_FMT " " SPAN_FMT ": %s\n", line, SPAN_ARG(table), SPAN_ARG(hop->chain->name),
           hop->text ? hop->text : "");
    if (hop->rule)
        print_safe("          ", ruleset_rule_text(hop->rule));
}

static void print_head(const struct packet_hop *hop, const struct packet_hop *before)
{
    if (!before || before->leg != hop->leg)
        printf("%s\n", packet_leg_name(hop->leg));
    if (hop->chain && (!before || before->leg != hop->leg || before->hook != hop->hook))
        printf("  %s\n", nf_hook_name(hop->hook));
}

static void print_trail(const struct packet_hop *last)
{
    size_t n = 0;
    for (const struct packet_hop *h = last; h; h = h->previous)
        n++;
    const struct packet_hop **hops = mem_calloc(n, sizeof *hops);
    for (size_t i = n; i-- > 0; last = last->previous)
        hops[i] = last;
    for (size_t i = 0; i < n; i++) {
        print_head(hops[i], i ? hops[i - 1] : NULL);
        print_hop(hops[i]);
    }
    free(hops);
}

static void print_fate(const struct packet_branch *b)
{
    char text[IP_TEXT];
    if (b->dnat.family)
        printf("to %s: ", ip_format_port(b->dnat, b->dnat_port, text));
    fputs(packet_fate_name(b->fate), stdout);
    if (b->fate != PACKET_PASSES)
        printf(" (%s)", packet_leg_name(b->decision.leg));
    const char *action = packet_action_name(b->decision.action);
    if (action)
        printf(", %s", action);
    if (b->decision.ruleset)
        printf(", %s:%u", b->decision.ruleset->path, packet_decision_line(&b->decision));
    putchar('\n');
    if (b->decision.ruleset)
        print_safe("    ", decision_text(&b->decision));
}

void trace_print_text(const struct trace_result *r)
{
    if (r->node)
        printf("node %s\n", r->node);
    print_trail(r->answer->worst.last);
    print_fate(&r->answer->worst);
    for (size_t i = 0; r->answer->n_branches > 1 && i < r->answer->n_branches; i++) {
        printf("  branch ");
        print_fate(&r->answer->branches[i]);
    }
    for (size_t i = 0; i < r->answer->n_gaps; i++) {
        struct str text = {0};
        gap_text(&r->answer->gaps[i], &text);
        print_safe("cannot tell: ", str_span(&text));
        str_done(&text);
    }
}
