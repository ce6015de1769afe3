// What the files of the redaction share, and nobody else includes.
#ifndef D5_REPORT_REDACT_INSIDE_H
#define D5_REPORT_REDACT_INSIDE_H

#include "core/base/map.h"
#include "core/report/redact.h"

struct redactor {
    enum redact_level level;
    uint64_t seed;
    struct arena arena;
    struct map stand_ins; // text → its stand-in, for where it was found
    struct map anywhere;  // those of them that are replaced wherever they stand
    unsigned numbered[REDACT_KINDS];
    bool counting;
    struct place at; // of the line being looked at, while counting
    struct redact_edit {
        size_t from, to, out_from, out_to; // bytes of the line, and of what was appended for it
    } * edits;
    size_t n_edits, cap_edits;
    size_t counts[REDACT_KINDS];
    struct redact_hit *hits;
    size_t n_hits, cap_hits;
};

struct redact_state { // what a line inherits from those above it
    bool in_key;      // between BEGIN and END of a private key
    unsigned in_env;  // open brackets of a JSON list "env"
};

// redact_line.c — one line (without its newline) with all stand-ins, appended. Where the line's parts went is
// in r->edits afterwards, in order.
void redact_line(struct redactor *r, struct redact_state *state, struct span line, struct str *ret);

// redact.c — the stand-in of a text, made at its first use ("REDACTED-secret-3", "name-7"). Texts of eight
// bytes and more that are no mere words are replaced wherever they stand from then on, names always.
const char *redact_stand_in(struct redactor *r, enum redact_kind kind, struct span text);
const char *redact_known(const struct redactor *r, struct span text); // NULL: nothing stands for it
// A line of the tree (without its end), and what the redacted file says in its place; r->edits are its own.
bool redact_line_at(struct redactor *r, struct evidence *ev, struct place place, struct str *was,
                    struct str *ret);

// redact_names.c — strict: the names that the tree's listings, folders and target hold.
void redact_learn_names(struct redactor *r, struct evidence *ev);

// redact_net.c — addresses and ids: the length of what stands at the front of `rest` and is replaced, with
// the stand-in appended to ret; 0: nothing. `before` is the byte in front of it, or 0.
size_t redact_address(const struct redactor *r, char before, struct span rest, struct str *ret);
size_t redact_resource(const struct redactor *r, char before, struct span rest, struct str *ret);

// redact_secret.c — the value that is a secret at the front of `rest`: bytes to keep in front of it, and its
// length; false: none.
struct redact_value {
    enum redact_kind kind;
    size_t skip, len;
};
bool redact_find_secret(struct span line, size_t at, struct redact_value *ret);

#endif
