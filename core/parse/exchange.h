// Exchanges: a question of a capture with what became of it. One packet that was seen at several interfaces,
// and before and after its address was translated, is one question; the same packet sent again after a pause
// is another one, and the first stays unanswered. Only what still waits is kept, so that a long capture of
// quick answers takes no memory.
#ifndef D5_PARSE_EXCHANGE_H
#define D5_PARSE_EXCHANGE_H

#include "core/base/tri.h"
#include "core/parse/dnspacket.h"

enum exchange_end {
    EXCHANGE_ANSWERED,
    EXCHANGE_UNANSWERED,
    EXCHANGE_REFUSED,  // TCP reset, or ICMP unreachable
    EXCHANGE_CONNECTED // a TCP connection that was accepted: no question by itself
};

struct exchange { // what asked.message borrows holds for the call, its header and question; answered has none
    struct dns_packet asked;    // the question as it was first seen: its server is whom the client asked
    struct dns_packet answered; // ANSWERED: the answer as it was first seen; REFUSED: what refused it
    enum exchange_end end;
    struct ip endpoint; // where the question went when its address was translated; family 0: it was not seen
    enum tri forwarded; // the question was seen leaving again; unknown where the capture does not tell
    enum tri delivered; // the answer was seen on the way on to the client
    uint32_t sightings; // of the question
    bool connect;       // a TCP connection, not yet a question
    bool short_wait;    // unanswered, and the capture ended too soon after it to tell
};

enum { EXCHANGE_WAIT_MS = 1000 }; // what an answer may take before the end of a capture

typedef void exchange_fn(const struct exchange *x, void *context);

struct pairing;
struct pairing *pairing_new(exchange_fn *each, void *context);
void pairing_packet(struct pairing *p, const struct dns_packet *packet);
void pairing_end(struct pairing *p, const struct capture_info *info); // gives all that still wait
void pairing_free(struct pairing *p);                                 // takes NULL

#endif
