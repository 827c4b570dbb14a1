{{- define "gradwatch.webConfigFile" -}}
{{- printf "/run/secrets/gradwatch-web/%s" (((.Values.http).webConfig).key | default "web.yml") -}}
{{- end -}}

{{- define "gradwatch.tokenFile" -}}/run/secrets/gradwatch/token{{- end -}}

{{/* The exporter's configuration file: `config`, and the keys that must agree with ports, mounts and transports. */}}
{{- define "gradwatch.config" -}}
{{- $config := deepCopy (.Values.config | default dict) -}}
{{- $http := $config.http | default dict -}}
{{- $grpc := $config.grpc | default dict -}}
{{- $transport := .Values.grpc | default dict -}}
{{- if hasKey $http "address" -}}
{{- fail "config.http.address is set by the chart: set http.port instead" -}}
{{- end -}}
{{- if hasKey $http "web_config_file" -}}
{{- fail "config.http.web_config_file is set by the chart: set http.webConfig.secretName instead" -}}
{{- end -}}
{{- if ((.Values.http).webConfig).secretName -}}
{{- $_ := set $http "web_config_file" (include "gradwatch.webConfigFile" .) -}}
{{- end -}}
{{- $instead := dict
  "address" "grpc.host and grpc.port"
  "token_file" "grpc.token.secretName"
  "socket" "grpc.socket.enabled" -}}
{{- range $key, $value := $instead -}}
{{- if hasKey $grpc $key -}}
{{- fail (printf "config.grpc.%s is set by the chart: set %s instead" $key $value) -}}
{{- end -}}
{{- end -}}
{{- $state := $config.state | default dict -}}
{{- if hasKey $state "directory" -}}
{{- fail "config.state.directory is set by the chart: it is the volume at /var/lib/gradwatch" -}}
{{- end -}}
{{- $_ := set $state "directory" "/var/lib/gradwatch" -}}
{{- $_ := set $config "state" $state -}}
{{- $kubernetes := $config.kubernetes | default dict -}}
{{- $podResources := $kubernetes.pod_resources | default dict -}}
{{- if hasKey $podResources "socket" -}}
{{- fail "config.kubernetes.pod_resources.socket is set by the chart: set podResources.enabled and podResources.directory instead" -}}
{{- end -}}
{{- if (.Values.podResources).enabled -}}
{{- $_ := set $podResources "socket" (printf "%s/kubelet.sock" (include "gradwatch.podResourcesDirectory" .)) -}}
{{- $_ := set $kubernetes "pod_resources" $podResources -}}
{{- $_ := set $config "kubernetes" $kubernetes -}}
{{- end -}}
{{- if (.Values.host).mounts -}}
{{- $system := $config.system | default dict -}}
{{- range $key, $path := dict "proc" "/host/proc" "sys" "/host/sys" "root" "/host/root" -}}
{{- if hasKey $system $key -}}
{{- fail (printf "config.system.%s is set by the chart: set host.mounts instead" $key) -}}
{{- end -}}
{{- $_ := set $system $key $path -}}
{{- end -}}
{{- $_ := set $config "system" $system -}}
{{- end -}}
{{- $_ := set $http "address" (printf ":%s" (include "gradwatch.httpPort" .)) -}}
{{- $_ := set $grpc "address" (printf "%s:%s" (default "0.0.0.0" $transport.host) (include "gradwatch.grpcPort" .)) -}}
{{- if ($transport.token).secretName -}}
{{- $_ := set $grpc "token_file" (include "gradwatch.tokenFile" .) -}}
{{- end -}}
{{- if ($transport.socket).enabled -}}
{{- $_ := set $grpc "socket" (printf "%s/gradwatch.sock" (include "gradwatch.socketDirectory" .)) -}}
{{- end -}}
{{- $_ := set $config "http" $http -}}
{{- $_ := set $config "grpc" $grpc -}}
{{- toYaml $config -}}
{{- end -}}
