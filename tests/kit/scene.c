// Makes the tree of scene.h. All data here is made up.
#include "tests/kit/scene.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/judge/judge.h"
#include "tests/kit/scratch.h"

// ------------------------------------------------------------------ files
void scene_write(struct scene *s, const char *path, const char *text)
{
    if (text) {
        scratch_write(s->dir, path, text);
        return;
    }
    char *full = scratch_path(s->dir, path);
    unlink(full);
    free(full);
}

static char *quoted(struct scene *s, const char *text)
{
    char *copy = arena_strdup(&s->arena, text);
    for (char *c = copy; *c; c++) {
        if (*c == '\'')
            *c = '"';
    }
    return copy;
}

void scene_json(struct scene *s, const char *path, const char *text)
{
    scene_write(s, path, quoted(s, text));
}

// ------------------------------------------------------------------ the healthy cluster
static const char running[] =
    "{'phase': 'Running', 'podIP': '%s', 'startTime': '2026-11-20T00:00:00Z',\n"
    " 'conditions': [{'type': 'Ready', 'status': 'True', 'lastTransitionTime': '2026-11-20T00:00:10Z'}],\n"
    " 'containerStatuses': [{'name': 'main', 'ready': true, 'restartCount': 0,\n"
    "  'state': {'running': {'startedAt': '2026-11-20T00:00:05Z'}}, 'lastState': {}}]}";

static const char coredns_pod[] =
    "{'kind': 'Pod', 'metadata': {'namespace': 'kube-system', 'creationTimestamp': '2026-11-20T00:00:00Z',\n"
    " 'labels': {'k8s-app': 'kube-dns'}, 'name': 'coredns-%s'},\n"
    " 'spec': {'nodeName': '%s', 'dnsPolicy': 'Default', 'containers': [{'name': 'main',\n"
    "  'resources': {'limits': {'memory': '170Mi'}}}],\n"
    "  'volumes': [{'configMap': {'name': 'coredns'}}]},\n"
    " 'status': %s}";

static const char *or_running(struct scene *s, const char *status, const char *ip)
{
    return status ? status : arena_printf(&s->arena, running, ip);
}

void scene_pods(struct scene *s, const struct scene_pods *pods)
{
    struct str text = {0};
    str_printf(
        &text,
        "{'kind': 'List', 'items': [\n{'kind': 'Pod', 'metadata': {'name': 'cart-1', 'namespace': 'shop'},\n"
        " 'spec': {'nodeName': 'n1', %s'containers': [{'name': 'main', 'image': 'cart:1'}]},\n 'status': "
        "%s},\n",
        pods->spec ? pods->spec : "", or_running(s, pods->status, "10.0.1.10"));
    str_printf(&text, coredns_pod, "a", "n2", or_running(s, pods->coredns_a, "10.0.2.10"));
    str_add(&text, ",\n");
    str_printf(&text, coredns_pod, "b", "n3", or_running(s, pods->coredns_b, "10.0.3.10"));
    str_printf(&text, "%s\n]}\n", pods->more ? pods->more : "");
    scene_json(s, "cluster/pods.json", str_text(&text));
    str_done(&text);
}

void scene_endpoints(struct scene *s, bool a, bool b)
{
    const char *text = arena_printf(
        &s->arena,
        "{'kind': 'List', 'items': [{'kind': 'EndpointSlice', 'addressType': 'IPv4', 'metadata': {'name': "
        "'kube-dns-1',\n"
        "'namespace': 'kube-system', 'labels': {'kubernetes.io/service-name': 'kube-dns'}}, 'endpoints': [\n"
        "{'addresses': ['10.0.2.10'], 'conditions': {'ready': %s}, 'nodeName': 'n2'},\n"
        "{'addresses': ['10.0.3.10'], 'conditions': {'ready': %s}, 'nodeName': 'n3'}],\n"
        "'ports': [{'name': 'dns', 'port': 53, 'protocol': 'UDP'}]}]}",
        a ? "true" : "false", b ? "true" : "false");
    scene_json(s, "cluster/endpointslices.json", text);
}

void scene_corefile(struct scene *s, const char *text)
{
    const char *map =
        arena_printf(&s->arena,
                     "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': 'coredns',\n"
                     "'namespace': 'kube-system'}, 'data': {\n'Corefile': '%s'}}]}",
                     text);
    scene_json(s, "cluster/configmaps.json", map);
}

void scene_complaint(struct scene *s, const char *query, const char *symptom)
{
    scene_write(s, "target.yaml",
                arena_printf(&s->arena,
                             "namespace: shop\npod: cart-1\nnode: n1\nquery: %s\nsymptom: \"%s\"\n"
                             "window: {from: 2026-11-23T07:00:00Z, to: 2026-11-23T07:30:00Z}\n",
                             query, symptom));
}

void scene_target(struct scene *s, const char *query)
{
    scene_complaint(s, query, "lookups fail");
}

static void write_nodes(struct scene *s)
{
    struct str text = {0};
    str_add(&text, "{'kind': 'List', 'items': [");
    for (int i = 1; i <= 3; i++) {
        str_printf(&text,
                   "%s\n{'kind': 'Node', 'metadata': {'name': 'n%d'}, 'status': {'nodeInfo': {'osImage': "
                   "'Amazon Linux "
                   "2023'},\n'addresses': [{'type': 'InternalIP', 'address': '10.0.%d.1'}],\n"
                   "'conditions': [{'type': 'Ready', 'status': 'True'}]}}",
                   i > 1 ? "," : "", i, i);
    }
    str_add(&text, "]}");
    scene_json(s, "cluster/nodes.json", str_text(&text));
    str_done(&text);
}

static void write_services(struct scene *s)
{
    scene_json(s, "cluster/services.json",
               "{'kind': 'List', 'items': [\n"
               "{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': 'kube-system'}, 'spec': {\n"
               "'clusterIP': '172.20.0.10', 'selector': {'k8s-app': 'kube-dns'},\n"
               "'ports': [{'name': 'dns', 'port': 53, 'protocol': 'UDP', 'targetPort': 53}]}},\n"
               "{'kind': 'Service', 'metadata': {'name': 'orders', 'namespace': 'shop'}, 'spec': {\n"
               "'clusterIP': '172.20.9.9', 'ports': [{'port': 80}]}}]}");
}

static void write_workloads(struct scene *s)
{
    scene_json(s, "cluster/deployments.json",
               "{'kind': 'List', 'items': [{'kind': 'Deployment', 'metadata': {'name': 'coredns',\n"
               "'namespace': 'kube-system'}, 'spec': {\n'replicas': 2,\n'template': {'metadata': {'labels': "
               "{'k8s-app': 'kube-dns'}}, 'spec': {'containers': []}}}}]}");
    scene_json(s, "cluster/daemonsets.json", "{'kind': 'List', 'items': []}");
    scene_json(s, "cluster/events.json", "{'kind': 'List', 'items': []}");
}

static void write_resolvers(struct scene *s)
{
    scene_write(s, "pods/shop/cart-1/resolv.conf",
                "search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 172.20.0.10\n"
                "options ndots:5\n");
    scene_write(s, "nodes/n1/networking/resolv.conf", "nameserver 10.0.0.2\n");
    scene_json(s, "nodes/n1/kubelet/config.json",
               "{'kind': 'KubeletConfiguration',\n'clusterDomain': 'cluster.local',\n'clusterDNS': "
               "['172.20.0.10']}\n");
}

void scene_init(struct scene *s)
{
    *s = (struct scene){.evidence = NULL};
    s->dir = scratch_make();
    scene_target(s, SCENE_NAME);
    scene_pods(s, &(struct scene_pods){.spec = NULL});
    scene_endpoints(s, true, true);
    scene_corefile(
        s, ".:53 {\\n    errors\\n    health\\n    ready\\n    kubernetes cluster.local in-addr.arpa\\n"
           "    forward . /etc/resolv.conf\\n    cache 30\\n    loop\\n    reload\\n}\\n");
    write_nodes(s);
    write_services(s);
    write_workloads(s);
    write_resolvers(s);
}

void scene_done(struct scene *s)
{
    cause_free(s->cause);
    claims_done(&s->claims);
    facts_free(s->facts);
    if (s->evidence)
        evidence_close(s->evidence);
    scratch_remove(s->dir);
    free(s->dir);
    arena_done(&s->arena);
}

void scene_reset(struct scene *s)
{
    scene_done(s);
    scene_init(s);
}

void scene_dig(struct scene *s, const char *file, const char *server, const char *name, const char *status)
{
    struct str text = {0};
    if (!status)
        str_printf(&text, ";; communications error to %s#53: timed out\n", server);
    str_printf(&text, "\n; <<>> DiG 9.18.30 <<>> @%s %s\n; (1 server found)\n;; global options: +cmd\n",
               server, name);
    if (status) {
        bool answer = strcmp(status, "NOERROR") == 0;
        str_printf(&text,
                   ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: %s, id: 4711\n"
                   ";; flags: qr rd ra; QUERY: 1, ANSWER: %d, AUTHORITY: 0, ADDITIONAL: 1\n\n"
                   ";; QUESTION SECTION:\n;%s.\t\tIN\tA\n\n",
                   status, answer, name);
        if (answer)
            str_printf(&text, ";; ANSWER SECTION:\n%s.\t5\tIN\tA\t172.20.9.9\n\n", name);
        str_printf(
            &text,
            ";; Query time: 4 msec\n;; SERVER: %s#53(%s) (UDP)\n;; WHEN: Mon Nov 23 07:20:00 UTC 2026\n"
            ";; MSG SIZE  rcvd: 100\n",
            server, server);
    } else {
        str_add(&text, ";; no servers could be reached\n");
    }
    char *path = mem_printf("pods/shop/cart-1/dig-%s.txt", file);
    scene_write(s, path, str_text(&text));
    free(path);
    str_done(&text);
}

// ------------------------------------------------------------------ judging
void scene_judge(struct scene *s)
{
    struct error err = {{0}};
    const char *paths[] = {s->dir};
    s->evidence = evidence_open(paths, 1, NULL, &err);
    if (!s->evidence)
        abort();
    s->facts = facts_gather(s->evidence, NULL, NULL);
    judge_all(s->facts, &s->claims);
    s->cause = cause_weigh(&s->claims, &s->facts->target);
}

void scene_judge_with(struct scene *s, const char *query, const struct scene_file *files, size_t n)
{
    scene_reset(s);
    scene_target(s, query);
    for (size_t i = 0; i < n; i++)
        scene_write(s, files[i].path, files[i].text);
    scene_judge(s);
}

const struct claim *scene_claim(const struct scene *s, enum claim_kind kind, enum diagnosis d)
{
    for (size_t i = 0; i < s->claims.n; i++) {
        if (s->claims.items[i].kind == kind && s->claims.items[i].diagnosis == d)
            return &s->claims.items[i];
    }
    return NULL;
}

const struct claim *scene_says(const struct scene *s, enum claim_kind kind, enum subject subject,
                               const char *part)
{
    for (size_t i = 0; i < s->claims.n; i++) {
        const struct claim *c = &s->claims.items[i];
        if (c->kind == kind && c->subject == subject && strstr(c->text, part))
            return c;
    }
    return NULL;
}

bool scene_cites(const struct scene *s, const struct claim *claim, const char *text)
{
    bool found = false;
    for (size_t i = 0; claim && i < claim->n_places && !found; i++) {
        struct str line = {0};
        evidence_line(s->evidence, claim->places[i].file, claim->places[i].line, &line, NULL);
        found = strstr(str_text(&line), text) != NULL;
        str_done(&line);
    }
    return found;
}

void scene_expect(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text ? text : "(nothing)", part);
}

bool scene_rejects(const struct scene *s, enum diagnosis d)
{
    size_t first = (s->cause->diagnosis != DIAGNOSIS_INCONCLUSIVE) + s->cause->n_also;
    for (size_t i = 0; i < s->cause->n_rejected; i++) {
        if (s->cause->candidates[first + i].diagnosis == d)
            return true;
    }
    return false;
}

// ------------------------------------------------------------------ as a test's fixture
int scene_start(void **state)
{
    struct scene *s = mem_alloc(sizeof *s);
    scene_init(s);
    *state = s;
    return 0;
}

int scene_stop(void **state)
{
    scene_done(*state);
    free(*state);
    return 0;
}
