# Helm: the chart, installed for real. The pods of the node are not started: they would watch the whole machine.

HELM=$ROOT/build/helm
[ -x "$HELM" ] || HELM=$(command -v helm) || { echo 'Helm is left out: it is not installed'; return 0; }
[ -x "$BINARIES/kube-scheduler" ] || { echo "Helm is left out: $BINARIES/kube-scheduler is missing"; return 0; }
export HELM_CACHE_HOME=$FOLDER/helm HELM_CONFIG_HOME=$FOLDER/helm HELM_DATA_HOME=$FOLDER/helm
helm() { "$HELM" --kubeconfig "$FOLDER/etc/admin.conf" --namespace security "$@"; }

launch kube-scheduler "$BINARIES/kube-scheduler" --kubeconfig etc/admin.conf --leader-elect=false --port 0 --secure-port 0
"$ROOT/node_modules/.bin/node" "$ROOT/scripts/image-root.ts" --archive "$FOLDER/lanner.tar" >/dev/null
ctr --namespace k8s.io images import --base-name docker.io/library/lanner "$FOLDER/lanner.tar" >/dev/null
rm "$FOLDER/lanner.tar"

install() {
  helm "$1" lanner "$ROOT/deploy/helm/lanner" --wait --timeout 3m "${@:2}" \
    --set image.pullPolicy=Never,audit.enabled=true,admission.enabled=true,admission.replicas=1 \
    --set networkPolicy.enabled=true,node.metadata.enabled=true,node.nodeSelector.watched=yes
}
say 'Lanner is installed by Helm'
install install --create-namespace >logs/helm 2>&1 || { cat logs/helm; kubectl describe pods -n security; exit 1; }
show kubectl get pods --namespace security --selector app=lanner
show kubectl logs --namespace security --selector app.kubernetes.io/component=audit --tail 2

say 'Its receiver takes audit events, and shows the certificate that the installation has made'
kubectl get secret lanner-audit-tls --namespace security -o 'go-template={{index .data "ca.crt" | base64decode}}' >pki/chart.crt
RECEIVER=$(kubectl get pods --namespace security --selector app.kubernetes.io/component=audit \
  -o jsonpath='{.items[0].status.podIP}')
head -n 1 logs/audit.log >etc/event.json
show curl --silent --cacert pki/chart.crt --resolve "lanner-audit.security.svc:9765:$RECEIVER" --output /dev/null \
  --write-out '%{http_code}\n' --header 'content-type: application/json' --data @etc/event.json \
  https://lanner-audit.security.svc:9765/k8s-audit

say 'An upgrade keeps the certificate, and changes the configuration without a restart'
install upgrade --set config.priority=warning >logs/helm 2>&1 || { cat logs/helm; exit 1; }
kubectl get secret lanner-audit-tls --namespace security -o 'go-template={{index .data "ca.crt" | base64decode}}' |
  cmp - pki/chart.crt && echo 'the certificate is the same'
reloaded() { kubectl logs --namespace security --selector app.kubernetes.io/component=audit --tail 100 | grep -qi 'reload'; }
wait_for 180 reloaded
show kubectl logs --namespace security --selector app.kubernetes.io/component=audit --tail 2
show kubectl get pods --namespace security --selector app=lanner

say 'What the cluster knows of a pod, as its service account may ask'
"$ROOT/node_modules/.bin/node" --input-type=module >logs/metadata 2>&1 <<END
import { clusterAccess } from '$ROOT/src/kubernetes/cluster/access.ts';
import { ApiClient } from '$ROOT/src/kubernetes/cluster/api-client.ts';
import { ClusterMetadata } from '$ROOT/src/kubernetes/metadata/cluster-metadata.ts';
import { execFileSync } from 'node:child_process';
const kubectl = (...args) => execFileSync('kubectl', ['--kubeconfig', '$FOLDER/etc/admin.conf', ...args], { encoding: 'utf8' });
const [secret] = JSON.parse(kubectl('get', 'serviceaccount', 'lanner', '-n', 'security', '-o', 'json')).secrets;
const { data } = JSON.parse(kubectl('get', 'secret', secret.name, '-n', 'security', '-o', 'json'));
const token = Buffer.from(data.token, 'base64').toString();
const { certificate, ...access } = clusterAccess({ kubeconfig: '$FOLDER/etc/admin.conf', environment: {} });
const metadata = new ClusterMetadata({ client: new ApiClient({ ...access, token: () => token }, 6), node: '$NODE', log: console.log });
metadata.start();
const { metadata: pod } = JSON.parse(kubectl('get', 'pods', '-n', 'security', '-l', 'app.kubernetes.io/component=audit', '-o', 'json')).items[0];
for (let tries = 0; tries < 100; tries++) {
  const known = metadata.pod(pod.uid);
  if (known?.deployment?.labels.size > 0 && known.namespace && known.services.length > 0) {
    console.log(known.owner.kind, known.owner.name, 'in', known.namespaceName, 'as', known.serviceAccount, 'behind', known.services.map(({ name }) => name).join());
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
console.log(JSON.stringify(metadata.statistics));
metadata.close();
END
cat logs/metadata
grep -q '^Deployment lanner-audit' logs/metadata

helm uninstall lanner >/dev/null
