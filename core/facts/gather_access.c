// What the API server serves, what it lets this person do, and by which name AWS knows the cluster:
// cluster/api-resources.txt, as `kubectl api-resources -o name` prints it, cluster/access.json, the answers
// of `kubectl auth can-i`, and cluster/context.txt, a few lines of the kubeconfig.
#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/facts/gather.h"

static bool read_text(struct facts *facts, const char *path, struct text *ret)
{
    const struct evidence_file *file = evidence_find(facts->evidence, path);
    return file && file->state == EVIDENCE_KNOWN && evidence_text(facts->evidence, file->id, ret, NULL);
}

static void read_resources(struct facts *facts)
{
    struct api_facts *api = &facts->api;
    struct text text;
    size_t cap = 0;
    if (!read_text(facts, "cluster/api-resources.txt", &text))
        return;
    struct span rest = text.bytes, line;
    while (span_cut_line(&rest, &line)) {
        if (span_trim(line).len)
            *ARENA_PUSH(&facts->arena, api->resources, api->n_resources, cap) =
                arena_span(&facts->arena, span_trim(line));
    }
}

static const char *copy(struct facts *facts, const struct json_value *answer, const char *name)
{
    struct span s = json_text(json_get(answer, name));
    return s.at ? arena_span(&facts->arena, s) : NULL;
}

static void read_answers(struct facts *facts)
{
    struct api_facts *api = &facts->api;
    struct arena scratch = {0};
    struct text text;
    size_t cap = 0;
    if (!read_text(facts, "cluster/access.json", &text))
        return;
    const struct json_value *list = json_get(json_parse(&scratch, text.bytes, NULL), "answers");
    for (size_t i = 0; list && list->kind == JSON_LIST && i < list->n; i++) {
        const struct json_value *answer = &list->items[i];
        *ARENA_PUSH(&facts->arena, api->access, api->n_access, cap) = (struct api_access){
            .verb = copy(facts, answer, "verb"),
            .resource = copy(facts, answer, "resource"),
            .subresource = copy(facts, answer, "subresource"),
            .allowed = json_is_true(json_get(answer, "allowed")),
        };
    }
    arena_done(&scratch);
}

bool api_eks_name(struct span text, struct span *ret)
{
    size_t at = span_find(text, ":cluster/");
    if (at != SIZE_MAX && span_starts(text, "arn:")) {
        *ret = span_from(text, at + strlen(":cluster/"));
    } else if (span_ends(text, ".eksctl.io")) {
        struct span name = span_from(text, span_find_char(text, '@') + 1); // SIZE_MAX + 1: there is no user
        *ret = span_first(name, span_find_char(name, '.'));
    } else {
        return false;
    }
    return ret->len > 0;
}

// The context and its cluster, then the words of the program that gets the token: those of `aws eks get-token
// --cluster-name NAME` and of `aws-iam-authenticator token --cluster-id NAME`.
static void read_context(struct facts *facts)
{
    static const char *const options[] = {"--cluster-name", "--cluster-id"};
    struct text text;
    struct span rest, line, before = {0}, name = {0};
    if (!read_text(facts, "cluster/context.txt", &text))
        return;
    rest = text.bytes;
    while (!name.len && span_cut_line(&rest, &line)) {
        line = span_trim(line);
        for (size_t i = 0; i < ARRAY_LEN(options); i++) {
            struct span value = line;
            if (span_is(before, options[i]))
                name = line;
            else if (span_skip(&value, options[i]) && span_skip(&value, "="))
                name = value;
        }
        if (!name.len)
            api_eks_name(line, &name);
        before = line;
    }
    facts->api.eks_cluster = name.len ? arena_span(&facts->arena, name) : NULL;
}

void gather_access(struct facts *facts)
{
    read_resources(facts);
    read_answers(facts);
    read_context(facts);
}

enum tri api_serves(const struct api_facts *api, const char *resource)
{
    for (size_t i = 0; i < api->n_resources; i++) {
        if (strcmp(api->resources[i], resource) == 0)
            return TRI_YES;
    }
    return api->n_resources ? TRI_NO : TRI_UNKNOWN;
}

enum tri api_allows(const struct api_facts *api, const char *verb, const char *resource,
                    const char *subresource)
{
    for (size_t i = 0; i < api->n_access; i++) {
        const struct api_access *a = &api->access[i];
        bool same_part = a->subresource && subresource ? strcmp(a->subresource, subresource) == 0
                                                       : !a->subresource && !subresource;
        if (a->verb && a->resource && same_part && strcmp(a->verb, verb) == 0 &&
            strcmp(a->resource, resource) == 0)
            return tri_of(a->allowed);
    }
    return TRI_UNKNOWN;
}
