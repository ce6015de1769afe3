// Which commands only read: what a report tells a person to look with is held against this list, whoever made
// the command, and so is each row of the table of probes (tests/unit/test_probe_table.c).
#ifndef D5_MODEL_READS_H
#define D5_MODEL_READS_H

#include <stdbool.h>

// Whether a command line, as a person would copy it into a shell, does nothing but read: calls of listed
// programs with listed words, one after the other (;) or one into the other (|). Anything else that a shell
// would act on makes it false, and so does what nobody has listed.
bool reads_only(const char *command);

#endif
