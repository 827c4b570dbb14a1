{{/*
Values are read so that an absent subtree means its defaults: after `helm upgrade --reuse-values` a key that is newer than the
release is not there.
*/}}

{{- define "gradwatch.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 52 characters: room for our suffixes and for the hash that a DaemonSet appends, within the 63 of a label. */}}
{{- define "gradwatch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "gradwatch.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "gradwatch.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "gradwatch.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "gradwatch.selectorLabels" -}}
app.kubernetes.io/name: {{ include "gradwatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: exporter
{{- end -}}

{{/*
Labels of an object. Takes a list: the root context, then any number of mappings, of which the earlier win. What selectors match
comes before what a user adds.
*/}}
{{- define "gradwatch.labels" -}}
{{- $root := first . -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "gradwatch.name" $root)
  "app.kubernetes.io/instance" $root.Release.Name
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "app.kubernetes.io/managed-by" $root.Release.Service
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_") -}}
{{- $labels := dict -}}
{{- range rest . -}}
{{- $labels = merge $labels (. | default dict) -}}
{{- end -}}
{{- merge $labels $own ($root.Values.commonLabels | default dict) | toYaml -}}
{{- end -}}

{{/* Labels by which a Prometheus selects ServiceMonitor and PrometheusRule. Takes root context and the object's own labels. */}}
{{- define "gradwatch.monitoringLabels" -}}
{{- $root := first . -}}
{{- $release := dict -}}
{{- with ($root.Values.prometheus).releaseLabel -}}
{{- $release = dict "release" . -}}
{{- end -}}
{{- include "gradwatch.labels" (list $root (last .) $release) -}}
{{- end -}}

{{/* For switches that are on by default: true unless the value is `false`. */}}
{{- define "gradwatch.unlessFalse" -}}
{{- if ne (toString .) "false" -}}true{{- end -}}
{{- end -}}

{{- define "gradwatch.serviceAccountName" -}}
{{- if include "gradwatch.unlessFalse" (.Values.serviceAccount).create -}}
{{- default (include "gradwatch.fullname" .) (.Values.serviceAccount).name -}}
{{- else -}}
{{- default "default" (.Values.serviceAccount).name -}}
{{- end -}}
{{- end -}}

{{- define "gradwatch.image" -}}
{{- $image := .Values.image | default dict -}}
{{- $registry := default $image.registry (.Values.global).imageRegistry -}}
{{- $repository := default "gradwatch/gradwatch" $image.repository -}}
{{- with $registry -}}{{ printf "%s/" . }}{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "gradwatch.httpPort" -}}
{{- default 10420 (.Values.http).port | int -}}
{{- end -}}

{{- define "gradwatch.grpcPort" -}}
{{- default 10421 (.Values.grpc).port | int -}}
{{- end -}}

{{- define "gradwatch.socketDirectory" -}}
{{- default "/run/gradwatch" ((.Values.grpc).socket).directory -}}
{{- end -}}

{{- define "gradwatch.podResourcesDirectory" -}}
{{- default "/var/lib/kubelet/pod-resources" (.Values.podResources).directory -}}
{{- end -}}

{{/* Whether the exporter runs as root: for the kubelet's socket, the kernel log, and what the kernel tells of foreign processes. */}}
{{- define "gradwatch.asRoot" -}}
{{- if or (.Values.podResources).enabled (.Values.host).kmsg (.Values.host).ptrace -}}true{{- end -}}
{{- end -}}

{{- define "gradwatch.user" -}}
{{- if include "gradwatch.asRoot" . -}}
0
{{- else -}}
{{- (.Values.podSecurityContext).runAsUser | default 65532 | int -}}
{{- end -}}
{{- end -}}

{{/* What of the node is mounted below /host, and from where. */}}
{{- define "gradwatch.hostMounts" -}}
proc: /proc
sys: /sys
root: /
{{- end -}}

{{- define "gradwatch.securityContext" -}}
{{- $context := .Values.securityContext | default dict | deepCopy -}}
{{- if (.Values.host).kmsg -}}
{{- /* Kubernetes refuses privileged beside allowPrivilegeEscalation: false. */ -}}
{{- $context = omit $context "allowPrivilegeEscalation" "capabilities" -}}
{{- $context = mergeOverwrite $context (dict "privileged" true) -}}
{{- else if (.Values.host).ptrace -}}
{{- $capabilities := $context.capabilities | default dict -}}
{{- $added := append ($capabilities.add | default list) "SYS_PTRACE" | uniq -}}
{{- $context = mergeOverwrite $context (dict "capabilities" (dict "add" $added)) -}}
{{- end -}}
{{- if include "gradwatch.asRoot" . -}}
{{- $context = mergeOverwrite $context (dict "runAsNonRoot" false "runAsUser" 0) -}}
{{- end -}}
{{- with $context -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{/* A probe as the server can be asked: over TLS, or by its port alone. Takes a list: the root context and the probe. */}}
{{- define "gradwatch.probe" -}}
{{- $probe := last . | deepCopy -}}
{{- $asked := (((first .).Values.http).webConfig).probes | default "HTTP" -}}
{{- if and $probe.httpGet (eq $asked "TCP") -}}
{{- $probe = set (omit $probe "httpGet") "tcpSocket" (dict "port" $probe.httpGet.port) -}}
{{- else if and $probe.httpGet (eq $asked "HTTPS") -}}
{{- $_ := set $probe.httpGet "scheme" "HTTPS" -}}
{{- end -}}
{{- toYaml $probe -}}
{{- end -}}
