// The names of the plug-ins that CoreDNS (plugin.cfg of every version since 1.3), its EKS build and NodeLocal
// DNSCache are built with. For parse/corefile*.c only.
#ifndef D5_PARSE_COREPLUGINS_H
#define D5_PARSE_COREPLUGINS_H

#include "core/base/tri.h"

enum tri core_plugin_is_known(const char *name);   // TRI_UNKNOWN where {$X} takes part in it
const char *core_plugin_nearest(const char *name); // within two slips of the pen; or NULL

#endif
