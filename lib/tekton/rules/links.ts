/**
 * Pages that the rules point to.
 * @module
 */

const docs = "https://tekton.dev/docs/pipelines/";

/** Tekton's documentation, by subject. */
export const links = {
  tasks: `${docs}tasks/`,
  taskParams: `${docs}tasks/#specifying-parameters`,
  taskResults: `${docs}tasks/#emitting-results`,
  taskWorkspaces: `${docs}workspaces/#using-workspaces-in-tasks`,
  steps: `${docs}tasks/#defining-steps`,
  stepTimeout: `${docs}tasks/#specifying-a-timeout`,
  stepOnError: `${docs}tasks/#specifying-onerror-for-a-step`,
  stepActions: `${docs}stepactions/`,
  stepResults: `${docs}stepactions/#emitting-results`,
  sidecars: `${docs}tasks/#specifying-sidecars`,
  volumes: `${docs}tasks/#specifying-volumes`,
  variables: `${docs}variables/`,
  artifacts: `${docs}artifacts/`,
  resolvers: `${docs}resolution-getting-started/`,
  runs: `${docs}taskruns/`,
  debug: `${docs}debug/`,
  workspaces: `${docs}workspaces/`,
  pipelineRuns: `${docs}pipelineruns/`,
  timeouts: `${docs}pipelineruns/#configuring-a-failure-timeout`,
  pipelines: `${docs}pipelines/`,
  pipelineTasks: `${docs}pipelines/#adding-tasks-to-the-pipeline`,
  order: `${docs}pipelines/#configuring-the-task-execution-order`,
  finally: `${docs}pipelines/#adding-finally-to-the-pipeline`,
  pipelineResults: `${docs}pipelines/#emitting-results-from-a-pipeline`,
  customTasks: `${docs}pipelines/#using-custom-tasks`,
  matrix: `${docs}matrix/`,
  when: `${docs}pipelines/#guard-task-execution-using-when-expressions`,
  cel: `${docs}cel_in_whenexpression/`,
  nested: `${docs}pipelines-in-pipelines/`,
  names: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
  labels: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",
  metadata: "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/",
} as const satisfies Record<string, string>;
