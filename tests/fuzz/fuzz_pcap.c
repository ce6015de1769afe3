#include "tests/fuzz/fuzz.h"

#include "core/parse/exchange.h"
#include "core/parse/pcap.h"

static void pair(const struct dns_packet *packet, void *context)
{
    char name[DNS_NAME_TEXT];
    dns_packet_name(packet, name);
    pairing_packet(context, packet);
}

static void see(const struct exchange *exchange, void *context)
{
    (void)exchange;
    (void)context;
}

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    struct capture_info info = {0};
    struct pairing *pairing = pairing_new(see, NULL);
    struct feed feed;
    feed_init_text(&feed, text.bytes);
    pcap_read(&feed, pair, pairing, &info, NULL);
    pairing_end(pairing, &info);
    pairing_free(pairing);
}
