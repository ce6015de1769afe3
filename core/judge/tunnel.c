// By name, since nothing else of a node's files tells an overlay from other routes.
#include "core/judge/tunnel.h"

#include "core/base/mem.h"
#include "core/base/span.h"

enum { UDP = 17, IP_IN_IP = 4, VXLAN_LINUX = 8472, VXLAN = 4789, GENEVE = 6081, WIREGUARD = 51820 };

struct tunnel tunnel_of(const char *device)
{
    static const struct {
        const char *prefix;
        struct tunnel tunnel;
    } known[] = {
        {"flannel.", {UDP, VXLAN_LINUX}},
        {"flannel-v6.", {UDP, VXLAN_LINUX}},
        {"cilium_vxlan", {UDP, VXLAN_LINUX}},
        {"cilium_geneve", {UDP, GENEVE}},
        {"vxlan.calico", {UDP, VXLAN}},
        {"vxlan-v6.calico", {UDP, VXLAN}},
        {"wireguard.cali", {UDP, WIREGUARD}},
        {"flannel-wg", {UDP, WIREGUARD}},
        {"tunl0", {IP_IN_IP, 0}},
    };
    for (size_t i = 0; device && i < ARRAY_LEN(known); i++) {
        if (span_starts(span_of(device), known[i].prefix))
            return known[i].tunnel;
    }
    return (struct tunnel){0};
}

const char *tunnel_tell(struct arena *arena, struct tunnel tunnel)
{
    return tunnel.protocol == UDP ? arena_printf(arena, "UDP %u", (unsigned)tunnel.port) : "IP in IP";
}
