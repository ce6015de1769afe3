// Inside core/search/: what a slice's result gathers from one block.
#ifndef D5_SEARCH_GATHER_H
#define D5_SEARCH_GATHER_H

#include "core/search/slice.h"

// Whether times are needed at all.
bool gather_wants_times(const struct search_options *options);

// Searches whole lines that begin at byte `offset` of the file. False: stop.
bool gather_block(struct slice_worker *worker, struct span block, uint64_t offset,
                  struct slice_result *result);

#endif
