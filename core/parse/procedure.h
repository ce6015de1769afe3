// Procedures (SOPs): Markdown with YAML front matter in, struct sop and problems out. The grammar is that of
// doc/d5tui-sop.5; ids, levels and gates are those of the contract (section 7).
#ifndef D5_PARSE_PROCEDURE_H
#define D5_PARSE_PROCEDURE_H

#include "core/model/problem.h"
#include "core/model/sop.h"

// Reads a whole file. Always gives a procedure, as far as it could be read; it may only be used when `ret`
// got no error (problems_first_error). `path` is kept for messages. Free with sop_free.
struct sop *procedure_parse(struct span text, const char *path, struct problems *ret);

#endif
