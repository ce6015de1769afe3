#include "tests/kit/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/parse/rules.h"

struct ip walk_ip(const char *text)
{
    struct ip ip;
    assert_true(ip_parse(span_of(text), &ip));
    return ip;
}

static struct ip ip_or(const char *text, const char *usual)
{
    return walk_ip(text ? text : usual);
}

struct walked walk_through(const struct walk_case *c)
{
    static const char *const local[] = {"10.0.11.37", "169.254.20.10", "127.0.0.1", "fd00:11::37", "::1"};
    static const struct routes none;
    struct ip addresses[ARRAY_LEN(local)];
    for (size_t i = 0; i < ARRAY_LEN(local); i++)
        addresses[i] = walk_ip(local[i]);
    struct error err = {{0}};
    struct walked w = {.rules = {rules_parse((struct text){span_of(c->rules), 0}, "rules.txt", &err)}};
    assert_non_null(w.rules[0]);
    if (c->beside)
        w.rules[1] = rules_parse((struct text){span_of(c->beside), 2}, "beside.txt", &err);
    w.sets = c->sets ? ipset_parse((struct text){span_of(c->sets), 1}, &err) : NULL;
    struct packet_query q = {.src = ip_or(c->src, "10.0.11.23"),
                             .dst = ip_or(c->dst, "10.0.12.53"),
                             .proto = c->proto ? c->proto : 17,
                             .sport = c->any_port ? 0 : 40000,
                             .dport = 53,
                             .in = c->unknown_interface ? NULL : "eni1",
                             .out = c->unknown_interface || c->routes ? NULL : "eth0",
                             .routes = c->routes ? c->routes : &none,
                             .hook = c->hook ? c->hook : NF_FORWARD,
                             .local = addresses,
                             .n_local = c->bare ? 0 : ARRAY_LEN(local),
                             .local_known = !c->unknown_addresses && !c->bare,
                             .rules = w.rules,
                             .n_rules = w.rules[1] ? 2 : 1,
                             .sets = w.sets,
                             .ipvs = c->ipvs};
    w.answer = packet_trace(&q);
    return w;
}

void walked_done(struct walked *w)
{
    packet_answer_free(w->answer);
    ruleset_free(w->rules[0]);
    ruleset_free(w->rules[1]);
    ipset_free(w->sets);
}

void walk_check(const struct walk_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct walk_case *c = &cases[i];
        struct walked w = walk_through(c);
        const struct packet_branch *worst = &w.answer->worst;
        if (worst->fate != c->fate)
            fail_msg("%s, not %s: %s", packet_fate_name(worst->fate), packet_fate_name(c->fate), c->rules);
        if (c->line && packet_decision_line(&worst->decision) != c->line)
            fail_msg("line %u, not %u: %s", packet_decision_line(&worst->decision), c->line, c->rules);
        walked_done(&w);
    }
}

static void walk_if_read(const char *rules, const char *sets)
{
    struct error err = {{0}};
    struct ruleset *probe = rules_parse((struct text){span_of(rules), 0}, "x", &err);
    ruleset_free(probe);
    if (!probe)
        return;
    struct walked w = walk_through(&(struct walk_case){.rules = rules, .sets = sets, .dst = "172.20.0.10"});
    walked_done(&w);
}

void walk_spoilt(const char *rules, const char *sets)
{
    size_t n = strlen(rules);
    char *copy = mem_strdup(rules);
    for (size_t i = 0; i < 200; i++) {
        size_t at = i * n / 200;
        char old = copy[at];
        copy[at] = (char)(i % 2 ? 0 : (unsigned char)old ^ 1u << i % 7);
        walk_if_read(copy, sets);
        copy[at] = old;
    }
    free(copy);
}
