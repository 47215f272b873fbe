/**
 * Documents of the project's own that use much of Tekton at once; Tekton accepts each of them. Mutants are made of them.
 * @module
 */

/** YAML texts. */
export const seeds: readonly string[] = [
  `apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: build
  labels: {example.com/team: build}
spec:
  displayName: Build
  description: Builds an image.
  params:
    - {name: string, description: text, default: x}
    - {name: array, type: array, default: [a, b]}
    - {name: object, type: object, properties: {k: {type: string}, l: {}}, default: {k: v, l: w}}
    - {name: a.b, default: dotted}
  workspaces:
    - {name: source, description: code, mountPath: /code, readOnly: true}
    - {name: cache, optional: true}
  results:
    - {name: out, description: digest}
    - {name: list, type: array}
    - {name: map, type: object, properties: {k: {type: string}}}
    - {name: from-step, value: $(steps.one.results.s)}
  stepTemplate:
    env: [{name: HOME, value: /tekton/home}, {name: P, value: $(params.string)}]
    securityContext: {runAsNonRoot: true, capabilities: {drop: [ALL]}}
    computeResources: {requests: {cpu: 100m, memory: 64Mi}}
  steps:
    - name: one
      image: busybox:$(params.string)
      workingDir: $(workspaces.source.path)
      command: [sh, -c]
      args: ["$(params.array[*])", "$(params.object.k)", "$(params.array[0])", "$(context.taskRun.name)"]
      env:
        - {name: A, value: $(params.object.l)}
        - {name: B, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}
        - {name: C, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      envFrom: [{prefix: X_, configMapRef: {name: c}}, {secretRef: {name: s, optional: true}}]
      volumeMounts: [{name: data, mountPath: /data, subPath: a, readOnly: true}]
      volumeDevices: [{name: disk, devicePath: /dev/x}]
      results: [{name: s}, {name: t, type: array}, {name: u, type: object, properties: {k: {type: string}}}]
      timeout: 1m30s
      onError: continue
      imagePullPolicy: IfNotPresent
      computeResources: {limits: {cpu: 1, memory: 1Gi}}
      workspaces: [{name: source, mountPath: /here}]
    - name: two
      image: busybox
      script: |
        #!/bin/sh
        echo "$(params.string)" '$(params["a.b"])' > $(results.out.path)
        for i in $(seq 3); do echo \${i}; done
      when: [{input: $(params.string), operator: in, values: [x, "$(params.array[*])"]}]
      env: [{name: R, value: $(steps.one.results.s)}]
    - name: three
      ref: {name: action}
      params: [{name: p, value: $(params.string)}, {name: q, value: [a, "$(params.array[*])"]}]
    - ref: {resolver: git, params: [{name: url, value: x}, {name: pathInRepo, value: [a]}]}
  sidecars:
    - name: db
      image: postgres
      ports: [{name: pg, containerPort: 5432, protocol: TCP}]
      readinessProbe: {exec: {command: [pg_isready]}, periodSeconds: 5}
      livenessProbe: {httpGet: {path: /healthz, port: 8080, httpHeaders: [{name: a, value: b}]}}
      startupProbe: {tcpSocket: {port: pg}, failureThreshold: 3}
      lifecycle: {preStop: {exec: {command: [stop]}}, postStart: {sleep: {seconds: 1}}}
      volumeMounts: [{name: data, mountPath: /var}]
      workspaces: [{name: cache}]
    - {name: helper, image: busybox, script: "echo", restartPolicy: Always}
  volumes:
    - {name: data, emptyDir: {medium: Memory, sizeLimit: 1Gi}}
    - {name: secret, secret: {secretName: s, items: [{key: a, path: b, mode: 0400}], optional: true}}
    - {name: config, configMap: {name: c, defaultMode: 0644}}
    - {name: claim, persistentVolumeClaim: {claimName: p, readOnly: true}}
    - name: projected
      projected:
        sources:
          - serviceAccountToken: {audience: a, expirationSeconds: 600, path: token}
          - secret: {name: s, items: [{key: a, path: b}]}
          - downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
    - {name: csi, csi: {driver: d, volumeAttributes: {a: b}, nodePublishSecretRef: {name: s}}}
    - {name: nfs, nfs: {server: s, path: /p}}
    - {name: ephemeral, ephemeral: {volumeClaimTemplate: {metadata: {labels: {a: b}}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}
`,
  `apiVersion: tekton.dev/v1
kind: Pipeline
metadata:
  name: release
spec:
  displayName: Release
  description: Builds and ships.
  params:
    - {name: string, default: x}
    - {name: array, type: array, default: [a, b]}
    - {name: object, type: object, properties: {k: {type: string}}, default: {k: v}}
    - {name: a.b}
  workspaces: [{name: w, description: code}, {name: cache, optional: true}]
  tasks:
    - name: first
      displayName: First
      taskRef: {name: fetch, kind: Task}
      params:
        - {name: url, value: $(params.string)}
        - {name: whole, value: "$(params.array[*])"}
        - {name: map, value: "$(params.object[*])"}
        - {name: list, value: ["$(params.array[*])", "$(params.object.k)", b]}
        - {name: keys, value: {a: $(params.string), b: $(params.object.k)}}
        - {name: dotted, value: '$(params["a.b"])'}
      workspaces: [{name: output, workspace: w, subPath: src}]
      timeout: 1h
      retries: 2
    - name: second
      taskSpec:
        metadata: {labels: {a: b}, annotations: {c: d}}
        params: [{name: own, type: array}, {name: text}]
        results: [{name: r}, {name: digest}]
        workspaces: [{name: w}]
        steps:
          - {name: one, image: busybox, args: ["$(params.own[*])", "$(params.string)", "$(params.text)"], script: "echo $(params.array[0]) > $(results.r.path)"}
        sidecars: [{image: busybox, args: ["$(tasks.first.results.r)"]}]
      params: [{name: own, value: [a]}, {name: text, value: $(tasks.first.results.commit)}]
      workspaces: [{name: w}]
      when:
        - {input: "$(params.string)", operator: in, values: ["x", "$(params.array[*])"]}
        - {input: "$(tasks.first.results.r)", operator: notin, values: [""]}
      onError: continue
    - name: third
      runAfter: [second]
      taskRef: {resolver: bundles, params: [{name: bundle, value: b}, {name: name, value: t}, {name: kind, value: task}]}
      matrix:
        params: [{name: platform, value: [linux, mac]}, {name: browser, value: ["$(params.array[*])"]}]
        include: [{name: extra, params: [{name: platform, value: windows}, {name: flag, value: $(params.string)}]}]
      params: [{name: other, value: y1}]
    - name: fourth
      taskRef: {name: t}
      params: [{name: all, value: "$(tasks.third.results.r[*])"}, {name: run, value: $(context.pipelineRun.name)}]
    - name: wait
      taskRef: {apiVersion: example.com/v1, kind: Wait, name: w}
      params: [{name: secs, value: "5"}]
    - name: custom
      taskSpec: {apiVersion: example.com/v1, kind: Loop, spec: {anything: [1, {a: true}]}}
  finally:
    - name: last
      taskRef: {name: notify}
      params:
        - {name: status, value: $(tasks.first.status)}
        - {name: all, value: $(tasks.status)}
        - {name: why, value: $(tasks.second.reason)}
        - {name: digest, value: $(tasks.second.results.digest)}
      when: [{input: $(tasks.status), operator: in, values: [Failed]}]
    - name: clean
      taskSpec: {steps: [{image: busybox, script: rm}]}
  results:
    - {name: digest, description: d, value: $(tasks.second.results.digest)}
    - {name: list, type: array, value: ["$(tasks.first.results.r)", fixed]}
    - {name: map, type: object, value: {a: $(tasks.first.results.r.k)}}
    - {name: end, value: "$(finally.last.results.r)-$(tasks.first.results.list[0])"}
`,
  `apiVersion: tekton.dev/v1
kind: TaskRun
metadata:
  generateName: build-
  annotations: {a: b}
spec:
  serviceAccountName: builder
  params:
    - {name: string, value: s}
    - {name: array, value: [a, b]}
    - {name: object, value: {k: v}}
  taskSpec:
    params:
      - {name: string}
      - {name: object, properties: {k: {type: string}}}
      - {name: declared, default: d}
    workspaces: [{name: w}]
    results: [{name: out}]
    steps:
      - name: one
        image: busybox
        args: ["$(params.array[*])", "$(params.object.k)", "$(params.declared)", "$(params.array[1])"]
        script: |
          echo $(params.string) > $(results.out.path)
      - {name: two, image: busybox, command: [ls], env: [{name: A, value: $(params.string)}]}
    sidecars: [{name: s, image: busybox}]
  workspaces:
    - {name: w, emptyDir: {}}
    - {name: c, configMap: {name: c, items: [{key: a, path: b}]}}
    - {name: s, secret: {secretName: s}, subPath: x}
    - {name: p, persistentVolumeClaim: {claimName: c}}
    - {name: t, volumeClaimTemplate: {metadata: {name: nn}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}
    - {name: j, projected: {sources: [{secret: {name: s}}, {configMap: {name: c}}]}}
    - {name: d, csi: {driver: d}}
  timeout: 30m
  retries: 1
  computeResources: {limits: {cpu: "2"}}
  sidecarSpecs: [{name: s, computeResources: {limits: {memory: 1Gi}}}]
  stepSpecs: [{name: one}]
  podTemplate:
    nodeSelector: {disk: ssd}
    env: [{name: HTTP_PROXY, value: p}]
    tolerations: [{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}]
    securityContext: {runAsUser: 1000, fsGroup: 1000, seccompProfile: {type: RuntimeDefault}, sysctls: [{name: a, value: b}], supplementalGroups: [1, 2]}
    affinity:
      nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}]}]}}
      podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: t, labelSelector: {matchLabels: {a: b}}}}]}
    volumes: [{name: v, hostPath: {path: /p, type: Directory}}, {name: e, emptyDir: {}}]
    dnsConfig: {nameservers: [1.1.1.1], options: [{name: ndots, value: "2"}]}
    dnsPolicy: None
    hostAliases: [{ip: 1.2.3.4, hostnames: [a]}]
    imagePullSecrets: [{name: r}]
    topologySpreadConstraints: [{maxSkew: 1, topologyKey: t, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}]
    schedulerName: s
    automountServiceAccountToken: false
    hostNetwork: false
status:
  podName: p
  startTime: 2026-01-31T00:00:00Z
  conditions: [{type: Succeeded, status: "True", reason: Succeeded, message: m, lastTransitionTime: "2026-01-31T00:00:00Z"}]
  steps: [{name: one, container: step-one, terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-31T00:00:00Z", finishedAt: "2026-01-31T00:00:01Z"}}]
  results: [{name: out, type: string, value: x}]
`,
  `apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: named}
spec:
  taskRef: {resolver: hub, params: [{name: name, value: git-clone}, {name: versions, value: [a, b]}]}
  params: [{name: anything, value: {a: b}}, {name: ANY2, value: 5}]
  status: TaskRunCancelled
  statusMessage: enough
  timeout: "0"
`,
  `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  generateName: release-
spec:
  params:
    - {name: string, value: s}
    - {name: array, value: [a, b]}
    - {name: object, value: {k: v}}
  pipelineSpec:
    params: [{name: string}, {name: object, type: object, properties: {k: {type: string}}}, {name: d, default: e}]
    workspaces: [{name: w}]
    tasks:
      - name: first
        taskSpec:
          params: [{name: own, default: o}]
          results: [{name: r}, {name: l, type: array}]
          steps:
            - {image: busybox, script: "echo $(params.string) $(params.own) $(params.d)"}
            - {image: busybox, args: ["$(params.array[*])", "$(params.object.k)", "$(params.from-task)"]}
        params: [{name: from-task, value: "$(params.array[0])"}, {name: object, value: {k: w}}]
        workspaces: [{name: w}]
      - name: second
        taskRef: {name: t}
        params: [{name: p, value: $(tasks.first.results.r)}, {name: q, value: ["$(params.array[*])"]}]
        when: [{input: "$(tasks.first.results.l[0])", operator: in, values: [x]}]
      - name: third
        runAfter: [first]
        taskSpec: {steps: [{name: s, image: busybox, env: [{name: A, value: $(params.string)}]}]}
        matrix: {params: [{name: m, value: [a, b]}]}
    finally:
      - name: last
        taskRef: {name: t}
        params: [{name: status, value: $(tasks.first.status)}]
    results: [{name: r, value: $(tasks.first.results.r)}]
  taskRunTemplate:
    serviceAccountName: s
    podTemplate: {nodeSelector: {a: b}, securityContext: {runAsNonRoot: true}}
  timeouts: {pipeline: 1h30m, tasks: 1h, finally: 30m}
  workspaces:
    - {name: w, volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}
    - {name: W, emptyDir: {}}
  taskRunSpecs:
    - pipelineTaskName: first
      serviceAccountName: other
      timeout: 10m
      stepSpecs: [{name: a, computeResources: {limits: {cpu: 1}}}]
      sidecarSpecs: [{name: b, computeResources: {requests: {memory: 1Gi}}}]
      podTemplate: {tolerations: [{key: a, operator: Exists}]}
      metadata: {labels: {a: b}}
    - {pipelineTaskName: second, computeResources: {limits: {cpu: 1}}}
`,
  `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: referring}
spec:
  pipelineRef: {resolver: git, params: [{name: url, value: u}]}
  params: [{name: p, value: $(context.pipelineRun.name)}, {name: q, value: ["1", "2"]}]
  status: StoppedRunFinally
  timeouts: {pipeline: "0", tasks: "0", finally: "0"}
`,
  `apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: {name: action}
spec:
  description: Does a thing.
  image: busybox:$(params.string)
  params:
    - {name: string, default: x}
    - {name: array, type: array}
    - {name: object, properties: {k: {}}}
    - {name: volume}
  results: [{name: s}, {name: m, type: object, properties: {k: {type: string}}}]
  env: [{name: A, value: $(params.string)}, {name: B, value: $(params.object.k)}, {name: C, valueFrom: {configMapKeyRef: {name: c, key: k}}}]
  command: [sh]
  args: ["$(params.array[*])", "$(params.array[0])"]
  workingDir: /w
  securityContext: {privileged: false}
  volumeMounts: [{name: $(params.volume), mountPath: /v, subPath: s}]
`,
  `apiVersion: tekton.dev/v1alpha1
kind: StepAction
metadata: {name: older}
spec:
  image: busybox
  params: [{name: string, default: $(params.other)}, {name: other, default: x}]
  results: [{name: s}]
  script: |
    echo \${A} > $(step.results.s.path)
  env: [{name: A, value: $(params.string)}]
`,
];
