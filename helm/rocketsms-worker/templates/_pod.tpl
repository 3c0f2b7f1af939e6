{{/* The spec of a pod: of the workers, and of the one that makes the topics (NOTES.txt). */}}
{{- define "rocketsms-worker.podSpec" -}}
serviceAccountName: {{ include "rocketsms-worker.serviceAccountName" . | quote }}
# The worker never speaks to the Kubernetes API.
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds | int64 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: worker
    image: {{ include "rocketsms-worker.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args: ["run"]
    envFrom:
      - configMapRef:
          name: {{ include "rocketsms-worker.fullname" . | quote }}
    env:
      # The pod's name outlives its containers: a restarted one ends its own past at once.
      - name: KAFKA_TRANSACTIONAL_STEM
        valueFrom:
          fieldRef:
            fieldPath: metadata.name
      {{- if eq .Values.workload "StatefulSet" }}
      - name: KAFKA_INSTANCE_ID
        valueFrom:
          fieldRef:
            fieldPath: metadata.name
      {{- end }}
      {{- if eq (include "rocketsms-worker.isSMPP" .) "true" }}
      - name: SMPP_SYSTEM_ID
        valueFrom:
          secretKeyRef:
            name: {{ .Values.smpp.existingSecret | quote }}
            key: {{ .Values.smpp.systemIdKey | quote }}
      {{- end }}
      {{- with .Values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - name: admin
        containerPort: {{ .Values.admin.port | int64 }}
        protocol: TCP
    startupProbe:
      httpGet:
        path: /livez
        port: admin
      periodSeconds: 2
      failureThreshold: 60
    livenessProbe:
      httpGet:
        path: /livez
        port: admin
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    readinessProbe:
      httpGet:
        path: /readyz
        port: admin
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 2
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.containerSecurityContext }}
    securityContext:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      {{- if eq (include "rocketsms-worker.isSMPP" .) "true" }}
      - name: smpp
        mountPath: /etc/rocketsms-worker/smpp
        readOnly: true
      {{- else }}
      - name: credentials
        mountPath: /etc/rocketsms-worker/credentials
        readOnly: true
      {{- end }}
      {{- if or .Values.kafkaProperties.inline .Values.kafkaProperties.existingSecret }}
      - name: kafka-properties
        mountPath: /etc/rocketsms-worker/kafka
        readOnly: true
      {{- end }}
      {{- if .Values.admin.token.existingSecret }}
      - name: admin-token
        mountPath: /etc/rocketsms-worker/admin
        readOnly: true
      {{- end }}
      {{- with .Values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  {{- if eq (include "rocketsms-worker.isSMPP" .) "true" }}
  - name: smpp
    secret:
      secretName: {{ .Values.smpp.existingSecret | quote }}
      defaultMode: 0440
      items:
        - key: {{ .Values.smpp.passwordKey | quote }}
          path: password
  {{- else }}
  - name: credentials
    secret:
      secretName: {{ .Values.credentials.existingSecret | quote }}
      defaultMode: 0440
      items:
        - key: {{ .Values.credentials.usernameKey | quote }}
          path: username
        {{- if .Values.credentials.passwordKey }}
        - key: {{ .Values.credentials.passwordKey | quote }}
          path: password
        {{- else }}
        - key: {{ .Values.credentials.passwordMd5Key | quote }}
          path: password-md5
        {{- end }}
  {{- end }}
  {{- if .Values.kafkaProperties.existingSecret }}
  - name: kafka-properties
    secret:
      secretName: {{ .Values.kafkaProperties.existingSecret | quote }}
      defaultMode: 0440
      items:
        - key: {{ .Values.kafkaProperties.key | quote }}
          path: kafka.properties
  {{- else if .Values.kafkaProperties.inline }}
  - name: kafka-properties
    configMap:
      name: {{ include "rocketsms-worker.fullname" . | trunc 57 | printf "%s-kafka" | quote }}
  {{- end }}
  {{- if .Values.admin.token.existingSecret }}
  - name: admin-token
    secret:
      secretName: {{ .Values.admin.token.existingSecret | quote }}
      defaultMode: 0440
      items:
        - key: {{ .Values.admin.token.key | quote }}
          path: token
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- if .Values.topologySpreadConstraints }}
  {{- toYaml .Values.topologySpreadConstraints | nindent 2 }}
  {{- else }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "rocketsms-worker.selectorLabels" . | nindent 8 }}
  {{- end }}
{{- end -}}

{{/* A pod that runs a command (`words`) with the workers' configuration, as the overrides of `kubectl run`, quoted for a shell. */}}
{{- define "rocketsms-worker.commandPod" -}}
{{- $spec := include "rocketsms-worker.podSpec" .root | fromYaml -}}
{{- $container := index $spec.containers 0 -}}
{{- range list "startupProbe" "livenessProbe" "readinessProbe" "ports" -}}
{{- $_ := unset $container . -}}
{{- end -}}
{{- $_ := set $container "args" .words -}}
{{- $_ := unset $spec "topologySpreadConstraints" -}}
{{- $_ := set $spec "restartPolicy" "Never" -}}
'{{ dict "apiVersion" "v1" "spec" $spec | toJson | replace "'" "'\\''" }}'
{{- end -}}
