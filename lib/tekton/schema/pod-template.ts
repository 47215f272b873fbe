/**
 * Pod settings of a run.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { environmentTypes } from "./kubernetes/environment.ts";
import { flag, list, map, maybe, object, of, text, webhookOnly } from "./define.ts";
import { metadataTypes } from "./kubernetes/metadata.ts";
import { schedulingTypes } from "./kubernetes/scheduling.ts";
import { securityTypes } from "./kubernetes/security.ts";
import { volumeTypes } from "./kubernetes/volume.ts";

const PodTemplate = object("PodTemplate", "Settings of the pods of a run.", {
  nodeSelector: maybe(map(text(), "Node labels that must be equal.")),
  env: maybe(list(environmentTypes.EnvVar, "Environment variables.")),
  tolerations: maybe(list(schedulingTypes.Toleration, "Taints tolerated.")),
  affinity: maybe(webhookOnly(of(schedulingTypes.Affinity, "Where pods may run."))),
  securityContext: maybe(webhookOnly(of(securityTypes.PodSecurityContext, "Rights and identity of the process."))),
  volumes: maybe(webhookOnly(list(volumeTypes.Volume, "Volumes that steps and sidecars can mount."))),
  runtimeClassName: maybe(text("Runtime class.")),
  automountServiceAccountToken: maybe(flag("Whether the service account token is mounted.")),
  dnsPolicy: maybe(text("DNS policy.")),
  dnsConfig: maybe(of(schedulingTypes.PodDNSConfig, "DNS settings.")),
  enableServiceLinks: maybe(flag("Whether variables for services are set.")),
  priorityClassName: maybe(text("Priority class.")),
  schedulerName: maybe(text("Scheduler.")),
  imagePullSecrets: maybe(list(metadataTypes.LocalObjectReference, "Secrets for pulling images.")),
  hostAliases: maybe(list(schedulingTypes.HostAlias, "Lines for /etc/hosts.")),
  hostNetwork: maybe(flag("Uses the network of the node.")),
  hostUsers: maybe(flag("Uses the user ids of the node.")),
  topologySpreadConstraints: maybe(list(schedulingTypes.TopologySpreadConstraint, "How pods spread over nodes.")),
});

/**
 * Pod settings of a run.
 * @internal
 */
export const podTemplateTypes = { PodTemplate };
