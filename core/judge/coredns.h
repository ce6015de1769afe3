// Parts of judge_coredns, one fault a file. For core/judge/coredns*.c only.
#ifndef D5_JUDGE_COREDNS_H
#define D5_JUDGE_COREDNS_H

#include "core/judge/bench.h"

struct coredns_hits { // log lines of one class that CoreDNS wrote
    const struct log_hit *first, *first_in_window, *last_in_window;
    size_t total, in_window;
};
struct coredns_hits coredns_hits(const struct bench *b, enum log_class class_);

// Cites up to `most` lines of that class, those in the window first.
void coredns_cite_hits(const struct bench *b, enum log_class class_, size_t most, struct cites *cites);

// The last line of that class among those that fit and were written before `end` (TIME_UNKNOWN: whenever);
// one without a time where no other fits; NULL: none.
const struct log_hit *coredns_last_hit(const struct bench *b, enum log_class class_, usec_t end,
                                       bool (*fits)(struct span line));

// Ready endpoints of the DNS Service; false where that is not known.
bool coredns_count_ready(const struct bench *b, size_t *ret_ready);

// Whether some container of CoreDNS crashes or waits, and the pod it is in; NULL: none.
const struct kube_pod *coredns_troubled_pod(const struct bench *b);

// The latest event that its deployment was scaled down, or NULL.
const struct kube_event *coredns_find_scale_down(const struct bench *b);

// The EFFECT of a fault of CoreDNS: the lookups that failed in the window; AGAINST is not claimed here.
void coredns_say_effect(struct bench *b, enum diagnosis diagnosis, enum lookup_name name_class);

void coredns_judge_down(struct bench *b);
void coredns_judge_away(struct bench *b);
void coredns_judge_cache_way(struct bench *b);
void coredns_judge_oom(struct bench *b);
void coredns_judge_overload(struct bench *b);
void coredns_judge_corefile(struct bench *b);
void coredns_judge_unserved(struct bench *b);
void coredns_judge_stopped(struct bench *b);
void coredns_judge_transient(struct bench *b);

#endif
