// Words of a call: the values that a row of the probe table may hold, what each must be, and how a word with
// a value is made. Names come out of the cluster, out of files and from people; none of them can become an
// option, a second word, a path of its own, or something that a shell would act on.
#ifndef D5_PROBE_ARGV_H
#define D5_PROBE_ARGV_H

#include "core/base/arena.h"
#include "core/base/error.h"

enum probe_value {
    VALUE_CONTEXT,   // of the kubeconfig
    VALUE_SCOPE,     // "-A", "--namespace=shop"
    VALUE_PART,      // in a file's name: "", "@shop"
    VALUE_NAMESPACE, // RFC 1123 label
    VALUE_POD,       // RFC 1123 subdomain
    VALUE_CONTAINER, // RFC 1123 label
    VALUE_NODE,      // RFC 1123 subdomain
    VALUE_INTERFACE, // of Linux, of the names that are in use
    VALUE_ADDRESS,   // IP address: of the pod …
    VALUE_OUTSIDE,   // … and what source NAT of its node makes of it
    VALUE_SERVER,    // IP address: who is asked
    VALUE_NAME,      // a name to look up
    VALUE_QUESTION,  // in a file's name: which name that is
    VALUE_OVER,      // "udp", "tcp", "large"
    VALUE_HOW,       // "+tcp", "+bufsize=4096"
    VALUE_SINCE,     // RFC 3339
    VALUE_EPOCH,     // the same in seconds: "@1763881200"
    VALUE_FROM,      // milliseconds since 1970 …
    VALUE_TO,        // … until
    VALUE_FROM_S,    // the same in seconds
    VALUE_TO_S,
    VALUE_REGION,    // of AWS
    VALUE_CLUSTER,   // its name in EKS
    VALUE_INSTANCE,  // "i-0abc123def4567890"
    VALUE_INSTANCES, // several, with commas
    VALUE_ADDRESSES,
    VALUE_GROUPS,  // "sg-…"
    VALUE_SUBNETS, // "subnet-…"
    VALUE_BUCKET,  // of S3
    VALUE_COUNT
};

struct probe_values {
    const char *at[VALUE_COUNT]; // NULL: not known
};

// Whether the text is such a value. The error says what it should be, and quotes it safely.
bool argv_check(enum probe_value value, const char *text, struct error *err);

// The value that "{name}" stands for; VALUE_COUNT where there is none of that name.
enum probe_value argv_value(struct span name);

enum argv_result {
    ARGV_MADE,
    ARGV_LEFT_OUT, // it began with '?', and a value is not known
    ARGV_UNKNOWN,  // a value is not known: the error names it
    ARGV_UNFIT,    // a value is not what it should be
};
enum argv_result argv_fill_word(struct arena *arena, const char *shape, const struct probe_values *values,
                                const char **ret, struct error *err);

// A whole argv, ended by NULL; never ARGV_LEFT_OUT.
enum argv_result argv_fill(struct arena *arena, const char *const *shapes, const struct probe_values *values,
                           const char *const **ret, struct error *err);

// Whether a shell on the other side takes each of them as one word and nothing else: letters, digits and
// _ . , : / @ + = -, and no '=' in front.
bool argv_is_plain(const char *const *argv, struct error *err);

size_t argv_count(const char *const *argv);
const char *const *argv_join(struct arena *arena, const char *const *first, const char *const *second);

// As a person would type it into a shell: words that are not plain stand in single quotes.
const char *argv_text(struct arena *arena, const char *const *argv);

// A row's call for people: values that are not known, or do not fit, in capitals (NODE, POD, NAMESPACE); what
// only bounds it is left out. `values` may be NULL.
const char *argv_shape(struct arena *arena, const char *const *shapes, const struct probe_values *values);

#endif
