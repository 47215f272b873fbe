/**
 * Rules about references to Tasks, Pipelines and StepActions: a name or a resolver.
 * @module
 */

import { isQualifiedName, repetitions } from "../names.ts";
import { needsFeature, type Place, reaches, type Rule } from "../rule.ts";
import type { Param } from "../types.ts";
import { taskRun } from "./example.ts";
import { links } from "./links.ts";

/** A reference. */
export interface ReferenceSubject extends Place {
  /** What it says. */
  readonly reference: { readonly name?: string; readonly resolver?: string; readonly params?: readonly Param[] };
}

const looksLikeUrl = (name: string): boolean => /[\w-]+:\//.test(name);
const run = (reference: string) => taskRun(`taskRef: ${reference}`);

/** Rules about references. */
export const referenceRules: readonly Rule<ReferenceSubject>[] = [
  {
    id: "reference/required",
    says: "A reference has a name or a resolver.",
    link: links.resolvers,
    violation: run("{kind: Task}"),
    nearMiss: run("{resolver: git}"),
    check({ reference, path }, report) {
      if (!reference.name && !reference.resolver && (reference.params ?? []).length === 0) {
        report(path, "the reference is empty", "Give it a name, or a resolver with params.");
      }
    },
  },
  {
    id: "reference/name",
    says: "A plain name is a Kubernetes qualified name.",
    link: links.names,
    violation: run("{name: my task}"),
    nearMiss: run("{name: team/My_Task.1}"),
    check({ reference: { name = "", resolver, params }, path }, report) {
      if (name === "" || resolver || (params ?? []).length > 0 || looksLikeUrl(name)) return;
      if (!isQualifiedName(name)) {
        report(
          [...path, "name"],
          `${JSON.stringify(name)} is no name`,
          "Use letters, digits, -, _ and ., at most 63 characters.",
        );
      }
    },
  },
  {
    id: "reference/name-with-resolver",
    says: "A plain name does not stand beside a resolver.",
    link: links.resolvers,
    violation: run("{name: build, resolver: cluster}"),
    nearMiss: run("{resolver: cluster, params: [{name: name, value: build}]}"),
    check({ reference: { name = "", resolver }, path }, report) {
      if (resolver && name !== "" && !looksLikeUrl(name)) {
        report([...path, "name"], "there is a resolver as well", "Give the name as a param of the resolver.");
      }
    },
  },
  {
    id: "reference/url",
    says: "A name like a URL needs the flag enable-concise-resolver-syntax, and a resolver.",
    link: links.resolvers,
    violation: run("{name: 'https://example.com/task.yaml', resolver: http}"),
    nearMiss: run("{resolver: http, params: [{name: url, value: 'https://example.com/task.yaml'}]}"),
    check({ reference: { name = "", resolver, params }, path, features }, report) {
      if (!looksLikeUrl(name) || (!resolver && (params ?? []).length > 0)) return;
      if (!features.flags.has("enable-concise-resolver-syntax")) {
        report([...path, "name"], "the flag enable-concise-resolver-syntax is off", "Use a resolver with params.");
      }
      if (!resolver) report(path, "a name like a URL needs a resolver", "Name the resolver, such as http.");
    },
  },
  {
    id: "reference/params-need-resolver",
    says: "params of a reference need a resolver and exclude name.",
    link: links.resolvers,
    violation: run("{params: [{name: url, value: x}]}"),
    nearMiss: run("{resolver: http, params: [{name: url, value: x}]}"),
    check({ reference: { name, resolver, params }, path }, report) {
      if ((params ?? []).length === 0) return;
      if (name) report([...path, "name"], "params exclude name", "Give the name as a param of the resolver.");
      if (!resolver) report(path, "params need a resolver", "Name the resolver, such as git, hub or bundles.");
    },
  },
  {
    id: "reference/params-unique",
    says: "Names of a reference's params are unique; case does not count.",
    link: links.resolvers,
    violation: run("{resolver: git, params: [{name: url, value: x}, {name: URL, value: z}]}"),
    nearMiss: run("{resolver: git, params: [{name: url, value: x}, {name: urls, value: z}]}"),
    check({ reference: { params }, path }, report) {
      for (const { name, index } of repetitions((params ?? []).map((param) => (param.name ?? "").toLowerCase()))) {
        report(
          [...path, "params", index, "name"],
          `there is another param named ${JSON.stringify(name)}`,
          "Rename one of them; case does not count.",
        );
      }
    },
  },
  {
    id: "reference/resolvers-beta",
    says: "Resolvers are a beta feature.",
    link: links.resolvers,
    features: { featureSet: "stable" },
    violation: run("{resolver: git}"),
    nearMiss: run("{name: build}"),
    check({ reference: { resolver, params }, path, features }, report) {
      if ((resolver || (params ?? []).length > 0) && !reaches(features, "beta")) {
        report(path, "resolvers are a beta feature", needsFeature("beta"));
      }
    },
  },
];
