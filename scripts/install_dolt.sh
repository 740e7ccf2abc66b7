#!/bin/sh
# Finds a dolt that is new enough, or puts one into .tools/bin of this project. Nothing else is touched.
#
#   1. .tools/bin/dolt, from an earlier run
#   2. dolt on PATH
#   3. the official release for this platform, downloaded over HTTPS, if its SHA-256 is known
#   4. built from source with Go, which checks each module against the Go checksum database
#
# The digest comes from DOLT_SHA256, else from scripts/dolt.sha256, else from the release's record at GitHub's API, which
# has the SHA-256 of each file as it was uploaded (Dolt publishes no file of checksums). The record shows
# whether a file was damaged or replaced since it was uploaded, but not who uploaded it; a pinned digest does. Without any
# digest, DOLT_UNVERIFIED=yes accepts a release that is protected only by TLS.
#
# Environment:
#   DOLT_VERSION         another release to download
#   DOLT_SHA256          the SHA-256 of its archive for this platform
#   DOLT_UNVERIFIED      `yes` accepts a release without a known digest
#   GOMODCACHE, GOCACHE  where the Go build keeps its caches; by default in .tools, removed after the build
set -eu

MINIMUM=1.80.0
RELEASE=1.83.2
RELEASE_IN_GO=v0.40.5-0.20260306010754-a1fdc83b8378 # the same release, as the Go module names it
GO_MINIMUM=1.25.6                                   # from that release's go.mod

cd "$(dirname "$0")/.."
tools=$PWD/.tools
bin=$tools/bin
work=$tools/install.$$ # everything on the way to bin; removed at the end
version=${DOLT_VERSION:-$RELEASE}
version=${version#v}

say() { printf '==> dolt: %s\n' "$*"; }

fail() {
    printf 'install_dolt: %s\n' "$@" >&2
    exit 1
}

# at_least HAVE WANT: by number, part by part, so that 1.100.0 and 2.0.0 are newer than 1.80.0.
at_least() {
    awk -v have="$1" -v want="$2" 'BEGIN {
        split(have, h, /[^0-9]+/); split(want, w, ".")
        for (i = 1; i <= 3; i++) if (h[i] + 0 != w[i] + 0) exit (h[i] + 0 < w[i] + 0)
        exit 0
    }'
}

# version_of DOLT: its version, or nothing where it does not run. With a root path it stays out of $HOME.
version_of() {
    DOLT_ROOT_PATH=$work "$1" version 2>/dev/null | sed -n 's/^dolt version v\{0,1\}\([0-9][^ ]*\).*/\1/p'
}

# put_in_place FILE: in one step, so that a run cut short leaves no half of a binary.
put_in_place() {
    have=$(version_of "$1")
    [ -n "$have" ] || {
        say "what came does not run on this machine"
        return 1
    }
    mkdir -p "$bin" && mv -f "$1" "$bin/dolt" && say "installed $have as .tools/bin/dolt"
}

platform() {
    case $(uname -s) in
        Linux) os=linux ;;
        Darwin) os=darwin ;;
        *) return 1 ;;
    esac
    case $(uname -m) in
        x86_64 | amd64) echo "$os-amd64" ;;
        aarch64 | arm64) echo "$os-arm64" ;;
        *) return 1 ;;
    esac
}

# fetch URL FILE: over HTTPS, redirects too; gives up within seconds where nothing answers, and on a transfer that stalls.
fetch() {
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL --proto '=https' --proto-redir '=https' --connect-timeout 5 --max-time 900 --speed-limit 1000 \
            --speed-time 15 -o "$2" "$1"
    elif command -v wget >/dev/null 2>&1 && [ -n "${digest:-}" ]; then
        wget -nv -T 8 -t 1 -O "$2" "$1" # it may be redirected anywhere, so only what has a digest comes this way
    else
        say "there is no curl to download with"
        return 1
    fi
}

# known_digest NAME: the SHA-256 of a release's archive, if it is pinned. Lines are: DIGEST VERSION NAME
known_digest() {
    if [ -n "${DOLT_SHA256:-}" ]; then
        echo "$DOLT_SHA256"
    elif [ -f scripts/dolt.sha256 ]; then
        awk -v version="$version" -v name="$1" '$2 == version && $3 == name { print $1; exit }' scripts/dolt.sha256
    fi
}

# recorded_digest NAME: the SHA-256 that GitHub's record of the release has of its archive; nothing where it has none.
recorded_digest() {
    fetch "https://api.github.com/repos/dolthub/dolt/releases/tags/v$version" "$work/record" 2>/dev/null || return 0
    tr ',{}' '\n\n\n' <"$work/record" | awk -v file="\"$1.tar.gz\"" '
        /"name"[ ]*:/ { ours = index($0, file) > 0 }
        ours && match($0, /"sha256:[0-9a-f]+"/) { print substr($0, RSTART + 8, RLENGTH - 9); exit }'
}

sha256_of() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum "$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 "$1" | cut -d ' ' -f 1
    else
        openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
    fi
}

# verified FILE: whether it has the expected digest. A wrong digest ends the script, because nothing may use that file.
verified() {
    found=$(sha256_of "$1")
    if [ -z "$digest" ]; then
        say "not verified, as you asked: its SHA-256 is $found"
    elif [ "$found" != "$(echo "$digest" | tr 'A-F' 'a-f')" ]; then
        fail "the SHA-256 of the downloaded release is $found and should be $digest: it is not installed."
    fi
}

download() {
    name=$(platform) || {
        say "there is no official release for $(uname -s) $(uname -m)"
        return 1
    }
    name=dolt-$name
    digest=$(known_digest "$name")
    [ -n "$digest" ] || digest=$(recorded_digest "$name")
    if [ -z "$digest" ] && [ "${DOLT_UNVERIFIED:-}" != yes ]; then
        say "no SHA-256 is known of the official release $version ($name): not downloaded"
        return 1
    fi
    say "downloading the official release $version ($name)"
    fetch "https://github.com/dolthub/dolt/releases/download/v$version/$name.tar.gz" "$work/$name.tar.gz" &&
        verified "$work/$name.tar.gz" &&
        tar -xzf "$work/$name.tar.gz" -C "$work" &&
        put_in_place "$work/$name/bin/dolt"
}

cannot_build() {
    fail "there is no dolt $MINIMUM or newer, the release was not downloaded, and it cannot be built: $1." \
        "Do one of these, then run this again:" \
        "  - install dolt $MINIMUM or newer and have it on PATH (for example: brew install dolt)" \
        "  - say what the release has to be: DOLT_SHA256=... make dolt (the digest is on the release's page)" \
        "  - take the release for what GitHub sends: DOLT_UNVERIFIED=yes make dolt" \
        "  - install Go $GO_MINIMUM or newer and a C compiler (Debian: build-essential; macOS: xcode-select --install)"
}

go_version() { go version 2>/dev/null | sed -n 's/^go version go\([0-9][^ ]*\).*/\1/p'; }

# compiles COMMAND...: whether a compiler makes a program of what is on standard input.
compiles() { "$@" -o "$work/probe" >/dev/null 2>&1; }

has_c() {
    # shellcheck disable=SC2046 # a command with its flags, as Go itself splits it
    echo 'int main(void) { return 0; }' | compiles $(go env CC) -x c -
}

has_icu() {
    # shellcheck disable=SC2046 # as above
    printf '#include <unicode/uregex.h>\nint main() { return 0; }\n' |
        compiles $(go env CXX CGO_CPPFLAGS) -std=c++17 -x c++ - $(go env CGO_LDFLAGS) -licui18n -licuuc -licudata
}

# Of the user's folders, Go reads its settings and its module cache (as a proxy); what it writes goes to $work.
keep_go_in_work() {
    modules=${GOMODCACHE:-${GOPATH:-$HOME/go}/pkg/mod}
    for settings in "${XDG_CONFIG_HOME:-$HOME/.config}/go/env" "$HOME/Library/Application Support/go/env"; do
        if [ -z "${GOENV:-}" ] && [ -f "$settings" ]; then export GOENV="$settings"; fi
    done
    export HOME="$work/home" XDG_CONFIG_HOME="$work/home/.config" GOPATH="$work/go" GOBIN="$work/bin"
    export GOMODCACHE="${GOMODCACHE:-$work/go/pkg/mod}" GOCACHE="${GOCACHE:-$work/go-cache}"
    export GOTOOLCHAIN=local # without it, an older Go quietly fetches a newer one
    GOPROXY="file://$modules/cache/download,$(go env GOPROXY)"
    export GOPROXY
}

build() {
    [ "$version" = "$RELEASE" ] ||
        fail "$version was not downloaded (set DOLT_SHA256), and only $RELEASE can be built from source"
    command -v go >/dev/null 2>&1 || cannot_build "Go is not installed"
    keep_go_in_work
    have=$(go_version)
    at_least "$have" "$GO_MINIMUM" || cannot_build "Go $have is older than $GO_MINIMUM"
    has_c || cannot_build "there is no working C compiler"
    tags=
    has_icu || tags=gms_pure_go
    say "building $RELEASE with Go $have${tags:+, without ICU} (3 to 4 minutes on 2 cores, 4 GB of disk meanwhile)"
    # -modcacherw: without it, what is in the module cache cannot be removed.
    CGO_ENABLED=1 go install -modcacherw -tags "$tags" \
        "github.com/dolthub/dolt/go/cmd/dolt@$RELEASE_IN_GO" >"$work/log" 2>&1 || {
        grep -v '^go: downloading' "$work/log" | tail -n 15 >&2
        cannot_build "see the lines above"
    }
    put_in_place "$GOBIN/dolt" || cannot_build "the binary does not run"
}

mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

have=$(version_of "$bin/dolt")
if at_least "$have" "$MINIMUM"; then
    say "using $have from .tools/bin"
    exit 0
fi
rm -f "$bin/dolt"

found=$(command -v dolt || true)
if [ -n "$found" ]; then
    have=$(version_of "$found")
    if at_least "$have" "$MINIMUM"; then
        say "using $have from PATH ($found)"
        exit 0
    fi
    say "${have:-what is} on PATH ($found) is not $MINIMUM or newer: not used"
fi

download || {
    say "building it from source with Go"
    build
}
