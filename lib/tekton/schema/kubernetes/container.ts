/**
 * What Kubernetes containers have besides environment and security: resources, mounts, ports, probes, states.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { flag, int32, int64, intOrString, list, map, maybe, object, of, quantity, text, time } from "../define.ts";

const ResourceClaim = object("ResourceClaim", "Resource claim.", {
  name: text("Name."),
  request: maybe(text("Request within the claim.")),
});

const ResourceRequirements = object("ResourceRequirements", "Resource requirements.", {
  limits: maybe(map(quantity(), "Most that may be used.")),
  requests: maybe(map(quantity(), "What is reserved.")),
  claims: maybe(list(ResourceClaim, "Dynamic resource claims used.", ["name"])),
});

const VolumeMount = object("VolumeMount", "Volume mount.", {
  name: text("Name."),
  readOnly: maybe(flag("Mounts it read-only.")),
  recursiveReadOnly: maybe(text("Whether submounts are read-only too.")),
  mountPath: text("Absolute path in the container."),
  subPath: maybe(text("Folder inside the volume.")),
  mountPropagation: maybe(text("How mounts spread between host and container.")),
  subPathExpr: maybe(text("Folder inside the volume, with variables expanded.")),
});

const VolumeDevice = object("VolumeDevice", "Volume device.", {
  name: text("Name."),
  devicePath: text("Path of the device in the container."),
});

const ContainerPort = object("ContainerPort", "Container port.", {
  name: maybe(text("Name.")),
  hostPort: maybe(int32("Port on the node.")),
  containerPort: int32("Port in the container."),
  protocol: maybe(text("TCP, UDP or SCTP.")),
  hostIP: maybe(text("Address on the node.")),
});

const ExecAction = object("ExecAction", "Exec action.", {
  command: maybe(list(text(), "Entrypoint, not run by a shell; the image has its own when absent.")),
});

const HTTPHeader = object("HTTPHeader", "HTTP header.", {
  name: text("Name."),
  value: text("The value."),
});

const HTTPGetAction = object("HTTPGetAction", "HTTP get action.", {
  path: maybe(text("The path.")),
  port: intOrString("Port number or name."),
  host: maybe(text("Host name; the pod address when absent.")),
  scheme: maybe(text("HTTP or HTTPS.")),
  httpHeaders: maybe(list(HTTPHeader, "Headers to send.")),
});

const TCPSocketAction = object("TCPSocketAction", "TCP socket action.", {
  port: intOrString("Port number or name."),
  host: maybe(text("Host name; the pod address when absent.")),
});

const GRPCAction = object("GRPCAction", "GRPC action.", {
  port: int32("Port number or name."),
  service: maybe(text("Service name sent to the health check.")),
});

const SleepAction = object("SleepAction", "Sleep action.", {
  seconds: int64("How many seconds."),
});

const Probe = object("Probe", "Probe.", {
  exec: maybe(of(ExecAction, "Runs a command in the container.")),
  httpGet: maybe(of(HTTPGetAction, "Sends an HTTP request.")),
  tcpSocket: maybe(of(TCPSocketAction, "Opens a TCP connection.")),
  grpc: maybe(of(GRPCAction, "Calls the gRPC health service.")),
  initialDelaySeconds: maybe(int32("Seconds to wait before the first probe.")),
  timeoutSeconds: maybe(int32("Seconds until a probe counts as failed.")),
  periodSeconds: maybe(int32("Seconds between probes.")),
  successThreshold: maybe(int32("Successes until it counts as passed.")),
  failureThreshold: maybe(int32("Failures until it counts as failed.")),
  terminationGracePeriodSeconds: maybe(int64("Seconds between the request to stop and the kill.")),
});

const LifecycleHandler = object("LifecycleHandler", "Lifecycle handler.", {
  exec: maybe(of(ExecAction, "Runs a command in the container.")),
  httpGet: maybe(of(HTTPGetAction, "Sends an HTTP request.")),
  tcpSocket: maybe(of(TCPSocketAction, "Opens a TCP connection.")),
  sleep: maybe(of(SleepAction, "Waits.")),
});

const Lifecycle = object("Lifecycle", "Lifecycle.", {
  postStart: maybe(of(LifecycleHandler, "Done after the start.")),
  preStop: maybe(of(LifecycleHandler, "Done before the stop.")),
  stopSignal: maybe(text("Signal that asks the container to stop.")),
});

const ContainerStateWaiting = object("ContainerStateWaiting", "Container state waiting.", {
  reason: maybe(text("One CamelCase word that says why.")),
  message: maybe(text("Text for people.")),
});

const ContainerStateRunning = object("ContainerStateRunning", "Container state running.", {
  startedAt: maybe(time("When it started, RFC 3339.")),
});

const ContainerStateTerminated = object("ContainerStateTerminated", "Container state terminated.", {
  exitCode: int32("Exit status."),
  signal: maybe(int32("Signal that ended it.")),
  reason: maybe(text("One CamelCase word that says why.")),
  message: maybe(text("Text for people.")),
  startedAt: maybe(time("When it started, RFC 3339.")),
  finishedAt: maybe(time("When it ended, RFC 3339.")),
  containerID: maybe(text("Id of the container.")),
});

/**
 * What Kubernetes containers have besides environment and security: resources, mounts, ports, probes, states.
 * @internal
 */
export const containerTypes = {
  ResourceClaim,
  ResourceRequirements,
  VolumeMount,
  VolumeDevice,
  ContainerPort,
  ExecAction,
  HTTPHeader,
  HTTPGetAction,
  TCPSocketAction,
  GRPCAction,
  SleepAction,
  Probe,
  LifecycleHandler,
  Lifecycle,
  ContainerStateWaiting,
  ContainerStateRunning,
  ContainerStateTerminated,
};
