// dlopen and dlsym in one place. ISO C has no cast from an object's to a function's pointer; POSIX promises
// that they have one shape, so dlsym's answer is copied byte by byte.
//
// `make portable` links libarchive in and exports its functions: they are the program's own then, and are
// found there without anything being loaded.
#include "core/base/dynload.h"

#include <dlfcn.h>
#include <string.h>

static void *open_library(const char *soname, const char *symbol)
{
    void *program = dlopen(NULL, RTLD_LAZY);
    if (program && dlsym(program, symbol))
        return program;
    return dlopen(soname, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
}

bool dynload_open(const char *soname, const struct dynload_symbol *symbols, size_t n, void *ret_api,
                  struct error *err)
{
    void *library = open_library(soname, symbols[0].name);
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
