// Which procedure fits: the one with a trigger that the reported symptom matches.
#ifndef D5_SESSION_CHOOSE_H
#define D5_SESSION_CHOOSE_H

#include "core/model/sop.h"

// What this program exists for; followed where nobody asks for another one and no other fits better.
extern const char choose_default[];

// Whether some trigger of the procedure (PCRE2, any case) is found in the symptom. One that matches anything
// at all tells nothing and does not count.
bool choose_fits(const struct sop *sop, const char *symptom);

// The file of the procedure that fits, or the default's id. `symptom` may be NULL. Yours.
char *choose_procedure(const char *symptom);

#endif
