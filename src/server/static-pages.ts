/**
 * Files of the console's pages, from a folder that the build has made. All of them are read at the first request and
 * found by their exact paths: what is not among them is not there, whatever a path looks like.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SECURITY_HEADERS } from './headers.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** Types that are smaller when compressed. */
const TEXTS = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt']);
/** Bytes of files that are no pages of this program. */
const MOST_BYTES = 16 * 1024 * 1024;
/** A name with this in it belongs to its content: it may be kept for ever. */
const HASHED = /[.-][0-9A-Za-z]{8,}\.\w+$/;
const INDEX = '/index.html';
/** Here is nothing but files. */
const ASSETS = '/assets/';

interface Page {
  readonly plain: Buffer;
  readonly packed: Buffer | undefined;
  readonly type: string;
  readonly tag: string;
}

export class StaticPages {
  readonly #folder: string;
  #pages: Promise<ReadonlyMap<string, Page>> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Answers GET and HEAD of a file. Other paths are places within the page for those who want a page; for others, such
   * as probes that look for /healthz, there is nothing. False when there is no such file.
   */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const pages = await this.#load();
    const isPlace = path === '/' || (wantsPage(request) && !path.startsWith(ASSETS));
    const page = pages.get(path) ?? (isPlace ? pages.get(INDEX) : undefined);
    if (page === undefined) return false;
    send(page, HASHED.test(path), request, response);
    return true;
  }

  /** Whether there are pages at all. */
  async areThere(): Promise<boolean> {
    return (await this.#load()).has(INDEX);
  }

  async #load(): Promise<ReadonlyMap<string, Page>> {
    this.#pages ??= readPages(this.#folder);
    const pages = await this.#pages;
    // They may be built while this program runs.
    if (!pages.has(INDEX)) this.#pages = undefined;
    return pages;
  }
}

async function readPages(folder: string): Promise<ReadonlyMap<string, Page>> {
  const pages = new Map<string, Page>();
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const plain = await readFile(file);
    bytes += plain.length;
    if (bytes > MOST_BYTES) break;
    const packed = TEXTS.has(extname(entry.name)) ? await promisify(gzip)(plain) : undefined;
    const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    pages.set(file.slice(folder.length).replaceAll('\\', '/'), { plain, packed, type, tag });
  }
  return pages;
}

function wantsPage({ headers }: IncomingMessage): boolean {
  return (headers.accept ?? '').includes('text/html');
}

function send(
  { plain, packed, type, tag }: Page,
  isHashed: boolean,
  { headers, method }: IncomingMessage,
  response: ServerResponse,
): void {
  const common = {
    ...SECURITY_HEADERS,
    ETag: tag,
    Vary: 'Accept-Encoding',
    'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (headers['if-none-match'] === tag) {
    response.writeHead(304, common).end();
    return;
  }
  const takesPacked = packed !== undefined && /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  const content = takesPacked ? packed : plain;
  response.writeHead(200, {
    ...common,
    'Content-Type': type,
    'Content-Length': content.length,
    ...(takesPacked ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : content);
}
