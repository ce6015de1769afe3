// Overlays: in what the packets of pods travel from node to node.
#ifndef D5_JUDGE_TUNNEL_H
#define D5_JUDGE_TUNNEL_H

#include "core/facts/facts.h"

struct tunnel {
    uint8_t protocol;  // 17 (VXLAN, Geneve, WireGuard) or 4 (IP in IP); 0: there is none
    uint16_t port;     // of 17: where the other node listens
    uint16_t overhead; // bytes that it adds to a packet, over IPv4
};

// The one that an interface of that name belongs to, with the port that its program sets unless told
// otherwise. NULL: none.
struct tunnel tunnel_of(const char *device);

// "UDP 8472" or "IP in IP".
const char *tunnel_tell(struct arena *arena, struct tunnel tunnel);

#endif
