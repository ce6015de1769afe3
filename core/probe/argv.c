// One table says what each value must be; a check is a handful of characters, never a pattern that somebody
// has to trust. What fits no check is quoted in the message with everything unseen written out.
#include "core/probe/argv.h"

#include "core/base/clock.h"
#include "core/base/ip.h"
#include "core/base/shell.h"
#include "core/base/utf8.h"

typedef bool check_fn(struct span s);

static bool is_small(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
    return is_small(c) || (c >= 'A' && c <= 'Z');
}

static bool all_of(struct span s, bool (*is)(char c), const char *also)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '\0' || (!is(s.at[i]) && !strchr(also, s.at[i])))
            return false;
    }
    return s.len > 0;
}

// ------------------------------------------------------------------ Kubernetes

// RFC 1123, as Kubernetes has it: small letters, digits, '-' inside.
static bool is_label(struct span s)
{
    return s.len <= 63 && all_of(s, is_small, "-") && s.at[0] != '-' && s.at[s.len - 1] != '-';
}

static bool is_subdomain(struct span s)
{
    struct span rest = s, label;
    if (s.len == 0 || s.len > 253)
        return false;
    while (span_cut(&rest, '.', &label)) {
        if (!is_label(label))
            return false;
    }
    return true;
}

static bool is_context(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < 0x20 || c == 0x7f)
            return false;
    }
    return s.len > 0 && s.len <= 512 && utf8_is_valid(s);
}

static bool is_scope(struct span s)
{
    return span_is(s, "-A") || (span_skip(&s, "--namespace=") && is_label(s));
}

static bool is_part(struct span s)
{
    return s.len == 0 || (span_skip(&s, "@") && is_label(s));
}

// ------------------------------------------------------------------ networks

static bool is_interface(struct span s)
{
    return s.len <= 15 && all_of(s, is_alnum, "._:-") && is_alnum(s.at[0]);
}

static bool is_address(struct span s)
{
    struct ip ip;
    return ip_parse(s, &ip);
}

// Host names, and the underscores of service records; one dot may end it.
static bool is_lookup_name(struct span s)
{
    struct span rest = s, label;
    if (s.len > 1 && s.at[s.len - 1] == '.')
        rest = span_first(s, s.len - 1);
    if (rest.len == 0 || rest.len > 253)
        return false;
    while (span_cut(&rest, '.', &label)) {
        if (label.len > 63 || !all_of(label, is_alnum, "_-") || label.at[0] == '-')
            return false;
    }
    return true;
}

static bool is_question(struct span s)
{
    return span_is(s, "failing") || span_is(s, "service") || span_is(s, "external");
}

static bool is_over(struct span s)
{
    return span_is(s, "udp") || span_is(s, "tcp") || span_is(s, "large");
}

static bool is_how(struct span s)
{
    return span_is(s, "+tcp") || span_is(s, "+bufsize=4096");
}

// ------------------------------------------------------------------ times

static bool is_number(struct span s)
{
    uint64_t n;
    return s.len <= 15 && s.len > 0 && s.at[0] >= '0' && s.at[0] <= '9' && span_to_u64(s, &n);
}

static bool is_time(struct span s)
{
    usec_t t;
    return all_of(s, is_alnum, ":.+-") && clock_parse_rfc3339(s, &t);
}

static bool is_epoch(struct span s)
{
    return span_skip(&s, "@") && is_number(s);
}

// ------------------------------------------------------------------ AWS

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_id(struct span s, const char *prefix)
{
    return span_skip(&s, prefix) && s.len >= 8 && s.len <= 17 && all_of(s, is_hex, "");
}

static bool is_instance(struct span s)
{
    return is_id(s, "i-");
}

static bool is_group(struct span s)
{
    return is_id(s, "sg-");
}

static bool is_subnet(struct span s)
{
    return is_id(s, "subnet-");
}

static bool all_parts(struct span s, check_fn *check)
{
    struct span part;
    size_t n = 0;
    while (span_cut(&s, ',', &part)) {
        if (!check(part) || ++n > 200) // as many as EC2 takes in one filter
            return false;
    }
    return n > 0;
}

static bool are_instances(struct span s)
{
    return all_parts(s, is_instance);
}

static bool are_groups(struct span s)
{
    return all_parts(s, is_group);
}

static bool are_subnets(struct span s)
{
    return all_parts(s, is_subnet);
}

static bool are_addresses(struct span s)
{
    return all_parts(s, is_address);
}

static bool is_region(struct span s)
{
    return is_label(s) && s.len >= 9 && s.len <= 32 && span_find_char(s, '-') == 2;
}

static bool is_cluster(struct span s)
{
    return s.len <= 100 && all_of(s, is_alnum, "_-") && is_alnum(s.at[0]);
}

static bool is_bucket(struct span s)
{
    return s.len >= 3 && s.len <= 63 && is_subdomain(s);
}

// ------------------------------------------------------------------ the table

static const struct {
    const char *name, *what, *must; // what it is called, for people, and what it has to be
    check_fn *check;
} values_table[VALUE_COUNT] = {
    [VALUE_CONTEXT] = {"context", "context", "text without control characters", is_context},
    [VALUE_SCOPE] = {"scope", "scope", "-A or --namespace=NAME", is_scope},
    [VALUE_PART] = {"part", "part", "@NAMESPACE", is_part},
    [VALUE_NAMESPACE] = {"namespace", "namespace", "a DNS label", is_label},
    [VALUE_POD] = {"pod", "pod name", "a DNS name", is_subdomain},
    [VALUE_CONTAINER] = {"container", "container name", "a DNS label", is_label},
    [VALUE_NODE] = {"node", "node name", "a DNS name", is_subdomain},
    [VALUE_INTERFACE] = {"interface", "interface", "an interface's name", is_interface},
    [VALUE_ADDRESS] = {"address", "pod address", "an IP address", is_address},
    [VALUE_OUTSIDE] = {"outside", "address of the pod's node", "an IP address", is_address},
    [VALUE_SERVER] = {"server", "server", "an IP address", is_address},
    [VALUE_NAME] = {"name", "name to look up", "a DNS name", is_lookup_name},
    [VALUE_QUESTION] = {"question", "question", "failing, service or external", is_question},
    [VALUE_OVER] = {"over", "transport", "udp, tcp or large", is_over},
    [VALUE_HOW] = {"how", "transport", "+tcp or +bufsize=4096", is_how},
    [VALUE_SINCE] = {"since", "time", "a time of RFC 3339", is_time},
    [VALUE_EPOCH] = {"epoch", "time", "@SECONDS", is_epoch},
    [VALUE_FROM] = {"from", "time", "milliseconds", is_number},
    [VALUE_TO] = {"to", "time", "milliseconds", is_number},
    [VALUE_FROM_S] = {"from_s", "time", "seconds", is_number},
    [VALUE_TO_S] = {"to_s", "time", "seconds", is_number},
    [VALUE_REGION] = {"region", "AWS region", "a region's name", is_region},
    [VALUE_CLUSTER] = {"cluster", "cluster name", "an EKS cluster's name", is_cluster},
    [VALUE_INSTANCE] = {"instance", "instance", "i- and 8 to 17 hex digits", is_instance},
    [VALUE_INSTANCES] = {"instances", "instances", "instance ids", are_instances},
    [VALUE_ADDRESSES] = {"addresses", "addresses", "IP addresses", are_addresses},
    [VALUE_GROUPS] = {"groups", "security groups", "security group ids", are_groups},
    [VALUE_SUBNETS] = {"subnets", "subnets", "subnet ids", are_subnets},
    [VALUE_BUCKET] = {"bucket", "bucket", "a bucket's name", is_bucket},
};

// What to do where a value is not known; NULL: other probes find it, or nobody can.
static const char *const ways_out[VALUE_COUNT] = {
    [VALUE_CLUSTER] = "--context with a context that `aws eks update-kubeconfig` wrote tells it",
    [VALUE_BUCKET] = "bundle_bucket: NAME in config.yaml says where a bundle may be put",
};

bool argv_check(enum probe_value value, const char *text, struct error *err)
{
    enum { SHOWN = 60 };
    struct span s = span_of(text);
    if (values_table[value].check(s))
        return true;
    struct str shown = {0};
    utf8_make_safe(utf8_first(s, SHOWN), &shown);
    error_set(err, "%s \"%s%s\" is not %s", values_table[value].what, str_text(&shown),
              s.len > SHOWN ? "…" : "", values_table[value].must);
    str_done(&shown);
    return false;
}

enum probe_value argv_value(struct span name)
{
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        if (span_is(name, values_table[i].name))
            return (enum probe_value)i;
    }
    return VALUE_COUNT;
}

// ------------------------------------------------------------------ filling

// The next "{name}" of *rest: what stands before it, and the value. False where there is none.
static bool cut_value(struct span *rest, struct span *ret_before, enum probe_value *ret)
{
    size_t open = span_find_char(*rest, '{'), close = span_find_char(*rest, '}');
    if (open == SIZE_MAX || close == SIZE_MAX || close < open)
        return false;
    *ret = argv_value(span_make(rest->at + open + 1, close - open - 1));
    *ret_before = span_first(*rest, open);
    if (*ret == VALUE_COUNT)
        return false; // braces of its own, as a filter pattern has
    *rest = span_from(*rest, close + 1);
    return true;
}

enum argv_result argv_fill_word(struct arena *arena, const char *shape, const struct probe_values *values,
                                const char **ret, struct error *err)
{
    struct span rest = span_of(shape), before;
    struct str made = {0};
    enum argv_result result = ARGV_MADE;
    enum probe_value value;
    bool optional = span_skip(&rest, "?");
    while (result == ARGV_MADE && cut_value(&rest, &before, &value)) {
        const char *text = values->at[value];
        str_add_span(&made, before);
        if (!text && optional) {
            result = ARGV_LEFT_OUT;
        } else if (!text) {
            const char *way_out = ways_out[value];
            error_set(err, "the %s is not known%s%s", values_table[value].what, way_out ? ": " : "",
                      way_out ? way_out : "");
            result = ARGV_UNKNOWN;
        } else if (!argv_check(value, text, err)) {
            result = ARGV_UNFIT;
        } else {
            str_add(&made, text);
        }
    }
    str_add_span(&made, rest);
    *ret = result == ARGV_MADE ? arena_strdup(arena, str_text(&made)) : NULL;
    str_done(&made);
    return result;
}

enum argv_result argv_fill(struct arena *arena, const char *const *shapes, const struct probe_values *values,
                           const char *const **ret, struct error *err)
{
    const char **argv = arena_alloc(arena, (argv_count(shapes) + 1) * sizeof *argv);
    size_t n = 0;
    *ret = argv;
    for (; *shapes; shapes++) {
        enum argv_result result = argv_fill_word(arena, *shapes, values, &argv[n], err);
        if (result == ARGV_UNFIT || result == ARGV_UNKNOWN)
            return result;
        n += result == ARGV_MADE;
    }
    argv[n] = NULL;
    return ARGV_MADE;
}

// ------------------------------------------------------------------ whole calls

bool argv_is_plain(const char *const *argv, struct error *err)
{
    for (; *argv; argv++) {
        if (shell_is_plain(span_of(*argv)))
            continue;
        struct str shown = {0};
        utf8_make_safe(utf8_first(span_of(*argv), 60), &shown);
        error_set(err, "the word \"%s\" would not reach the node's shell as it is", str_text(&shown));
        str_done(&shown);
        return false;
    }
    return true;
}

size_t argv_count(const char *const *argv)
{
    size_t n = 0;
    while (argv[n])
        n++;
    return n;
}

const char *const *argv_join(struct arena *arena, const char *const *first, const char *const *second)
{
    size_t n = argv_count(first), m = argv_count(second);
    const char **ret = arena_alloc(arena, (n + m + 1) * sizeof *ret);
    memcpy(ret, first, n * sizeof *ret);
    memcpy(ret + n, second, m * sizeof *ret);
    return ret;
}

const char *argv_text(struct arena *arena, const char *const *argv)
{
    struct str out = {0};
    for (size_t i = 0; argv[i]; i++) {
        str_add(&out, i ? " " : "");
        shell_add_word(&out, span_of(argv[i]));
    }
    const char *ret = arena_strdup(arena, str_text(&out));
    str_done(&out);
    return ret;
}

// "--namespace={namespace}" → "--namespace=NAMESPACE".
static const char *capital_word(struct arena *arena, const char *shape)
{
    struct span rest = span_of(shape), before;
    struct str made = {0};
    enum probe_value value;
    while (cut_value(&rest, &before, &value)) {
        str_add_span(&made, before);
        for (const char *c = values_table[value].name; *c; c++)
            str_add_char(&made, (char)(*c - 'a' + 'A'));
    }
    str_add_span(&made, rest);
    const char *ret = arena_strdup(arena, str_text(&made));
    str_done(&made);
    return ret;
}

// Words that bound the call, and say nothing of what is asked.
static bool is_bound(const char *shape)
{
    static const char *const fronts[] = {"--request-timeout=", "--chunk-size=", "--cli-", "--limit-bytes="};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        if (span_starts(span_of(shape), fronts[i]))
            return true;
    }
    return false;
}

const char *argv_shape(struct arena *arena, const char *const *shapes, const struct probe_values *values)
{
    static const struct probe_values none = {.at = {[VALUE_SCOPE] = "-A"}};
    const char **argv = arena_alloc(arena, (argv_count(shapes) + 1) * sizeof *argv);
    size_t n = 0;
    for (; *shapes; shapes++) {
        const char *word = NULL;
        if (is_bound(*shapes))
            continue;
        enum argv_result made = argv_fill_word(arena, *shapes, values ? values : &none, &word, NULL);
        if (made == ARGV_MADE)
            argv[n++] = word;
        else if (**shapes != '?')
            argv[n++] = capital_word(arena, *shapes);
    }
    return argv_text(arena, argv);
}
