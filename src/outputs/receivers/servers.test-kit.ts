/** Receivers that tests start on loopback: each notes the alerts that it has confirmed. */
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeMultiStream, encode } from '@msgpack/msgpack';

export interface TestServer {
  readonly port: number;
  /** What has arrived, one entry an alert. */
  readonly received: string[];
  /** Ends connections and listens no more. */
  stop(): Promise<void>;
}

/** Parts the text of a request into alerts, and answers it. */
export type HttpAnswerer = (
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
) => readonly string[];

export async function httpServer(answer: HttpAnswerer, port = 0): Promise<TestServer> {
  const received: string[] = [];
  const server = createHttpServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const bytes = Buffer.concat(pieces);
      const isPacked = request.headers['content-encoding'] === 'gzip';
      received.push(...answer(request, (isPacked ? gunzipSync(bytes) : bytes).toString('utf8'), response));
      response.end();
    });
  });
  return {
    port: await listen(server, port),
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Octet-counted syslog frames. */
export function syslogServer(port = 0): Promise<TestServer> {
  return streamServer(port, (socket, received) => {
    let rest = Buffer.alloc(0);
    socket.on('data', (piece) => {
      rest = Buffer.concat([rest, piece as Buffer]);
      for (;;) {
        const space = rest.indexOf(0x20);
        const length = Number(rest.toString('latin1', 0, Math.max(space, 0)));
        if (space < 0 || rest.length < space + 1 + length) return;
        received.push(rest.toString('utf8', space + 1, space + 1 + length));
        rest = rest.subarray(space + 1 + length);
      }
    });
  });
}

/** Forward protocol without a shared key. */
export function fluentdServer(port = 0): Promise<TestServer> {
  return streamServer(port, (socket, received) => {
    void (async () => {
      for await (const message of decodeMultiStream(socket)) {
        const [tag, entries, options] = message as [string, [unknown, unknown][], { chunk: string }];
        received.push(...entries.map(([, record]) => `${tag} ${JSON.stringify(record)}`));
        socket.write(encode({ ack: options.chunk }));
      }
    })().catch(() => {
      // The test ends the connection.
    });
  });
}

export async function udpServer(port = 0): Promise<TestServer> {
  const received: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message) => received.push(message.toString('utf8')));
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  return {
    port: socket.address().port,
    received,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

async function streamServer(
  port: number,
  serve: (socket: Socket, received: string[]) => void,
): Promise<TestServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket, received);
  });
  return {
    port: await listen(server, port),
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
