# Audit events: an intruder with a developer's login, and an administrator who helps.

pod() { # NAME PRIVILEGED
  cat <<END
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: shop}
spec:
  nodeName: $NODE
  terminationGracePeriodSeconds: 0
  containers: [{name: app, image: "$IMAGE", imagePullPolicy: Never, securityContext: {privileged: $2}}]
END
}

kubectl create namespace shop >/dev/null
kubectl create rolebinding developers --namespace shop --clusterrole edit --group developers >/dev/null
wait_for 60 kubectl get serviceaccount default --namespace shop
pod web false | kubectl create --filename - >/dev/null
pod_runs() { kubectl get pod "$1" --namespace shop | grep -q Running; }
wait_for 120 pod_runs web
SHOWN=$(wc -l <logs/alerts)

say 'A developer runs a command in a pod'
show alice exec web --namespace shop -- id
show_alerts 'Command Executed in Pod'

say 'reads all secrets of the namespace, and tries those of the whole cluster'
show alice get secrets --namespace shop
show alice get secrets --all-namespaces
show_alerts 'Secrets Listed' 'Sensitive Request Forbidden'

say 'and starts a privileged pod'
pod bad true >etc/bad.yaml
show alice create --filename etc/bad.yaml
show_alerts 'Privileged Pod Created'

say 'The administrator makes her one of them'
show kubectl create clusterrolebinding helpful --clusterrole cluster-admin --user alice
show_alerts 'Cluster Administrator Rights Given'

say 'What has been kept of the audit events'
show wc -l logs/audit.log
