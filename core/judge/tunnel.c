// By name, since nothing else of a node's files tells an overlay from other routes.
#include "core/judge/tunnel.h"

#include "core/base/mem.h"
#include "core/base/span.h"

enum { IP_IN_IP = 4, UDP = 17 };

struct tunnel tunnel_of(const char *device)
{
    static const struct {
        const char *prefix; // VXLAN and Geneve add 50 bytes, WireGuard 60
        struct tunnel tunnel;
    } known[] = {
        {"flannel-wg", {UDP, 51820, 60}},  {"flannel", {UDP, 8472, 50}},
        {"cilium_vxlan", {UDP, 8472, 50}}, {"cilium_geneve", {UDP, 6081, 50}},
        {"cilium_wg", {UDP, 51871, 60}},   {"vxlan", {UDP, 4789, 50}},
        {"geneve", {UDP, 6081, 50}},       {"wireguard", {UDP, 51820, 60}},
        {"wg", {UDP, 51820, 60}},          {"tunl", {IP_IN_IP, 0, 20}},
    };
    for (size_t i = 0; device && i < ARRAY_LEN(known); i++) {
        if (span_starts(span_of(device), known[i].prefix))
            return known[i].tunnel;
    }
    return (struct tunnel){0};
}

const char *tunnel_tell(struct arena *arena, struct tunnel tunnel)
{
    return tunnel.port ? arena_printf(arena, "UDP %u", (unsigned)tunnel.port) : "IP in IP";
}
