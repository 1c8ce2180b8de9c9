#!/bin/bash
# The part of run.sh that runs in the namespaces of its own.
set -euo pipefail

FOLDER=$LANNER_CLUSTER_FOLDER
BINARIES=$LANNER_CLUSTER_BINARIES
ROOT=$LANNER_ROOT
ADDRESS=10.77.0.1
NODE=node-1
IMAGE=docker.io/library/lanner-test:1.2
cd "$FOLDER"
mkdir -p pki logs etc

# ---------------------------------------------------------------------------------------------------
# What steps use

say() { printf '\n# %s\n' "$*"; }

# Shows a command, and runs it.
show() {
  printf '$ %s\n' "$*"
  "$@" 2>&1 || true
}

# Waits until a command succeeds: at most so many seconds.
wait_for() {
  local seconds=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt $((seconds * 5)) ] || { echo "given up: $*" >&2; tail -n 5 logs/* >&2; exit 1; }
    sleep 0.2
  done
}

# Shows the alerts since the last time, without what stands behind the user, and fails when those of a rule are missing.
# Alerts are JSON, one in each line.
SHOWN=0
show_alerts() {
  local rule
  for rule; do wait_for 30 alert_came "$rule"; done
  tail -n "+$((SHOWN + 1))" logs/alerts |
    sed -E 's/^.*"output":"(([^"\\]|\\.)*)".*$/\1/; s/ groups=.*$/ …/; s/^[0-9:]+\.[0-9]+: //'
  SHOWN=$(wc -l <logs/alerts)
}
alert_came() { tail -n "+$((SHOWN + 1))" logs/alerts | grep -q "\"rule\":\"$1\""; }

# Newer versions of kubectl would ask twice: older servers do not know their way to run commands.
export KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false

kubectl() { command kubectl --kubeconfig "$FOLDER/etc/admin.conf" "$@"; }
alice() { command kubectl --kubeconfig "$FOLDER/etc/alice.conf" "$@"; }

# Starts a program whose output goes to a log.
launch() {
  local name=$1
  shift
  "$@" >"logs/$name" 2>&1 </dev/null &
}

# ---------------------------------------------------------------------------------------------------
# A machine of its own

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir overlay
mount -t tmpfs tmpfs overlay
mkdir overlay/upper overlay/work
mount -t overlay overlay -o "lowerdir=/var,upperdir=overlay/upper,workdir=overlay/work" /var
ip link set lo up
ip link add node0 type veth peer name wire0
ip addr add "$ADDRESS/24" dev node0
ip link set node0 up
ip link set wire0 up
ip route add default dev node0

# ---------------------------------------------------------------------------------------------------
# Certificates and logins

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cluster -keyout pki/ca.key -out pki/ca.crt 2>/dev/null

# certify NAME SUBJECT [ALTERNATIVE NAMES]
certify() {
  openssl req -new -newkey rsa:2048 -nodes -subj "$2" -keyout "pki/$1.key" -out "pki/$1.csr" 2>/dev/null
  openssl x509 -req -in "pki/$1.csr" -CA pki/ca.crt -CAkey pki/ca.key -CAcreateserial -days 2 -out "pki/$1.crt" \
    -extfile <(printf '%s' "${3:+subjectAltName=$3}") 2>/dev/null
}

# login NAME SUBJECT
login() {
  certify "$1" "$2"
  cat >"etc/$1.conf" <<END
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://$ADDRESS:6443", certificate-authority: $FOLDER/pki/ca.crt}}]
users: [{name: u, user: {client-certificate: $FOLDER/pki/$1.crt, client-key: $FOLDER/pki/$1.key}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
END
}

certify apiserver /CN=kube-apiserver "IP:$ADDRESS,IP:10.96.0.1,IP:127.0.0.1,DNS:kubernetes,DNS:kubernetes.default.svc"
certify kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
certify kubelet-server "/CN=$NODE" "IP:$ADDRESS,DNS:$NODE"
login admin /O=system:masters/CN=kubernetes-admin
login alice /O=developers/CN=alice
login controllers /CN=system:kube-controller-manager
login kubelet "/O=system:nodes/CN=system:node:$NODE"
openssl genrsa -out pki/accounts.key 2048 2>/dev/null

# ---------------------------------------------------------------------------------------------------
# Lanner

certify lanner /CN=lanner IP:127.0.0.1
certify audit-client /CN=kube-apiserver-audit
cat >etc/lanner.yaml <<END
engine: {kind: nodriver}
watch_config_files: false
json_output: true
rule_matching: all
stdout_output: {enabled: true}
kubernetes:
  audit:
    from: ["https://127.0.0.1:9765/k8s-audit"]
    certificate: $FOLDER/pki/lanner.crt
    key: $FOLDER/pki/lanner.key
    client_ca: $FOLDER/pki/ca.crt
    keep: {file: {filename: $FOLDER/logs/audit.log}}
END
"$ROOT/bin/lanner" -c etc/lanner.yaml >logs/alerts 2>logs/lanner </dev/null &
wait_for 60 grep -q 'Receiving audit events' logs/lanner

"$ROOT/bin/lanner" audit policy generate -c "" -r "$ROOT/rules/kubernetes" >etc/audit-policy.yaml
cat >etc/audit-webhook.yaml <<END
apiVersion: v1
kind: Config
clusters: [{name: lanner, cluster: {server: "https://127.0.0.1:9765/k8s-audit", certificate-authority: $FOLDER/pki/ca.crt}}]
users: [{name: u, user: {client-certificate: $FOLDER/pki/audit-client.crt, client-key: $FOLDER/pki/audit-client.key}}]
contexts: [{name: lanner, context: {cluster: lanner, user: u}}]
current-context: lanner
END

# ---------------------------------------------------------------------------------------------------
# The cluster

launch etcd etcd --data-dir etcd --listen-client-urls http://127.0.0.1:2379 \
  --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
launch kube-apiserver "$BINARIES/kube-apiserver" --etcd-servers http://127.0.0.1:2379 \
  --advertise-address "$ADDRESS" --bind-address "$ADDRESS" --secure-port 6443 --cert-dir pki \
  --service-cluster-ip-range 10.96.0.0/16 --allow-privileged --authorization-mode Node,RBAC \
  --client-ca-file pki/ca.crt --tls-cert-file pki/apiserver.crt --tls-private-key-file pki/apiserver.key \
  --kubelet-certificate-authority pki/ca.crt --kubelet-client-certificate pki/kubelet-client.crt \
  --kubelet-client-key pki/kubelet-client.key --kubelet-preferred-address-types InternalIP \
  --service-account-issuer https://kubernetes.default.svc --service-account-key-file pki/accounts.key \
  --service-account-signing-key-file pki/accounts.key \
  --audit-policy-file etc/audit-policy.yaml --audit-webhook-config-file etc/audit-webhook.yaml \
  --audit-webhook-batch-max-wait 200ms
wait_for 120 kubectl get --raw /readyz
launch kube-controller-manager "$BINARIES/kube-controller-manager" --kubeconfig etc/controllers.conf \
  --use-service-account-credentials --service-account-private-key-file pki/accounts.key --root-ca-file pki/ca.crt \
  --bind-address 127.0.0.1 --port 0 --leader-elect=false

mkdir -p cni containerd
cat >cni/10-ptp.conf <<END
{"cniVersion": "0.4.0", "name": "pods", "type": "ptp", "ipMasq": false,
 "ipam": {"type": "host-local", "subnet": "10.88.0.0/24", "routes": [{"dst": "0.0.0.0/0"}], "dataDir": "$FOLDER/cni-data"}}
END
cat >etc/containerd.toml <<END
version = 2
root = "$FOLDER/containerd/root"
state = "/run/containerd"
[grpc]
address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "$IMAGE"
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "$FOLDER/cni"
[plugins."io.containerd.internal.v1.opt"]
path = "$FOLDER/containerd/opt"
END
launch containerd containerd --config etc/containerd.toml
wait_for 60 ctr version
ARCHIVE=$("$ROOT/node_modules/.bin/node" -e "
  import('$ROOT/test/support/image.ts').then(({ writeImage }) => console.log(writeImage('$FOLDER/containerd')))")
ctr --namespace k8s.io images import "$ARCHIVE" >/dev/null

cat >etc/kubelet.yaml <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $ADDRESS
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $FOLDER/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $FOLDER/pki/kubelet-server.crt
tlsPrivateKeyFile: $FOLDER/pki/kubelet-server.key
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
healthzPort: 0
END
launch kubelet "$BINARIES/kubelet" --config etc/kubelet.yaml --kubeconfig etc/kubelet.conf --root-dir "$FOLDER/kubelet" \
  --container-runtime remote --container-runtime-endpoint unix:///run/containerd/containerd.sock \
  --hostname-override "$NODE" --node-ip "$ADDRESS" --cert-dir pki --cni-bin-dir /usr/lib/cni --cni-conf-dir "$FOLDER/cni"
node_is_ready() { kubectl get node "$NODE" | grep -q ' Ready'; }
wait_for 120 node_is_ready
wait_for 60 kubectl get serviceaccount default

# ---------------------------------------------------------------------------------------------------

# What the cluster's own beginning raised is not what is shown.
SHOWN=$(wc -l <logs/alerts)
for step; do
  # shellcheck source=/dev/null
  . "$step"
done
