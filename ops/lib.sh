# Shell helpers of the scripts in ops/. Source it; it runs nothing by itself.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
artifacts=$repository/artifacts/bin

# fail SENTENCE: one line that says what to do, then the end.
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# need_root WHY
need_root() {
  [ "$(id -u)" = 0 ] || fail "needs root: $1 (sudo $0 …)"
}

need_linux() {
  [ "$(uname -s)" = Linux ] || fail "needs Linux: network namespaces and control groups"
}

# has PROGRAM: also where an ordinary user's PATH does not lead.
has() {
  PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1
}

# package_of PROGRAM: the Debian package that brings it.
package_of() {
  case $1 in
    etcd) echo etcd-server ;;
    etcdctl) echo etcd-client ;;
    nft) echo nftables ;;
    ip) echo iproute2 ;;
    unshare | nsenter | setsid) echo util-linux ;;
    qemu-system-x86_64) echo qemu-system-x86 ;;
    qemu-img) echo qemu-utils ;;
    busybox) echo busybox-static ;;
    cpio) echo cpio ;;
    lz4) echo lz4 ;;
    openssl) echo openssl ;;
    snmpget | snmpwalk | snmpset | snmptrap | snmpinform | snmpbulkget | snmpbulkwalk) echo snmp ;;
    snmpd) echo snmpd ;;
    fence_intelmodular | fence_ipmilan) echo fence-agents ;;
    ipmitool) echo ipmitool ;;
    ipmi_sim) echo openipmi ;;
    python3) echo python3 ;;
    timeout) echo coreutils ;;
    spin) echo spin ;;
    cc) echo 'gcc libc6-dev' ;;
    *) fail "no package is known for the program $1" ;;
  esac
}

# need PROGRAM…: installs what is missing, says what, and lets no packaged daemon start.
need() {
  local program missing=()
  for program in "$@"; do
    has "$program" || missing+=("$(package_of "$program")") || exit 1
  done
  [ ${#missing[@]} = 0 ] && return
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
  has apt-get || fail "please install: ${missing[*]} (this is no Debian, so it cannot be done here)"
  need_root "to install ${missing[*]}"
  printf 'installing %s\n' "${missing[*]}" >&2
  without_daemons env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
    without_daemons sh -c 'apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null' sh "${missing[@]}" ||
    fail "could not install ${missing[*]}"
}

# without_daemons COMMAND…: runs it under a policy that keeps packages from starting their services (Debian's
# invoke-rc.d asks policy-rc.d; 101 = not allowed). A policy that was there before stays in force.
without_daemons() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    # Gone however this ends: a policy left behind would keep every service of the machine from starting.
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
  fi
  "$@"
)

# find_dotnet: sets $dotnet to a .NET that can build this, version 10 or newer.
find_dotnet() {
  local candidate version
  for candidate in dotnet "${DOTNET_ROOT:-/nonexistent}/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /usr/local/share/dotnet/dotnet "$HOME/.dotnet/dotnet"; do
    candidate=$(command -v "$candidate" 2>/dev/null) || continue
    # Outside the repository: its global.json would turn "too old" into an error of another kind.
    version=$(cd / && "$candidate" --version 2>/dev/null) || continue
    if [ "${version%%.*}" -ge 10 ] 2>/dev/null; then
      dotnet=$candidate
      export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
      return
    fi
  done
  fail "needs the .NET SDK 10 (https://dotnet.microsoft.com/download); none was found on PATH, in DOTNET_ROOT or at the usual places"
}

# build PROJECT…: builds programs (ActorHa.Lab, …) into $artifacts, those whose sources have changed since.
build() {
  local project stamp
  find_dotnet
  mkdir -p "$artifacts"
  for project in "$@"; do
    [ -e "$repository/src/$project/$project.csproj" ] || fail "there is no project $project"
    stamp=$artifacts/.built-$project
    if [ -e "$stamp" ] && [ -z "$(find "$repository"/src "$repository"/hocon "$repository"/Directory.* -newer "$stamp" \
      -not -path '*/obj/*' -not -path '*/bin/*' -type f -print -quit)" ]; then
      continue
    fi
    printf 'building %s\n' "$project" >&2
    touch "$stamp.new"
    "$dotnet" build "$repository/src/$project" -c Release --nologo -v q -maxcpucount:1 >"$artifacts/$project.log" 2>&1 ||
      { cat "$artifacts/$project.log" >&2; fail "$project does not build"; }
    collect "$project"
    mv "$stamp.new" "$stamp"
  done
}

# collect PROJECT: puts together in $artifacts what its build has left. Files are replaced, not written over: a program
# that runs from there has them mapped.
collect() {
  mkdir -p "$artifacts"
  cp -R --remove-destination "$repository/src/$1/bin/Release/net10.0/." "$artifacts"
}
