// Taking out of an incident what must not leave the house: one pass over report and tree with one map, so
// that a thing has the same stand-in wherever it stands. Every line stays a line at its number, so citations
// remain valid; what is quoted is what the redacted file says.
//
//   default  private keys, tokens, passwords, environment values, AWS account ids; and every line of the
//   files
//            of the log collector that hold other people's secrets (process lists, cloud-init, container
//            JSON)
//   strict   also addresses, AWS resource ids, and the names of hosts, pods, namespaces, services and what
//   else
//            the listings name outside kube-system. Addresses keep their subnets: two that shared a prefix
//            still do, so that the redacted rules and tables judge as before
#ifndef D5_REPORT_REDACT_H
#define D5_REPORT_REDACT_H

#include "core/evidence/evidence.h"
#include "core/model/report.h"

enum redact_level { REDACT_NONE, REDACT_DEFAULT, REDACT_STRICT };
extern const char *const redact_level_names[]; // "none", "default", "strict"
bool redact_level_parse(struct span name, enum redact_level *ret);

enum redact_kind {
    REDACT_SECRET,      // private keys, tokens, passwords
    REDACT_ENVIRONMENT, // values of environment variables
    REDACT_ACCOUNT,     // AWS account ids
    REDACT_RISKY,       // lines of files that are taken out as a whole
    REDACT_ADDRESS,     // strict, as those below
    REDACT_RESOURCE,    // i-0abc…, eni-…, sg-…
    REDACT_NAME,
    REDACT_KINDS
};
const char *redact_kind_name(enum redact_kind kind);              // "password, key or token"
const char *redact_kind_counted(enum redact_kind kind, size_t n); // "addresses", behind a number

struct redactor;

// `seed` decides the stand-ins of addresses and ids; 0 takes a random one, which nobody can take back.
struct redactor *redactor_new(enum redact_level level, uint64_t seed);
void redactor_free(struct redactor *r); // takes NULL

// Goes over all of the tree, to know what there is to take out anywhere, and to count it. Call it first.
// Files that cannot be read are passed over.
void redactor_learn(struct redactor *r, struct evidence *ev);

// The preview: how many places of a kind, and the first 1,000 of all, in path order.
struct redact_hit {
    enum redact_kind kind;
    struct place place;
    const char *with; // what will stand there
};
size_t redactor_count(const struct redactor *r, enum redact_kind kind);
const struct redact_hit *redactor_hits(const struct redactor *r, size_t *ret_n);

// Applying it; each appends. A file's text as it will be exported: unpacked where it was compressed. Captures
// are no text: they are given as they are by default, and left out (false without an error text) in strict.
bool redactor_file(struct redactor *r, struct evidence *ev, uint32_t file, struct str *ret,
                   struct error *err);
bool redactor_leaves_out(const struct redactor *r, const struct evidence_file *file);
void redactor_text(struct redactor *r, struct span text, struct str *ret); // any other text, line by line
void redactor_path(struct redactor *r, const char *path, struct str *ret); // of the tree

// The report in the redacted tree's words; free with report_free. `ev` is the tree that it cites.
struct report *redactor_report(struct redactor *r, struct evidence *ev, const struct report *report);

#endif
