{{- define "rocketsms-worker.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "rocketsms-worker.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "rocketsms-worker.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "rocketsms-worker.selectorLabels" -}}
app.kubernetes.io/name: {{ include "rocketsms-worker.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "rocketsms-worker.labels" -}}
{{ include "rocketsms-worker.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{- define "rocketsms-worker.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "rocketsms-worker.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "rocketsms-worker.headless" -}}
{{- include "rocketsms-worker.fullname" . | trunc 54 | trimSuffix "-" | printf "%s-headless" -}}
{{- end -}}

{{- define "rocketsms-worker.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Seconds of a duration as the worker writes them (500ms, 5s, 2m, 72h), rounded up. */}}
{{- define "rocketsms-worker.seconds" -}}
{{- $text := toString . -}}
{{- if not (regexMatch "^[0-9]{1,9}(ms|s|m|h)$" $text) -}}
{{- fail (printf "config: %q is no duration like 500ms, 5s, 2m or 72h" $text) -}}
{{- end -}}
{{- $number := regexFind "^[0-9]+" $text | int64 -}}
{{- if hasSuffix "ms" $text -}}
{{- div (add $number 999) 1000 -}}
{{- else if hasSuffix "s" $text -}}
{{- $number -}}
{{- else if hasSuffix "m" $text -}}
{{- mul $number 60 -}}
{{- else -}}
{{- mul $number 3600 -}}
{{- end -}}
{{- end -}}

{{- define "rocketsms-worker.milliseconds" -}}
{{- mul (include "rocketsms-worker.seconds" . | int64) 1000 | toString -}}
{{- end -}}

{{/* "true" where messages go out over SMPP. */}}
{{- define "rocketsms-worker.isSMPP" -}}
{{- eq (toString .Values.config.PROVIDER_TRANSPORT) "smpp" -}}
{{- end -}}

{{/* The request topics of both lanes, as a JSON list. */}}
{{- define "rocketsms-worker.requestTopics" -}}
{{- $names := list -}}
{{- range splitList "," (printf "%s,%s" (default "sms.requests" .Values.config.TOPICS_REQUESTS) (default "" .Values.config.TOPICS_PRIORITY_REQUESTS)) -}}
{{- with trim . -}}
{{- $names = append $names . -}}
{{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/* A name that Kubernetes takes, and that none of `taken` has: as `topics plan` makes it. */}}
{{- define "rocketsms-worker.objectName" -}}
{{- $stem := regexReplaceAll "[^a-z0-9.]" (lower .name) "-" -}}
{{- $stem = regexReplaceAll "^[^a-z0-9]+|[^a-z0-9]+$" $stem "" | default "topic" -}}
{{- $found := $stem -}}
{{- range $number := untilStep 2 100 1 -}}
{{- if hasKey $.taken $found -}}
{{- $found = printf "%s-%d" $stem $number -}}
{{- end -}}
{{- end -}}
{{- $_ := set .taken $found true -}}
{{- $found -}}
{{- end -}}

{{/* One right of a KafkaUser. */}}
{{- define "rocketsms-worker.right" -}}
- resource:
    type: {{ .type }}
    name: {{ .name | quote }}
    patternType: {{ default "literal" .pattern }}
  operations:
    {{- range .operations }}
    - {{ . }}
    {{- end }}
{{- end -}}

{{/* A number of the values as digits: Helm holds 1000000 as a float, which would print as 1e+06. */}}
{{- define "rocketsms-worker.scalar" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* What the schema cannot say. */}}
{{- define "rocketsms-worker.checks" -}}
{{- if not .Values.image.repository -}}
{{- fail "image.repository is required: where your build of the image is (no public one exists)" -}}
{{- end -}}
{{- if and (eq .Values.workload "StatefulSet") (ne .Values.autoscaling.mode "none") -}}
{{- fail "workload: StatefulSet and autoscaling exclude each other: a static member that is taken away keeps its partitions until its session is over" -}}
{{- end -}}
{{- if ne .Values.autoscaling.mode "none" -}}
{{- if lt (int64 .Values.autoscaling.maxReplicas) (int64 .Values.autoscaling.minReplicas) -}}
{{- fail (printf "autoscaling.maxReplicas is %d, less than autoscaling.minReplicas, %d" (int64 .Values.autoscaling.maxReplicas) (int64 .Values.autoscaling.minReplicas)) -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.autoscaling.mode "keda") (not .Values.autoscaling.keda.serverAddress) -}}
{{- fail "autoscaling.keda.serverAddress is required with keda: the address of Prometheus" -}}
{{- end -}}
{{- if not .Values.config.KAFKA_BOOTSTRAP_SERVERS -}}
{{- fail "config.KAFKA_BOOTSTRAP_SERVERS is required: host:port, comma list" -}}
{{- end -}}
{{- $isSMPP := eq (include "rocketsms-worker.isSMPP" .) "true" -}}
{{- if and $isSMPP (not .Values.config.SMPP_HOST) -}}
{{- fail "config.SMPP_HOST is required with config.PROVIDER_TRANSPORT: smpp" -}}
{{- end -}}
{{- if and $isSMPP (not .Values.smpp.existingSecret) -}}
{{- fail "smpp.existingSecret is required with config.PROVIDER_TRANSPORT: smpp: a secret with system id and password of the account" -}}
{{- end -}}
{{- if and (not $isSMPP) (not .Values.credentials.existingSecret) -}}
{{- fail "credentials.existingSecret is required: a secret with the user name and password of the RocketSMS account" -}}
{{- end -}}
{{- if eq (empty .Values.credentials.passwordKey) (empty .Values.credentials.passwordMd5Key) -}}
{{- fail "credentials: exactly one of passwordKey and passwordMd5Key names the password; set the other to \"\"" -}}
{{- end -}}
{{- if and .Values.strimzi.enabled (not .Values.strimzi.cluster) -}}
{{- fail "strimzi.cluster is required with strimzi.enabled: the name of the Kafka object that topics and user belong to" -}}
{{- end -}}
{{- if and .Values.kafkaProperties.inline .Values.kafkaProperties.existingSecret -}}
{{- fail "kafkaProperties: inline and existingSecret exclude each other" -}}
{{- end -}}
{{- if regexMatch "(?im)^[ \\t\\f]*[a-z.]*(password|secret|key[.]pem|keystore[.]pem|jaas[.]config)[ \\t\\f]*[=: ]" .Values.kafkaProperties.inline -}}
{{- fail "kafkaProperties.inline has a secret, and would stand in a ConfigMap: put the file into a Secret (kafkaProperties.existingSecret)" -}}
{{- end -}}
{{- $timeout := default "15s" .Values.config.ROCKETSMS_REQUEST_TIMEOUT -}}
{{- if $isSMPP -}}
{{- $timeout = default "30s" .Values.config.SMPP_RESPONSE_TIMEOUT -}}
{{- end -}}
{{- $drain := include "rocketsms-worker.seconds" (default $timeout .Values.config.SEND_DRAIN_LIMIT) | int64 -}}
{{- /* Over SMPP receipts are written and the bind is given up behind it. */ -}}
{{- $needed := add $drain (ternary 25 15 $isSMPP) | int64 -}}
{{- if lt (int64 .Values.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds is %d, but a drain takes up to %d s and its end %d s more: set at least %d" (int64 .Values.terminationGracePeriodSeconds) $drain (sub $needed $drain) $needed) -}}
{{- end -}}
{{- end -}}
