/** Bodies of requests, which are JSON. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Bytes of a body. */
export const MOST_BODY = 1024 * 1024;

/** Reads a body of JSON, at most so many bytes. Rejects with a {@link Refusal}. */
export async function readJson(request: IncomingMessage, most: number = MOST_BODY): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  // A form of another page cannot send this type without being asked first.
  if (type !== 'application/json')
    throw new Refusal(415, 'send JSON, with Content-Type: application/json', { counted: 'malformed' });
  if (request.headers['content-encoding'] !== undefined)
    throw new Refusal(415, 'send the body as it is, without Content-Encoding', { counted: 'malformed' });
  const bytes = await readBytes(request, most);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, 'the body is no JSON in UTF-8', { counted: 'malformed' });
  }
}

async function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  const refuse = (): never => {
    throw new Refusal(413, `the body has more than ${most} bytes`, { counted: 'too_large' });
  };
  if (Number(request.headers['content-length'] ?? 0) > most) refuse();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      length += chunk.length;
      if (length > most) refuse();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'the body has not come to its end', { counted: 'malformed' });
  }
  return Buffer.concat(chunks);
}
