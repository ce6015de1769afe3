// SHA-256 (FIPS 180-4): names contents of files in cases and exports.
#ifndef D5_BASE_SHA256_H
#define D5_BASE_SHA256_H

#include <stdint.h>

#include "core/base/span.h"

struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t block[64];
};

#define SHA256_TEXT 65 // 64 hex digits and '\0'

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, struct span bytes);
char *sha256_done(struct sha256 *sha, char ret[static SHA256_TEXT]); // lower-case hex. Returns ret.

// The sum of a file that is open for reading, from its beginning. 0 or -errno.
int sha256_file(int fd, char ret[static SHA256_TEXT]);

#endif
