// Numbers of 128 bits: addresses, names and everything smaller in one shape.
#include "core/parse/rule.h"

int num_compare(struct num a, struct num b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo == b.lo ? 0 : a.lo < b.lo ? -1 : 1;
}

static uint64_t load_be(const uint8_t *at, unsigned n)
{
    uint64_t ret = 0;
    for (unsigned i = 0; i < n; i++)
        ret = ret << 8 | at[i];
    return ret;
}

static void store_be(uint8_t *at, unsigned n, uint64_t value)
{
    for (unsigned i = n; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
}

struct num num_of_ip(struct ip ip)
{
    if (ip.family == 4)
        return num_of(load_be(ip.bytes, 4));
    return (struct num){load_be(ip.bytes, 8), load_be(ip.bytes + 8, 8)};
}

struct ip num_to_ip(struct num n, uint8_t family)
{
    struct ip ip = {.family = family};
    if (family == 4) {
        store_be(ip.bytes, 4, n.lo);
    } else {
        store_be(ip.bytes, 8, n.hi);
        store_be(ip.bytes + 8, 8, n.lo);
    }
    return ip;
}

struct num num_of_name(struct span name)
{
    uint8_t bytes[16] = {0};
    if (name.len > 0)
        memcpy(bytes, name.at, name.len < 16 ? name.len : 16);
    return (struct num){load_be(bytes, 8), load_be(bytes + 8, 8)};
}

struct range range_of_name(struct span name, bool wild)
{
    struct range r = {num_of_name(name), num_of_name(name)};
    if (wild) {
        struct num rest = num_not(num_mask((unsigned)(name.len < 16 ? name.len : 16) * 8, 128));
        r.hi.hi |= rest.hi;
        r.hi.lo |= rest.lo;
    }
    return r;
}

struct range range_of_prefix(struct ip_prefix prefix)
{
    unsigned width = ip_bits(prefix.ip);
    struct num mask = num_mask(prefix.bits, width), all = num_mask(width, width);
    struct num lo = num_and(num_of_ip(prefix.ip), mask);
    struct num host = num_xor(mask, all);
    return (struct range){lo, {lo.hi | host.hi, lo.lo | host.lo}};
}

struct num num_and(struct num a, struct num b)
{
    return (struct num){a.hi & b.hi, a.lo & b.lo};
}

struct num num_xor(struct num a, struct num b)
{
    return (struct num){a.hi ^ b.hi, a.lo ^ b.lo};
}

struct num num_not(struct num a)
{
    return (struct num){~a.hi, ~a.lo};
}

// The lowest n bits set.
static struct num num_low(unsigned n)
{
    if (n >= 128)
        return (struct num){UINT64_MAX, UINT64_MAX};
    if (n >= 64)
        return (struct num){(UINT64_C(1) << (n - 64)) - 1, UINT64_MAX};
    return (struct num){0, (UINT64_C(1) << n) - 1};
}

struct num num_mask(unsigned bits, unsigned width)
{
    return num_and(num_not(num_low(width - bits)), num_low(width));
}
