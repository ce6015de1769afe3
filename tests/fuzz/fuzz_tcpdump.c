#include "tests/fuzz/fuzz.h"

#include "core/parse/tcpdump.h"

static void see(const struct dns_packet *packet, void *context)
{
    char name[DNS_NAME_TEXT];
    (void)context;
    dns_packet_name(packet, name);
}

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    struct capture_info info = {0};
    tcpdump_read(text, (struct window){TIME_UNKNOWN, TIME_UNKNOWN}, see, NULL, &info);
}
