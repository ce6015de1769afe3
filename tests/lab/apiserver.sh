#!/bin/sh
# Makes the real API server for the lab: kube-apiserver from Debian's source package, built by Debian's Go, and Debian's
# etcd. Nothing is installed, and nothing outside FOLDER is written. Quick where both are there already; else some
# minutes, and two gigabytes while it builds. Needs dpkg-source (dpkg-dev).
#
#     tests/lab/apiserver.sh [FOLDER]      build/lab is the default; the programs are in FOLDER/apiserver
set -eu
lab=$(realpath -m "${1:-build/lab}")/apiserver
work=$lab/work
wanted="golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server"

# The source's index is asked for by apt's own sources, read as sources of sources, and kept apart from the machine's lists.
apt_here() {
    mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/sources"
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/apt/sources/${list##*/}"
    done
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb /deb-src /p' >"$work/apt/sources/lab.list"
    cat >"$work/apt/apt.conf" <<EOF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$work/apt/sources";
Dir::State::lists "$work/apt/lists";
Dir::Cache "$work/apt/cache";
APT::Sandbox::User "root";
EOF
}

fetch() {
    cd "$work"
    apt-get download -qq -o APT::Sandbox::User=root $wanted
    for deb in *.deb; do
        dpkg -x "$deb" root
    done
    apt_here
    APT_CONFIG=$work/apt/apt.conf apt-get update -qq
    APT_CONFIG=$work/apt/apt.conf apt-get source -qq --download-only kubernetes
    mkdir -p gopath/src/k8s.io
    dpkg-source --no-check -q -x kubernetes_*.dsc "$tree"
}

# Debian's Go is newer than this Kubernetes: its reflect2 would not link, Debian's own does.
mend() {
    rm -rf "$tree/vendor/github.com/modern-go/reflect2"
    cp -R "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" "$tree/vendor/github.com/modern-go/"
}

# The description of its types, which server-side apply and managedFields stand on, is not in the source: as `make
# generated_files` makes it (build/root/Makefile.generated_files).
describe() {
    go build -trimpath -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
    types=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg cmd staging/src/k8s.io | grep -vE '/(code-generator|sample-apiserver)/' |
        xargs -n1 dirname | sed 's,^staging/src/,vendor/,; s,^,k8s.io/kubernetes/,' | sort -u | paste -sd,)
    "$work/openapi-gen" -i "$types" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
        -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations"
}

# Without what speaks to the providers of clouds: a quarter of the work, and nothing of it in a lab.
build() {
    export GOPATH="$work/gopath" GOCACHE="${GOCACHE:-$work/gocache}" HOME="$work" PATH="$work/root/usr/lib/go-1.19/bin:$PATH"
    export GO111MODULE=off GOPROXY=off GOFLAGS= CGO_ENABLED=0 GOGC=400
    cd "$tree"
    describe
    version=$(sed -n 's/^Version: \(.*really\)\{0,1\}\([0-9.]*\).*/\2/p' "$work"/kubernetes_*.dsc)
    major=${version%%.*} minor=${version#*.}
    set=k8s.io/kubernetes/vendor/k8s.io/component-base/version
    go build -trimpath -tags providerless,dockerless \
        -ldflags "-s -w -X $set.gitVersion=v$version -X $set.gitMajor=$major -X $set.gitMinor=${minor%%.*}" \
        -o "$lab/kube-apiserver" ./cmd/kube-apiserver
}

[ ! -x "$lab/kube-apiserver" ] || [ ! -x "$lab/etcd" ] || exit 0
command -v dpkg-source >/dev/null || { echo "apiserver: dpkg-source is missing (package dpkg-dev)" >&2; exit 1; }
rm -rf "$lab"
mkdir -p "$work"
tree=$work/gopath/src/k8s.io/kubernetes
fetch
mend
build
cp "$work/root/usr/bin/etcd" "$lab/etcd"
rm -rf "$work"
