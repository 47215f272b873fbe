/**
 * Volumes and their common sources.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { claimTypes } from "./claim.ts";
import { diskTypes } from "./disk.ts";
import { environmentTypes } from "./environment.ts";
import { flag, int32, int64, list, map, maybe, mustHave, object, of, quantity, text } from "../define.ts";
import { metadataTypes } from "./metadata.ts";

const KeyToPath = object("KeyToPath", "Key to path.", {
  key: text("The key."),
  path: text("The path."),
  mode: maybe(int32("Permission bits of the file.")),
});

const ConfigMapVolumeSource = object("ConfigMapVolumeSource", "Config map volume source.", {
  name: maybe(text("Name.")),
  items: maybe(list(KeyToPath, "Which keys to use, and the files they become; all of them when absent.")),
  defaultMode: maybe(int32("Permission bits of the files, as a decimal or YAML octal number.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const SecretVolumeSource = object("SecretVolumeSource", "Secret volume source.", {
  secretName: maybe(text("Name of the Secret.")),
  items: maybe(list(KeyToPath, "Which keys to use, and the files they become; all of them when absent.")),
  defaultMode: maybe(int32("Permission bits of the files, as a decimal or YAML octal number.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const ConfigMapProjection = object("ConfigMapProjection", "Config map projection.", {
  name: maybe(text("Name.")),
  items: maybe(list(KeyToPath, "Which keys to use, and the files they become; all of them when absent.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const SecretProjection = object("SecretProjection", "Secret projection.", {
  name: maybe(text("Name.")),
  items: maybe(list(KeyToPath, "Which keys to use, and the files they become; all of them when absent.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const DownwardAPIVolumeFile = object("DownwardAPIVolumeFile", "Downward API volume file.", {
  path: text("The path."),
  fieldRef: maybe(of(environmentTypes.ObjectFieldSelector, "A field of the pod.")),
  resourceFieldRef: maybe(of(environmentTypes.ResourceFieldSelector, "A resource limit or request of a container.")),
  mode: maybe(int32("Permission bits of the file.")),
});

const DownwardAPIProjection = object("DownwardAPIProjection", "Downward API projection.", {
  items: maybe(list(DownwardAPIVolumeFile, "Which keys to use, and the files they become; all of them when absent.")),
});

const DownwardAPIVolumeSource = object("DownwardAPIVolumeSource", "Downward API volume source.", {
  items: maybe(list(DownwardAPIVolumeFile, "Which keys to use, and the files they become; all of them when absent.")),
  defaultMode: maybe(int32("Permission bits of the files, as a decimal or YAML octal number.")),
});

const ServiceAccountTokenProjection = object("ServiceAccountTokenProjection", "Service account token projection.", {
  audience: maybe(text("Audience of the token.")),
  expirationSeconds: maybe(int64("Life of the token in seconds.")),
  path: text("The path."),
});

const ClusterTrustBundleProjection = object("ClusterTrustBundleProjection", "Cluster trust bundle projection.", {
  name: maybe(text("Name.")),
  signerName: maybe(text("Signer.")),
  labelSelector: maybe(of(metadataTypes.LabelSelector, "Selects by label.")),
  optional: maybe(flag("Whether it may be missing.")),
  path: text("The path."),
});

const PodCertificateProjection = object("PodCertificateProjection", "Pod certificate projection.", {
  signerName: mustHave(text("Signer.")),
  keyType: mustHave(text("Kind of key.")),
  maxExpirationSeconds: maybe(int32("Longest life in seconds.")),
  credentialBundlePath: maybe(text("File with key and certificates.")),
  keyPath: maybe(text("File with the key.")),
  certificateChainPath: maybe(text("File with the certificates.")),
  userAnnotations: maybe(map(text(), "Annotations for the signer.")),
});

const VolumeProjection = object("VolumeProjection", "Volume projection.", {
  secret: maybe(of(SecretProjection, "Files from a Secret.")),
  downwardAPI: maybe(of(DownwardAPIProjection, "Files with facts about the pod.")),
  configMap: maybe(of(ConfigMapProjection, "Files from a ConfigMap.")),
  serviceAccountToken: maybe(of(ServiceAccountTokenProjection, "A token of the pod's service account.")),
  clusterTrustBundle: maybe(of(ClusterTrustBundleProjection, "Certificates of a trust bundle.")),
  podCertificate: maybe(of(PodCertificateProjection, "A certificate for the pod.")),
});

const ProjectedVolumeSource = object("ProjectedVolumeSource", "Projected volume source.", {
  sources: list(VolumeProjection, "What is projected into the volume."),
  defaultMode: maybe(int32("Permission bits of the files, as a decimal or YAML octal number.")),
});

const EmptyDirVolumeSource = object("EmptyDirVolumeSource", "Empty dir volume source.", {
  medium: maybe(text("Memory, or empty for the default.")),
  sizeLimit: maybe(quantity("Most that may be stored.")),
});

const HostPathVolumeSource = object("HostPathVolumeSource", "Host path volume source.", {
  path: text("The path."),
  type: maybe(text("What must be there.")),
});

const PersistentVolumeClaimVolumeSource = object(
  "PersistentVolumeClaimVolumeSource",
  "Persistent volume claim volume source.",
  {
    claimName: text("Name of the claim."),
    readOnly: maybe(flag("Mounts it read-only.")),
  },
);

const CSIVolumeSource = object("CSIVolumeSource", "CSI volume source.", {
  driver: text("Driver."),
  readOnly: maybe(flag("Mounts it read-only.")),
  fsType: maybe(text("File system type, such as ext4.")),
  volumeAttributes: maybe(map(text(), "Attributes that the driver understands.")),
  nodePublishSecretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret given to the driver.")),
});

const EphemeralVolumeSource = object("EphemeralVolumeSource", "Ephemeral volume source.", {
  volumeClaimTemplate: maybe(of(claimTypes.PersistentVolumeClaimTemplate, "A claim made for each run.")),
});

const ImageVolumeSource = object("ImageVolumeSource", "Image volume source.", {
  reference: maybe(text("Image or artifact reference.")),
  pullPolicy: maybe(text("When to pull: Always, IfNotPresent or Never.")),
});

const Volume = object("Volume", "A volume of the pod.", {
  name: text("Name."),
  hostPath: maybe(of(HostPathVolumeSource, "A path of the node.")),
  emptyDir: maybe(of(EmptyDirVolumeSource, "A folder that lives as long as the pod.")),
  gcePersistentDisk: maybe(of(diskTypes.GCEPersistentDiskVolumeSource, "A Google persistent disk.")),
  awsElasticBlockStore: maybe(of(diskTypes.AWSElasticBlockStoreVolumeSource, "An AWS block store volume.")),
  gitRepo: maybe(of(diskTypes.GitRepoVolumeSource, "A cloned repository.")),
  secret: maybe(of(SecretVolumeSource, "Files from a Secret.")),
  nfs: maybe(of(diskTypes.NFSVolumeSource, "An NFS export.")),
  iscsi: maybe(of(diskTypes.ISCSIVolumeSource, "An iSCSI disk.")),
  glusterfs: maybe(of(diskTypes.GlusterfsVolumeSource, "A GlusterFS volume.")),
  persistentVolumeClaim: maybe(of(PersistentVolumeClaimVolumeSource, "An existing PersistentVolumeClaim.")),
  rbd: maybe(of(diskTypes.RBDVolumeSource, "A Ceph block device.")),
  flexVolume: maybe(of(diskTypes.FlexVolumeSource, "A volume of a Flex driver.")),
  cinder: maybe(of(diskTypes.CinderVolumeSource, "A Cinder volume.")),
  cephfs: maybe(of(diskTypes.CephFSVolumeSource, "A Ceph file system.")),
  flocker: maybe(of(diskTypes.FlockerVolumeSource, "A Flocker dataset.")),
  downwardAPI: maybe(of(DownwardAPIVolumeSource, "Files with facts about the pod.")),
  fc: maybe(of(diskTypes.FCVolumeSource, "A Fibre Channel disk.")),
  azureFile: maybe(of(diskTypes.AzureFileVolumeSource, "An Azure file share.")),
  configMap: maybe(of(ConfigMapVolumeSource, "Files from a ConfigMap.")),
  vsphereVolume: maybe(of(diskTypes.VsphereVirtualDiskVolumeSource, "A vSphere volume.")),
  quobyte: maybe(of(diskTypes.QuobyteVolumeSource, "A Quobyte volume.")),
  azureDisk: maybe(of(diskTypes.AzureDiskVolumeSource, "An Azure disk.")),
  photonPersistentDisk: maybe(of(diskTypes.PhotonPersistentDiskVolumeSource, "A Photon disk.")),
  projected: maybe(of(ProjectedVolumeSource, "Several sources in one folder.")),
  portworxVolume: maybe(of(diskTypes.PortworxVolumeSource, "A Portworx volume.")),
  scaleIO: maybe(of(diskTypes.ScaleIOVolumeSource, "A ScaleIO volume.")),
  storageos: maybe(of(diskTypes.StorageOSVolumeSource, "A StorageOS volume.")),
  csi: maybe(of(CSIVolumeSource, "A volume of a CSI driver.")),
  ephemeral: maybe(of(EphemeralVolumeSource, "A claim that lives as long as the pod.")),
  image: maybe(of(ImageVolumeSource, "Container image reference.")),
});

/**
 * Volumes and their common sources.
 * @internal
 */
export const volumeTypes = {
  KeyToPath,
  ConfigMapVolumeSource,
  SecretVolumeSource,
  ConfigMapProjection,
  SecretProjection,
  DownwardAPIVolumeFile,
  DownwardAPIProjection,
  DownwardAPIVolumeSource,
  ServiceAccountTokenProjection,
  ClusterTrustBundleProjection,
  PodCertificateProjection,
  VolumeProjection,
  ProjectedVolumeSource,
  EmptyDirVolumeSource,
  HostPathVolumeSource,
  PersistentVolumeClaimVolumeSource,
  CSIVolumeSource,
  EphemeralVolumeSource,
  ImageVolumeSource,
  Volume,
};
