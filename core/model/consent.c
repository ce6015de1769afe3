// Names of consents, as --allow and the policy spell them.
#include "core/model/consent.h"

#include "core/base/mem.h"

static const struct {
    const char *name;
    enum consent bit;
} names[] = {
    {"exec", CONSENT_EXEC},
    {"capture", CONSENT_CAPTURE},
    {"bundle", CONSENT_BUNDLE},
    {"ssm", CONSENT_SSM},
};

const char *consent_name(enum consent bit)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i].bit == bit)
            return names[i].name;
    }
    return NULL;
}

bool consent_parse(struct span name, unsigned *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(name, names[i].name)) {
            *ret = names[i].bit;
            return true;
        }
    }
    return false;
}
