// Reads listeners. ss and netstat agree on "the first word with a port is the local address"; the process is
// users:(("name",pid=1,fd=2)) with the one and 1/name with the other.
#include "core/parse/ss.h"

// "10.0.0.1:53", "[::]:53", ":::53", "*:53", "127.0.0.53%lo:53".
static bool read_address(struct arena *arena, struct span word, struct listener *ret)
{
    size_t colon = SIZE_MAX;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == ':')
            colon = i;
    }
    if (colon == SIZE_MAX || !span_to_u16(span_from(word, colon + 1), &ret->port))
        return false;
    struct span host = span_first(word, colon);
    if (span_starts(host, "[") && span_ends(host, "]"))
        host = span_make(host.at + 1, host.len - 2);
    size_t percent = span_find_char(host, '%');
    if (percent != SIZE_MAX) {
        struct span device = span_from(host, percent + 1);
        if (span_ends(device, "]"))
            device.len--;
        ret->device = arena_span(arena, device);
        host = span_first(host, percent);
    }
    ret->any = span_is(host, "*") || span_is(host, "0.0.0.0") || span_is(host, "::");
    return span_is(host, "*") || ip_parse(host, &ret->ip);
}

static void read_process(struct arena *arena, struct span word, struct listener *ret)
{
    size_t quote = span_find(word, "((\"");
    uint64_t pid;
    if (quote != SIZE_MAX) {
        struct span rest = span_from(word, quote + 3), name;
        if (!span_cut(&rest, '"', &name))
            return;
        ret->process = arena_span(arena, name);
        size_t at = rest.at ? span_find(rest, "pid=") : SIZE_MAX;
        struct span number;
        if (at == SIZE_MAX)
            return;
        rest = span_from(rest, at + 4);
        if (span_cut(&rest, ',', &number) && span_to_u64(number, &pid))
            ret->pid = (uint32_t)pid;
        return;
    }
    size_t slash = span_find_char(word, '/');
    if (slash != SIZE_MAX && span_to_u64(span_first(word, slash), &pid)) {
        ret->pid = (uint32_t)pid;
        ret->process = arena_span(arena, span_from(word, slash + 1));
    }
}

// Listening: LISTEN for TCP; UDP sockets are UNCONN with ss and have no state with netstat.
static bool is_listening(bool tcp, bool listen, bool connected)
{
    return tcp ? listen : !connected;
}

static bool read_row(struct arena *arena, struct span line, struct listener *ret)
{
    struct span word;
    if (!span_cut_word(&line, &word))
        return false;
    ret->tcp = span_starts(word, "tcp");
    bool headless = span_is(word, "LISTEN"); // ss -lnt: no column for the protocol
    bool listen = headless, connected = false, local = false;
    if (headless)
        ret->tcp = true;
    else if (!ret->tcp && !span_starts(word, "udp"))
        return false;
    while (span_cut_word(&line, &word)) {
        if (span_is(word, "LISTEN"))
            listen = true;
        else if (span_starts(word, "ESTAB") || span_is(word, "TIME_WAIT") || span_is(word, "TIME-WAIT"))
            connected = true;
        else if (!local)
            local = read_address(arena, word, ret);
        else
            read_process(arena, word, ret);
    }
    return local && is_listening(ret->tcp, listen, connected);
}

void ss_parse(struct arena *arena, struct text text, struct listeners *ret)
{
    struct span rest = text.bytes, line;
    for (uint32_t number = 1; span_cut_line(&rest, &line); number++) {
        struct listener l = {.place = place_at(text.file, number)};
        if (!read_row(arena, line, &l))
            continue;
        *ARENA_PUSH(arena, ret->items, ret->n, ret->cap) = l;
        ret->has_tcp |= l.tcp;
        ret->has_udp |= !l.tcp;
    }
}
