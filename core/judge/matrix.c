// Fills the matrix and reads it. A layer is named only where one side fails in all that was asked of it and
// the other side, with which it is compared, in nothing: a cell that nobody asked says nothing for either.
#include "core/judge/matrix.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { MOST_SERVERS = 24, MOST_SAYS = 12 };

struct server {
    enum lookup_server at;
    struct ip ip;
};

struct making {
    const struct facts *facts;
    struct matrix *matrix;
    struct server servers[MOST_SERVERS];
    size_t n_servers;
};

// ---- servers

static void add_server(struct making *m, enum lookup_server at, struct ip ip)
{
    for (size_t i = 0; i < m->n_servers; i++) {
        if (m->servers[i].at == at && (ip_eq(m->servers[i].ip, ip) || !ip.family))
            return;
    }
    if (m->n_servers < MOST_SERVERS)
        m->servers[m->n_servers++] = (struct server){at, ip};
}

static void add_asked(struct making *m, enum lookup_server at)
{
    for (size_t i = 0; i < m->facts->lookups.n; i++) {
        const struct lookup *l = &m->facts->lookups.items[i];
        if (l->at == at && l->server.family && l->origin == LOOKUP_DIG)
            add_server(m, at, l->server);
    }
}

// Those that the cluster has, and those that somebody asked; the four kinds always have a row.
static void find_servers(struct making *m)
{
    const struct dns_facts *dns = &m->facts->dns;
    for (size_t i = 0; i < dns->n_addresses; i++)
        add_server(m, LOOKUP_AT_CLUSTER_DNS, dns->addresses[i]);
    add_asked(m, LOOKUP_AT_CLUSTER_DNS);
    add_server(m, LOOKUP_AT_CLUSTER_DNS, (struct ip){0});
    for (size_t i = 0; i < dns->n_endpoints; i++)
        add_server(m, LOOKUP_AT_ENDPOINT, dns->endpoints[i].ip);
    add_asked(m, LOOKUP_AT_ENDPOINT);
    add_server(m, LOOKUP_AT_ENDPOINT, (struct ip){0});
    add_server(m, LOOKUP_AT_NODELOCAL, dns->nodelocal);
    add_server(m, LOOKUP_AT_VPC, dns->vpc_resolver);
    add_asked(m, LOOKUP_AT_VPC);
    add_asked(m, LOOKUP_AT_OTHER);
}

// ---- cells

static bool is_failing_name(const struct facts *facts, const struct lookup *l)
{
    struct span name = span_of(l->name);
    const char *query = facts->target.query;
    return query && l->name && span_skip(&name, query) && (name.len == 0 || name.at[0] == '.');
}

static bool names_match(const struct facts *facts, const struct lookup *l, enum matrix_name name)
{
    bool failing = is_failing_name(facts, l);
    if (name == MATRIX_FAILING)
        return failing;
    return !failing && l->name_class == (name == MATRIX_CLUSTER ? LOOKUP_NAME_CLUSTER : LOOKUP_NAME_EXTERNAL);
}

static bool is_in_row(const struct lookup *l, const struct matrix_row *row)
{
    return l->vantage == row->vantage && l->at == row->at &&
           (l->vantage != LOOKUP_FROM_POD || l->target_pod != row->others) &&
           (!row->server.family || !l->server.family || ip_eq(l->server, row->server)) &&
           l->proto == (row->tcp ? LOOKUP_TCP : LOOKUP_UDP);
}

static bool shows_more(const struct lookup *l, const struct lookup *shown)
{
    return !shown || (lookup_failed(l->outcome) && !lookup_failed(shown->outcome));
}

static void fill_cell(const struct making *m, struct matrix_row *row, enum matrix_name name)
{
    struct matrix_cell *cell = &row->cells[name];
    for (int pass = 0; pass < 2 && cell->n == 0; pass++) {
        for (size_t i = 0; i < m->facts->lookups.n; i++) {
            const struct lookup *l = &m->facts->lookups.items[i];
            if (l->origin != (pass ? LOOKUP_CAPTURE : LOOKUP_DIG) || l->expansion || !is_in_row(l, row) ||
                !names_match(m->facts, l, name) ||
                clock_in_window(l->time, m->facts->target.window) == TRI_NO)
                continue;
            cell->n++;
            cell->n_failed += lookup_failed(l->outcome);
            cell->seen = pass == 1;
            if (shows_more(l, cell->shown))
                cell->shown = l;
        }
    }
}

static bool is_asked(const struct matrix_row *row)
{
    return row->cells[MATRIX_FAILING].n || row->cells[MATRIX_CLUSTER].n || row->cells[MATRIX_EXTERNAL].n;
}

// Of other pods only what was asked.
static void add_rows(struct making *m, enum lookup_vantage vantage, bool others)
{
    for (size_t i = 0; i < 2 * m->n_servers; i++) {
        const struct server *server = &m->servers[i / 2];
        struct matrix_row *row = &m->matrix->rows[m->matrix->n_rows];
        *row = (struct matrix_row){
            .vantage = vantage, .at = server->at, .server = server->ip, .tcp = i % 2, .others = others};
        row->no_evidence = vantage == LOOKUP_FROM_BASTION && server->at == LOOKUP_AT_CLUSTER_DNS;
        for (enum matrix_name name = 0; name < MATRIX_NAMES; name++)
            fill_cell(m, row, name);
        m->matrix->n_rows += !others || is_asked(row);
    }
}

// ---- what it says

enum { ANY = -1, INSIDE = -2, OTHERS = -3 }; // INSIDE: the pod or its node; OTHERS: other pods

struct side { // of a comparison; ANY: all of them
    int vantage, at, tcp, name;
    const struct ip *server;       // or NULL
    const struct ip *other_server; // all but this one; or NULL
};

static bool is_on_side(const struct side *side, const struct matrix_row *row, enum matrix_name name)
{
    bool inside = !row->others && (row->vantage == LOOKUP_FROM_POD || row->vantage == LOOKUP_FROM_NODE);
    bool asker = side->vantage == ANY      ? true
                 : side->vantage == INSIDE ? inside
                 : side->vantage == OTHERS ? row->others
                                           : !row->others && side->vantage == (int)row->vantage;
    return asker && (side->at == ANY || side->at == (int)row->at) &&
           (side->tcp == ANY || side->tcp == row->tcp) && (side->name == ANY || side->name == (int)name) &&
           (!side->server || ip_eq(*side->server, row->server)) &&
           (!side->other_server || !ip_eq(*side->other_server, row->server));
}

static void tally(const struct matrix *m, const struct side *side, size_t *ret_asked, size_t *ret_failed)
{
    *ret_asked = *ret_failed = 0;
    for (size_t i = 0; i < m->n_rows; i++) {
        for (enum matrix_name name = 0; name < MATRIX_NAMES && !m->rows[i].no_evidence; name++) {
            if (!is_on_side(side, &m->rows[i], name))
                continue;
            *ret_asked += m->rows[i].cells[name].n;
            *ret_failed += m->rows[i].cells[name].n_failed;
        }
    }
}

// Whether all that was asked on one side fails and nothing on the other.
static bool parts(const struct matrix *m, struct side bad, struct side good)
{
    size_t asked, failed, asked_good, failed_good;
    tally(m, &bad, &asked, &failed);
    tally(m, &good, &asked_good, &failed_good);
    return asked > 0 && failed == asked && asked_good > 0 && failed_good == 0;
}

static void say(struct matrix *m, const char *text)
{
    if (m->n_says < MOST_SAYS)
        m->says[m->n_says++] = text;
}

static const struct rule {
    struct side bad, good;
    const char *text;
} rules[] = {
    {{INSIDE, ANY, 0, ANY, NULL, NULL},
     {INSIDE, ANY, 1, ANY, NULL, NULL},
     "UDP fails and TCP passes: a rule that meets UDP alone, or answers too big for a packet"},
    {{INSIDE, ANY, 1, ANY, NULL, NULL},
     {INSIDE, ANY, 0, ANY, NULL, NULL},
     "TCP fails and UDP passes: a rule that meets TCP alone; answers that are too long for UDP are lost"},
    {{INSIDE, LOOKUP_AT_CLUSTER_DNS, ANY, ANY, NULL, NULL},
     {INSIDE, LOOKUP_AT_ENDPOINT, ANY, ANY, NULL, NULL},
     "the ClusterIP fails and CoreDNS' own addresses answer: kube-proxy's rules, or a rule for the "
     "ClusterIP"},
    {{INSIDE, LOOKUP_AT_ENDPOINT, ANY, ANY, NULL, NULL},
     {INSIDE, LOOKUP_AT_CLUSTER_DNS, ANY, ANY, NULL, NULL},
     "CoreDNS' own addresses fail and the ClusterIP answers: another server stands behind the ClusterIP"},
    {{INSIDE, LOOKUP_AT_NODELOCAL, ANY, ANY, NULL, NULL},
     {INSIDE, LOOKUP_AT_CLUSTER_DNS, ANY, ANY, NULL, NULL},
     "NodeLocal DNSCache fails and CoreDNS answers: the cache on that node"},
    {{LOOKUP_FROM_POD, ANY, ANY, ANY, NULL, NULL},
     {LOOKUP_FROM_NODE, ANY, ANY, ANY, NULL, NULL},
     "it fails from the pod and works from its node: a policy, or a rule for what is forwarded"},
    {{LOOKUP_FROM_NODE, ANY, ANY, ANY, NULL, NULL},
     {LOOKUP_FROM_POD, ANY, ANY, ANY, NULL, NULL},
     "it fails from the node and works from the pod: a rule for what the node itself sends"},
    {{LOOKUP_FROM_POD, ANY, 0, ANY, NULL, NULL},
     {OTHERS, ANY, 0, ANY, NULL, NULL},
     "over UDP it fails from this pod and works from other pods: its node, or what is said of this pod "
     "alone"},
    {{INSIDE, ANY, ANY, MATRIX_EXTERNAL, NULL, NULL},
     {INSIDE, ANY, ANY, MATRIX_CLUSTER, NULL, NULL},
     "external names fail and the cluster's resolve: CoreDNS' upstream"},
    {{INSIDE, ANY, ANY, MATRIX_CLUSTER, NULL, NULL},
     {INSIDE, ANY, ANY, MATRIX_EXTERNAL, NULL, NULL},
     "the cluster's names fail and external ones resolve: CoreDNS' view of the cluster"},
    {{INSIDE, LOOKUP_AT_VPC, ANY, ANY, NULL, NULL},
     {INSIDE, LOOKUP_AT_CLUSTER_DNS, ANY, ANY, NULL, NULL},
     "the VPC resolver fails and CoreDNS answers from its cache: the VPC resolver, or the way to it"},
};

static void say_endpoints(const struct making *m)
{
    for (size_t i = 0; i < m->n_servers; i++) {
        const struct ip *ip = &m->servers[i].ip;
        char text[IP_TEXT];
        if (m->servers[i].at == LOOKUP_AT_ENDPOINT &&
            parts(m->matrix, (struct side){INSIDE, LOOKUP_AT_ENDPOINT, ANY, ANY, ip, NULL},
                  (struct side){INSIDE, LOOKUP_AT_ENDPOINT, ANY, ANY, NULL, ip}))
            say(m->matrix, arena_printf(&m->matrix->arena,
                                        "%s fails and the other CoreDNS pods answer: that pod, or its node",
                                        ip_format(*ip, text)));
    }
}

static void say_all(struct making *m)
{
    size_t asked, failed;
    const struct side all = {ANY, ANY, ANY, ANY, NULL, NULL};
    tally(m->matrix, &all, &asked, &failed);
    if (asked == 0) {
        say(m->matrix, "no lookup was asked or seen that says by which way it went");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (parts(m->matrix, rules[i].bad, rules[i].good))
            say(m->matrix, rules[i].text);
    }
    say_endpoints(m);
    if (failed == asked)
        say(m->matrix, "everything that was asked fails: CoreDNS itself, or what all ways have in common");
    else if (failed == 0)
        say(m->matrix, "nothing that was asked fails");
    else if (m->matrix->n_says == 0)
        say(m->matrix, "some fail and some do not, and no row or column parts them: it comes and goes");
}

struct matrix *matrix_make(const struct facts *facts)
{
    static const enum lookup_vantage vantages[] = {LOOKUP_FROM_POD, LOOKUP_FROM_NODE, LOOKUP_FROM_BASTION};
    struct matrix *matrix = mem_alloc(sizeof *matrix);
    struct making m = {.facts = facts, .matrix = matrix};
    find_servers(&m);
    size_t most = (ARRAY_LEN(vantages) + 1) * 2 * m.n_servers + 1; // one more: it is made before it is kept
    matrix->rows = arena_alloc(&matrix->arena, most * sizeof *matrix->rows);
    matrix->says = arena_alloc(&matrix->arena, MOST_SAYS * sizeof *matrix->says);
    for (size_t i = 0; i < ARRAY_LEN(vantages); i++)
        add_rows(&m, vantages[i], false);
    add_rows(&m, LOOKUP_FROM_POD, true);
    say_all(&m);
    return matrix;
}

void matrix_free(struct matrix *matrix)
{
    if (!matrix)
        return;
    arena_done(&matrix->arena);
    free(matrix);
}
