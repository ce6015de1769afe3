// `sysctl --all`: the kernel's settings (sysctl(8)).
#ifndef D5_PARSE_SYSCTL_H
#define D5_PARSE_SYSCTL_H

#include "core/base/arena.h"
#include "core/model/place.h"

struct sysctl {
    const char *name; // "net.netfilter.nf_conntrack_max", dots also where slashes were written
    const char *value;
    struct place place;
};

struct sysctls {
    struct sysctl *items;
    size_t n, cap;
};

const struct sysctls *sysctl_parse(struct arena *arena, struct text text);   // never fails
const struct sysctl *sysctl_find(const struct sysctls *s, const char *name); // the last of that name, or NULL
bool sysctl_u64(const struct sysctls *s, const char *name, uint64_t *ret, struct place *ret_place);

#endif
