{{/* Names and labels. Parts: node, audit, admission. */}}
{{- define "lanner.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "lanner.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "lanner.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "lanner.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Everything has "app: lanner", for kubectl -l app=lanner. */}}
{{- define "lanner.labels" -}}
app: lanner
app.kubernetes.io/name: {{ include "lanner.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Of a part: (list $ "node"). */}}
{{- define "lanner.selector" -}}
{{- $root := index . 0 -}}
app: lanner
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "lanner.metadata" -}}
{{- $root := index . 0 -}}
labels:
  {{- include "lanner.labels" $root | nindent 2 }}
  {{- with index . 1 }}
  app.kubernetes.io/component: {{ . }}
  {{- end }}
{{- with $root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Labels and annotations of the pods of a part. */}}
{{- define "lanner.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- $values := index $root.Values $part -}}
labels:
  {{- include "lanner.selector" . | nindent 2 }}
  app.kubernetes.io/name: {{ include "lanner.name" $root }}
  {{- with merge (dict) $values.podLabels $root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- $annotations := merge (dict) $values.podAnnotations $root.Values.commonAnnotations }}
{{- if $root.Values.restartOnChange }}
{{- $_ := set $annotations "lanner/configuration" (include "lanner.configurationData" . | sha256sum) }}
{{- end }}
{{- if and (eq $part "node") $values.appArmorProfile (not (include "lanner.hasAppArmorField" $root)) }}
{{- $_ := set $annotations "container.apparmor.security.beta.kubernetes.io/lanner" (include "lanner.appArmorAnnotation" $values.appArmorProfile) }}
{{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "lanner.image" -}}
{{- with .Values.image -}}
{{- with .registry }}{{ . }}/{{ end }}{{ .repository }}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- define "lanner.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "lanner.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* From Kubernetes 1.30 on the profile is a field, before that an annotation. */}}
{{- define "lanner.hasAppArmorField" -}}
{{- if semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version }}yes{{ end }}
{{- end }}

{{- define "lanner.appArmorAnnotation" -}}
{{- if eq . "Unconfined" }}unconfined
{{- else if eq . "RuntimeDefault" }}runtime/default
{{- else }}localhost/{{ trimPrefix "Localhost/" . }}
{{- end }}
{{- end }}

{{- define "lanner.appArmorField" -}}
{{- if hasPrefix "Localhost/" . -}}
type: Localhost
localhostProfile: {{ trimPrefix "Localhost/" . }}
{{- else -}}
type: {{ . }}
{{- end }}
{{- end }}

{{/* Secret with the certificate of a part. */}}
{{- define "lanner.tlsSecret" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- $tls := (index $root.Values $part).tls -}}
{{- if eq $tls.source "secret" -}}
{{- required (printf "%s.tls.secretName is needed with %s.tls.source: secret" $part $part) $tls.secretName }}
{{- else -}}
{{ include "lanner.fullname" $root }}-{{ $part }}-tls
{{- end }}
{{- end }}

{{/* Names by which the service of a part is called. */}}
{{- define "lanner.serviceNames" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "lanner.fullname" $root) (index . 1) -}}
{{- list (printf "%s.%s.svc" $name $root.Release.Namespace) (printf "%s.%s.svc.cluster.local" $name $root.Release.Namespace) (printf "%s.%s" $name $root.Release.Namespace) | toJson }}
{{- end }}
