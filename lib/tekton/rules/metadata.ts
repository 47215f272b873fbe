/**
 * Rules about the metadata of the five kinds. Tekton's webhook looks at the name alone; the API server at the rest.
 * @module
 */

import { isLabel, isLabelValue, isQualifiedName, isSubdomain } from "../names.ts";
import type { ObjectSubject, Rule } from "../rule.ts";
import { taskWithMetadata } from "./example.ts";
import { links } from "./links.ts";

type Metadata = Readonly<Record<string, unknown>>;

const metadataOf = (subject: ObjectSubject): Metadata => subject.object.metadata ?? {};
const textOf = (value: unknown): string => typeof value === "string" ? value : "";
const entriesOf = (value: unknown): [string, string][] => Object.entries((value ?? {}) as Record<string, string>);

/** The API server cuts generateName to this length and adds five characters. */
const generatedPrefix = 58;

/** Rules about metadata. */
export const metadataRules: readonly Rule<ObjectSubject>[] = [
  {
    id: "metadata/name-required",
    says: "An object has a name or a generateName.",
    link: links.names,
    violation: taskWithMetadata("labels: {a: b}"),
    nearMiss: taskWithMetadata("generateName: example-"),
    check(subject, report) {
      const { name, generateName } = metadataOf(subject);
      if (textOf(name) === "" && textOf(generateName) === "") {
        report(["metadata"], "there is neither a name nor a generateName", "Give it a name.");
      }
    },
  },
  {
    id: "metadata/name",
    says: "The name is a lower-case RFC 1123 subdomain of at most 63 characters.",
    link: links.names,
    violation: taskWithMetadata("name: Build_App"),
    nearMiss: taskWithMetadata("name: build.app-2"),
    check(subject, report) {
      const metadata = metadataOf(subject);
      const name = textOf(metadata.name);
      const generateName = textOf(metadata.generateName);
      const advice =
        "Use lower-case letters, digits, - and ., at most 63 characters, with a letter or digit at both ends.";
      if (name !== "") {
        if (!isSubdomain(name) || name.length > 63) {
          report(["metadata", "name"], `${JSON.stringify(name)} is no name`, advice);
        }
      } else if (generateName !== "" && !isSubdomain(`${generateName.slice(0, generatedPrefix)}aaaaa`)) {
        report(["metadata", "generateName"], `${JSON.stringify(generateName)} makes no name`, advice);
      }
    },
  },
  {
    id: "metadata/generate-name",
    says: "A generateName is the start of a name, even where a name is there too.",
    link: links.names,
    violation: taskWithMetadata("name: example\ngenerateName: Example-"),
    nearMiss: taskWithMetadata("name: example\ngenerateName: example-"),
    layer: "api-server",
    check(subject, report) {
      const metadata = metadataOf(subject);
      const generateName = textOf(metadata.generateName);
      // Kubernetes checks a start as if something followed it: one that ends in a dash with its last two characters cut
      const dash = generateName.length > 1 && generateName.endsWith("-");
      const whole = dash ? `${generateName.slice(0, -2)}a` : generateName;
      if (generateName !== "" && !isSubdomain(whole)) {
        report(
          ["metadata", "generateName"],
          `${JSON.stringify(generateName)} is no start of a name`,
          "Use lower-case letters, digits, - and .",
        );
      }
    },
  },
  {
    id: "metadata/labels",
    says: "Labels have qualified names and short plain values.",
    link: links.labels,
    violation: taskWithMetadata("name: example\nlabels: {team: build and test}"),
    nearMiss: taskWithMetadata("name: example\nlabels: {example.com/team: build_and.test}"),
    layer: "api-server",
    check(subject, report) {
      for (const [key, value] of entriesOf(metadataOf(subject).labels)) {
        const path = ["metadata", "labels", key];
        if (!isQualifiedName(key)) {
          report(
            path,
            `${JSON.stringify(key)} is no name of a label`,
            "Write name or example.com/name, letters, digits, -, _ and .",
          );
        }
        if (!isLabelValue(value)) {
          report(
            path,
            `${JSON.stringify(value)} is no value of a label`,
            "Use at most 63 letters, digits, -, _ and .; put text into an annotation.",
          );
        }
      }
    },
  },
  {
    id: "metadata/annotations",
    says: "Annotations have qualified names and at most 256 KiB together.",
    link: links.metadata,
    violation: taskWithMetadata("name: example\nannotations: {two words: x}"),
    nearMiss: taskWithMetadata("name: example\nannotations: {Example.com/Two-Words: 'any text: #1'}"),
    layer: "api-server",
    check(subject, report) {
      let size = 0;
      for (const [key, value] of entriesOf(metadataOf(subject).annotations)) {
        size += key.length + value.length;
        if (!isQualifiedName(key.toLowerCase())) {
          report(
            ["metadata", "annotations", key],
            `${JSON.stringify(key)} is no name of an annotation`,
            "Write name or example.com/name, letters, digits, -, _ and .",
          );
        }
      }
      if (size > 256 * 1024) {
        report(["metadata", "annotations"], "the annotations hold more than 256 KiB", "Keep large data elsewhere.");
      }
    },
  },
  {
    id: "metadata/namespace",
    says: "The namespace is an RFC 1123 label.",
    link: links.names,
    violation: taskWithMetadata("name: example\nnamespace: my.team"),
    nearMiss: taskWithMetadata("name: example\nnamespace: my-team"),
    layer: "api-server",
    check(subject, report) {
      const namespace = textOf(metadataOf(subject).namespace);
      if (namespace !== "" && !isLabel(namespace)) {
        report(
          ["metadata", "namespace"],
          `${JSON.stringify(namespace)} is no namespace`,
          "Use lower-case letters, digits and -, at most 63.",
        );
      }
    },
  },
  {
    id: "metadata/owners",
    says: "An owner has apiVersion, kind, name and uid; at most one is the controller.",
    link: links.metadata,
    violation: taskWithMetadata("name: example\nownerReferences: [{kind: Job, name: a}]"),
    nearMiss: taskWithMetadata("name: example\nownerReferences: [{apiVersion: batch/v1, kind: Job, name: a, uid: u}]"),
    layer: "api-server",
    check(subject, report) {
      const owners = (metadataOf(subject).ownerReferences ?? []) as Record<string, unknown>[];
      let controllers = 0;
      for (const [index, owner] of owners.entries()) {
        for (const field of ["apiVersion", "kind", "name", "uid"]) {
          if (textOf(owner[field]) === "") {
            report(["metadata", "ownerReferences", index], `the owner has no ${field}`, `Give it its ${field}.`);
          }
        }
        if (owner.controller === true && ++controllers > 1) {
          report(
            ["metadata", "ownerReferences", index],
            "there is another controller",
            "Mark one owner alone as controller.",
          );
        }
      }
    },
  },
  {
    id: "metadata/finalizers",
    says: "Finalizers have qualified names.",
    link: links.metadata,
    violation: taskWithMetadata("name: example\nfinalizers: [clean up]"),
    nearMiss: taskWithMetadata("name: example\nfinalizers: [example.com/clean-up]"),
    layer: "api-server",
    check(subject, report) {
      for (const [index, name] of ((metadataOf(subject).finalizers ?? []) as string[]).entries()) {
        if (!isQualifiedName(name)) {
          report(
            ["metadata", "finalizers", index],
            `${JSON.stringify(name)} is no finalizer`,
            "Write example.com/name.",
          );
        }
      }
    },
  },
];
