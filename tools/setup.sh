#!/bin/sh
# Installs the Debian packages named as arguments, where they are missing. Asks nothing. Nothing that it installs
# starts a service: a policy-rc.d that says no is put in place for the time of the installation, where none is.
set -eu

missing=
for p in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

command="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    printf 'd5tui needs packages that are not installed, and this user may not install them. As root, run:\n\n    %s\n\n' "$command" >&2
    exit 1
fi

echo "installing:$missing" >&2
guard=/usr/sbin/policy-rc.d
log=$(mktemp)
if [ ! -e $guard ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $guard >/dev/null
    $as_root chmod 755 $guard
    trap '$as_root rm -f $guard; rm -f "$log"' EXIT INT TERM
else
    trap 'rm -f "$log"' EXIT INT TERM
fi

# What apt and dpkg say is read only where they fail.
loudly_if_it_fails() {
    "$@" >"$log" 2>&1 </dev/null && return
    cat "$log" >&2
    return 1
}
# shellcheck disable=SC2086
loudly_if_it_fails $as_root apt-get update -qq || echo "apt-get update failed; trying with the lists that are there" >&2
# shellcheck disable=SC2086
loudly_if_it_fails $as_root env DEBIAN_FRONTEND=noninteractive $command -qq
