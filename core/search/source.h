// Inside core/search/: where a file's bytes come from.
#ifndef D5_SEARCH_SOURCE_H
#define D5_SEARCH_SOURCE_H

#include "core/search/search.h"

struct search_input { // one file of a search
    uint32_t file;
    const char *path; // on disk; NULL: `open`, or `text`
    const int *open;  // a descriptor that stays the caller's; or NULL
    struct evidence *ev;
    bool compressed; // its text is evidence_text's
    struct span text;
    uint64_t from; // byte at which the search begins
    uint64_t size; // bytes up to its end, of a compressed file unknown
    usec_t mtime;
};

struct source { // an open one
    int fd;
    bool borrowed;
    struct span text; // where fd is -1
};

bool source_open(const struct search_input *input, struct source *ret, struct error *err);
void source_close(struct source *source);

// As pread: how many bytes, 0 at the end, -errno.
int64_t source_read(const struct source *source, void *to, size_t n, uint64_t at);

#endif
