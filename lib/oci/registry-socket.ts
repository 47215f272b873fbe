/**
 * A door of TCP connections in front of a server, whose single connections can be broken from inside. An HTTP server
 * cannot break the connection of a request without answering it; this can. Used only when faults are asked for.
 * @module
 */

/** Connections in front of a server. */
export interface BreakableDoor {
  /** Port that clients connect to. */
  readonly port: number;
  /** Breaks the connection that reaches the server from this local port. */
  break(serverSidePort: number): void;
  /** Ends listening and every connection. */
  close(): Promise<void>;
}

/** Listens on an address and passes each connection on to `target` (a port on the loopback interface). */
export function openDoor(hostname: string, port: number, target: { hostname: string; port: number }): BreakableDoor {
  const listener = Deno.listen({ hostname, port, transport: "tcp" });
  const open = new Map<number, () => void>();
  const pending = new Set<Promise<void>>();

  const pass = async (client: Deno.TcpConn) => {
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect(target);
    } catch {
      return client.close();
    }
    const end = () => {
      for (const connection of [client, server]) {
        try {
          connection.close();
        } catch {
          // Closed already, by the end of its stream.
        }
      }
    };
    const localPort = server.localAddr.port;
    open.set(localPort, end);
    await Promise.allSettled([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
    open.delete(localPort);
    end();
  };

  const accepting = (async () => {
    for await (const client of listener) {
      const passing = pass(client).finally(() => pending.delete(passing));
      pending.add(passing);
    }
  })();

  return {
    port: listener.addr.port,
    break: (serverSidePort) => open.get(serverSidePort)?.(),
    async close() {
      listener.close();
      await accepting;
      for (const end of open.values()) end();
      await Promise.allSettled(pending);
    },
  };
}
