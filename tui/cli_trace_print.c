// What `d5tui trace` says: one JSON object (contract, section 2), or the walk hop by hop for people.
#include <stdio.h>
#include <stdlib.h>

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/door/json.h"
#include "tui/cli_trace.h"
#include "tui/trace_words.h"

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

static void write_line(struct json_writer *j, const struct packet_decision *d)
{
    if (!d->ruleset) {
        json_write(j, "line", NULL);
        json_write(j, "rule", NULL);
        return;
    }
    json_write_i64(j, "line", packet_decision_line(d));
    json_write_span(j, "rule", trace_decision_text(d));
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

static void write_gaps(struct json_writer *j, const struct packet_answer *a)
{
    json_open(j, "unknown", '[');
    for (size_t i = 0; i < a->n_gaps; i++) {
        struct str text = {0};
        trace_add_gap(&a->gaps[i], &text);
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
    struct str step = {0};
    trace_add_step(hop, &step);
    if (hop->chain)
        printf("  %5u %s\n", trace_hop_line(hop), str_text(&step));
    else
        printf("        %s\n", str_text(&step));
    if (hop->chain && hop->rule)
        print_safe("          ", ruleset_rule_text(hop->rule));
    str_done(&step);
}

static void print_trail(const struct packet_hop *last)
{
    struct arena arena = {0};
    const struct packet_hop **hops;
    size_t n = trace_hops(&arena, last, &hops);
    for (size_t i = 0; i < n; i++) {
        const struct packet_hop *before = i ? hops[i - 1] : NULL;
        if (trace_begins_leg(hops[i], before))
            printf("%s\n", packet_leg_name(hops[i]->leg));
        if (trace_begins_hook(hops[i], before))
            printf("  %s\n", nf_hook_name(hops[i]->hook));
        print_hop(hops[i]);
    }
    arena_done(&arena);
}

static void print_fate(const struct packet_branch *b)
{
    struct str fate = {0};
    trace_add_fate(b, &fate);
    puts(str_text(&fate));
    str_done(&fate);
    if (b->decision.ruleset)
        print_safe("    ", trace_decision_text(&b->decision));
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
        trace_add_gap(&r->answer->gaps[i], &text);
        print_safe("cannot tell: ", str_span(&text));
        str_done(&text);
    }
}
