#!/bin/sh
# Unpacks what the lab runs into build/lab/root, and installs nothing: no maintainer script runs, so nothing is started or
# changed. The lab lays that folder over /usr in a mount namespace of its own. Quick where everything is there already.
#
#     tests/lab/root.sh [FOLDER]      build/lab is the default
set -eu
lab=$(realpath -m "${1:-build/lab}")
wanted="kubernetes-client openssh-server openssh-client sudo openssl iproute2 iptables nftables ipset conntrack ethtool
        tcpdump bind9-dnsutils unbound knot dnsmasq-base awscli procps"
programs="bin/kubectl sbin/sshd bin/ssh bin/ssh-keygen bin/sudo bin/openssl bin/ip sbin/xtables-nft-multi
          sbin/xtables-legacy-multi sbin/nft sbin/ipset sbin/conntrack sbin/ethtool bin/tcpdump bin/dig sbin/unbound
          sbin/knotd sbin/dnsmasq bin/aws sbin/sysctl"

complete() {
    [ -f "$lab/root/.packages" ] && [ "$(cat "$lab/root/.packages")" = "$(echo $wanted)" ] || return 1
    for p in $programs; do
        [ -e "$lab/root/usr/$p" ] || { echo "lab-root: $lab/root/usr/$p is missing" >&2; return 1; }
    done
}

# The packages and the libraries and Python modules that they stand on. Not libc and what belongs to it: the machine's
# programs run on those, and stay in use.
closure() {
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances $wanted |
        sed -n 's/^\([a-z0-9][a-z0-9.+-]*\)$/\1/p' | sort -u |
        grep -E '^(lib|python3-|bind9-|openssh-)' |
        grep -vE '^(libc6|libc-bin|libgcc-s1|libcrypt1|libstdc\+\+6|libpython3-|libpython3\.[0-9]+-|libperl|libdebian|libpam|openssh-sftp|libtext|libnewt|libslang2)'
    printf '%s\n' $wanted
}

complete && exit 0
rm -rf "$lab/root"
mkdir -p "$lab/root/usr/bin" "$lab/root/usr/sbin" "$lab/root/usr/lib" "$lab/packages"
for d in bin sbin lib; do
    ln -s usr/$d "$lab/root/$d" # as every Debian has had it since 12
done
cd "$lab/packages"
names=$(closure | sort -u)
[ "$(echo "$names" | wc -w)" -gt 40 ] || { apt-get update -qq && names=$(closure | sort -u); }
known=$(apt-cache show --no-all-versions $names 2>/dev/null | sed -n 's/^Package: //p' | sort -u) # virtual ones are none
for name in $known; do
    ls "${name}"_*.deb >/dev/null 2>&1 || fetch="${fetch:-} $name"
done
[ -z "${fetch:-}" ] || apt-get download -qq -o APT::Sandbox::User=root $fetch
for name in $known; do
    for deb in "${name}"_*.deb; do
        dpkg-deb --fsys-tarfile "$deb" |
            tar -x -C "$lab/root" --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./etc
    done
done
# What update-alternatives would make; each node of the lab decides in its own /etc/alternatives.
for p in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf /etc/alternatives/$p "$lab/root/usr/sbin/$p"
done
echo $wanted >"$lab/root/.packages"
complete
