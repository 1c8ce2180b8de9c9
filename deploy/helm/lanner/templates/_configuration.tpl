{{/* What the configuration of a part says beside what the values say: (list $ "node"). */}}
{{- define "lanner.ownConfiguration" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- $values := index $root.Values $part -}}
{{- if ne $part "admission" }}
rules_files:
  {{- if $values.defaultRules }}
  - /usr/lib/lanner/rules{{ if eq $part "audit" }}/kubernetes/audit.yaml{{ end }}
  {{- end }}
  - /etc/lanner/rules.d
  {{- range $values.rulesConfigMaps }}
  - /etc/lanner/rules.d-{{ . }}
  {{- end }}
webserver:
  enabled: true
  listen_address: 0.0.0.0
  listen_port: 8765
  prometheus_metrics_enabled: {{ $root.Values.metrics.enabled }}
metrics:
  enabled: {{ $root.Values.metrics.enabled }}
  output_rule: false
console:
  # What kubectl port-forward brings comes from root within the pod, whoever has asked for it.
  always_token: true
{{- end }}
{{- if eq $part "node" }}
host_root: {{ if eq $values.host.access "mount" }}/host{{ else }}/proc/1/root{{ end }}
{{- if $values.metadata.enabled }}
kubernetes:
  metadata:
    enabled: true
{{- end }}
{{- else if eq $part "audit" }}
engine:
  kind: nodriver
kubernetes:
  audit:
    from:
      - {{ ternary "http" "https" (eq $values.tls.source "none") }}://0.0.0.0:{{ $values.port }}{{ $values.path }}
    {{- if ne $values.tls.source "none" }}
    certificate: /etc/lanner/tls/tls.crt
    key: /etc/lanner/tls/tls.key
    {{- end }}
    {{- if $values.tls.clientCaSecret }}
    client_ca: /etc/lanner/client-ca/ca.crt
    {{- end }}
{{- else if eq $part "admission" }}
kubernetes:
  admission:
    listen_address: 0.0.0.0
    listen_port: {{ $values.port }}
    certificate: /etc/lanner/tls/tls.crt
    key: /etc/lanner/tls/tls.key
    {{- if $values.tls.clientCaSecret }}
    client_ca: /etc/lanner/client-ca/ca.crt
    {{- end }}
    profile: {{ $values.profile }}
    mode: {{ $values.mode }}
    namespaces: {{ toJson $values.namespaces }}
    exempt:
      namespaces: {{ toJson $values.exempt.namespaces }}
      users: {{ toJson $values.exempt.users }}
      runtime_classes: {{ toJson $values.exempt.runtimeClasses }}
{{- end }}
{{- end }}

{{/* lanner.yaml of a part: what the user says comes first. */}}
{{- define "lanner.configuration" -}}
{{- $root := index . 0 -}}
{{- $values := index $root.Values (index . 1) -}}
{{- $own := include "lanner.ownConfiguration" . | fromYaml -}}
{{- toYaml (mergeOverwrite $own (deepCopy $root.Values.config) (deepCopy $values.config)) }}
{{- end }}

{{- define "lanner.configurationData" -}}
{{- $values := index (index . 0).Values (index . 1) -}}
{{ include "lanner.configuration" . }}
{{ toYaml (default (dict) $values.customRules) }}
{{- end }}
