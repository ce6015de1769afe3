// judge/searchlist against the C library itself: getaddrinfo asks a server of this test, which denies every
// name and writes down what was asked, in order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/judge/searchlist.h"

enum { MOST_ASKED = 64 };

static struct {
    int socket;
    pthread_t thread;
    pthread_mutex_t lock;
    char names[MOST_ASKED][256];
    uint8_t types[MOST_ASKED];
    size_t n;
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

// The name of the one question, and the length of the question with its type and class; 0: none.
static size_t read_question(const uint8_t *packet, size_t len, char ret_name[static 256], uint8_t *ret_type)
{
    size_t at = HFIXEDSZ, n = 0;
    while (at < len && packet[at] != 0) {
        size_t label = packet[at];
        if (label > 63 || at + 1 + label >= len || n + label + 2 > 256)
            return 0;
        if (n > 0)
            ret_name[n++] = '.';
        memcpy(ret_name + n, packet + at + 1, label);
        n += label;
        at += 1 + label;
    }
    ret_name[n] = 0;
    if (at + 5 > len)
        return 0;
    *ret_type = packet[at + 2];
    return at + 5 - HFIXEDSZ;
}

static void *serve(void *context)
{
    (void)context;
    uint8_t packet[1024];
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    ssize_t len;
    while ((len = recvfrom(server.socket, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_len)) >
           HFIXEDSZ) {
        pthread_mutex_lock(&server.lock);
        size_t at = server.n < MOST_ASKED ? server.n : MOST_ASKED - 1;
        size_t question = read_question(packet, (size_t)len, server.names[at], &server.types[at]);
        server.n = at + 1;
        pthread_mutex_unlock(&server.lock);
        packet[2] = 0x81; // an answer, recursion was wanted …
        packet[3] = 0x80 | NXDOMAIN;
        memset(packet + 6, 0, HFIXEDSZ - 6); // … and nothing but the question
        sendto(server.socket, packet, HFIXEDSZ + question, 0, (struct sockaddr *)&from, from_len);
    }
    return NULL;
}

static int start(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    server.socket = socket(AF_INET, SOCK_DGRAM, 0);
    bool ok = server.socket >= 0 && bind(server.socket, (struct sockaddr *)&address, len) == 0 &&
              getsockname(server.socket, (struct sockaddr *)&address, &len) == 0;
    setenv("LOCALDOMAIN", "shop.svc.cluster.local svc.cluster.local cluster.local ec2.internal", 1);
    ok = ok && res_init() == 0 && pthread_create(&server.thread, NULL, serve, NULL) == 0;
    _res.nscount = 1;
    _res.nsaddr_list[0] = address;
    return ok ? 0 : -1;
}

// An empty packet, which recvfrom takes for the end.
static int stop(void **state)
{
    (void)state;
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    getsockname(server.socket, (struct sockaddr *)&address, &len);
    sendto(server.socket, "", 0, 0, (struct sockaddr *)&address, len);
    pthread_join(server.thread, NULL);
    close(server.socket);
    return 0;
}

static void ask(const char *name, unsigned ndots)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    server.n = 0;
    _res.ndots = ndots & 15;
    int why = getaddrinfo(name, NULL, &hints, &found);
    if (found)
        freeaddrinfo(found);
    assert_int_equal(why, EAI_NONAME);
}

static void expect(const char *name, unsigned ndots)
{
    static const char *const domains[] = {"shop.svc.cluster.local", "svc.cluster.local", "cluster.local",
                                          "ec2.internal"};
    const struct search_rules rules = {.libc = SEARCH_GLIBC,
                                       .ndots = ndots,
                                       .domains = domains,
                                       .n_domains = ARRAY_LEN(domains),
                                       .a = true,
                                       .aaaa = true};
    struct arena arena = {0};
    struct search_list list;
    search_list_make(&arena, &rules, name, &list);
    ask(name, ndots);
    pthread_mutex_lock(&server.lock);
    assert_int_equal(server.n, list.queries);
    for (size_t i = 0; i < server.n; i++) { // A and AAAA of a name leave together
        assert_string_equal(server.names[i], list.items[i / 2].name);
        assert_int_equal(server.types[i], i % 2 ? T_AAAA : T_A);
    }
    pthread_mutex_unlock(&server.lock);
    arena_done(&arena);
}

static void the_library_asks_what_the_list_says(void **state)
{
    static const char *const names[] = {
        "orders",          "orders.shop",      "orders.shop.svc.cluster.local",
        "api.example.com", "api.example.com.", "a.b.c.d.e.f",
        "x.local",         "a.b.c.d.e"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        for (unsigned ndots = 0; ndots <= 6; ndots++)
            expect(names[i], ndots);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_library_asks_what_the_list_says)};
    return cmocka_run_group_tests(tests, start, stop);
}
