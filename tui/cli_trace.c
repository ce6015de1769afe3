// `d5tui trace`: one packet and its answer through a node's rulesets. What the command line does not say is
// taken from the evidence (--from): rules, sets, the node's addresses, who asks and who is asked.
#include "tui/cli_trace.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/parse/rules.h"
#include "tui/cli_flags.h"

enum { TRACE_FILES = 64, TRACE_ADDRESSES = 4096 };

struct options {
    const char *from, *node, *rules[TRACE_FILES], *sets, *local;
    const char *src, *dst, *proto, *sport, *dport, *in, *out, *hook, *format;
    size_t n_rules;
    bool one_way;
};

struct inputs { // what the options come to; owns all of it
    struct packet_query query;
    struct ruleset *rules[TRACE_FILES];
    char *texts[TRACE_FILES + 1];
    struct ip *local;
    struct ipset_list *sets;
    struct trace_from from;
    size_t n_texts;
};

// ---------------------------------------------------------------- the command line

static bool take_option(struct options *o, int option)
{
    static const struct option_slot {
        char option;
        size_t at;
    } slots[] = {
        {'F', offsetof(struct options, from)},   {'N', offsetof(struct options, node)},
        {'S', offsetof(struct options, sets)},   {'s', offsetof(struct options, src)},
        {'d', offsetof(struct options, dst)},    {'p', offsetof(struct options, proto)},
        {'P', offsetof(struct options, sport)},  {'D', offsetof(struct options, dport)},
        {'i', offsetof(struct options, in)},     {'o', offsetof(struct options, out)},
        {'h', offsetof(struct options, hook)},   {'l', offsetof(struct options, local)},
        {'f', offsetof(struct options, format)},
    };
    if (option == '1') {
        o->one_way = true;
        return true;
    }
    if (option == 'R') {
        if (o->n_rules == TRACE_FILES)
            return false;
        o->rules[o->n_rules++] = optarg;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
        if (slots[i].option == option) {
            *(const char **)((char *)o + slots[i].at) = optarg;
            return true;
        }
    }
    return false;
}

static bool parse_options(struct options *o, int argc, char **argv)
{
    static const struct option known[] = {
        {"from", required_argument, NULL, 'F'},   {"node", required_argument, NULL, 'N'},
        {"rules", required_argument, NULL, 'R'},  {"sets", required_argument, NULL, 'S'},
        {"src", required_argument, NULL, 's'},    {"dst", required_argument, NULL, 'd'},
        {"proto", required_argument, NULL, 'p'},  {"sport", required_argument, NULL, 'P'},
        {"dport", required_argument, NULL, 'D'},  {"in", required_argument, NULL, 'i'},
        {"out", required_argument, NULL, 'o'},    {"hook", required_argument, NULL, 'h'},
        {"local", required_argument, NULL, 'l'},  {"one-way", no_argument, NULL, '1'},
        {"format", required_argument, NULL, 'f'}, {0}};
    optind = 1;
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?' || !take_option(o, option)) {
            cli_error(CLI_USAGE, "trace: %s is not an option, or lacks its value; see d5tui --help",
                      argv[optind - 1]);
            return false;
        }
    }
    if (optind < argc) {
        cli_error(CLI_USAGE, "trace: \"%s\" is no option; see d5tui --help", argv[optind]);
        return false;
    }
    return true;
}

static bool parse_address(const char *name, const char *text, struct ip *ret)
{
    if (text && !ip_parse(span_of(text), ret))
        return cli_error(CLI_USAGE, "trace: --%s %s is not an IP address", name, text) < 0;
    return true;
}

static bool parse_port(const char *name, const char *text, uint16_t *ret)
{
    if (text && (!span_to_u16(span_of(text), ret) || *ret == 0))
        return cli_error(CLI_USAGE, "trace: --%s %s is not a port (1-65535)", name, text) < 0;
    return true;
}

static bool parse_words(const struct options *o, struct packet_query *q)
{
    static const struct {
        const char *name;
        enum nf_hook hook;
    } hooks[] = {{"forward", NF_FORWARD}, {"output", NF_OUTPUT}, {"input", NF_INPUT}};
    q->proto = !o->proto || strcmp(o->proto, "udp") == 0 ? 17 : strcmp(o->proto, "tcp") == 0 ? 6 : 0;
    if (q->proto == 0)
        return cli_error(CLI_USAGE, "trace: --proto is udp or tcp, not %s", o->proto) < 0;
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
        if (strcmp(o->hook ? o->hook : "forward", hooks[i].name) == 0)
            q->hook = hooks[i].hook;
    }
    if (q->hook == NF_NONE)
        return cli_error(CLI_USAGE, "trace: --hook is forward, output or input, not %s", o->hook) < 0;
    if (o->format && strcmp(o->format, "text") != 0 && strcmp(o->format, "json") != 0)
        return cli_error(CLI_USAGE, "trace: --format is text or json, not %s", o->format) < 0;
    return true;
}

static bool parse_local(const char *text, struct inputs *in)
{
    struct span rest = span_of(text), part;
    size_t n = 0;
    in->local = mem_calloc(TRACE_ADDRESSES, sizeof *in->local);
    while (span_cut(&rest, ',', &part)) {
        part = span_trim(part);
        if (part.len == 0)
            continue;
        if (n == TRACE_ADDRESSES || !ip_parse(part, &in->local[n]))
            return cli_error(CLI_USAGE, "trace: --local: \"" SPAN_FMT "\" is not an IP address",
                             SPAN_ARG(part)) < 0;
        n++;
    }
    in->query.local = in->local;
    in->query.n_local = n;
    in->query.local_known = true;
    return true;
}

static bool parse_query(const struct options *o, struct inputs *in)
{
    struct packet_query *q = &in->query;
    q->dport = 53;
    if (!parse_words(o, q) || !parse_address("src", o->src, &q->src) ||
        !parse_address("dst", o->dst, &q->dst) || !parse_port("sport", o->sport, &q->sport) ||
        !parse_port("dport", o->dport, &q->dport))
        return false;
    if (o->local && !parse_local(o->local, in))
        return false;
    q->in = o->in;
    q->out = o->out;
    q->one_way = o->one_way;
    return true;
}

// ---------------------------------------------------------------- files

static bool read_file(struct inputs *in, const char *path, struct text *ret)
{
    struct stat st;
    FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &st) < 0)
        return cli_error(CLI_FAILED, "%s: %s", path, strerror(errno)) < 0;
    if (st.st_size > UINT32_MAX) {
        fclose(file);
        return cli_error(CLI_FAILED, "%s: is larger than 4 GiB, which no ruleset is", path) < 0;
    }
    char *text = mem_big((size_t)st.st_size + 1);
    size_t n = fread(text, 1, (size_t)st.st_size, file);
    bool whole = !ferror(file) || cli_error(CLI_FAILED, "%s: %s", path, strerror(errno)) < 0;
    fclose(file);
    in->texts[in->n_texts++] = text;
    *ret = (struct text){.bytes = span_make(text, n), .file = FILE_NONE};
    return whole;
}

static bool read_rules(const struct options *o, struct inputs *in)
{
    struct error err;
    struct text text = {.file = FILE_NONE};
    for (size_t i = 0; i < o->n_rules; i++) {
        if (!read_file(in, o->rules[i], &text))
            return false;
        in->rules[i] = rules_parse(text, o->rules[i], &err);
        if (!in->rules[i])
            return cli_error(CLI_FAILED, "%s: %s", o->rules[i], err.text) < 0;
        in->query.n_rules = i + 1;
    }
    in->query.rules = in->rules;
    if (o->sets) {
        if (!read_file(in, o->sets, &text))
            return false;
        in->sets = ipset_parse(text, &err);
        if (!in->sets)
            return cli_error(CLI_FAILED, "%s: %s", o->sets, err.text) < 0;
        in->query.sets = in->sets;
    }
    return true;
}

// What must be known now, given or found.
static bool check_query(const struct packet_query *q)
{
    if (!q->src.family || !q->dst.family)
        return cli_error(CLI_USAGE, "trace: --%s is needed: it is neither given nor in the evidence",
                         q->src.family ? "dst" : "src") < 0;
    if (q->src.family != q->dst.family)
        return cli_error(CLI_USAGE, "trace: --src and --dst are of different families") < 0;
    return true;
}

static int read_evidence(const struct options *o, struct inputs *in)
{
    struct error err;
    if (o->from && !trace_from_open(&in->from, o->from, o->node, &err))
        return cli_error(CLI_FAILED, "%s", err.text);
    if (o->from)
        trace_from_addresses(&in->from, &in->query);
    if (!check_query(&in->query))
        return CLI_USAGE;
    if (o->from)
        trace_from_fill(&in->from, &in->query, o->n_rules > 0);
    if (in->query.n_rules == 0)
        return cli_error(
            o->from ? CLI_FAILED : CLI_USAGE,
            "trace: no ruleset of that node: give --rules FILE (iptables-save -c, nft list ruleset)");
    return CLI_OK;
}

static void inputs_done(struct inputs *in)
{
    for (size_t i = 0; i < TRACE_FILES; i++)
        ruleset_free(in->rules[i]);
    for (size_t i = 0; i < in->n_texts; i++)
        free(in->texts[i]);
    ipset_free(in->sets);
    free(in->local);
    if (in->from.facts)
        trace_from_done(&in->from);
}

static int answer_query(const struct options *o, const struct inputs *in)
{
    static const int status[] = {
        [PACKET_PASSES] = CLI_OK, [PACKET_BLOCKED] = CLI_BLOCKED, [PACKET_UNKNOWN] = CLI_UNKNOWN};
    struct packet_answer *answer = packet_trace(&in->query);
    struct trace_result r = {
        .query = &in->query, .answer = answer, .node = in->from.node ? in->from.node : o->node};
    if (o->format && strcmp(o->format, "json") == 0)
        trace_print_json(&r);
    else
        trace_print_text(&r);
    int ret = status[answer->worst.fate];
    packet_answer_free(answer);
    return ret;
}

static int run_trace(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        cli_print_help(&cli_trace, &(struct cli_syntax){0});
        return CLI_OK;
    }
    struct options o = {0};
    struct inputs *in = mem_alloc(sizeof *in);
    int ret = CLI_USAGE;
    if (parse_options(&o, argc, argv) && parse_query(&o, in)) {
        ret = CLI_FAILED;
        if (read_rules(&o, in))
            ret = read_evidence(&o, in);
        if (ret == CLI_OK)
            ret = answer_query(&o, in);
    }
    inputs_done(in);
    free(in);
    return ret;
}

const struct cli_command cli_trace = {
    .name = "trace",
    .usage =
        "[--from DIR] [--node N] [--rules FILE]… [--sets FILE] --src A --dst A [--proto udp|tcp] [--sport N] "
        "[--dport N] [--in IF] [--out IF] [--hook forward|output|input] [--local A,A…] [--one-way] "
        "[--format text|json]",
    .help = "walk one packet and its answer through a node's rulesets, and name the rule that decides",
    .run = run_trace,
};
