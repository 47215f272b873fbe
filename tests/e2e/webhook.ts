/**
 * The verdict of a real API server with Tekton's webhook: a create as a dry run, with strict field validation, as
 * `kubectl create --dry-run=server` does it.
 * @module
 */
import { connect } from "../../lib/kubernetes/connect.ts";
import { type Kind, kinds } from "../../lib/tekton/kinds.ts";

/** What the server says. */
export interface Answer {
  /** Whether it would create the object. */
  readonly accepted: boolean;
  /** Why not. */
  readonly message: string;
}

/** A webhook that can be asked. */
export interface Webhook extends AsyncDisposable {
  /** Asks about one document of the five kinds. */
  ask(document: Readonly<Record<string, unknown>>): Promise<Answer>;
}

/** Opens the cluster of the environment's KUBECONFIG. */
export async function openWebhook(): Promise<Webhook> {
  const cluster = await connect({});
  return {
    async ask(document) {
      const kind = kinds.find((name) => name === document.kind) as Kind;
      const path = `/apis/${document.apiVersion}/namespaces/default/${kind.toLowerCase()}s`;
      const response = await cluster.request(path, {
        method: "POST",
        query: { dryRun: "All", fieldValidation: "Strict" },
        headers: { "content-type": "application/json" },
        body: JSON.stringify(document),
        timeoutMs: 30_000,
      });
      const text = await response.text();
      const accepted = response.status === 200 || response.status === 201;
      return { accepted, message: accepted ? "" : text };
    },
    [Symbol.asyncDispose]() {
      cluster.close();
      return Promise.resolve();
    },
  };
}
