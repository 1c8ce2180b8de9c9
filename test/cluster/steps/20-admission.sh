# Admission: a webhook that refuses what a profile forbids.

"$ROOT/bin/lanner" admission certificate --name 127.0.0.1 --out pki/admission >/dev/null
cat >etc/admission.yaml <<END
json_output: true
stdout_output: {enabled: true}
kubernetes:
  admission:
    profile: baseline
    mode: enforce
    certificate: $FOLDER/pki/admission/tls.crt
    key: $FOLDER/pki/admission/tls.key
    namespaces: [{name: playground, profile: restricted, mode: warn}]
END
"$ROOT/bin/lanner" admission -c etc/admission.yaml >logs/alerts.admission 2>logs/admission </dev/null &
ADMISSION=$!
wait_for 60 grep -q 'listening on' logs/admission
"$ROOT/bin/lanner" admission manifest -c etc/admission.yaml --url https://127.0.0.1:9443 --ca pki/admission/ca.crt \
  --failure-policy Fail >etc/webhook.yaml
kubectl create --filename etc/webhook.yaml >/dev/null

# The API server hears of new webhooks a moment later.
is_asked() { ! pod probe true | kubectl create --dry-run=server --filename -; }
kubectl create namespace playground >/dev/null
wait_for 60 is_asked

deployment() {
  cat <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1, namespace: shop}
spec:
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec: {hostPID: true, containers: [{name: app, image: "$IMAGE"}]}
END
}

say 'With lanner admission a privileged pod is refused'
pod worse true >etc/worse.yaml
show alice create --filename etc/worse.yaml

say 'and what would make pods in the namespaces of the host'
deployment worse >etc/deployment.yaml
show alice create --filename etc/deployment.yaml

say 'What is as it should be is let in'
pod good false >etc/good.yaml
show alice create --filename etc/good.yaml

say 'In another namespace there are warnings only'
show kubectl run quick --namespace playground --image "$IMAGE"

say 'What there was before can still be labelled, and be deleted'
show kubectl label pod bad --namespace shop seen=yes
show kubectl delete pod bad --namespace shop

say 'Alerts, and what has been counted'
wait_for 30 grep -q 'Forbidden Pod Admitted' logs/alerts.admission
sed -E 's/^.*"output":"(([^"\\]|\\.)*)".*$/\1/; s/^[0-9:]+\.[0-9]+: //; s/ operation=.*$/ …/' logs/alerts.admission
curl --silent --cacert pki/admission/ca.crt https://127.0.0.1:9443/metrics | grep '^lanner_admission_reviews_total'

say 'Without the webhook nothing is let in: failurePolicy Fail'
kill "$ADMISSION"
pod later false >etc/later.yaml
show kubectl create --filename etc/later.yaml
kubectl delete validatingwebhookconfiguration lanner-admission >/dev/null
