/**
 * Volume sources of single storage systems.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { flag, int32, list, map, maybe, object, of, text } from "../define.ts";
import { metadataTypes } from "./metadata.ts";

const AWSElasticBlockStoreVolumeSource = object(
  "AWSElasticBlockStoreVolumeSource",
  "AWS elastic block store volume source.",
  {
    volumeID: text("Id of the volume at its provider."),
    fsType: maybe(text("File system type, such as ext4.")),
    partition: maybe(int32("Partition of the disk; 0 is the whole.")),
    readOnly: maybe(flag("Mounts it read-only.")),
  },
);

const AzureDiskVolumeSource = object("AzureDiskVolumeSource", "Azure disk volume source.", {
  diskName: text("Name of the disk."),
  diskURI: text("URI of the disk."),
  cachingMode: maybe(text("Host caching mode.")),
  fsType: maybe(text("File system type, such as ext4.")),
  readOnly: maybe(flag("Mounts it read-only.")),
  kind: maybe(text("Kind of object.")),
});

const AzureFileVolumeSource = object("AzureFileVolumeSource", "Azure file volume source.", {
  secretName: text("Name of the Secret."),
  shareName: text("Name of the share."),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const CephFSVolumeSource = object("CephFSVolumeSource", "Ceph FS volume source.", {
  monitors: list(text(), "Addresses of the monitors."),
  path: maybe(text("The path.")),
  user: maybe(text("User.")),
  secretFile: maybe(text("File with the key.")),
  secretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret with the credentials.")),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const CinderVolumeSource = object("CinderVolumeSource", "Cinder volume source.", {
  volumeID: text("Id of the volume at its provider."),
  fsType: maybe(text("File system type, such as ext4.")),
  readOnly: maybe(flag("Mounts it read-only.")),
  secretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret with the credentials.")),
});

const FCVolumeSource = object("FCVolumeSource", "FC volume source.", {
  targetWWNs: maybe(list(text(), "Target world wide names.")),
  lun: maybe(int32("Logical unit number.")),
  fsType: maybe(text("File system type, such as ext4.")),
  readOnly: maybe(flag("Mounts it read-only.")),
  wwids: maybe(list(text(), "World wide ids.")),
});

const FlexVolumeSource = object("FlexVolumeSource", "Flex volume source.", {
  driver: text("Driver."),
  fsType: maybe(text("File system type, such as ext4.")),
  secretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret with the credentials.")),
  readOnly: maybe(flag("Mounts it read-only.")),
  options: maybe(map(text(), "Options.")),
});

const FlockerVolumeSource = object("FlockerVolumeSource", "Flocker volume source.", {
  datasetName: maybe(text("Name of the dataset.")),
  datasetUUID: maybe(text("Id of the dataset.")),
});

const GCEPersistentDiskVolumeSource = object("GCEPersistentDiskVolumeSource", "GCE persistent disk volume source.", {
  pdName: text("Name of the disk."),
  fsType: maybe(text("File system type, such as ext4.")),
  partition: maybe(int32("Partition of the disk; 0 is the whole.")),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const GitRepoVolumeSource = object("GitRepoVolumeSource", "Git repo volume source.", {
  repository: text("Repository."),
  revision: maybe(text("Commit.")),
  directory: maybe(text("Folder.")),
});

const GlusterfsVolumeSource = object("GlusterfsVolumeSource", "Glusterfs volume source.", {
  endpoints: text("Endpoints object."),
  path: text("The path."),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const ISCSIVolumeSource = object("ISCSIVolumeSource", "ISCSI volume source.", {
  targetPortal: text("Address of the portal."),
  iqn: text("Qualified name of the target."),
  lun: int32("Logical unit number."),
  iscsiInterface: maybe(text("Interface name.")),
  fsType: maybe(text("File system type, such as ext4.")),
  readOnly: maybe(flag("Mounts it read-only.")),
  portals: maybe(list(text(), "Further portals.")),
  chapAuthDiscovery: maybe(flag("CHAP for discovery.")),
  chapAuthSession: maybe(flag("CHAP for the session.")),
  secretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret with the credentials.")),
  initiatorName: maybe(text("Initiator name.")),
});

const NFSVolumeSource = object("NFSVolumeSource", "NFS volume source.", {
  server: text("Server."),
  path: text("The path."),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const PhotonPersistentDiskVolumeSource = object(
  "PhotonPersistentDiskVolumeSource",
  "Photon persistent disk volume source.",
  {
    pdID: text("Id of the disk."),
    fsType: maybe(text("File system type, such as ext4.")),
  },
);

const PortworxVolumeSource = object("PortworxVolumeSource", "Portworx volume source.", {
  volumeID: text("Id of the volume at its provider."),
  fsType: maybe(text("File system type, such as ext4.")),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const QuobyteVolumeSource = object("QuobyteVolumeSource", "Quobyte volume source.", {
  registry: text("Registry."),
  volume: text("Volume."),
  readOnly: maybe(flag("Mounts it read-only.")),
  user: maybe(text("User.")),
  group: maybe(text("Group.")),
  tenant: maybe(text("Tenant.")),
});

const RBDVolumeSource = object("RBDVolumeSource", "RBD volume source.", {
  monitors: list(text(), "Addresses of the monitors."),
  image: text("Container image reference."),
  fsType: maybe(text("File system type, such as ext4.")),
  pool: maybe(text("Pool.")),
  user: maybe(text("User.")),
  keyring: maybe(text("Key ring.")),
  secretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret with the credentials.")),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const ScaleIOVolumeSource = object("ScaleIOVolumeSource", "Scale IO volume source.", {
  gateway: text("Address of the gateway."),
  system: text("Storage system."),
  secretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret with the credentials.")),
  sslEnabled: maybe(flag("Whether TLS is used.")),
  protectionDomain: maybe(text("Protection domain.")),
  storagePool: maybe(text("Storage pool.")),
  storageMode: maybe(text("Thick or thin.")),
  volumeName: maybe(text("Name of the volume.")),
  fsType: maybe(text("File system type, such as ext4.")),
  readOnly: maybe(flag("Mounts it read-only.")),
});

const StorageOSVolumeSource = object("StorageOSVolumeSource", "Storage OS volume source.", {
  volumeName: maybe(text("Name of the volume.")),
  volumeNamespace: maybe(text("Scope of the volume.")),
  fsType: maybe(text("File system type, such as ext4.")),
  readOnly: maybe(flag("Mounts it read-only.")),
  secretRef: maybe(of(metadataTypes.LocalObjectReference, "Secret with the credentials.")),
});

const VsphereVirtualDiskVolumeSource = object("VsphereVirtualDiskVolumeSource", "Vsphere virtual disk volume source.", {
  volumePath: text("Path of the volume."),
  fsType: maybe(text("File system type, such as ext4.")),
  storagePolicyName: maybe(text("Storage policy.")),
  storagePolicyID: maybe(text("Id of the storage policy.")),
});

/**
 * Volume sources of single storage systems.
 * @internal
 */
export const diskTypes = {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
};
