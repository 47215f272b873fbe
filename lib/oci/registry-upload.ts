/**
 * Upload sessions of the embedded registry (distribution spec, "Pushing blobs"): bytes go to a file as they come, their
 * digest is computed on the way, and what arrived before a connection broke stays, so that a client can ask where the
 * session stands and go on. Knows files and bytes; the HTTP around it is elsewhere.
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { digestOfFile, removeIfThere, removeStale, writeAll } from "./layout-blobs.ts";
import { Refusal } from "./registry-answer.ts";
import type { RegistryStore } from "./registry-store.ts";

/** Bounds of uploads. */
export interface UploadLimits {
  /** Bytes of one blob. */
  readonly maxBlobBytes: number;
  /** Sessions open at the same time. */
  readonly maxSessions: number;
  /** A session that nothing touched for this long, in milliseconds, is removed. */
  readonly sessionMs: number;
  /** A body of which nothing arrives for this long, in milliseconds, is given up. */
  readonly idleMs: number;
}

/** One upload under way. */
export interface UploadSession {
  /** Its id in the URL. */
  readonly id: string;
  /** Whose it is. */
  readonly repository: string;
  /** Bytes that are in the file. */
  size: number;
}

interface Session extends UploadSession {
  readonly path: string;
  readonly hash: Hash;
  touched: number;
  /** Ends the write under way, if any; settles when it has ended. */
  stop: (() => Promise<void>) | undefined;
  /** Settles when the write under way, if any, has ended. */
  writing: Promise<void> | undefined;
}

/** All uploads of one registry. */
export class UploadSessions {
  readonly #store: RegistryStore;
  readonly #limits: UploadLimits;
  readonly #directory: string;
  readonly #sessions = new Map<string, Session>();
  #prepared: Promise<void> | undefined;

  /** Uploads into this store; their files are in its folder `.uploads`. */
  constructor(store: RegistryStore, limits: UploadLimits) {
    this.#store = store;
    this.#limits = limits;
    this.#directory = `${store.directory}/.uploads`;
  }

  /** Begins a session. Sessions of the past that nobody ended are removed. */
  async begin(repository: string): Promise<UploadSession> {
    await this.#removeStale();
    if (this.#sessions.size >= this.#limits.maxSessions) {
      throw new Refusal(429, "TOOMANYREQUESTS", "too many uploads are open", { headers: { "retry-after": "5" } });
    }
    const id = crypto.randomUUID();
    const path = `${this.#directory}/${id}`;
    // Once: what a registry that crashed has left.
    await (this.#prepared ??= Deno.mkdir(this.#directory, { recursive: true }).then(() =>
      removeStale(this.#directory, "")
    ));
    await Deno.writeFile(path, new Uint8Array(), { createNew: true });
    const session: Session = {
      id,
      repository,
      path,
      size: 0,
      hash: createHash("sha256"),
      touched: Date.now(),
      stop: undefined,
      writing: undefined,
    };
    this.#sessions.set(id, session);
    return session;
  }

  /**
   * A session of this repository.
   * @throws Refusal 404 when there is none
   */
  get(repository: string, id: string): UploadSession {
    return this.#find(repository, id);
  }

  /**
   * Where a session stands. A client that asks has usually just lost the connection that wrote to it: that write gets a
   * moment to put down what it has.
   */
  async status(session: UploadSession): Promise<UploadSession> {
    const found = this.#find(session.repository, session.id);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moment = new Promise<void>((resolve) => timer = setTimeout(resolve, 100));
    await Promise.race([found.writing, moment]);
    clearTimeout(timer);
    return found;
  }

  /**
   * Appends to a session all of a body. Whatever wrote to the session until now is stopped first: it is the same
   * client's broken connection. What arrives before a failure stays.
   * @param range where the client says that the body begins and ends, inclusive, in bytes
   * @throws Refusal 416 when the body does not begin where the session stands, 400 when it has another length than
   * `range`, 413 when the blob gets too large, 408 when nothing more arrives, 409 when another request takes over
   */
  async append(
    session: UploadSession,
    body: ReadableStream<Uint8Array> | null,
    range?: { readonly start: number; readonly end: number },
  ): Promise<void> {
    const found = this.#find(session.repository, session.id);
    await found.stop?.();
    if (range !== undefined && range.start !== found.size) {
      throw new Refusal(416, "BLOB_UPLOAD_INVALID", `the upload stands at ${found.size}, not at ${range.start}`, {
        headers: sessionHeaders(found),
      });
    }
    if (body === null) return;
    const expected = range === undefined ? undefined : range.end + 1 - range.start;
    let done = () => {};
    const ended = new Promise<void>((resolve) => done = resolve);
    const reader = body.getReader();
    found.writing = ended;
    let stopped = false;
    found.stop = () => {
      stopped = true;
      reader.cancel("another request continues this upload").catch(() => {});
      return ended;
    };
    try {
      const received = await this.#receive(found, reader);
      if (stopped) throw new Refusal(409, "BLOB_UPLOAD_INVALID", "another request went on with this upload");
      if (expected !== undefined && received !== expected) {
        throw new Refusal(400, "SIZE_INVALID", `the body has ${received} bytes, its range ${expected}`, {
          headers: sessionHeaders(found),
        });
      }
    } finally {
      found.touched = Date.now();
      found.stop = undefined;
      found.writing = undefined;
      done();
    }
  }

  /**
   * Makes what a session holds the blob with this digest, and ends the session.
   * @throws Refusal 400 when the content has another digest
   */
  async commit(session: UploadSession, digest: string): Promise<void> {
    const found = this.#find(session.repository, session.id);
    await found.stop?.();
    this.#sessions.delete(found.id);
    try {
      const actual = digest.startsWith("sha256:")
        ? `sha256:${found.hash.digest("hex")}`
        : await digestOfFile(found.path, digest.slice(0, digest.indexOf(":")));
      if (actual !== digest) {
        throw new Refusal(400, "DIGEST_INVALID", `the content has the digest ${actual}, not ${digest}`);
      }
      const layout = await this.#store.create(found.repository);
      using file = await Deno.open(found.path, { read: true, write: true });
      await layout.blobs.adopt(found.path, digest, file);
    } finally {
      await removeIfThere(found.path);
    }
  }

  /** Ends a session and forgets what it holds. */
  async cancel(session: UploadSession): Promise<void> {
    const found = this.#find(session.repository, session.id);
    this.#sessions.delete(found.id);
    await found.stop?.();
    await removeIfThere(found.path);
  }

  /** Ends every session. */
  async close(): Promise<void> {
    for (const session of [...this.#sessions.values()]) await this.cancel(session);
  }

  async #receive(session: Session, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number> {
    using file = await Deno.open(session.path, { append: true });
    const writer = new BatchWriter(async (bytes) => {
      // Only what is in the file counts, so that size, hash and file never differ.
      await writeAll(file, bytes).catch(async (error) => {
        await file.truncate(session.size);
        throw error;
      });
      session.hash.update(bytes);
      session.size += bytes.length;
    });
    const start = session.size;
    let received = 0;
    let idle = false;
    const giveUp = () => {
      idle = true;
      reader.cancel("nothing arrived").catch(() => {});
    };
    let timer = setTimeout(giveUp, this.#limits.idleMs);
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(timer);
        timer = setTimeout(giveUp, this.#limits.idleMs);
        received += value.length;
        if (start + received > this.#limits.maxBlobBytes) {
          throw new Refusal(413, "SIZE_INVALID", `a blob may have at most ${this.#limits.maxBlobBytes} bytes`);
        }
        await writer.write(value);
      }
    } finally {
      clearTimeout(timer);
      reader.cancel().catch(() => {});
      // Also what came before a connection broke.
      await writer.end();
    }
    if (idle) throw new Refusal(408, "BLOB_UPLOAD_INVALID", "nothing more of the body arrived in time");
    return received;
  }

  #find(repository: string, id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined || session.repository !== repository) {
      throw new Refusal(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload in this repository");
    }
    return session;
  }

  async #removeStale(): Promise<void> {
    const before = Date.now() - this.#limits.sessionMs;
    for (const session of [...this.#sessions.values()]) {
      if (session.touched < before && session.stop === undefined) await this.cancel(session);
    }
  }
}

/** Bytes that may wait for being written. */
const maximumWaiting = 1024 * 1024;

/** Writes while more is being read: what arrives during one write goes out together with the next one. */
class BatchWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Takes bytes; resolves when there is room for more. Throws when a write before has failed. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#drain();
    if (this.#waitingBytes > maximumWaiting) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const [first, ...more] = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        await this.#write(more.length === 0 ? first! : joined([first!, ...more]));
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#writing = undefined;
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Where a session is and where it stands: what every answer about it says. */
export function sessionHeaders(session: UploadSession): Record<string, string> {
  return {
    location: `/v2/${session.repository}/blobs/uploads/${session.id}`,
    // The end is inclusive; an upload without bytes says 0-0 as well, which clients have come to expect.
    range: `0-${Math.max(0, session.size - 1)}`,
    "docker-upload-uuid": session.id,
  };
}
