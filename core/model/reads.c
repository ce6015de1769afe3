// A list of what is known to read, not of what is known to write: an option that is not here is refused,
// since many a program that reads writes with one more word (tcpdump -w, ss -K, dmesg -C, conntrack -L -z,
// iptables-save -f, journalctl --vacuum-size).
#include "core/model/reads.h"

#include "core/base/arena.h"
#include "core/base/mem.h"
#include "core/base/shell.h"

static const struct reader {
    const char *call;   // the program, and the words that say what it does; after "*" may come anything
    const char *words;  // what else it may be given, in any order, or NULL; with "*" as above
    bool names;         // and names: plain words that are no options
    const char *behind; // options whose next word may be anything, or NULL
    const char *never;  // what stands in no word, or NULL
} readers[] = {
    {"kubectl get", "--context=* --request-timeout=* --chunk-size=* --namespace=* -n -A -l -o", true, NULL,
     NULL},
    {"kubectl logs",
     "--context=* --request-timeout=* --namespace=* --timestamps --container=* --previous=* --since-time=* "
     "--limit-bytes=* --tail=* -n -l",
     true, NULL, NULL},
    {"kubectl auth can-i", "--context=* --request-timeout=* --subresource=* -A", true, NULL, NULL},
    {"kubectl api-resources", "--context=* --request-timeout=* --verbs=list -o name", false, NULL, NULL},
    {"kubectl config view", "--context=* --request-timeout=* --minify", false, "-o", NULL},
    {"aws ec2 describe-*", "--region=* --output=json --cli-connect-timeout=* --cli-read-timeout=* --filters",
     true, NULL, "://"},
    {"aws logs filter-log-events",
     "--region=* --output=json --cli-connect-timeout=* --cli-read-timeout=* --log-group-name "
     "--log-stream-name-prefix --start-time --end-time --max-items",
     true, "--filter-pattern", "://"},
    {"aws logs start-query",
     "--region=* --output=json --cli-connect-timeout=* --cli-read-timeout=* --log-group-name --start-time "
     "--end-time",
     true, "--query-string", "://"},
    {"iptables-save", "-c", false, NULL, NULL},
    {"ip6tables-save", "-c", false, NULL, NULL},
    {"iptables-legacy-save", "-c", false, NULL, NULL},
    {"ip6tables-legacy-save", "-c", false, NULL, NULL},
    {"nft list", "ruleset tables bridge", false, NULL, NULL},
    {"ipset list", NULL, false, NULL, NULL},
    {"ipset save", NULL, false, NULL, NULL},
    {"conntrack", "-S -L -p udp --dport 53", false, NULL, NULL},
    {"sysctl", "-e", true, NULL, "="},
    {"ethtool", "-S", true, NULL, NULL},
    {"ip", "-6 addr rule route show table all", false, NULL, NULL},
    {"ss", "-lntup", false, NULL, NULL},
    {"ipvsadm", "-S -L -n", false, NULL, NULL},
    {"cilium-dbg service list", NULL, false, NULL, NULL},
    {"id", "-u", false, NULL, NULL},
    {"cat",
     "/etc/resolv.conf /etc/kubernetes/kubelet/config.json /etc/kubernetes/kubelet/kubelet-config.json "
     "/var/lib/kubelet/config.yaml",
     false, NULL, NULL},
    {"tail", "-c 20000000 /var/log/aws-routed-eni/network-policy-agent.log", false, NULL, NULL},
    {"journalctl", "-u kubelet --no-pager --utc -o short-iso-precise --since=*", false, NULL, NULL},
    {"dmesg", "--time-format iso", false, NULL, NULL},
    {"dig", "+tries=1 +time=2 +tcp +bufsize=4096 -q -t @*", true, NULL, NULL},
    {"tcpdump", "-i -nn -tttt -U -s -c", true, NULL, NULL},
    {"grep", NULL, true, NULL, NULL},
};

// What may stand in front of a call, with the call behind its "--".
static const struct reader in_pod = {"kubectl exec", "--context=* --namespace=* --container=* -n -c", true,
                                     NULL, NULL};

struct call {
    const char **words;
    size_t n, cap;
};

// ------------------------------------------------------------------ one call

static bool fits(const char *word, struct span shape)
{
    bool open = span_ends(shape, "*");
    struct span front = open ? span_first(shape, shape.len - 1) : shape;
    return open ? strncmp(word, front.at, front.len) == 0 : span_is(shape, word);
}

static bool is_among(const char *word, const char *shapes)
{
    struct span rest = span_of(shapes), shape;
    while (span_cut_word(&rest, &shape)) {
        if (fits(word, shape))
            return true;
    }
    return false;
}

// "-w -" of tcpdump: to standard output, and nowhere else.
static bool is_to_output(const struct call *call, size_t i)
{
    return strcmp(call->words[0], "tcpdump") == 0 && strcmp(call->words[i], "-w") == 0 && i + 1 < call->n &&
           strcmp(call->words[i + 1], "-") == 0;
}

static bool takes_any(const struct reader *r, const struct call *call, size_t i)
{
    return is_to_output(call, i) || (i + 1 < call->n && is_among(call->words[i], r->behind));
}

static bool is_allowed(const struct reader *r, const char *word)
{
    return is_among(word, r->words) || (r->names && shell_is_name(span_of(word)));
}

static bool has_forbidden(const struct reader *r, const struct call *call)
{
    for (size_t i = 1; r->never && i < call->n; i++) {
        if (strstr(call->words[i], r->never))
            return true;
    }
    return false;
}

// "pods,secrets", "secret/token", "secrets.v1"; not a pod that is called so.
static bool names_secrets(const char *word)
{
    struct span rest = span_of(word), resource;
    while (span_cut(&rest, ',', &resource)) {
        size_t end = 0;
        while (end < resource.len && !strchr("/.", resource.at[end]))
            end++;
        resource = span_first(resource, end);
        if (span_is_caseless(resource, "secret") || span_is_caseless(resource, "secrets"))
            return true;
    }
    return false;
}

static bool asks_for_secrets(const struct call *call)
{
    for (size_t i = 1; strcmp(call->words[0], "kubectl") == 0 && i < call->n; i++) {
        if (call->words[i][0] != '-' && names_secrets(call->words[i]))
            return true;
    }
    return false;
}

// The words that say what it does come first among those that are no options.
static bool is_read_by(const struct reader *r, const struct call *call)
{
    struct span verbs = span_of(r->call), verb;
    span_cut_word(&verbs, &verb);
    if (!span_is(verb, call->words[0]) || has_forbidden(r, call) || asks_for_secrets(call))
        return false;
    bool more = span_cut_word(&verbs, &verb);
    for (size_t i = 1; i < call->n; i++) {
        if (more && call->words[i][0] != '-') {
            if (!fits(call->words[i], verb))
                return false;
            more = span_cut_word(&verbs, &verb);
        } else if (takes_any(r, call, i)) {
            i++;
        } else if (!is_allowed(r, call->words[i])) {
            return false;
        }
    }
    return !more;
}

// ------------------------------------------------------------------ what stands in front of one

static bool begins(const struct call *call, const char *words)
{
    struct span rest = span_of(words), word;
    for (size_t i = 0; span_cut_word(&rest, &word); i++) {
        if (i >= call->n || !fits(call->words[i], word))
            return false;
    }
    return true;
}

static size_t words_into_pod(const struct call *call)
{
    size_t n = 0;
    while (n < call->n && strcmp(call->words[n], "--") != 0)
        n++;
    const struct call front = {.words = call->words, .n = n};
    return n > 0 && n < call->n && is_read_by(&in_pod, &front) ? n + 1 : 0;
}

static size_t words_in_front(const struct call *call)
{
    uint64_t seconds;
    if (begins(call, "sudo -n"))
        return 2;
    if (begins(call, "timeout -k 2 *") && call->n > 3 && span_to_u64(span_of(call->words[3]), &seconds))
        return 4;
    return words_into_pod(call);
}

static bool call_reads(struct call call)
{
    for (size_t front; call.words && (front = words_in_front(&call)) > 0;) {
        call.words += front;
        call.n -= front;
    }
    for (size_t i = 0; call.n > 0 && i < ARRAY_LEN(readers); i++) {
        if (is_read_by(&readers[i], &call))
            return true;
    }
    return false;
}

// ------------------------------------------------------------------ a line

bool reads_only(const char *command)
{
    struct arena arena = {0};
    struct call call = {0};
    struct str word = {0};
    struct span rest = span_of(command);
    enum shell_part part;
    bool good = true;
    do {
        part = shell_cut(&rest, &word);
        if (part == SHELL_WORD) {
            *ARENA_PUSH(&arena, call.words, call.n, call.cap) = arena_strdup(&arena, str_text(&word));
        } else {
            good = part != SHELL_OTHER && call_reads(call);
            call.n = 0;
        }
    } while (good && part != SHELL_END);
    str_done(&word);
    arena_done(&arena);
    return good;
}
