/** Engines for tests: servers on sockets of their own that answer what they are told to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createServer2, type ServerHttp2Stream } from 'node:http2';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { GrpcError, NOT_FOUND } from './grpc.ts';

/** Path for a socket, which is removed with its folder when the test has ended. */
export function socketPath(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-socket-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'engine.sock');
}

/** Serves JSON by path; 404 for others. A number instead of JSON is an HTTP status, a text goes out as it is. */
export async function serveJson(
  context: TestContext,
  answers: Readonly<Record<string, unknown>>,
): Promise<{ readonly socket: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const socket = socketPath(context);
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    asked.push(target);
    const answer = answers[target] ?? 404;
    response.statusCode = typeof answer === 'number' ? answer : 200;
    if (typeof answer === 'string') response.end(answer);
    else response.end(typeof answer === 'number' ? '{"message":"no"}' : JSON.stringify(answer));
  });
  await listen(context, server, socket);
  context.after(() => server.closeAllConnections());
  return { socket, asked };
}

/** Answers a gRPC call with an encoded message; an error thrown becomes the call's status. */
export type GrpcAnswer = (
  method: string,
  question: Buffer,
  headers: Readonly<Record<string, unknown>>,
) => Buffer;

export async function serveGrpc(context: TestContext, answer: GrpcAnswer): Promise<string> {
  const socket = socketPath(context);
  const server = createServer2();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const method = String(headers[':path']).slice(1);
      try {
        const message = answer(method, Buffer.concat(chunks).subarray(5), headers);
        const prefix = Buffer.alloc(5);
        prefix.writeUInt32BE(message.length, 1);
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(Buffer.concat([prefix, message]));
      } catch (error) {
        const code = error instanceof GrpcError ? error.code : 13;
        stream.respond(
          { ':status': 200, 'grpc-status': String(code), 'grpc-message': 'no' },
          { endStream: true },
        );
      }
    });
  });
  await listen(context, server, socket);
  return socket;
}

/** The status by which servers say that there is no such thing. */
export function notFound(): never {
  throw new GrpcError(NOT_FOUND, 'not found');
}

async function listen(context: TestContext, server: Server, socket: string): Promise<void> {
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  context.after(() => {
    server.close();
  });
}
