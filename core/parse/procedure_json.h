// A procedure as JSON (contract, section 7).
#ifndef D5_PARSE_PROCEDURE_JSON_H
#define D5_PARSE_PROCEDURE_JSON_H

#include "core/base/str.h"
#include "core/model/sop.h"

void procedure_write_json(const struct sop *sop, struct str *ret);

#endif
