// What a judge works with: the facts, room to compose sentences, places to cite, and the questions that many
// judges ask: was it in the window, does the pod ask the cluster's DNS, which lookup failed.
#ifndef D5_JUDGE_BENCH_H
#define D5_JUDGE_BENCH_H

#include "core/facts/facts.h"
#include "core/facts/logsource.h"
#include "core/model/claim.h"

struct bench {
    const struct facts *facts;
    struct claims *claims;
    struct arena arena; // sentences; claims_add copies them
};
void bench_init(struct bench *b, const struct facts *facts, struct claims *claims);
void bench_done(struct bench *b);

enum { CITES_MAX = 12 };
struct cites { // zero-initialized is empty; keeps the first CITES_MAX different ones
    struct place items[CITES_MAX];
    size_t n;
};
void cite(struct cites *cites, struct place place); // an unset place is passed over

// Adds a claim that rests on these places; one without any is a bug unless it is a gap, and is not made. Of a
// state that was read more than an hour before it began to hurt, it is not known whether it held then.
void bench_say(struct bench *b, const struct claim *claim, const struct cites *cites);

// Whether something that began at `since` (or unknown) and was still so at collection held while it hurt.
enum tri bench_state_in_window(const struct bench *b, usec_t since);

// Whether an instant lies in the window; an unknown one counts as collected for it.
enum tri bench_time_in_window(const struct bench *b, usec_t time);

// Whether what a ruleset or table was at `time` it was while it hurt: read in the window, or within an hour
// of it. Yes where the reading has no time of its own.
enum tri bench_reading_in_window(const struct bench *b, usec_t time);

// Whether the complaining pod asks the cluster's DNS (its Service, NodeLocal DNSCache): by its resolv.conf,
// else by its spec, else by what it was seen to ask.
enum tri bench_asks_cluster_dns(const struct bench *b);

// The complaining pod's folder's resolv.conf, or NULL.
const struct resolvconf *bench_resolvconf(const struct bench *b);

// Whether `ip` is the DNS Service's, or what NodeLocal DNSCache listens on.
bool bench_is_cluster_dns(const struct bench *b, struct ip ip);

// Whether the pod's resolv.conf names some of the cluster's DNS, and not this address of it.
bool bench_passes_over(const struct bench *b, struct ip ip);

// Whether all that the pod's resolv.conf names is known to be none of the cluster's DNS: no address of it,
// none on the loopback, where a sidecar may pass it on, and no link-local one, where a cache may.
bool bench_asks_strangers(const struct bench *b);

// The same as bench_is_cluster_dns, or any Service's. NodeLocal DNSCache asks CoreDNS by the address of a
// Service of its own.
bool bench_is_inside(const struct bench *b, struct ip ip);

// Whether the complaining pod asks NodeLocal DNSCache by its own address, and whether the cache has taken the
// DNS Service's address as well, as in iptables mode.
enum tri bench_asks_cache(const struct bench *b);
bool bench_cache_has_service(const struct bench *b);

bool bench_is_cache_pod(const struct facts *facts, const struct kube_pod *pod); // NodeLocal DNSCache's

// What the failing name is: inside the cluster, outside, or not said.
enum lookup_name bench_query_class(const struct bench *b);

// The failed lookup in the window that shows best that it hurt: the complaining pod's before another pod's,
// one with a time before one without. `name_class` LOOKUP_NAME_UNKNOWN: any name. NULL: none.
const struct lookup *bench_failure(const struct bench *b, enum lookup_name name_class);

// The first line of the pod's own log in the window that tells of a failure that is no silence; or NULL.
const struct lookup *bench_told_failure(const struct bench *b);

// The text where it is a plain word, as a part of a command that is there to be copied; else `otherwise`.
const char *bench_plain_or(const char *text, const char *otherwise);

// The command that asks for the complaining pod: "kubectl VERB -n NAMESPACE POD REST", with its names where
// they are plain ones: it is there to be copied, and a target may be somebody else's.
const char *bench_pod_command(struct bench *b, const char *verb, const char *rest);

// A sentence on a lookup: "the pod's query for NAME got no answer".
const char *bench_tell_lookup(struct bench *b, const struct lookup *lookup);

// Cites up to `most` failed lookups of the window, the best first.
void bench_cite_failures(const struct bench *b, enum lookup_name name_class, size_t most,
                         struct cites *cites);

#endif
