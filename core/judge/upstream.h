// Parts of judge_upstream. For core/judge/upstream*.c only.
#ifndef D5_JUDGE_UPSTREAM_H
#define D5_JUDGE_UPSTREAM_H

#include "core/judge/bench.h"

enum { UPSTREAM_TARGETS = 16, UPSTREAM_PODS = 16 };

enum upstream_fault { UPSTREAM_TIMEOUT, UPSTREAM_REFUSED, UPSTREAM_UNTRUSTED, UPSTREAM_NO_ROUTE };

struct target_trouble { // one address that CoreDNS could not reach
    struct ip ip;       // family 0: the lines do not name it, nor does the Corefile alone
    enum upstream_fault fault;
    size_t total, in_window;
    usec_t first, last;              // in the window
    const char *pods[UPSTREAM_PODS]; // "ns/name" of the pods of CoreDNS and NodeLocal DNSCache that say so
    size_t n_pods;
    bool by_cache; // some of them are NodeLocal DNSCache's
    struct cites cites;
    struct place any; // some line, in the window or not
};

struct upstream {
    struct bench bench;
    struct ip only; // the one forward target of the Corefile; family 0: there are several, or none is named
    struct target_trouble targets[UPSTREAM_TARGETS];
    size_t n;
};

// Whether that name's server block forwards to that address. Unknown where the Corefile does not show who
// forwards there.
enum tri upstream_goes_to(const struct upstream *u, const char *name, struct ip ip);

// Failing names outside are on its way; a failing cluster name is not: CoreDNS answers that itself; nor is a
// name of a zone that is forwarded elsewhere.
enum tri upstream_is_on_path(const struct upstream *u, struct ip target);

// Whether the Corefile itself names the address; cites the line that leads to it.
bool upstream_cite_forward(struct bench *b, struct ip ip, struct cites *cites);

// The EFFECT of a target's trouble: names outside that failed in the window.
void upstream_say_effect(struct upstream *u, enum diagnosis diagnosis, struct ip target);

// Whether CoreDNS, by that target, asks itself; and that it does.
bool upstream_is_circle(const struct bench *b, struct ip target);
void upstream_say_circle(struct upstream *u, const struct target_trouble *t);

void upstream_say_trouble(struct upstream *u, const struct target_trouble *t);
void upstream_say_answers(struct bench *b, const struct target_trouble *t, const struct cites *answers);
void upstream_say_earlier(struct bench *b, const struct target_trouble *t);

// Every forward target is of a family in which nothing here has an address.
void upstream_judge_families(struct upstream *u);

// A target that answers, and refuses.
void upstream_judge_refusals(struct upstream *u);

#endif
