{{/* What pods of all parts have alike: (list $ "node"). */}}
{{- define "lanner.podCommon" -}}
{{- $root := index . 0 -}}
{{- $values := index $root.Values (index . 1) -}}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "lanner.containerCommon" -}}
{{- $root := index . 0 -}}
{{- $values := index $root.Values (index . 1) -}}
name: lanner
image: {{ include "lanner.image" $root }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
env:
  - name: LANNER_HOSTNAME
    valueFrom:
      fieldRef:
        fieldPath: spec.nodeName
  {{- with $values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
resources:
  {{- toYaml $values.resources | nindent 2 }}
{{- end }}

{{/* Configuration, rules and a folder for what waits. Whole folders are mounted: a file by itself would not change. */}}
{{- define "lanner.mounts" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- $values := index $root.Values $part -}}
- name: config
  mountPath: /etc/lanner/config
  readOnly: true
{{- if ne $part "admission" }}
- name: rules
  mountPath: /etc/lanner/rules.d
  readOnly: true
{{- range $values.rulesConfigMaps }}
- name: rules-{{ . }}
  mountPath: /etc/lanner/rules.d-{{ . }}
  readOnly: true
{{- end }}
{{- end }}
{{- if and (ne $part "node") (ne $values.tls.source "none") }}
- name: tls
  mountPath: /etc/lanner/tls
  readOnly: true
{{- end }}
{{- if and (ne $part "node") $values.tls.clientCaSecret }}
- name: client-ca
  mountPath: /etc/lanner/client-ca
  readOnly: true
{{- end }}
- name: state
  mountPath: /var/lib/lanner
{{- with $values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "lanner.volumes" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- $values := index $root.Values $part -}}
{{- $name := printf "%s-%s" (include "lanner.fullname" $root) $part -}}
- name: config
  configMap:
    name: {{ $name }}
{{- if ne $part "admission" }}
- name: rules
  configMap:
    name: {{ $name }}-rules
{{- range $values.rulesConfigMaps }}
- name: rules-{{ . }}
  configMap:
    name: {{ . }}
{{- end }}
{{- end }}
{{- if and (ne $part "node") (ne $values.tls.source "none") }}
- name: tls
  secret:
    secretName: {{ include "lanner.tlsSecret" . }}
    defaultMode: 0440
{{- end }}
{{- if and (ne $part "node") $values.tls.clientCaSecret }}
- name: client-ca
  secret:
    secretName: {{ $values.tls.clientCaSecret }}
{{- end }}
- name: state
  emptyDir:
    sizeLimit: {{ default "256Mi" $values.stateSizeLimit }}
{{- with $values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Of pods that need nothing of the node: as the restricted profile and more wants it. */}}
{{- define "lanner.restrictedPod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "lanner.restrictedContainer" -}}
securityContext:
  runAsNonRoot: true
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "lanner.probes" -}}
startupProbe:
  {{- . | nindent 2 }}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  {{- . | nindent 2 }}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  {{- . | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}
