// What the files procedure*.c share while one procedure is read. Not for anyone else.
#ifndef D5_PARSE_PROCEDURE_READER_H
#define D5_PARSE_PROCEDURE_READER_H

#include "core/base/str.h"
#include "core/model/problem.h"
#include "core/model/sop.h"

struct procedure_reader {
    struct sop *sop;
    struct span text;
    const struct span *lines; // of the whole file; lines[0] is line 1
    uint32_t n_lines;
    struct problems *problems;
};

struct procedure_section { // what stands under one heading of level 2
    struct span title;
    uint32_t heading;     // its line
    uint32_t first, last; // lines of its body; last < first: none
};

// The bytes of lines first to last, newlines included.
struct span procedure_lines(const struct procedure_reader *r, uint32_t first, uint32_t last);

// A phase: its levels, sub-headings, items (procedure_body.c).
void procedure_read_phase(struct procedure_reader *r, const struct procedure_section *s,
                          struct sop_phase *ret);

// Guardrails and Common Issues are YAML without a fence; Examples and Output Format are fenced
// (procedure_parts.c).
void procedure_read_front_matter(struct procedure_reader *r, uint32_t first, uint32_t last);
void procedure_read_guardrails(struct procedure_reader *r, const struct procedure_section *s);
void procedure_read_issues(struct procedure_reader *r, const struct procedure_section *s);
void procedure_read_examples(struct procedure_reader *r, const struct procedure_section *s);
void procedure_read_output(struct procedure_reader *r, const struct procedure_section *s);

// The words of one or more source lines, one space for each line break.
struct procedure_words {
    struct str text;
    struct procedure_start {
        size_t at; // where in the text the words of a line begin
        uint32_t line;
    } * starts;
    size_t n, cap;
};
void procedure_words_done(struct procedure_words *words);
void procedure_words_add(struct procedure_words *words, struct span line, uint32_t number);

// Tool calls in such words (procedure_call.c); added to *calls, on the heap.
struct procedure_calls {
    struct sop_call *items;
    size_t n, cap;
};
void procedure_find_calls(struct arena *arena, const struct procedure_words *words,
                          struct procedure_calls *calls);

// One call of the form name(a="…", b=…) at the front of *rest, which goes behind it. False when none stands
// there.
bool procedure_cut_example(struct arena *arena, struct span *rest, struct sop_call *ret);

#endif
