// corefile_error: CoreDNS says that its Corefile is wrong, or that it forwards to itself, and does not run
// for it. A Corefile that is wrong in the ConfigMap does nothing as long as CoreDNS runs with the one before
// (the reload plug-in keeps it): that is a warning and no cause.
#include <string.h>

#include "core/judge/coredns.h"
#include "core/parse/corefile.h"

static bool is_reload(struct span line)
{
    return span_contains_caseless(line, "restart failed") || span_contains_caseless(line, "plugin/reload") ||
           span_contains_caseless(line, "reload failed");
}

static bool is_start(struct span line)
{
    return !is_reload(line);
}

static bool is_loaded(struct span line)
{
    return span_contains(line, "complete");
}

struct outage { // whether CoreDNS runs
    enum tri down;
    bool crashing; // some pod
};

static struct outage look_at_pods(const struct bench *b)
{
    size_t ready;
    struct outage outage = {.down = TRI_UNKNOWN, .crashing = coredns_troubled_pod(b) != NULL};
    if (coredns_count_ready(b, &ready))
        outage.down = tri_of(ready == 0);
    for (size_t i = 0; i < b->facts->dns.n_pods && outage.down == TRI_UNKNOWN; i++) {
        if (b->facts->dns.pods[i]->ready == TRI_YES)
            outage.down = TRI_NO;
    }
    return outage;
}

// ------------------------------------------------------------------ what the log says
static void cite_faults(const struct bench *b, struct cites *cites)
{
    const struct corefile *file = b->facts->dns.corefile;
    for (size_t i = 0; file && i < file->n_faults && i < 3; i++)
        cite(cites, file->faults[i].place);
}

static void cite_trouble(const struct bench *b, struct cites *cites)
{
    const struct kube_pod *pod = coredns_troubled_pod(b);
    for (size_t i = 0; pod && i < pod->n_containers; i++)
        cite(cites, pod->containers[i].waiting_place);
}

static struct span message_of(struct span line)
{
    static const struct {
        const char *words;
        bool kept;
    } heads[] = {{"Error during parsing: ", false},
                 {"plugin/loop: ", false},
                 {"Corefile:", true},
                 {"plugin/", true},
                 {"cannot serve ", true}};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t at = span_find(line, heads[i].words);
        if (at != SIZE_MAX)
            return span_trim(span_from(line, at + (heads[i].kept ? 0 : strlen(heads[i].words))));
    }
    return span_trim(line);
}

static const char *name_map(struct bench *b)
{
    const struct kube_configmap *map = b->facts->dns.corefile_map;
    return map ? arena_printf(&b->arena, "the ConfigMap %s/%s", map->meta.namespace_, map->meta.name)
               : "the coredns ConfigMap";
}

static const char *fix_of(struct bench *b, bool loop)
{
    const struct corefile *file = b->facts->dns.corefile;
    if (loop)
        return arena_printf(
            &b->arena,
            "break the forwarding loop: in the Corefile (%s) forward to the VPC resolver, not to an "
            "address that leads back to CoreDNS or to a stub resolver on 127.0.0.53 (have the "
            "kubelet's resolvConf name /run/systemd/resolve/resolv.conf)",
            name_map(b));
    if (file && file->n_faults)
        return arena_printf(
            &b->arena,
            "correct line %u of the Corefile in %s (%s), or roll it back to the last one that "
            "worked",
            file->faults[0].line, name_map(b), file->faults[0].text);
    return arena_printf(&b->arena, "correct the Corefile in %s, or roll it back to the last one that worked",
                        name_map(b));
}

static void say_logged(struct bench *b, enum log_class class_, const struct coredns_hits *hits,
                       const struct outage *outage)
{
    const struct log_hit *hit = hits->first_in_window ? hits->first_in_window : hits->first;
    bool loop = class_ == LOG_COREDNS_LOOP;
    bool lasting = outage->down == TRI_YES || outage->crashing; // it said so last, and is down still
    struct cites cites = {0};
    coredns_cite_hits(b, class_, 3, &cites);
    cite_faults(b, &cites);
    cite_trouble(b, &cites);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_COREFILE_ERROR,
            .subject = SUBJECT_COREDNS,
            .on_path = outage->down == TRI_NO ? TRI_UNKNOWN : bench_asks_cluster_dns(b), // one runs on
            .in_window = hits->in_window ? TRI_YES
                         : lasting       ? bench_state_in_window(b, hit->time)
                                         : TRI_NO,
            .text = arena_printf(&b->arena, "CoreDNS %s: " SPAN_FMT,
                                 loop ? "stops, for it forwards to itself" : "cannot start with its Corefile",
                                 SPAN_ARG(message_of(hit->text))),
            .fix = fix_of(b, loop),
            .time = hit->time,
        },
        &cites);
}

static void say_harmless(struct bench *b, const char *text, struct place place)
{
    struct cites cites = {0};
    cite(&cites, place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_INNOCENT,
                  .diagnosis = DIAGNOSIS_COREFILE_ERROR,
                  .subject = SUBJECT_COREDNS,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = text,
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

// The reload plug-in tries a Corefile once: one that it could not load stays out of force until another is.
static const struct log_hit *find_failed_reload(const struct bench *b, enum log_class class_)
{
    usec_t end = b->facts->target.window.to;
    const struct log_hit *failed = coredns_last_hit(b, class_, end, is_reload);
    const struct log_hit *loaded = coredns_last_hit(b, LOG_COREDNS_RELOAD, end, is_loaded);
    bool stands = failed && failed->time != TIME_UNKNOWN && (!loaded || loaded->time < failed->time);
    return stands ? failed : NULL;
}

// Whether the name that fails belongs to a block of its own in the ConfigMap's Corefile. Where that could not
// be loaded it is likely that it is not in force; the Corefile that is, nobody collected.
static bool has_own_block(const struct bench *b)
{
    const struct corefile *file = b->facts->dns.corefile;
    struct span query = span_of(b->facts->target.query);
    const struct core_server *own = file && query.len ? corefile_server_for(file, query) : NULL;
    return own && bench_query_class(b) == LOOKUP_NAME_EXTERNAL &&
           own != corefile_server_for(file, span_of("."));
}

// Who is answered for that name in the window does not miss its block.
static bool is_answered(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->outcome == LOOKUP_ANSWERED && l->name && l->at != LOOKUP_AT_VPC && l->at != LOOKUP_AT_OTHER &&
            span_is_caseless(span_of(l->name), b->facts->target.query) &&
            bench_time_in_window(b, l->time) == TRI_YES)
            return true;
    }
    return false;
}

static void say_out_of_force(struct bench *b, const struct log_hit *failed)
{
    const struct corefile *file = b->facts->dns.corefile;
    struct cites cites = {0};
    cite(&cites, failed->place);
    cite(&cites, corefile_server_for(file, span_of(b->facts->target.query))->place);
    cite_faults(b, &cites);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_COREFILE_ERROR,
            .subject = SUBJECT_COREDNS,
            .on_path = TRI_UNKNOWN,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena,
                                 "CoreDNS cannot load its Corefile and runs on with the one before, in which "
                                 "the block for %s need not stand: " SPAN_FMT,
                                 b->facts->target.query, SPAN_ARG(message_of(failed->text))),
            .fix = fix_of(b, false),
            .time = failed->time,
        },
        &cites);
}

// True when something was said.
static bool judge_log(struct bench *b, enum log_class class_, const struct outage *outage)
{
    struct coredns_hits hits = coredns_hits(b, class_);
    if (!hits.total)
        return false;
    const struct log_hit *hit = hits.first_in_window ? hits.first_in_window : hits.first;
    bool runs_on = outage->down == TRI_NO || (outage->down == TRI_UNKNOWN && is_reload(hit->text));
    const struct log_hit *failed = find_failed_reload(b, class_);
    if (runs_on && !outage->crashing && failed && has_own_block(b) && !is_answered(b)) {
        say_out_of_force(b, failed);
        return true;
    }
    if (runs_on && !outage->crashing) {
        say_harmless(b,
                     is_reload(hit->text)
                         ? "a reload of the Corefile failed; CoreDNS runs on with the one before"
                         : "CoreDNS said so once; it is ready now",
                     hit->place);
        return true;
    }
    if (!coredns_last_hit(b, class_, TIME_UNKNOWN, is_start)) // what could be tried only by one that ran
        return false;
    say_logged(b, class_, &hits, outage);
    return true;
}

// ------------------------------------------------------------------ what the ConfigMap says
static void judge_map(struct bench *b, const struct outage *outage)
{
    const struct corefile *file = b->facts->dns.corefile;
    struct cites cites = {0};
    if (!file || !file->n_faults)
        return;
    if (outage->down == TRI_NO && !outage->crashing) {
        say_harmless(
            b,
            "the Corefile in the ConfigMap has a fault, yet CoreDNS runs, with the one before or with a "
            "plug-in of its own build",
            file->faults[0].place);
        return;
    }
    cite_faults(b, &cites);
    cite_trouble(b, &cites);
    bool sure = outage->down == TRI_YES && outage->crashing;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_COREFILE_ERROR,
                  .subject = SUBJECT_COREDNS,
                  .on_path = bench_asks_cluster_dns(b),
                  .in_window = sure ? TRI_YES : TRI_UNKNOWN,
                  .text = arena_printf(&b->arena, "the Corefile is wrong in line %u: %s",
                                       file->faults[0].line, file->faults[0].text),
                  .fix = fix_of(b, false),
                  .time = b->facts->dns.corefile_map ? b->facts->dns.corefile_map->changed : TIME_UNKNOWN,
              },
              &cites);
}

static void say_clear(struct bench *b)
{
    const struct corefile *file = b->facts->dns.corefile;
    struct cites cites = {0};
    if (!file || file->n_faults)
        return;
    cite(&cites, b->facts->dns.corefile_place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CLEAR,
                  .subject = SUBJECT_COREDNS,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = "the Corefile can be read, and every directive in it is one of CoreDNS'",
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

void coredns_judge_corefile(struct bench *b)
{
    struct outage outage = look_at_pods(b);
    bool said = judge_log(b, LOG_COREDNS_COREFILE, &outage);
    said |= judge_log(b, LOG_COREDNS_LOOP, &outage);
    if (!said)
        judge_map(b, &outage);
    say_clear(b);
    if (claims_have(b->claims, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR))
        coredns_say_effect(b, DIAGNOSIS_COREFILE_ERROR, LOOKUP_NAME_UNKNOWN);
}
