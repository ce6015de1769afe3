// The question and the answer: where the walk begins, and what its outcome says.
#include "core/judge/packet.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/packet_state.h"

static struct peer peer_of(struct ip ip, uint16_t port_lo, uint16_t port_hi)
{
    struct num n = num_of_ip(ip);
    return (struct peer){.lo = n, .hi = n, .port_lo = port_lo, .port_hi = port_hi};
}

struct peer packet_asker(const struct packet_query *q)
{
    if (q->sport)
        return peer_of(q->src, q->sport, q->sport);
    return peer_of(q->src, q->sport_lo ? q->sport_lo : 1024, q->sport_hi ? q->sport_hi : UINT16_MAX);
}

static void begin(const struct walk *walk, struct world *w)
{
    const struct packet_query *q = walk->query;
    memset(w, 0, sizeof *w);
    w->src = packet_asker(q);
    w->dst = peer_of(q->dst, q->dport, q->dport);
    w->hook = q->hook == NF_OUTPUT ? NF_OUTPUT : NF_INGRESS;
    w->loops = q->hook == NF_OUTPUT && packet_loops(walk, w) == TRI_YES;
}

static void fill_answer(struct packet_answer *answer, const struct outcome *o)
{
    answer->worst = o->self;
    answer->branches = o->branches;
    answer->n_branches = o->n_branches;
    answer->dnat_open = o->dnat_open;
    for (size_t i = 0; i < o->n_branches; i++) { // the first of those that fare as the whole does
        if (o->branches[i].fate == o->self.fate) {
            answer->worst = o->branches[i];
            break;
        }
    }
    if (o->dnat_open) { // where the branches lead holds only if it is balanced at all
        answer->worst.dnat = (struct ip){0};
        answer->worst.dnat_port = 0;
    }
    size_t n = 0;
    for (const struct gap_link *g = o->gaps; g; g = g->next)
        n++;
    struct packet_gap *gaps = arena_alloc(&answer->arena, n * sizeof *gaps);
    answer->n_gaps = n;
    for (const struct gap_link *g = o->gaps; g; g = g->next) // the last added stands first
        gaps[--n] = g->gap;
    answer->gaps = gaps;
}

static bool is_for(const struct ruleset *rs, uint8_t family)
{
    return rs->family != (family == 4 ? NF_FAMILY_IP6 : NF_FAMILY_IP) && rs->family != NF_FAMILY_OTHER;
}

// A ruleset of which a part is not there, and how that part is called. NULL: all are whole.
static const struct ruleset *find_broken(const struct packet_query *q, const char **ret_what)
{
    bool nft = false;
    for (size_t i = 0; i < q->n_rules; i++)
        nft = nft || q->rules[i]->backend == RULESET_NFT;
    for (size_t i = 0; i < q->n_rules; i++) {
        const struct ruleset *rs = q->rules[i];
        *ret_what = rs->cut ? "what is missing at the end" : "chains that only nft lists, beside those";
        if (is_for(rs, q->dst.family) && (rs->cut || (rs->partial && !nft)))
            return rs;
    }
    return NULL;
}

static const struct outcome *walk_all(struct walk *walk, struct state *s)
{
    struct packet_gap gap = {0};
    gap.ruleset = find_broken(walk->query, &gap.what);
    return gap.ruleset ? outcome_unknown(walk, &s->w, &gap, s->trail) : walk_on(walk, s);
}

struct packet_answer *packet_trace(const struct packet_query *query)
{
    struct packet_answer *answer = mem_alloc(sizeof *answer);
    struct walk walk = {.query = query, .answer = answer, .family = query->dst.family};
    struct state *s = mem_alloc(sizeof *s);
    packet_plan_build(&walk.plan, query, walk.family);
    begin(&walk, &s->w);
    struct world first = s->w;
    fill_answer(answer, walk_all(&walk, s));
    if (answer->n_branches == 0 && packet_is_balanced(&walk, &first)) {
        answer->branches = &answer->worst;
        answer->n_branches = 1;
    }
    packet_plan_done(&walk.plan);
    free(s);
    return answer;
}

void packet_answer_free(struct packet_answer *answer)
{
    if (!answer)
        return;
    arena_done(&answer->arena);
    free(answer);
}

const char *packet_fate_name(enum packet_fate fate)
{
    static const char *const names[] = {"passes", "blocked", "unknown"};
    return names[fate];
}

const char *packet_action_name(enum packet_action action)
{
    static const char *const names[] = {NULL, "DROP", "REJECT", "POLICY"};
    return names[action];
}

const char *packet_leg_name(enum packet_leg leg)
{
    return leg == PACKET_QUERY ? "query" : "reply";
}

static uint32_t line_of(const struct rule *rule, const struct chain *chain)
{
    if (rule)
        return rule->line;
    return chain ? chain->line : 0;
}

uint32_t packet_decision_line(const struct packet_decision *d)
{
    return line_of(d->rule, d->chain);
}

uint32_t packet_gap_line(const struct packet_gap *gap)
{
    return line_of(gap->rule, gap->chain);
}
