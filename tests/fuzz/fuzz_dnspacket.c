#include "tests/fuzz/fuzz.h"

#include "core/parse/dnspacket.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    struct dns_packet packet = {0};
    char name[DNS_NAME_TEXT];
    dns_looks_like(text.bytes);
    if (dns_decode(text.bytes, &packet))
        dns_packet_name(&packet, name);
}
