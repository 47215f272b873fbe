/** What is known of images that are not used. */
import assert from "node:assert/strict";
import { imageCommand, imageName, wantsAsh } from "../../../lib/engine/sandbox/image.ts";

Deno.test("an image is known by its last name, whatever registry, tag or digest it comes with", () => {
  for (const image of ["bash", "bash:5", "mirror.gcr.io/bash@sha256:00", "127.0.0.1:5000/library/bash:5@sha256:00"]) {
    assert.equal(imageName(image), "bash", image);
  }
});

Deno.test("an image starts what it would start in a container; one that is not known starts nothing", () => {
  assert.deepEqual(imageCommand("busybox", ["-c", "true"]), ["sh", "-c", "true"]);
  assert.deepEqual(imageCommand("bash", []), ["bash"]);
  assert.deepEqual(imageCommand("bash:5", ["-c", "true"]), ["bash", "-c", "true"]);
  assert.deepEqual(imageCommand("bash", ["echo", "hi"]), ["echo", "hi"]);
  assert.equal(imageCommand("constructor", []), undefined);
  assert.deepEqual(["node:24-alpine", "busybox", "ubuntu"].map(wantsAsh), [true, true, false]);
});
