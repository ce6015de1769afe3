// Takes log paths apart. The kubelet's names are NS_POD_UID/CONTAINER/N.log below /var/log/pods and
// POD_NS_CONTAINER-ID.log below /var/log/containers; no part can hold an underscore.
#include "core/facts/logorigin.h"

static struct span without_suffix(struct span s, const char *suffix)
{
    return span_ends(s, suffix) ? span_first(s, s.len - strlen(suffix)) : s;
}

static bool cut_three(struct span s, struct span ret[static 3])
{
    for (size_t i = 0; i < 3; i++) {
        if (!span_cut(&s, '_', &ret[i]) || ret[i].len == 0)
            return false;
    }
    return s.at == NULL;
}

// CONTAINER.log or CONTAINER.previous.log.
static void read_container(struct span file, struct log_origin *o)
{
    struct span name = without_suffix(file, ".log");
    o->previous = span_ends(name, ".previous");
    o->container = without_suffix(name, ".previous");
}

// What stands below var_log/, with or without its folders pods/ and containers/.
static void read_node_log(struct span rest, struct log_origin *o)
{
    struct span part, next, names[3];
    if (!span_cut(&rest, '/', &part))
        return;
    if ((span_is(part, "pods") || span_is(part, "containers")) && !span_cut(&rest, '/', &part))
        return;
    if (!cut_three(without_suffix(part, ".log"), names))
        return;
    if (rest.at) { // a folder: NS_POD_UID/CONTAINER/N.log
        o->namespace_ = names[0];
        o->pod = names[1];
        if (span_cut(&rest, '/', &next) && rest.at)
            o->container = next;
        return;
    }
    o->pod = names[0];
    o->namespace_ = names[1];
    size_t dash = names[2].len;
    while (dash > 0 && names[2].at[dash - 1] != '-')
        dash--;
    o->container = dash ? span_first(names[2], dash - 1) : names[2];
}

struct log_origin log_origin_of(const char *path)
{
    struct log_origin o = {.previous = false};
    struct span rest = span_of(path), root, part;
    if (!span_cut(&rest, '/', &root) || !rest.at)
        return o;
    if (span_is(root, "cluster") && span_skip(&rest, "logs/")) {
        if (span_cut(&rest, '/', &o.namespace_) && span_cut(&rest, '/', &o.pod) && rest.at)
            read_container(rest, &o);
    } else if (span_is(root, "pods")) {
        if (!span_cut(&rest, '/', &o.namespace_) || !span_cut(&rest, '/', &o.pod))
            o.pod = o.namespace_ = span_make(NULL, 0);
    } else if (span_is(root, "nodes") && span_cut(&rest, '/', &o.node)) {
        if (span_cut(&rest, '/', &part) && span_is(part, "var_log"))
            read_node_log(rest, &o);
    }
    return o;
}
