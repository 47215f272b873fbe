/**
 * Where pods run, and their DNS settings.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { int32, int64, list, maybe, object, of, text } from "../define.ts";
import { metadataTypes } from "./metadata.ts";

const NodeSelectorRequirement = object("NodeSelectorRequirement", "Node selector requirement.", {
  key: text("The key."),
  operator: text("How key and values relate."),
  values: maybe(list(text(), "Values to compare with.")),
});

const NodeSelectorTerm = object("NodeSelectorTerm", "Node selector term.", {
  matchExpressions: maybe(list(NodeSelectorRequirement, "Requirements on labels; all must hold.")),
  matchFields: maybe(list(NodeSelectorRequirement, "Requirements on fields of the node.")),
});

const NodeSelector = object("NodeSelector", "Node selector.", {
  nodeSelectorTerms: list(NodeSelectorTerm, "Terms, one of which must hold."),
});

const PreferredSchedulingTerm = object("PreferredSchedulingTerm", "Preferred scheduling term.", {
  weight: int32("Weight, 1 to 100."),
  preference: maybe(of(NodeSelectorTerm, "The preferred term.")),
});

const NodeAffinity = object("NodeAffinity", "Node affinity.", {
  requiredDuringSchedulingIgnoredDuringExecution: maybe(of(NodeSelector, "Must hold when the pod is placed.")),
  preferredDuringSchedulingIgnoredDuringExecution: maybe(
    list(PreferredSchedulingTerm, "Preferred when the pod is placed."),
  ),
});

const PodAffinityTerm = object("PodAffinityTerm", "Pod affinity term.", {
  labelSelector: maybe(of(metadataTypes.LabelSelector, "Selects by label.")),
  namespaces: maybe(list(text(), "Namespaces.")),
  topologyKey: text("Node label that defines the domain."),
  namespaceSelector: maybe(of(metadataTypes.LabelSelector, "Selects namespaces by label.")),
  matchLabelKeys: maybe(list(text(), "Keys of pod labels to take from the pod itself.")),
  mismatchLabelKeys: maybe(list(text(), "Keys of pod labels that must differ.")),
});

const WeightedPodAffinityTerm = object("WeightedPodAffinityTerm", "Weighted pod affinity term.", {
  weight: int32("Weight, 1 to 100."),
  podAffinityTerm: maybe(of(PodAffinityTerm, "The term.")),
});

const PodAffinity = object("PodAffinity", "Pod affinity.", {
  requiredDuringSchedulingIgnoredDuringExecution: maybe(list(PodAffinityTerm, "Must hold when the pod is placed.")),
  preferredDuringSchedulingIgnoredDuringExecution: maybe(
    list(WeightedPodAffinityTerm, "Preferred when the pod is placed."),
  ),
});

const PodAntiAffinity = object("PodAntiAffinity", "Pod anti affinity.", {
  requiredDuringSchedulingIgnoredDuringExecution: maybe(list(PodAffinityTerm, "Must hold when the pod is placed.")),
  preferredDuringSchedulingIgnoredDuringExecution: maybe(
    list(WeightedPodAffinityTerm, "Preferred when the pod is placed."),
  ),
});

const Affinity = object("Affinity", "Affinity.", {
  nodeAffinity: maybe(of(NodeAffinity, "Rules about nodes.")),
  podAffinity: maybe(of(PodAffinity, "Pods to be near to.")),
  podAntiAffinity: maybe(of(PodAntiAffinity, "Pods to stay away from.")),
});

const Toleration = object("Toleration", "Toleration.", {
  key: maybe(text("Key of the taint.")),
  operator: maybe(text("Exists or Equal.")),
  value: maybe(text("Value of the taint.")),
  effect: maybe(text("Effect of the taint.")),
  tolerationSeconds: maybe(int64("How long a NoExecute taint is tolerated.")),
});

const TopologySpreadConstraint = object("TopologySpreadConstraint", "Topology spread constraint.", {
  maxSkew: int32("Largest difference allowed."),
  topologyKey: text("Node label that defines the domain."),
  whenUnsatisfiable: text("DoNotSchedule or ScheduleAnyway."),
  labelSelector: maybe(of(metadataTypes.LabelSelector, "Selects by label.")),
  minDomains: maybe(int32("Fewest domains.")),
  nodeAffinityPolicy: maybe(text("Whether node affinity counts.")),
  nodeTaintsPolicy: maybe(text("Whether taints count.")),
  matchLabelKeys: maybe(list(text(), "Keys of pod labels to take from the pod itself.")),
});

const PodDNSConfigOption = object("PodDNSConfigOption", "Pod DNS config option.", {
  name: maybe(text("Name.")),
  value: maybe(text("The value.")),
});

const PodDNSConfig = object("PodDNSConfig", "Pod DNS config.", {
  nameservers: maybe(list(text(), "Addresses of name servers.")),
  searches: maybe(list(text(), "Search domains.")),
  options: maybe(list(PodDNSConfigOption, "Options.")),
});

const HostAlias = object("HostAlias", "Host alias.", {
  ip: text("IP address."),
  hostnames: maybe(list(text(), "Host names.")),
});

/**
 * Where pods run, and their DNS settings.
 * @internal
 */
export const schedulingTypes = {
  NodeSelectorRequirement,
  NodeSelectorTerm,
  NodeSelector,
  PreferredSchedulingTerm,
  NodeAffinity,
  PodAffinityTerm,
  WeightedPodAffinityTerm,
  PodAffinity,
  PodAntiAffinity,
  Affinity,
  Toleration,
  TopologySpreadConstraint,
  PodDNSConfigOption,
  PodDNSConfig,
  HostAlias,
};
