// Reading cited lines back.
#include "core/report/quote.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/parse/pcap.h"
#include "core/parse/pcapprint.h"

// The part of a long line that holds its column: a third of the room stands before it.
static struct span cut_around(struct span line, size_t column)
{
    if (line.len <= QUOTE_LONGEST)
        return line;
    size_t from = column > QUOTE_LONGEST / 3 ? column - QUOTE_LONGEST / 3 : 0;
    if (from > line.len - QUOTE_LONGEST)
        from = line.len - QUOTE_LONGEST;
    while (from > 0 && ((unsigned char)line.at[from] & 0xC0) == 0x80)
        from--;
    return utf8_first(span_from(line, from), QUOTE_LONGEST);
}

// A capture file has packets, not lines.
static bool quote_packet(struct evidence *ev, struct place place, struct str *ret, bool *ret_ok)
{
    const struct evidence_file *file = evidence_file(ev, place.file);
    struct feed feed;
    if (!file || !span_contains(span_of(file->path), ".pcap") ||
        !evidence_feed_open(ev, place.file, &feed, NULL))
        return false;
    feed_need(&feed, 4);
    bool packets = pcap_is(feed.bytes);
    *ret_ok = packets && pcap_print(&feed, place.line, ret);
    evidence_feed_close(&feed);
    return packets;
}

bool quote_place(struct evidence *ev, struct place place, struct str *ret)
{
    bool ok;
    if (!place_is_set(place))
        return false;
    if (quote_packet(ev, place, ret, &ok))
        return ok;
    uint32_t last = place.last > place.line ? place.last : place.line;
    struct str line = {0};
    size_t before = ret->len;
    for (uint32_t n = place.line; n <= last && n < place.line + QUOTE_LINES; n++) {
        str_clear(&line);
        if (!evidence_line(ev, place.file, n, &line, NULL))
            break;
        if (n > place.line)
            str_add_char(ret, '\n');
        struct span text = cut_around(str_span(&line), n == place.line ? place.column : 0);
        str_add_span(ret, last == place.line ? span_trim(text) : text);
    }
    str_done(&line);
    return ret->len > before;
}

const char *quote_type(const char *path)
{
    // The first row whose words all stand in the path decides.
    static const struct {
        const char *starts, *holds, *type;
    } rows[] = {
        {"captures/", "", "capture"},
        {"aws/", "", "aws"},
        {"cluster/networkpolicies", "", "policy"},
        {"cluster/policyendpoints", "", "policy"},
        {"cluster/logs/", "", "log"},
        {"cluster/", "", "kubectl"},
        {"pods/", "/dig-", "dig"},
        {"bastion/", "dig-", "dig"},
        {"pods/", ".log", "log"},
        {"pods/", "resolv.conf", "network_diagnostics"},
        {"nodes/", "network-policy-agent", "policy"},
        {"nodes/", "/networking/", "network_diagnostics"},
        {"nodes/", "/samples/", "network_diagnostics"},
        {"nodes/", "/var_log/", "log"},
        {"nodes/", "", "node"},
    };
    struct span p = span_of(path);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (span_starts(p, rows[i].starts) && span_contains(p, rows[i].holds))
            return rows[i].type;
    }
    return "finding";
}
