// Lookups as the logs tell of them: CoreDNS' query lines, its errors upstream, applications' failures.
#ifndef D5_FACTS_LOGLOOKUPS_H
#define D5_FACTS_LOGLOOKUPS_H

#include "core/facts/facts.h"

void gather_log_lookups(struct facts *facts); // from facts->logs; copies of lines count once

#endif
