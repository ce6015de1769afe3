// dlopen and dlsym in one place. ISO C has no cast from an object's to a function's pointer; POSIX promises
// that they have one shape, so dlsym's answer is copied byte by byte.
#include "core/base/dynload.h"

#include <dlfcn.h>
#include <string.h>

bool dynload_open(const char *soname, const struct dynload_symbol *symbols, size_t n, void *ret_api,
                  struct error *err)
{
    void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        return error_set(err, "%s cannot be loaded: %s", soname, dlerror());
    for (size_t i = 0; i < n; i++) {
        void *at = dlsym(library, symbols[i].name);
        if (!at) {
            dlclose(library);
            return error_set(err, "%s has no %s: another version is needed", soname, symbols[i].name);
        }
        memcpy((char *)ret_api + symbols[i].offset, &at, sizeof at);
    }
    dlclose(library); // RTLD_NODELETE: it stays
    return true;
}
