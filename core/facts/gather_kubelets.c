// The nodes' own resolver and what each kubelet was told to hand out. Where several files speak of one
// kubelet they are read in the order in which it reads them: the file, its drop-ins, the command line.
#include "core/facts/gather.h"
#include "core/parse/kubelet.h"
#include "core/parse/resolvconf.h"

static const char *const config_files[] = {
    "kubelet/kubelet-config*", "kubelet/config.json",     "kubelet/config.yaml",
    "kubelet/config",          "kubelet/config.json.d/*", "kubelet/snap-config*",
};

static const char *const flag_files[] = {
    "kubelet/kubelet_service.txt", "kubelet/svc.log", "kubelet/kubelet.env",
    "kubelet/environment",         "system/ps.txt",
};

static bool read_text(struct facts *facts, const struct evidence_file *file, struct text *ret)
{
    return file->state != EVIDENCE_UNKNOWN && evidence_text(facts->evidence, file->id, ret, NULL);
}

static void read_config(struct facts *facts, const struct evidence_file *file, struct kubelet_config *config)
{
    struct text text;
    if (read_text(facts, file, &text))
        kubelet_parse_config(&facts->arena, text, config, NULL);
}

static void read_flags(struct facts *facts, const struct evidence_file *file, struct kubelet_config *config)
{
    struct text text;
    if (read_text(facts, file, &text))
        kubelet_parse_flags(&facts->arena, text, config);
}

typedef void read_fn(struct facts *facts, const struct evidence_file *file, struct kubelet_config *config);

static void read_all(struct facts *facts, const char *node, const char *pattern, read_fn *read,
                     struct kubelet_config *config)
{
    uint32_t cursor = 0;
    const char *path = arena_printf(&facts->arena, "nodes/%s/%s", node, pattern);
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, path, &cursor)))
        read(facts, file, config);
}

static void read_kubelet(struct facts *facts, struct node_facts *node)
{
    struct kubelet_config *config = arena_alloc(&facts->arena, sizeof *config);
    for (size_t i = 0; i < sizeof config_files / sizeof *config_files; i++)
        read_all(facts, node->name, config_files[i], read_config, config);
    for (size_t i = 0; i < sizeof flag_files / sizeof *flag_files; i++)
        read_all(facts, node->name, flag_files[i], read_flags, config);
    if (place_is_set(config->place))
        node->kubelet = config;
}

static void read_resolvconf(struct facts *facts, struct node_facts *node)
{
    const char *path = arena_printf(&facts->arena, "nodes/%s/networking/resolv.conf", node->name);
    const struct evidence_file *file = evidence_find(facts->evidence, path);
    struct text text;
    if (file && read_text(facts, file, &text))
        node->resolvconf = resolvconf_parse(&facts->arena, text);
}

void gather_kubelets(struct facts *facts)
{
    for (size_t i = 0; i < facts->n_nodes; i++) {
        read_kubelet(facts, &facts->nodes[i]);
        read_resolvconf(facts, &facts->nodes[i]);
    }
}
