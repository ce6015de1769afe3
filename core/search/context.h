// Inside core/search/: lines before and after matched ones, as grep gives them.
#ifndef D5_SEARCH_CONTEXT_H
#define D5_SEARCH_CONTEXT_H

#include "core/search/source.h"

struct context;

struct context *context_new(const struct search_options *options);
void context_free(struct context *context); // takes NULL

// A matched line that begins at byte `offset`: hands over what stands between the last line given and this
// one and is near enough to either, then the line itself. False: the sink wants no more.
bool context_line(struct context *context, const struct search_input *input, uint64_t offset,
                  struct search_line *line);

// No more matched lines come from the file at hand.
bool context_end_file(struct context *context);

#endif
