{{/* The chart's variables, each unless `extraEnv` has one of that name: server-side apply refuses a name that is there twice. */}}
{{- define "gradwatch.env" -}}
{{- $gpu := .Values.gpu | default dict -}}
{{- $extra := .Values.extraEnv | default list -}}
{{- /* The pod's host name is not the node's. */ -}}
{{- $nodeName := dict "fieldRef" (dict "fieldPath" "spec.nodeName") -}}
{{- $env := list (dict "name" "NODE_NAME" "valueFrom" $nodeName) -}}
{{- if include "gradwatch.unlessFalse" $gpu.enabled -}}
{{- $env = append $env (dict "name" "NVIDIA_VISIBLE_DEVICES" "value" (default "all" $gpu.visibleDevices)) -}}
{{- $env = append $env (dict "name" "NVIDIA_DRIVER_CAPABILITIES" "value" (default "utility" $gpu.driverCapabilities)) -}}
{{- end -}}
{{- $taken := list -}}
{{- range $extra -}}
{{- $taken = append $taken .name -}}
{{- end -}}
{{- range $env -}}
{{- if not (has .name $taken) -}}
{{- $extra = append $extra . -}}
{{- end -}}
{{- end -}}
{{- toYaml $extra -}}
{{- end -}}
