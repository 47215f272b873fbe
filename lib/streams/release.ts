/**
 * Giving memory back at once. Knows buffers; nothing of what was in them.
 * @module
 */

/**
 * Frees a buffer now; every view of it is empty from then on. The garbage collector would do so too, but not before
 * buffers of 64 MB are waiting, and each thread has a collector of its own: too late for who promises little memory.
 */
export function release(buffer: ArrayBuffer): void {
  if (!buffer.detached) buffer.transfer(0);
}
