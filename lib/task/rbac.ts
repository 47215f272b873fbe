/**
 * What a Task's ServiceAccount must be allowed, as objects for `kubectl apply`. Pure. Knows Kubernetes RBAC; only for
 * the generator.
 * @module
 */
import type { Definition } from "./declaration.ts";
import { type Plain, writeYaml } from "./yaml.ts";

/**
 * A ServiceAccount, a Role and a RoleBinding of the Task's name, without a namespace: `kubectl apply -n` gives it.
 * Undefined where the Task asks the API for nothing.
 */
export function rbacYaml(task: Definition, comment: string): string | undefined {
  if (!task.rbac?.length) return undefined;
  const metadata = { name: task.name, labels: { "app.kubernetes.io/version": task.version } };
  const objects: Plain[] = [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata,
      rules: task.rbac.map(({ apiGroups, resources, verbs }) => ({ apiGroups, resources, verbs })),
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: task.name },
      subjects: [{ kind: "ServiceAccount", name: task.name }],
    },
  ];
  return objects.map((object, index) => writeYaml(object, index === 0 ? comment : undefined)).join("---\n");
}
