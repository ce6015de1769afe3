// Looks in the captures for what a race leaves behind, and holds it against the counter.
#include "core/judge/race.h"

#include "core/base/str.h"
#include "core/judge/source_nat.h"

enum { TWIN_WITHIN_MS = 20, SHOWN = 4 };

// ------------------------------------------------------------------ what was lost

struct race {
    size_t n_lost, n_answered; // of the pod, in the window
    size_t n_pairs;            // lost, and its twin answered
    struct cites pairs;
    usec_t first_pair;
    const struct lookup *lost; // the first that came in at the node and was not seen to leave; or NULL
};

// The other question of the pair: the same name, the other type, from the same client in the same instant.
static const struct lookup *find_twin(const struct lookups *all, size_t at)
{
    const struct lookup *l = &all->items[at];
    for (size_t back = 0; back < 2; back++) {
        for (size_t step = 1; step <= 8; step++) {
            size_t i = back ? at - step : at + step;
            if (back ? step > at : i >= all->n)
                break;
            const struct lookup *other = &all->items[i];
            usec_t apart = other->time - l->time;
            if (other->origin == LOOKUP_CAPTURE && ip_eq(other->client, l->client) &&
                str_same(other->name, l->name) && !str_same(other->type, l->type) &&
                apart < TWIN_WITHIN_MS * USEC_MSEC && apart > -TWIN_WITHIN_MS * USEC_MSEC)
                return other;
        }
    }
    return NULL;
}

static void add_lost(struct race *race, const struct lookups *all, size_t at)
{
    const struct lookup *l = &all->items[at];
    const struct lookup *twin = l->origin == LOOKUP_CAPTURE ? find_twin(all, at) : NULL;
    race->n_lost++;
    if (!race->lost && l->forwarded == TRI_NO && l->proto == LOOKUP_UDP && l->target_pod)
        race->lost = l;
    if (!twin || lookup_failed(twin->outcome))
        return;
    if (race->n_pairs++ < SHOWN)
        cite(&race->pairs, l->asked);
    if (race->first_pair == TIME_UNKNOWN)
        race->first_pair = l->time;
}

static struct race find_race(const struct bench *b)
{
    const struct lookups *all = &b->facts->lookups;
    struct race race = {.first_pair = TIME_UNKNOWN};
    for (size_t i = 0; i < all->n; i++) {
        const struct lookup *l = &all->items[i];
        bool own = l->vantage == LOOKUP_FROM_POD && bench_time_in_window(b, l->time) == TRI_YES;
        if (!own || (l->origin != LOOKUP_CAPTURE && l->origin != LOOKUP_DIG))
            continue;
        race.n_answered += !lookup_failed(l->outcome);
        if (l->outcome == LOOKUP_TIMEOUT)
            add_lost(&race, all, i);
    }
    return race;
}

// ------------------------------------------------------------------ what source NAT does to them

struct crossing {    // the pod's UDP questions to one server, as the captures saw them at its node
    size_t n_stayed; // came in, did not leave, and were not answered
    size_t n_left;   // left, whatever became of them
    size_t n_unseen; // answered, but not seen to leave: the capture shows only one side of the node
    struct cites stayed;
    usec_t first;
};

static void cross(struct crossing *c, const struct lookup *l)
{
    if (l->forwarded == TRI_YES) {
        c->n_left++;
    } else if (l->outcome != LOOKUP_TIMEOUT) {
        c->n_unseen++;
    } else if (l->forwarded == TRI_NO) {
        if (c->n_stayed++ < SHOWN)
            cite(&c->stayed, l->asked);
        c->first = c->first == TIME_UNKNOWN ? l->time : c->first;
    }
}

static struct crossing find_crossing(const struct bench *b, struct ip server)
{
    const struct lookups *all = &b->facts->lookups;
    struct crossing c = {.first = TIME_UNKNOWN};
    for (size_t i = 0; i < all->n; i++) {
        const struct lookup *l = &all->items[i];
        if (l->origin == LOOKUP_CAPTURE && l->target_pod && l->proto == LOOKUP_UDP &&
            ip_eq(l->server, server) && bench_time_in_window(b, l->time) == TRI_YES)
            cross(&c, l);
    }
    return c;
}

// The losses are the counter's: they are few, it counted as many at least, and what was answered was seen to
// leave, so that what was not seen to leave did not.
static bool is_shown(const struct crossing *c, const struct growth *insert_failed)
{
    return c->n_stayed && c->n_stayed < c->n_left && !c->n_unseen &&
           c->n_stayed <= insert_failed->grown_in_window;
}

// ------------------------------------------------------------------ what is said

static void say(struct bench *b, const struct race_node *node, struct claim claim, const struct cites *cites)
{
    claim.diagnosis = DIAGNOSIS_CONNTRACK_RACE;
    claim.subject = SUBJECT_CONNTRACK;
    claim.object = node->name;
    bench_say(b, &claim, cites);
}

static void cite_counter(const struct growth *g, struct cites *cites)
{
    cite(cites, growth_in_window(g) == TRI_NO ? g->last_place : g->grown_place);
    cite(cites, g->first_place);
}

static void say_still(struct bench *b, const struct race_node *node)
{
    struct cites cites = {.n = 0};
    cite_counter(node->insert_failed, &cites);
    say(b, node,
        (struct claim){.kind = CLAIM_INNOCENT,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text = arena_printf(&b->arena, "insert_failed did not grow%s on %s: %s",
                                            node->insert_failed->grown ? " while it hurt" : "", node->name,
                                            growth_tell(b, node->insert_failed)),
                       .time = TIME_UNKNOWN},
        &cites);
}

static const char *tell_grown(struct bench *b, const struct race_node *node)
{
    const struct growth *g = node->insert_failed;
    return arena_printf(&b->arena, "insert_failed grew on %s: %s%s%s", node->name, growth_tell(b, g),
                        growth_doubt(g), node->has_room ? ", and the table has room" : "");
}

// Nothing at all was answered: not a race, which is rare.
static void say_grown(struct bench *b, const struct race_node *node, const struct race *race)
{
    struct cites cites = {.n = 0};
    cite_counter(node->insert_failed, &cites);
    bool all_lost = race->n_lost > 0 && race->n_answered == 0;
    say(b, node,
        (struct claim){.kind = all_lost ? CLAIM_INNOCENT : CLAIM_CAUSE,
                       .on_path = race->n_pairs ? TRI_YES : TRI_UNKNOWN,
                       .in_window = growth_in_window(node->insert_failed),
                       .text = tell_grown(b, node),
                       .time = node->insert_failed->grown_at},
        &cites);
}

static void say_pairs(struct bench *b, const struct race_node *node, const struct race *race)
{
    say(b, node,
        (struct claim){.kind = CLAIM_EFFECT,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text =
                           arena_printf(&b->arena,
                                        "of %zu pair%s of A and AAAA questions sent in one instant one was "
                                        "answered and the other lost",
                                        race->n_pairs, race->n_pairs == 1 ? "" : "s"),
                       .time = race->first_pair},
        &race->pairs);
}

static const char *fix_nat(struct bench *b, const struct source_nat *nat)
{
    return arena_printf(
        &b->arena,
        "have the source NAT of chain %s draw its ports: --random-fully in iptables, fully-random in "
        "nftables, %s",
        nat->chain,
        strncmp(nat->chain, "AWS-", 4) == 0
            ? "which the VPC CNI writes with AWS_VPC_K8S_CNI_RANDOMIZESNAT=prng on the daemon set aws-node"
            : "by the settings of whoever writes that rule");
}

static void say_port(struct bench *b, const struct race_node *node, const struct source_nat *nat)
{
    struct cites cites = {.n = 0};
    cite_counter(node->insert_failed, &cites);
    cite(&cites, nat->place);
    say(b, node,
        (struct claim){
            .kind = CLAIM_CAUSE,
            .on_path = TRI_YES,
            .in_window = growth_in_window(node->insert_failed),
            .text = arena_printf(&b->arena,
                                 "%s; source NAT there (chain %s) leaves queries of two pods the same port",
                                 tell_grown(b, node), nat->chain),
            .fix = fix_nat(b, nat),
            .time = node->insert_failed->grown_at},
        &cites);
}

static void say_stayed(struct bench *b, const struct race_node *node, const struct crossing *c)
{
    say(b, node,
        (struct claim){.kind = CLAIM_EFFECT,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text =
                           arena_printf(&b->arena,
                                        "of the pod's queries %zu came in at %s and did not leave it, beside "
                                        "%zu that did",
                                        c->n_stayed, node->name, c->n_left),
                       .time = c->first},
        &c->stayed);
}

// ------------------------------------------------------------------ the judge

// Returns whether queries of the pod are lost where source NAT leaves them their port.
static bool judge_port(struct bench *b, const struct race_node *node, const struct race *race)
{
    struct source_nat nat;
    if (!race->lost || !race->n_answered || !source_nat_find(b, race->lost->server, &nat) || !nat.keeps_port)
        return false;
    struct crossing c = find_crossing(b, race->lost->server);
    say_port(b, node, &nat);
    if (is_shown(&c, node->insert_failed))
        say_stayed(b, node, &c);
    return true;
}

void race_judge(struct bench *b, const struct race_node *node)
{
    const struct growth *g = node->insert_failed;
    if (g->readings < 2)
        return;
    if (growth_in_window(g) == TRI_NO && g->last > 0)
        say_still(b, node);
    if (growth_in_window(g) == TRI_NO || node->full)
        return;
    struct race race = find_race(b);
    if (race.n_pairs)
        say_pairs(b, node, &race);
    if (race.n_pairs || !judge_port(b, node, &race))
        say_grown(b, node, &race);
}
