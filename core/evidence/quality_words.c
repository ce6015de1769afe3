// Error messages that stand where a tool's answer should: each phrase is one that a shell, sudo, ssh, the
// kernel's tools, kubectl or the AWS CLI prints when it could not do its work. Phrases that only say that
// something could not be reached are answers where reaching is what was tried (dig, ping, curl), and in a
// program's own log nearly every phrase may be part of what it logs; so each has the kinds it counts for.
#include "core/base/mem.h"
#include "core/evidence/inside.h"

enum {
    IN_ANSWER = 1 << QUALITY_ANSWER,
    IN_LOG = 1 << QUALITY_LOG,
    IN_REACH = 1 << QUALITY_REACH,
    IN_TOOLS = IN_ANSWER | IN_REACH,
    IN_ALL = IN_TOOLS | IN_LOG,
};

struct phrase {
    const char *text;
    unsigned kinds;
};

static const struct phrase phrases_first[] = {
    // at the front of a line
    // kubectl (k8s.io/kubectl: cmd/util/helpers.go)
    {"Error from server", IN_ALL},
    {"Unable to connect to the server:", IN_ALL},
    {"The connection to the server ", IN_ALL},
    {"error: You must be logged in to the server", IN_ALL},
    {"error: a container name must be specified", IN_ALL},
    {"error: the server doesn't have a resource type", IN_ALL},
    {"error: unable to upgrade connection", IN_ALL},
    {"error: Internal error occurred", IN_ALL},
    {"error: timed out waiting", IN_ALL},
    {"error: ", IN_TOOLS},
    {"OCI runtime exec failed", IN_ALL},
    {"command terminated with exit code", IN_ANSWER},
    // shells and wrappers
    {"sudo: ", IN_ALL},
    {"su: ", IN_TOOLS},
    {"bash: ", IN_TOOLS},
    {"-bash: ", IN_TOOLS},
    {"sh: ", IN_TOOLS},
    {"/bin/sh: ", IN_TOOLS},
    {"timeout: ", IN_TOOLS},
    {"nsenter: ", IN_TOOLS},
    {"chroot: ", IN_TOOLS},
    {"cat: ", IN_TOOLS},
    {"ls: cannot", IN_TOOLS},
    {"tail: cannot", IN_TOOLS},
    {"ssh: ", IN_ALL},
    {"Host key verification failed", IN_ALL},
    {"kex_exchange_identification:", IN_ALL},
    // readers of logs
    {"Failed to get journal access", IN_ALL},
    {"Failed to open journal", IN_ALL},
    {"No journal files were found", IN_ALL},
    {"No journal files were opened", IN_ALL},
    {"dmesg: ", IN_ALL},
    // AWS CLI (awscli/errorhandler.py and botocore's exceptions)
    {"An error occurred (", IN_TOOLS},
    {"Unable to locate credentials", IN_ALL},
    {"Could not connect to the endpoint URL", IN_ALL},
    {"Connect timeout on endpoint URL", IN_ALL},
    {"Read timeout on endpoint URL", IN_ALL},
    {"You must specify a region", IN_ALL},
    {"The config profile (", IN_ALL},
    {"Partial credentials found", IN_ALL},
    // netfilter's tools and others of the node
    {"Fatal: ", IN_ANSWER},
    {"FATAL: ", IN_ANSWER},
    {"netlink: Error", IN_ANSWER},
    {"netlink error", IN_ANSWER},
    {"Another app is currently holding the xtables lock", IN_ANSWER},
    {"Cannot get ", IN_ANSWER},
    {"Cannot open netlink socket", IN_ANSWER},
    {"Error: ", IN_ANSWER},
    {"usage: ", IN_TOOLS},
    {"Usage: ", IN_TOOLS},
};

static const struct phrase phrases_anywhere[] = {
    {": command not found", IN_TOOLS},
    {": not found", IN_ANSWER},
    {" not installed", IN_TOOLS},
    {"is not available on this", IN_ANSWER},
    {"executable file not found", IN_ALL},
    {"Permission denied", IN_TOOLS},
    {"ermission denied (you must be root)", IN_TOOLS},
    {"Operation not permitted", IN_TOOLS},
    {"must be root", IN_TOOLS},
    {"a password is required", IN_ALL},
    {"a terminal is required to read the password", IN_ALL},
    {"is not in the sudoers file", IN_ALL},
    {"No such file or directory", IN_TOOLS},
    {"Operation not supported", IN_ANSWER},
    {"Protocol not supported", IN_ANSWER},
    {"Exec format error", IN_TOOLS},
    {"Cannot allocate memory", IN_TOOLS},
    {"is forbidden: ", IN_TOOLS},
    {"(Unauthorized)", IN_ALL},
    {"Unauthorized", IN_ANSWER},
    {"AccessDenied", IN_ANSWER},
    {"UnauthorizedOperation", IN_ANSWER},
    {"ExpiredToken", IN_ANSWER},
    {"can't initialize ", IN_ANSWER},
    {"annot initialize", IN_ANSWER},
    {"can't open lock file", IN_ANSWER},
    {"onnection timed out", IN_ANSWER},
    {"onnection refused", IN_ANSWER},
    {"No route to host", IN_ANSWER},
    {"i/o timeout", IN_ANSWER},
    {"context deadline exceeded", IN_ANSWER},
    {"TLS handshake timeout", IN_ANSWER},
    {"timed out", IN_ANSWER},
    {"Killed", IN_ANSWER},
};

static const char *const companions[] = {
    // lines that stand beside an error and say nothing of their own
    "Try `",
    "Try '",
    "Perhaps iptables or your kernel needs to be upgraded",
    "Perhaps ip6tables or your kernel needs to be upgraded",
    "command terminated with exit code",
    "Defaulted container",
    "exit status ",
    "Connection to ",
    "Warning: Permanently added",
    "***",
    "#",
};

static bool phrase_counts(struct span line, enum quality_kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(phrases_first); i++) {
        if ((phrases_first[i].kinds & 1U << kind) && span_starts(line, phrases_first[i].text))
            return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(phrases_anywhere); i++) {
        if ((phrases_anywhere[i].kinds & 1U << kind) && span_contains(line, phrases_anywhere[i].text))
            return true;
    }
    return false;
}

static bool is_companion(struct span line)
{
    for (size_t i = 0; i < ARRAY_LEN(companions); i++) {
        if (span_starts(line, companions[i]))
            return true;
    }
    return line.len == 0;
}

// A JSON document in one line may quote any error, in an event's message, say, and is none itself; but for
// the API's own answer of kind Status.
static bool is_document(struct span line)
{
    bool opens = span_starts(line, "{\"") || span_starts(line, "[{") || span_starts(line, "{ \"");
    return opens && !span_contains(line, "\"Status\"");
}

bool quality_is_only_error(struct span text, enum quality_kind kind, struct span *ret_first)
{
    *ret_first = (struct span){0};
    struct span line;
    while (span_cut_line(&text, &line)) {
        line = span_trim(line);
        if (!is_document(line) && phrase_counts(line, kind)) {
            if (!ret_first->at)
                *ret_first = line;
        } else if (!is_companion(line)) {
            return false;
        }
    }
    return ret_first->at != NULL;
}
