#!/bin/bash
# Shows Lanner at a real cluster of one node: what the API server tells of an intruder, from its webhook to the alert.
#
#     test/cluster/run.sh FOLDER [STEP…]
#
# FOLDER holds kube-apiserver, kube-controller-manager and kubelet, such as `make WHAT=cmd/kube-apiserver` of
# Kubernetes' source makes them (docs/kubernetes.md). etcd, kubectl, containerd, runc, openssl and the CNI plugins come
# from packages. Needs root. A STEP is a script that is sourced when the cluster stands (default: all of
# test/cluster/steps). Everything runs in namespaces of its own for network, mounts and processes, and in a folder of its
# own below /tmp: nothing is left when it ends, however it ends.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
LIMIT_SECONDS=600

die() { echo "run.sh: $*" >&2; exit 1; }

[ $# -ge 1 ] || die 'which folder holds the programs of Kubernetes? See the beginning of this script'
[ "$(id -u)" = 0 ] || die 'needs root'
BINARIES=$(cd "$1" && pwd) || die "there is no folder $1"
shift
for program in kube-apiserver kube-controller-manager kubelet; do
  [ -x "$BINARIES/$program" ] || die "$BINARIES/$program is missing"
done
for program in etcd kubectl containerd ctr runc openssl ip; do
  command -v "$program" >/dev/null || die "$program is not installed"
done
[ -x /usr/lib/cni/ptp ] || die 'the plugins of the Container Network Interface (/usr/lib/cni) are not installed'
[ $# -gt 0 ] || set -- "$HERE"/steps/*.sh

FOLDER=$(mktemp -d /tmp/lanner-cluster-XXXXXX)
clean_up() {
  # With the first process of its namespace all others have ended, and with it their mounts and networks.
  rm -rf --one-file-system "$FOLDER"
  rmdir /sys/fs/cgroup/{,*/}k8s.io/* /sys/fs/cgroup/{,*/}k8s.io 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT TERM

export LANNER_CLUSTER_FOLDER=$FOLDER LANNER_CLUSTER_BINARIES=$BINARIES LANNER_ROOT=$ROOT
timeout --foreground --kill-after=10 "$LIMIT_SECONDS" \
  unshare --net --mount --pid --fork --mount-proc --kill-child bash "$HERE/inside.sh" "$@"
