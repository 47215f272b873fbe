/**
 * Security settings of Kubernetes containers and pods.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { flag, int64, list, maybe, object, of, text } from "../define.ts";

const Capabilities = object("Capabilities", "Capabilities.", {
  add: maybe(list(text(), "Capabilities added.")),
  drop: maybe(list(text(), "Capabilities removed.")),
});

const SELinuxOptions = object("SELinuxOptions", "SE linux options.", {
  user: maybe(text("User.")),
  role: maybe(text("SELinux role.")),
  type: maybe(text("SELinux type.")),
  level: maybe(text("SELinux level.")),
});

const WindowsSecurityContextOptions = object("WindowsSecurityContextOptions", "Windows security context options.", {
  gmsaCredentialSpecName: maybe(text("Name of the GMSA credential spec.")),
  gmsaCredentialSpec: maybe(text("GMSA credential spec.")),
  runAsUserName: maybe(text("Windows user name.")),
  hostProcess: maybe(flag("Runs as a host process.")),
});

const SeccompProfile = object("SeccompProfile", "Seccomp profile.", {
  type: text("Unconfined, RuntimeDefault or Localhost."),
  localhostProfile: maybe(text("Profile file on the node.")),
});

const AppArmorProfile = object("AppArmorProfile", "App armor profile.", {
  type: text("Unconfined, RuntimeDefault or Localhost."),
  localhostProfile: maybe(text("Profile file on the node.")),
});

const SecurityContext = object("SecurityContext", "Security context.", {
  capabilities: maybe(of(Capabilities, "Linux capabilities.")),
  privileged: maybe(flag("Runs with the rights of the node.")),
  seLinuxOptions: maybe(of(SELinuxOptions, "SELinux labels.")),
  windowsOptions: maybe(of(WindowsSecurityContextOptions, "Settings for Windows containers.")),
  runAsUser: maybe(int64("Numeric user id.")),
  runAsGroup: maybe(int64("Numeric group id.")),
  runAsNonRoot: maybe(flag("Refuses to start as user 0.")),
  readOnlyRootFilesystem: maybe(flag("Makes the root file system read-only.")),
  allowPrivilegeEscalation: maybe(flag("Whether a process may gain rights.")),
  procMount: maybe(text("How /proc is mounted.")),
  seccompProfile: maybe(of(SeccompProfile, "System calls allowed.")),
  appArmorProfile: maybe(of(AppArmorProfile, "AppArmor profile.")),
});

const Sysctl = object("Sysctl", "Sysctl.", {
  name: text("Name."),
  value: text("The value."),
});

const PodSecurityContext = object("PodSecurityContext", "Pod security context.", {
  seLinuxOptions: maybe(of(SELinuxOptions, "SELinux labels.")),
  windowsOptions: maybe(of(WindowsSecurityContextOptions, "Settings for Windows containers.")),
  runAsUser: maybe(int64("Numeric user id.")),
  runAsGroup: maybe(int64("Numeric group id.")),
  runAsNonRoot: maybe(flag("Refuses to start as user 0.")),
  supplementalGroups: maybe(list(int64(), "Further group ids.")),
  supplementalGroupsPolicy: maybe(text("How further groups are found.")),
  fsGroup: maybe(int64("Group that owns the volumes.")),
  sysctls: maybe(list(Sysctl, "Kernel settings.")),
  fsGroupChangePolicy: maybe(text("When the owner of volumes is changed.")),
  seccompProfile: maybe(of(SeccompProfile, "System calls allowed.")),
  appArmorProfile: maybe(of(AppArmorProfile, "AppArmor profile.")),
  seLinuxChangePolicy: maybe(text("How SELinux labels are applied.")),
});

/**
 * Security settings of Kubernetes containers and pods.
 * @internal
 */
export const securityTypes = {
  Capabilities,
  SELinuxOptions,
  WindowsSecurityContextOptions,
  SeccompProfile,
  AppArmorProfile,
  SecurityContext,
  Sysctl,
  PodSecurityContext,
};
