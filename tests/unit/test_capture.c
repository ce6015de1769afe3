// core/parse: captures as text and as files, and the pairing of questions with answers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/exchange.h"
#include "core/parse/pcap.h"
#include "core/parse/tcpdump.h"

struct seen {
    struct exchange items[32];
    char names[32][64];
    size_t n;
};

static void take(const struct exchange *x, void *context)
{
    struct seen *seen = context;
    if (seen->n == ARRAY_LEN(seen->items))
        return;
    char name[DNS_NAME_TEXT];
    dns_packet_name(&x->asked, name);
    memcpy(seen->names[seen->n], name, 63);
    seen->items[seen->n++] = *x;
}

static void pass_on(const struct dns_packet *packet, void *context)
{
    pairing_packet(context, packet);
}

static struct capture_info read_text(const char *text, struct window window, struct seen *ret)
{
    struct capture_info info;
    *ret = (struct seen){.n = 0};
    struct pairing *p = pairing_new(take, ret);
    tcpdump_read((struct text){span_of(text), 1}, window, pass_on, p, &info);
    pairing_end(p, &info);
    pairing_free(p);
    return info;
}

static const struct window no_window = {TIME_UNKNOWN, TIME_UNKNOWN};

static const char translated[] =
    "tcpdump: data link type LINUX_SLL2\nlistening on any, link-type LINUX_SLL2 (Linux cooked v2)\n"
    "2026-11-09 18:59:27.000100 eni7 In  IP 10.0.1.5.39971 > 172.20.0.10.53: 8577+ A? "
    "cart.shop.svc.cluster.local. (45)\n"
    "2026-11-09 18:59:27.000130 eth0 Out IP 10.0.1.5.39971 > 10.0.2.9.53: 8577+ A? "
    "cart.shop.svc.cluster.local. (45)\n"
    "2026-11-09 18:59:27.000900 eth0 In  IP 10.0.2.9.53 > 10.0.1.5.39971: 8577*- 1/0/0 A 172.20.1.1 (88)\n"
    "2026-11-09 18:59:27.000920 eni7 Out IP 172.20.0.10.53 > 10.0.1.5.39971: 8577*- 1/0/0 A 172.20.1.1 (88)\n"
    "2026-11-09 18:59:28.000100 eni7 In  IP 10.0.1.5.40000 > 172.20.0.10.53: 1+ AAAA? lost.shop. (27)\n"
    "2026-11-09 18:59:29.000100 eni7 In  IP 10.0.1.5.40001 > 172.20.0.10.53: 2+ [1au] A? back.shop. (38)\n"
    "2026-11-09 18:59:29.000120 eth0 Out IP 10.0.1.5.40001 > 10.0.2.9.53: 2+ [1au] A? back.shop. (38)\n"
    "2026-11-09 18:59:29.000300 eth0 In  IP 10.0.2.9.53 > 10.0.1.5.40001: 2 ServFail- 0/0/1 (38)\n"
    "2026-11-09 18:59:33.000000 eni7 In  IP 10.0.1.5.40000 > 172.20.0.10.53: 1+ AAAA? lost.shop. (27)\n"
    "2026-11-09 18:59:36.000000 ARP, Request who-has 10.0.0.1 tell 10.0.0.2, length 28\n"
    "9 packets captured\n3 packets dropped by kernel\n";

static void one_packet_at_two_interfaces_is_one_question(void **state)
{
    (void)state;
    struct seen s;
    struct capture_info info = read_text(translated, no_window, &s);
    assert_int_equal(s.n, 4);
    assert_int_equal(s.items[0].end, EXCHANGE_ANSWERED);
    assert_int_equal(s.items[0].forwarded, TRI_YES);
    assert_int_equal(s.items[0].delivered, TRI_YES);
    assert_int_equal(s.items[0].answered.answers, 1);
    char endpoint[IP_TEXT];
    assert_string_equal(ip_format(s.items[0].endpoint, endpoint), "10.0.2.9");
    assert_string_equal(s.names[0], "cart.shop.svc.cluster.local");
    assert_int_equal(info.dropped, 3);
    assert_true(info.interfaces);
    assert_int_equal(info.date, CAPTURE_DATE_WRITTEN);
}

static void what_never_left_and_what_never_came_home_differ(void **state)
{
    (void)state;
    struct seen s;
    read_text(translated, no_window, &s);
    assert_int_equal(s.items[1].end,
                     EXCHANGE_UNANSWERED); // asked again five seconds later: lost the first time
    assert_int_equal(s.items[1].forwarded, TRI_NO);
    assert_int_equal(s.items[1].asked.number, 7);
    assert_int_equal(s.items[2].end, EXCHANGE_ANSWERED);
    assert_int_equal(s.items[2].delivered, TRI_NO);
    assert_int_equal(s.items[2].answered.rcode, 2);
    assert_int_equal(s.items[3].end, EXCHANGE_UNANSWERED);
    assert_false(s.items[3].short_wait);
}

static void times_without_a_date_have_the_window_s(void **state)
{
    (void)state;
    static const char text[] = "23:59:59.900000 IP 10.0.1.5.4000 > 10.0.0.10.53: 7+ A? a.example. (27)\n"
                               "00:00:00.100000 IP 10.0.0.10.53 > 10.0.1.5.4000: 7 NXDomain 0/1/0 (90)\n";
    struct window window = {TIME_UNKNOWN, TIME_UNKNOWN};
    assert_true(clock_parse_rfc3339(span_of("2026-11-09T23:30:00Z"), &window.from));
    assert_true(clock_parse_rfc3339(span_of("2026-11-10T00:30:00Z"), &window.to));
    struct seen s;
    struct capture_info info = read_text(text, window, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(info.date, CAPTURE_DATE_ASSUMED);
    char time[32];
    assert_string_equal(clock_format(s.items[0].asked.time, time), "2026-11-09T23:59:59Z");
    assert_int_equal(s.items[0].answered.time - s.items[0].asked.time, 200000);
    info = read_text(text, no_window, &s);
    assert_int_equal(info.date, CAPTURE_DATE_UNKNOWN);
    assert_int_equal(s.items[0].answered.time - s.items[0].asked.time, 200000);
}

static void other_ways_of_printing_are_read(void **state)
{
    (void)state;
    static const char *const answered[] = {
        // IPv6
        "10:00:00.000000 IP6 fd00::5.4000 > fd00::a.53: 7+ A? a.example. (27)\n"
        "10:00:00.000500 IP6 fd00::a.53 > fd00::5.4000: 7 NXDomain 0/1/0 (90)\n",
        // -e, VLAN
        "10:00:00.000000 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q (0x8100), length 73: vlan "
        "7, p 0, "
        "ethertype IPv4 (0x0800), 10.0.1.5.4000 > 10.0.0.10.53: 7+ A? a.example. (27)\n"
        "10:00:00.000500 02:00:00:00:00:02 > 02:00:00:00:00:01, ethertype IPv4 (0x0800), length 90: "
        "10.0.0.10.53 > 10.0.1.5.4000: 7 NXDomain 0/1/0 (90)\n",
        // -v: two lines a packet
        "10:00:00.000000 IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 55)\n"
        "    10.0.1.5.4000 > 10.0.0.10.53: [bad udp cksum 0x1630 -> 0x9f2a!] 7+ A? a.example. (27)\n"
        "10:00:00.000500 IP (tos 0x0, ttl 64, id 2, offset 0, flags [DF], proto UDP (17), length 118)\n"
        "    10.0.0.10.53 > 10.0.1.5.4000: [udp sum ok] 7 NXDomain q: A? a.example. 0/1/0 ns: a. SOA b. c. 1 "
        "2 3 4 5 (90)\n",
        // TCP
        "10:00:00.000000 IP 10.0.1.5.4000 > 10.0.0.10.53: Flags [P.], seq 1:30, ack 1, win 502, length 29 7+ "
        "A? "
        "a.example. (27)\n"
        "10:00:00.000500 IP 10.0.0.10.53 > 10.0.1.5.4000: Flags [P.], seq 1:93, ack 30, win 502, length 92 7 "
        "NXDomain "
        "0/1/0 (90)\n",
        // -tt, and names for ports
        "1795417200.000000 IP 10.0.1.5.4000 > 10.0.0.10.domain: 7+ A? a.example. (27)\n"
        "1795417200.000500 IP 10.0.0.10.domain > 10.0.1.5.4000: 7 NXDomain 0/1/0 (90)\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(answered); i++) {
        struct seen s;
        read_text(answered[i], no_window, &s);
        assert_int_equal(s.n, 1);
        assert_int_equal(s.items[0].end, EXCHANGE_ANSWERED);
        assert_int_equal(s.items[0].answered.rcode, 3);
        assert_string_equal(s.names[0], "a.example");
        assert_int_equal(s.items[0].answered.time - s.items[0].asked.time, 500);
    }
}

static void refusals_are_told_from_silence(void **state)
{
    (void)state;
    struct seen s;
    read_text("10:00:00.000000 IP 10.0.1.5.4000 > 10.0.0.10.53: 7+ A? a.example. (27)\n"
              "10:00:00.000100 IP 10.0.0.1 > 10.0.1.5: ICMP 10.0.0.10 udp port 53 unreachable, length 63\n"
              "10:00:01.000000 IP 10.0.1.5.4001 > 10.0.0.10.53: Flags [S], seq 1, win 64240, length 0\n"
              "10:00:01.000100 IP 10.0.0.10.53 > 10.0.1.5.4001: Flags [R.], seq 0, ack 2, win 0, length 0\n"
              "10:00:02.000000 IP 10.0.1.5.4002 > 10.0.0.10.53: Flags [S], seq 1, win 64240, length 0\n"
              "10:00:02.000100 IP 10.0.0.10.53 > 10.0.1.5.4002: Flags [S.], seq 0, ack 2, win 0, length 0\n"
              "10:00:03.000000 IP 10.0.0.10.53 > 10.0.1.5.4003: 9*-| 0/0/0 (27)\n",
              no_window, &s);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.items[0].end, EXCHANGE_REFUSED);
    assert_int_equal(s.items[1].end, EXCHANGE_REFUSED);
    assert_true(s.items[1].connect);
    assert_int_equal(s.items[2].end, EXCHANGE_CONNECTED);
}

static void a_source_translated_on_its_way_is_no_second_question(void **state)
{
    (void)state;
    struct seen s;
    read_text("10:00:00.000000 eni7 In IP 10.0.1.5.4000 > 8.8.8.8.53: 7+ A? a.example. (27)\n"
              "10:00:00.000020 eth0 Out IP 10.0.9.9.61000 > 8.8.8.8.53: 7+ A? a.example. (27)\n"
              "10:00:00.000500 eth0 In IP 8.8.8.8.53 > 10.0.9.9.61000: 7 1/0/0 A 1.2.3.4 (43)\n"
              "10:00:00.000520 eni7 Out IP 8.8.8.8.53 > 10.0.1.5.4000: 7 1/0/0 A 1.2.3.4 (43)\n",
              no_window, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.items[0].forwarded, TRI_YES);
    assert_int_equal(s.items[0].delivered, TRI_YES);
}

// ---------------------------------------------------------------- files

static void put16(struct str *s, unsigned v)
{
    str_add_char(s, (char)(v >> 8));
    str_add_char(s, (char)v);
}

static void put32(struct str *s, uint32_t v, bool big)
{
    for (int i = 0; i < 4; i++)
        str_add_char(s, (char)(v >> (big ? 24 - 8 * i : 8 * i)));
}

// A DNS message for a.example, type A: a question, or NXDOMAIN.
static void put_message(struct str *s, bool answer)
{
    put16(s, 7);
    put16(s, answer ? 0x8183 : 0x0100);
    put16(s, 1);
    put16(s, 0);
    put16(s, 0);
    put16(s, 0);
    str_add_span(s, span_make("\1a\7example\0\0\1\0\1", 15));
}

static void put_ipv4(struct str *s, bool answer)
{
    struct str m = {0};
    put_message(&m, answer);
    str_add_char(s, 0x45);
    str_add_char(s, 0);
    put16(s, (unsigned)(28 + m.len));
    put16(s, 1);
    put16(s, 0);
    str_add_char(s, 64);
    str_add_char(s, 17);
    put16(s, 0);
    static const char client[] = {10, 0, 1, 5}, server[] = {10, 0, 0, 10};
    str_add_span(s, span_make(answer ? server : client, 4));
    str_add_span(s, span_make(answer ? client : server, 4));
    put16(s, answer ? 53 : 4000);
    put16(s, answer ? 4000 : 53);
    put16(s, (unsigned)(8 + m.len));
    put16(s, 0);
    str_add_span(s, str_span(&m));
    str_done(&m);
}

// Link layers: the bytes in front of IP.
static void put_link(struct str *s, unsigned link, bool answer)
{
    if (link == 1) {
        str_add_repeat(s, 2, 12);
        put16(s, 0x8100);
        put16(s, 7);
        put16(s, 0x0800);
    } else if (link == 113) {
        put16(s, answer ? 0 : 4);
        str_add_repeat(s, 0, 12);
        put16(s, 0x0800);
    } else if (link == 276) {
        put16(s, 0x0800);
        str_add_repeat(s, 0, 5);
        str_add_char(s, 2);
        put16(s, 1);
        str_add_char(s, answer ? 0 : 4);
        str_add_repeat(s, 0, 9);
    } else if (link == 0) {
        put32(s, 2, false);
    }
}

static void make_pcap(struct str *file, unsigned link, bool big, bool nano)
{
    put32(file, nano ? 0xa1b23c4d : 0xa1b2c3d4, big);
    str_add_repeat(file, 0, 12);
    put32(file, 65535, big);
    put32(file, link, big);
    for (int i = 0; i < 2; i++) {
        struct str frame = {0};
        put_link(&frame, link, i);
        put_ipv4(&frame, i);
        put32(file, 1795417200, big);
        put32(file, (uint32_t)(nano ? i * 500000 : i * 500), big);
        put32(file, (uint32_t)frame.len, big);
        put32(file, (uint32_t)frame.len, big);
        str_add_span(file, str_span(&frame));
        str_done(&frame);
    }
}

static void put_block(struct str *file, uint32_t type, const struct str *body, bool big)
{
    size_t padded = (body->len + 3) / 4 * 4;
    put32(file, type, big);
    put32(file, (uint32_t)padded + 12, big);
    str_add_span(file, str_span(body));
    str_add_repeat(file, 0, padded - body->len);
    put32(file, (uint32_t)padded + 12, big);
}

static void make_pcapng(struct str *file, unsigned link, bool big)
{
    struct str body = {0};
    put32(&body, 0x1a2b3c4d, big);
    str_add_repeat(&body, 0, 4);
    str_add_repeat(&body, (char)0xff, 8);
    put_block(file, 0x0a0d0d0a, &body, big);
    str_clear(&body);
    put32(&body, big ? link << 16 : link, big);
    put32(&body, 0, big);
    put_block(file, 1, &body, big);
    for (int i = 0; i < 2; i++) {
        struct str frame = {0};
        put_link(&frame, link, i);
        put_ipv4(&frame, i);
        uint64_t ticks = UINT64_C(1795417200000000) + (uint64_t)i * 500;
        str_clear(&body);
        put32(&body, 0, big);
        put32(&body, (uint32_t)(ticks >> 32), big);
        put32(&body, (uint32_t)ticks, big);
        put32(&body, (uint32_t)frame.len, big);
        put32(&body, (uint32_t)frame.len, big);
        str_add_span(&body, str_span(&frame));
        put_block(file, 6, &body, big);
        str_done(&frame);
    }
    str_done(&body);
}

static bool read_file(struct span bytes, struct seen *ret, struct capture_info *ret_info)
{
    *ret = (struct seen){.n = 0};
    struct pairing *p = pairing_new(take, ret);
    struct error err;
    struct feed feed;
    feed_init_text(&feed, bytes);
    bool ok = pcap_read(&feed, pass_on, p, ret_info, &err);
    pairing_end(p, ret_info);
    pairing_free(p);
    return ok;
}

static void check_file(const struct str *file)
{
    struct seen s;
    struct capture_info info;
    assert_true(read_file(str_span(file), &s, &info));
    assert_int_equal(info.packets, 2);
    assert_false(info.cut);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.items[0].end, EXCHANGE_ANSWERED);
    assert_int_equal(s.items[0].answered.rcode, 3);
    assert_string_equal(s.names[0], "a.example");
    assert_int_equal(s.items[0].answered.time - s.items[0].asked.time, 500);
    assert_int_equal(s.items[0].answered.number, 2);
}

static const unsigned links[] = {1, 113, 276, 101, 0};

static void all_forms_of_files_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        for (int form = 0; form < 6; form++) {
            struct str file = {0};
            if (form < 4)
                make_pcap(&file, links[i], form & 1, form & 2);
            else
                make_pcapng(&file, links[i], form & 1);
            check_file(&file);
            str_done(&file);
        }
    }
}

static void unknown_links_are_said(void **state)
{
    (void)state;
    struct str file = {0};
    make_pcap(&file, 147, false, false);
    struct seen s;
    struct capture_info info;
    assert_false(read_file(str_span(&file), &s, &info));
    assert_false(read_file(span_of("GIF89a"), &s, &info));
    str_done(&file);
}

// Cut at every place and with every byte changed: no byte beyond is read, and it ends.
static void any_bytes_are_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        struct str file = {0};
        if (i & 1)
            make_pcapng(&file, links[i], false);
        else
            make_pcap(&file, links[i], false, false);
        for (size_t at = 0; at < 3 * file.len; at++) {
            size_t len = at < file.len ? at : file.len;
            char *bytes = mem_dup(str_text(&file), len ? len : 1);
            if (at >= file.len)
                bytes[at % file.len] = (char)(at < 2 * file.len ? 0xff : bytes[at % file.len] + 1);
            struct seen s;
            struct capture_info info;
            read_file(span_make(bytes, len), &s, &info);
            free(bytes);
        }
        str_done(&file);
    }
    size_t n = strlen(translated);
    for (size_t at = 0; at < 2 * n; at++) {
        size_t len = at < n ? at : n;
        char *bytes = mem_dup(translated, len + 1);
        bytes[len] = 0;
        if (at >= n)
            bytes[at - n] = (char)(at * 29);
        struct seen s;
        read_text(bytes, no_window, &s);
        free(bytes);
    }
}

static void names_are_decompressed_safely(void **state)
{
    (void)state;
    static const char message[] = "\0\0\0\0\0\0\0\0\0\0\0\0\3WwW\2a.\0\1b\xc0\x0c\xc0\x18\4a\\";
    struct span m = span_make(message, sizeof message - 1);
    char name[DNS_NAME_TEXT];
    size_t at = 12;
    assert_true(dns_read_name(m, &at, name));
    assert_string_equal(name, "www.a\\046");
    assert_int_equal(at, 20);
    assert_true(dns_read_name(m, &at, name));
    assert_string_equal(name, "b.www.a\\046");
    assert_int_equal(at, 24);
    assert_false(dns_read_name(m, &at, name)); // points at itself
    at = 26;
    assert_false(dns_read_name(m, &at, name)); // breaks off
    for (at = 0; at <= m.len; at++) {
        size_t from = at;
        dns_read_name(m, &from, name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_packet_at_two_interfaces_is_one_question),
        cmocka_unit_test(what_never_left_and_what_never_came_home_differ),
        cmocka_unit_test(times_without_a_date_have_the_window_s),
        cmocka_unit_test(other_ways_of_printing_are_read),
        cmocka_unit_test(refusals_are_told_from_silence),
        cmocka_unit_test(a_source_translated_on_its_way_is_no_second_question),
        cmocka_unit_test(all_forms_of_files_are_read),
        cmocka_unit_test(unknown_links_are_said),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(names_are_decompressed_safely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
