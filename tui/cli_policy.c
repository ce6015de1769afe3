// d5tui policy: do network policies let a pod talk to another pod, a service address, any address?
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/json.h"
#include "core/facts/gather.h"
#include "core/judge/policy.h"
#include "tui/cli_flags.h"

struct asked {
    const char *from, *pod, *to, *proto, *format;
    uint16_t port;
};

static bool take_from(void *context, const char *value, struct error *err)
{
    (void)err;
    ((struct asked *)context)->from = value;
    return true;
}

static bool take_pod(void *context, const char *value, struct error *err)
{
    if (!strchr(value, '/'))
        return error_set(err, "\"%s\" is no pod; it is written NAMESPACE/NAME", value);
    ((struct asked *)context)->pod = value;
    return true;
}

static bool take_to(void *context, const char *value, struct error *err)
{
    struct ip ip;
    if (!strchr(value, '/') && !ip_parse(span_of(value), &ip))
        return error_set(err, "\"%s\" is neither a pod (NAMESPACE/NAME) nor an address", value);
    ((struct asked *)context)->to = value;
    return true;
}

static bool take_proto(void *context, const char *value, struct error *err)
{
    bool udp = strcmp(value, "udp") == 0;
    if (!udp && strcmp(value, "tcp") != 0)
        return cli_fail_choice(err, value, "udp, tcp");
    ((struct asked *)context)->proto = udp ? "UDP" : "TCP";
    return true;
}

static bool take_port(void *context, const char *value, struct error *err)
{
    uint16_t port;
    if (!span_to_u16(span_of(value), &port) || port == 0)
        return error_set(err, "\"%s\" is no port", value);
    ((struct asked *)context)->port = port;
    return true;
}

static bool take_format(void *context, const char *value, struct error *err)
{
    if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0)
        return cli_fail_choice(err, value, "text, json");
    ((struct asked *)context)->format = value;
    return true;
}

static const struct cli_flag flags[] = {
    {"--from", NULL, "DIR", "the evidence", take_from},
    {"--pod", NULL, "NS/NAME", "who asks", take_pod},
    {"--to", NULL, "NS/NAME|IP", "who is asked: a pod; a Service by its address", take_to},
    {"--proto", NULL, "udp|tcp", "default udp", take_proto},
    {"--port", NULL, "N", "default 53", take_port},
    {"--format", NULL, "text|json", "default text", take_format},
};

// ------------------------------------------------------------------ the question

static const struct kube_pod *find_pod(const struct cluster *cluster, const char *name)
{
    const char *slash = strchr(name, '/');
    char *namespace_ = mem_strndup(name, (size_t)(slash - name));
    const struct kube_pod *pod = cluster_pod(cluster, namespace_, slash + 1);
    free(namespace_);
    return pod;
}

static struct policy_answer judge(const struct facts *facts, const struct asked *asked, struct arena *arena)
{
    const struct policy_world world = {
        .policies = &facts->policies.set,
        .standard = facts->policies.standard,
        .admin_unknown = facts->policies.admin_unknown,
        .cluster = &facts->cluster,
        .nodelocal = facts->dns.nodelocal,
    };
    struct policy_query q = {
        .from = find_pod(&facts->cluster, asked->pod), .protocol = asked->proto, .port = asked->port};
    struct policy_answer none = {.fate = POLICY_FATE_UNKNOWN};
    bool pod = strchr(asked->to, '/') != NULL;
    q.to = pod ? find_pod(&facts->cluster, asked->to) : NULL;
    if (!pod)
        ip_parse(span_of(asked->to), &q.to_ip);
    if (!q.from || (pod && !q.to)) {
        none.why = arena_printf(arena, "there is no pod %s in the evidence", q.from ? asked->to : asked->pod);
        return none;
    }
    return policy_judge(&world, &q, arena);
}

// ------------------------------------------------------------------ the answer

static char *full_name(const struct netpol *policy)
{
    const char *namespace_ = policy->meta.namespace_, *name = policy->meta.name ? policy->meta.name : "?";
    return policy->kind == NETPOL_STANDARD && namespace_ ? mem_printf("%s/%s", namespace_, name)
                                                         : mem_strdup(name);
}

static void add_json(const struct policy_answer *a, struct str *out)
{
    struct json_writer w;
    json_writer_init(&w, out, true);
    json_open(&w, NULL, '{');
    json_write(&w, "fate", policy_fate_name(a->fate));
    json_write(&w, "direction", a->has_direction ? netpol_direction_name(a->direction) : NULL);
    json_open(&w, "decided_by", '[');
    for (size_t i = 0; i < a->n_deciders; i++) {
        char *name = full_name(a->deciders[i]);
        json_write(&w, NULL, name);
        free(name);
    }
    json_close(&w, ']');
    json_write(&w, "why", a->why);
    json_close(&w, '}');
    str_add_char(out, '\n');
}

static void add_text(const struct policy_answer *a, struct str *out)
{
    struct str line = {0};
    str_printf(&line, "%s: %s", policy_fate_name(a->fate), a->why);
    if (a->pod && a->pod->meta.name)
        str_printf(&line, " (to pod %s/%s)", a->pod->meta.namespace_ ? a->pod->meta.namespace_ : "",
                   a->pod->meta.name);
    utf8_make_safe(str_span(&line), out);
    str_add_char(out, '\n');
    str_done(&line);
}

static int answer(const struct asked *asked)
{
    static const int statuses[] = {CLI_OK, CLI_UNKNOWN, CLI_BLOCKED}; // by fate
    struct error err;
    struct evidence *ev = evidence_open(&asked->from, 1, NULL, &err);
    if (!ev)
        return cli_error(CLI_FAILED, "%s", err.text);
    struct facts *facts = facts_gather_cluster(ev);
    struct arena arena = {0};
    struct str out = {0};
    struct policy_answer a = judge(facts, asked, &arena);
    if (strcmp(asked->format, "json") == 0)
        add_json(&a, &out);
    else
        add_text(&a, &out);
    fwrite(str_text(&out), 1, out.len, stdout);
    str_done(&out);
    arena_done(&arena);
    facts_free(facts);
    evidence_close(ev);
    return statuses[a.fate];
}

static int run(int argc, char **argv)
{
    struct asked asked = {.from = ".", .proto = "UDP", .port = 53, .format = "text"};
    const struct cli_flags table = {flags, ARRAY_LEN(flags), &asked, NULL};
    const struct cli_syntax syntax = {.tables = &table, .n_tables = 1};
    struct error err;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_policy, &syntax);
        return CLI_OK;
    case CLI_PARSED_WRONG:
        return cli_error(CLI_USAGE, "policy: %s", err.text);
    case CLI_PARSED:
        break;
    }
    if (!asked.pod || !asked.to)
        return cli_error(CLI_USAGE, "policy: --pod NS/NAME and --to NS/NAME|IP are needed");
    return answer(&asked);
}

const struct cli_command cli_policy = {
    "policy",
    "[--from DIR] --pod NS/NAME --to NS/NAME|IP [--proto udp|tcp] [--port N] [--format text|json]",
    "whether network policies let that through, and which one decides",
    run,
};
