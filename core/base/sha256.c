// SHA-256 as FIPS 180-4 has it, section by section.
#include "core/base/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

// 6.2.2, step 1: the message schedule.
static void schedule(const uint8_t block[static 64], uint32_t w[static 64])
{
    for (size_t t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (unsigned t = 16; t < 64; t++) {
        uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
}

// Steps 2 to 4; v holds a … h.
static void add_block(uint32_t state[static 8], const uint8_t block[static 64])
{
    uint32_t w[64], v[8];
    schedule(block, w);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + choice + round_constants[t] + w[t];
        uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + s0 + majority;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

void sha256_init(struct sha256 *sha)
{
    *sha = (struct sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                                     0x1f83d9ab, 0x5be0cd19}};
}

void sha256_add(struct sha256 *sha, struct span bytes)
{
    while (bytes.len > 0) {
        size_t at = (size_t)(sha->bytes % 64);
        struct span part = span_first(bytes, 64 - at);
        memcpy(sha->block + at, part.at, part.len);
        sha->bytes += part.len;
        bytes = span_from(bytes, part.len);
        if (sha->bytes % 64 == 0)
            add_block(sha->state, sha->block);
    }
}

char *sha256_done(struct sha256 *sha, char ret[static SHA256_TEXT])
{
    static const char padding[64] = {(char)0x80};
    uint64_t bits = sha->bytes * 8;
    char length[8];
    for (unsigned i = 0; i < 8; i++)
        length[i] = (char)(bits >> (56 - 8 * i));
    size_t at = (size_t)(sha->bytes % 64);
    sha256_add(sha, span_make(padding, at < 56 ? 56 - at : 120 - at));
    sha256_add(sha, span_make(length, sizeof length));
    for (size_t i = 0; i < 8; i++)
        snprintf(ret + 8 * i, 9, "%08x", sha->state[i]);
    return ret;
}

int sha256_file(int fd, char ret[static SHA256_TEXT])
{
    struct sha256 sha;
    char buffer[65536];
    off_t at = 0;
    ssize_t n;
    sha256_init(&sha);
    while ((n = pread(fd, buffer, sizeof buffer, at)) > 0) {
        sha256_add(&sha, span_make(buffer, (size_t)n));
        at += n;
    }
    if (n < 0)
        return -errno;
    sha256_done(&sha, ret);
    return 0;
}
