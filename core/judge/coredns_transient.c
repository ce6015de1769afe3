// transient_servfail: a handful of lookups that got SERVFAIL in the seconds in which CoreDNS pods come and
// go, and every lookup answered before and after. All four must hold: few, close together, beside a change of
// CoreDNS, and over. Where none got SERVFAIL, a handful of lost ones may be the same: kube-proxy leads to a
// pod that is gone until it hears of it.
#include <string.h>

#include "core/judge/coredns.h"
#include "core/parse/resolvconf.h"

// Of lookups, not of packets: one getaddrinfo asks A and AAAA for each name of its search list.
enum { FEW = 10 };
static const usec_t one_lookup = 5 * USEC_SEC;     // in which the questions of one lookup follow each other
static const usec_t span_most = 90 * USEC_SEC;     // from the first to the last
static const usec_t before_change = 15 * USEC_SEC; // clocks differ; lameduck begins before the API's event
static const usec_t after_change = 120 * USEC_SEC; // kube-proxy and conntrack follow within

struct spell { // the SERVFAIL of the window
    struct cites cites;
    size_t n, n_logged; // seen on the wire; told by applications, mostly of the same lookups
    size_t said;        // of both: those that were said to be SERVFAIL, not merely to have failed
    const struct lookup *asked[FEW + 1]; // one of each lookup seen on the wire, as far as they are few
    size_t n_asked;
    usec_t first, last;
    bool answered_before, answered_after, goes_on;
};

static bool is_servfail(const struct lookup *l)
{
    return l->outcome == LOOKUP_SERVFAIL ||
           (l->origin == LOOKUP_APP_LOG && l->outcome == LOOKUP_FAILED_UNKNOWN);
}

static bool is_lost(const struct lookup *l)
{
    return l->outcome == LOOKUP_TIMEOUT || l->outcome == LOOKUP_UNREACHABLE;
}

static bool through_cluster_dns(const struct lookup *l)
{
    return l->at != LOOKUP_AT_VPC && l->at != LOOKUP_AT_OTHER && l->vantage != LOOKUP_FROM_BASTION &&
           l->vantage != LOOKUP_FROM_COREDNS;
}

// ------------------------------------------------------------------ one lookup, many questions
static bool strip(struct span *name, struct span domain)
{
    bool under = domain.len && name->len > domain.len + 1 &&
                 memcmp(name->at + name->len - domain.len, domain.at, domain.len) == 0 &&
                 name->at[name->len - domain.len - 1] == '.';
    if (under)
        name->len -= domain.len + 1;
    return under;
}

// "shop" of "orders.shop.svc": the label in front of ".svc", where another stands in front of it.
static bool strip_namespace(struct span *name)
{
    size_t dot = name->len;
    while (dot > 0 && name->at[dot - 1] != '.')
        dot--;
    if (dot > 1)
        name->len = dot - 1;
    return dot > 1;
}

// What a name is without all that search lists append: the domains of the pod's own and every pod's.
static struct span stem_of(const struct bench *b, const char *text)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    struct span name = span_of(text);
    bool shorter = true;
    while (shorter) {
        shorter = strip(&name, span_of(b->facts->dns.cluster_domain));
        if (strip(&name, span_of("svc")))
            shorter |= strip_namespace(&name);
        for (size_t i = 0; conf && i < conf->n_search; i++)
            shorter |= strip(&name, span_of(conf->search[i].name));
    }
    return name;
}

static bool extends(struct span longer, struct span name)
{
    return longer.len >= name.len && memcmp(longer.at, name.at, name.len) == 0 &&
           (longer.len == name.len || longer.at[name.len] == '.');
}

static bool is_same_lookup(const struct bench *b, const struct lookup *x, const struct lookup *y)
{
    usec_t apart = x->time > y->time ? x->time - y->time : y->time - x->time;
    if (!x->name || !y->name || apart > one_lookup || !ip_eq(x->client, y->client))
        return false;
    struct span a = stem_of(b, x->name), c = stem_of(b, y->name);
    return extends(a, c) || extends(c, a);
}

static void note_asked(const struct bench *b, struct spell *spell, const struct lookup *l)
{
    for (size_t i = 0; i < spell->n_asked; i++) {
        if (is_same_lookup(b, spell->asked[i], l))
            return;
    }
    if (spell->n_asked <= FEW)
        spell->asked[spell->n_asked++] = l;
}

// ------------------------------------------------------------------ the spell
static void take_failure(const struct bench *b, struct spell *spell, const struct lookup *l)
{
    if (l->origin != LOOKUP_APP_LOG)
        note_asked(b, spell, l);
    bool wire = l->origin == LOOKUP_CAPTURE || l->origin == LOOKUP_DIG;
    if (wire || spell->cites.n < 4)
        cite(&spell->cites, l->place);
    spell->n += l->origin != LOOKUP_APP_LOG;
    spell->n_logged += l->origin == LOOKUP_APP_LOG;
    spell->said += l->outcome == LOOKUP_SERVFAIL;
    if (spell->first == TIME_UNKNOWN || l->time < spell->first)
        spell->first = l->time;
    if (spell->last == TIME_UNKNOWN || l->time > spell->last)
        spell->last = l->time;
}

static struct spell find_spell(const struct bench *b, bool (*is_meant)(const struct lookup *l))
{
    struct spell spell = {.first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!lookup_failed(l->outcome) || !through_cluster_dns(l) ||
            bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        if (is_meant(l) && l->time != TIME_UNKNOWN)
            take_failure(b, &spell, l);
        else
            spell.goes_on |= l->time == TIME_UNKNOWN; // a dig at collection that failed, too
    }
    return spell;
}

static void look_around(const struct bench *b, struct spell *spell)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (lookup_failed(l->outcome) || l->time == TIME_UNKNOWN || !through_cluster_dns(l))
            continue;
        spell->answered_before |= l->time < spell->first;
        spell->answered_after |= l->time > spell->last;
    }
    for (size_t i = 0; i < b->facts->lookups.n; i++) { // failures of other kinds away from the spell
        const struct lookup *l = &b->facts->lookups.items[i];
        if (lookup_failed(l->outcome) && l->time != TIME_UNKNOWN && through_cluster_dns(l) &&
            bench_time_in_window(b, l->time) == TRI_YES)
            spell->goes_on |= l->time > spell->last + span_most || l->time < spell->first - span_most;
    }
}

// ------------------------------------------------------------------ changes of CoreDNS
struct change {
    struct cites cites;
    const char *text;
    usec_t time;
};

static bool is_near(const struct spell *spell, usec_t time)
{
    return time != TIME_UNKNOWN && time >= spell->first - after_change && time <= spell->last + before_change;
}

static void note_change(struct change *change, usec_t time, struct place place, const char *text)
{
    cite(&change->cites, place);
    if (change->text && change->time <= time)
        return;
    change->text = text;
    change->time = time;
}

static bool is_coredns_object(const struct bench *b, const struct kube_event *event)
{
    const struct kube_workload *deployment = b->facts->dns.deployment;
    const char *name = deployment && deployment->meta.name ? deployment->meta.name : "coredns";
    bool kind = event->kind && (strcmp(event->kind, "Pod") == 0 || strcmp(event->kind, "ReplicaSet") == 0 ||
                                strcmp(event->kind, "Deployment") == 0);
    return kind && event->object && strncmp(event->object, name, strlen(name)) == 0;
}

static void take_events(const struct bench *b, const struct spell *spell, struct change *change)
{
    static const char *const reasons[] = {
        "Killing", "SuccessfulDelete", "SuccessfulCreate",    "ScalingReplicaSet",
        "Evicted", "Preempted",        "TaintManagerEviction"};
    for (size_t i = 0; i < b->facts->cluster.events.n; i++) {
        const struct kube_event *event = &b->facts->cluster.events.items[i];
        if (!event->reason || !is_near(spell, event->last) || !is_coredns_object(b, event))
            continue;
        for (size_t j = 0; j < sizeof reasons / sizeof *reasons; j++) {
            if (strcmp(event->reason, reasons[j]) == 0)
                note_change(change, event->last, event->place, "a CoreDNS pod was being replaced");
        }
    }
}

static void take_pods(const struct bench *b, const struct spell *spell, struct change *change)
{
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const struct kube_pod *pod = b->facts->dns.pods[i];
        if (is_near(spell, pod->meta.created))
            note_change(change, pod->meta.created, pod->meta.place, "a CoreDNS pod was being replaced");
        if (is_near(spell, pod->meta.deleted))
            note_change(change, pod->meta.deleted, pod->meta.place, "a CoreDNS pod was going away");
    }
}

static void take_log(const struct bench *b, const struct spell *spell, struct change *change)
{
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if ((hit->class_ == LOG_COREDNS_LAMEDUCK || hit->class_ == LOG_COREDNS_RELOAD) &&
            is_near(spell, hit->time))
            note_change(change, hit->time, hit->place, "CoreDNS was shutting down or reloading");
    }
}

// ------------------------------------------------------------------ claims
static bool is_passing(const struct spell *spell)
{
    size_t lookups = spell->n_asked ? spell->n_asked : spell->n_logged;
    return lookups <= FEW && spell->last - spell->first <= span_most && spell->answered_before &&
           spell->answered_after && !spell->goes_on;
}

static void say_passing(struct bench *b, const struct spell *spell, const struct change *change)
{
    struct claim claim = {
        .kind = CLAIM_EFFECT,
        .diagnosis = DIAGNOSIS_TRANSIENT_SERVFAIL,
        .subject = SUBJECT_SYMPTOM,
        .on_path = bench_asks_cluster_dns(b),
        .in_window = TRI_YES,
        .text = arena_printf(&b->arena, "%zu %s within %lld seconds, and answers before and after", spell->n,
                             spell->said ? "SERVFAIL" : "failed lookups",
                             (long long)((spell->last - spell->first) / USEC_SEC) + 1),
        .time = spell->first,
    };
    if (!spell->said)
        claim.on_path = tri_and(claim.on_path, TRI_UNKNOWN); // they failed, and nobody says how
    else if (claim.on_path == TRI_UNKNOWN)
        claim.on_path = TRI_YES; // the lookups themselves were seen to go through it
    bench_say(b, &claim, &spell->cites);
    if (!change->text)
        return;
    struct cites cites = spell->cites;
    for (size_t i = 0; i < change->cites.n; i++)
        cite(&cites, change->cites.items[i]);
    claim.kind = CLAIM_CAUSE;
    claim.subject = SUBJECT_COREDNS;
    claim.text = arena_printf(&b->arena, "a few passing %s in the seconds in which %s",
                              spell->said ? "SERVFAIL" : "failures", change->text);
    claim.time = change->time;
    bench_say(b, &claim, &cites);
}

static void say_lasting(struct bench *b, const struct spell *spell)
{
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_AGAINST,
                  .diagnosis = DIAGNOSIS_TRANSIENT_SERVFAIL,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = "the failures are many, or go on: not a passing thing",
                  .time = spell->first,
              },
              &spell->cites);
}

void coredns_judge_transient(struct bench *b)
{
    struct spell spell = find_spell(b, is_servfail);
    struct change change = {.time = TIME_UNKNOWN};
    if (spell.first == TIME_UNKNOWN)
        spell = find_spell(b, is_lost);
    if (spell.first == TIME_UNKNOWN)
        return;
    if (!spell.n)
        spell.n = spell.n_logged;
    look_around(b, &spell);
    take_events(b, &spell, &change);
    take_pods(b, &spell, &change);
    take_log(b, &spell, &change);
    if (!spell.said && !change.text)
        return;
    if (is_passing(&spell))
        say_passing(b, &spell, &change);
    else if (change.text)
        say_lasting(b, &spell);
}
