// A small healthy cluster as an evidence tree in a temporary folder, of which a test breaks one thing,
// gathers and judges: pod shop/cart-1 (10.0.1.10, node n1) asks kube-dns (172.20.0.10), behind which
// coredns-a (10.0.2.10, n2) and coredns-b (10.0.3.10, n3) stand. It hurts on 2026-11-23 from 07:00 to 07:30
// UTC; what fails is orders.shop.svc.cluster.local.
#ifndef D5_TESTS_KIT_SCENE_H
#define D5_TESTS_KIT_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/facts/gather.h"
#include "core/judge/cause.h"
#include "core/model/claim.h"

#define SCENE_NAME "orders.shop.svc.cluster.local" // what fails

struct scene {
    char *dir;
    struct arena arena;
    struct evidence *evidence;
    struct facts *facts;
    struct claims claims;
    struct cause *cause;
};

void scene_init(struct scene *s);
void scene_done(struct scene *s);
void scene_reset(struct scene *s); // healthy again

// Writes or replaces a file of the tree; in the second ' stands for ". A NULL text removes it.
void scene_write(struct scene *s, const char *path, const char *text);
void scene_json(struct scene *s, const char *path, const char *text);

// cluster/pods.json again, with parts of its own; NULL is the healthy one. All with ' for ".
struct scene_pods {
    const char *spec;      // of cart-1, in front of its containers: "'dnsPolicy': 'Default', "
    const char *status;    // of cart-1, all of it
    const char *coredns_a; // status of each
    const char *coredns_b;
    const char *more; // further items, each with a comma in front
};
void scene_pods(struct scene *s, const struct scene_pods *pods);

// Endpoints of kube-dns: ready or not.
void scene_endpoints(struct scene *s, bool a, bool b);

void scene_corefile(struct scene *s, const char *text); // text: JSON-escaped, on one line
void scene_target(struct scene *s, const char *query);
void scene_complaint(struct scene *s, const char *query, const char *symptom);

// pods/shop/cart-1/dig-NAME.txt: an answer of `server` at 07:MM:SS, or (status NULL) none.
void scene_dig(struct scene *s, const char *file, const char *server, const char *name, const char *status);

// A node's iptables-save with kube-proxy's rules, read in the window, and its routes.
struct scene_rules {
    const char *nat, *filter;            // further rules, in front of kube-proxy's
    const char *forward_policy;          // "DROP"; NULL: ACCEPT
    const char *endpoint_a, *endpoint_b; // where kube-proxy leads DNS; NULL: to CoreDNS
    bool no_dns;                         // kube-proxy's rules lack the Service
    bool no_proxy;                       // no nat table at all
};
void scene_rules(struct scene *s, const char *node, const struct scene_rules *rules);
void scene_healthy_rules(struct scene *s); // of all nodes

// The healthy rules, with further ones in a node's filter table; a query to the cluster's DNS that nobody
// answers; both, judged.
void scene_filter(struct scene *s, const char *node, const char *rules);
void scene_ask_in_vain(struct scene *s);
void scene_judge_lost(struct scene *s, const char *node, const char *rules);

void scene_judge(struct scene *s); // gathers, judges, weighs; once

// The healthy cluster with these files, asked for that name, judged.
struct scene_file {
    const char *path, *text;
};
void scene_judge_with(struct scene *s, const char *query, const struct scene_file *files, size_t n);

const struct claim *scene_claim(const struct scene *s, enum claim_kind kind, enum diagnosis d); // NULL: none
const struct claim *scene_says(const struct scene *s, enum claim_kind kind, enum subject subject,
                               const char *part); // whose text has the part
bool scene_cites(const struct scene *s, const struct claim *claim,
                 const char *text);                    // one of its lines has it
void scene_expect(const char *text, const char *part); // fails where it does not say so; NULL says nothing
bool scene_rejects(const struct scene *s, enum diagnosis d);

// A test on a scene of its own, which *state is.
int scene_start(void **state);
int scene_stop(void **state);
#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_start, scene_stop)

// What the judged scene comes to; the diagnosis is named where it is another.
#define SCENE_CONCLUDES(s, d, v)                                                                             \
    do {                                                                                                     \
        assert_string_equal(diagnosis_info((s)->cause->diagnosis)->id, diagnosis_info(d)->id);               \
        assert_int_equal((s)->cause->verdict, v);                                                            \
    } while (0)

// Of files alone.
#define SCENE_EXPECT(s, query, files, d, v)                                                                  \
    do {                                                                                                     \
        scene_judge_with(s, query, files, sizeof(files) / sizeof *(files));                                  \
        SCENE_CONCLUDES(s, d, v);                                                                            \
    } while (0)

#endif
