// What a kubelet was told about DNS: KubeletConfiguration (kubelet.config.k8s.io/v1beta1) as JSON or YAML,
// its drop-in files, and command-line flags as they stand in a unit file, an environment file or a process
// listing. A flag wins over the file, a later drop-in over an earlier one (Kubernetes docs, Kubelet
// configuration).
#ifndef D5_PARSE_KUBELET_H
#define D5_PARSE_KUBELET_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/ip.h"
#include "core/model/place.h"

struct kubelet_dns { // one entry of clusterDNS
    struct ip ip;    // family 0: it is no address
    const char *text;
    bool last; // its file ends with it, without a newline: it may have gone on
    struct place place;
};

struct kubelet_config { // zero-initialized is "nothing is known"
    struct kubelet_dns *cluster_dns;
    size_t n_cluster_dns;
    bool dns_known;             // clusterDNS was set, or a whole configuration without it was read
    bool dns_by_flag;           // a --cluster-dns was seen: it wins
    const char *cluster_domain; // "cluster.local", or NULL
    struct place domain_place;
    bool domain_by_flag;
    const char *resolv_conf; // resolvConf: what pods with dnsPolicy Default inherit, or NULL
    struct place resolv_place;
    bool resolv_by_flag;
    const char *config_path; // --config, or NULL
    struct place place;      // of what was read first
};

// Adds what a configuration file says to *config, over what was there from files (not from flags). False when
// it is neither JSON nor YAML or no KubeletConfiguration.
bool kubelet_parse_config(struct arena *arena, struct text text, struct kubelet_config *config,
                          struct error *err);

// Adds the flags of every line that starts a kubelet (a process, ExecStart=, KUBELET_ARGS=…). True when one
// was found.
bool kubelet_parse_flags(struct arena *arena, struct text text, struct kubelet_config *config);

// Whether it hands `ip` to pods with dnsPolicy ClusterFirst.
bool kubelet_hands_out(const struct kubelet_config *config, struct ip ip);

#endif
