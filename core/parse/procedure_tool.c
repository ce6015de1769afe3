// The table of tools, and look-ups in it.
#include "core/parse/procedure_tool.h"

#include "core/base/mem.h"
#include "core/base/near.h"

#define WINDOW " incidentTime startTime endTime timeWindow region"
#define KUBE   "clusterName/cluster_name"

static const struct procedure_tool tools[] = {
    {"collect", "instanceId", "region idempotencyToken"},
    {"status", "executionId", "region"},
    {"validate", "", "instanceId executionId region"},
    {"errors", "instanceId", "severity response_format pageSize pageToken clusterContext" WINDOW},
    {"read", "logKey", "startByte endByte startLine lineCount instanceId region"},
    {"search", "instanceId query", "logTypes maxResults response_format" WINDOW},
    {"correlate", "instanceId", "pivotEvent components" WINDOW},
    {"artifact", "logKey", "expirationMinutes region"},
    {"summarize", "instanceId finding_ids", "includeRecommendations" WINDOW},
    {"quick_triage", "instanceId", "severity" WINDOW},
    {"history", "", "instanceId clusterName maxResults status region"},
    {"cluster_health", "clusterName", "includeSSMStatus region"},
    {"compare_nodes", "instanceIds", "compareFields" WINDOW},
    {"batch_collect", "clusterName", "filter strategy maxNodes dryRun region"},
    {"batch_status", "batchId/executionIds", "region"},
    {"network_diagnostics", "instanceId", "sections" WINDOW},
    {"storage_diagnostics", "instanceId", "sections" WINDOW},
    {"tcpdump_capture", "instanceId",
     "durationSeconds interface filter podName podNamespace containerPid commandId region"},
    {"tcpdump_analyze", "instanceId", "commandId section maxPackets region"},
    {"list_sops", "", ""},
    {"get_sop", "sopName", ""},
    {"list_k8s_resources", "",
     KUBE " kind apiVersion/api_version namespace labelSelector/label_selector fieldSelector/field_selector"},
    {"read_k8s_resource", "", KUBE " kind apiVersion/api_version namespace name"},
    {"get_k8s_events", "", KUBE " kind namespace name"},
    {"get_pod_logs", "",
     KUBE " namespace podName/pod_name containerName/container_name sinceSeconds/since_seconds "
          "tailLines/tail_lines limitBytes/limit_bytes previous"},
    {"get_cloudwatch_logs", KUBE,
     "resourceType/resource_type resourceName/resource_name logType/log_type filterPattern/filter_pattern "
     "logGroupName/log_group_name minutes startTime/start_time endTime/end_time limit fields"},
    {"describe_eks_resource", "", KUBE " resourceType/resource_type resourceName/resource_name name"},
};

const struct procedure_tool *procedure_tool(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
        if (span_is(name, tools[i].name))
            return &tools[i];
    }
    return NULL;
}

const char *procedure_tool_nearest(struct span name)
{
    const char *names[ARRAY_LEN(tools) + 1] = {0};
    for (size_t i = 0; i < ARRAY_LEN(tools); i++)
        names[i] = tools[i].name;
    return near_word(name, names);
}

bool procedure_list_has(const char *list, struct span word, struct span *ret_entry)
{
    struct span rest = span_of(list), entry, spelling;
    while (span_cut_word(&rest, &entry)) {
        for (struct span all = entry; span_cut(&all, '/', &spelling);) {
            if (!span_eq(spelling, word))
                continue;
            if (ret_entry)
                *ret_entry = entry;
            return true;
        }
    }
    return false;
}

bool procedure_tool_takes(const struct procedure_tool *tool, struct span argument)
{
    return procedure_list_has(tool->required, argument, NULL) ||
           procedure_list_has(tool->optional, argument, NULL);
}

bool procedure_is_argument(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
        if (procedure_tool_takes(&tools[i], name))
            return true;
    }
    return false;
}
