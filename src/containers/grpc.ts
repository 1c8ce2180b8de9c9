/**
 * Calls of gRPC over HTTP/2 on a Unix socket, one question and one answer each
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { ANSWER_LIMIT, ANSWER_TIMEOUT_MS } from './client.ts';
import { Message } from './protobuf.ts';

/** The code of gRPC that callers tell from the others. */
export const NOT_FOUND = 5;

/** The server's own account of why a call failed. */
export class GrpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(`answered with gRPC code ${code}: ${message}`);
    this.code = code;
  }
}

/** Before each message: one byte that says whether it is compressed, and its length in four. */
const PREFIX = 5;

export class GrpcSocket {
  readonly #path: string;
  #session: ClientHttp2Session | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Calls `method` (`package.Service/Method`) with an encoded message and returns the answer. Rejects with
   * a {@link GrpcError} when the server refuses, with the system's error when there is no server.
   */
  async call(
    method: string,
    question: Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Message> {
    const stream = this.#connected().request({
      ':method': 'POST',
      ':path': `/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const answer = receive(stream);
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32BE(question.length, 1);
    stream.end(Buffer.concat([prefix, question]));
    return new Message(await answer);
  }

  close(): void {
    this.#session?.destroy();
  }

  #connected(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const session = connect('http://localhost', { createConnection: () => connectSocket(this.#path) });
    // What fails is told by each call's stream.
    session.on('error', () => {});
    this.#session = session;
    return session;
  }
}

/** The bytes of the one message that the stream brings. */
function receive(stream: ClientHttp2Stream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let code: number | undefined;
    let reason = '';
    const takeStatus = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] === undefined) return;
      code = Number(headers['grpc-status']);
      reason = String(headers['grpc-message'] ?? '');
    };
    stream.setTimeout(ANSWER_TIMEOUT_MS, () => stream.close(constants.NGHTTP2_CANCEL));
    stream.on('response', takeStatus);
    stream.on('trailers', takeStatus);
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > ANSWER_LIMIT) stream.close(constants.NGHTTP2_CANCEL);
      else chunks.push(chunk);
    });
    // Why the connection failed is only the cause of why the stream did.
    stream.on('error', (error) => reject(error.cause ?? error));
    stream.on('close', () => {
      const bytes = Buffer.concat(chunks);
      if (code === undefined) reject(new Error('ended without an answer'));
      else if (code !== 0) reject(new GrpcError(code, reason));
      else if (bytes.length < PREFIX || bytes[0] !== 0 || bytes.readUInt32BE(1) !== bytes.length - PREFIX)
        reject(new Error('answered with what is no gRPC message'));
      else resolve(bytes.subarray(PREFIX));
    });
  });
}
