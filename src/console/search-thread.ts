/** Searches the store in a thread of its own: nothing that somebody looks for holds up events. */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { Refusal } from '../server/refusal.ts';
import { openToRead } from '../store/open.ts';
import type { Cursor, Filter } from '../store/query.ts';
import { migrate } from '../store/schema.ts';
import { answering } from './answering.ts';
import { type CountedBy, Search } from './search.ts';

export interface SearchSettings {
  /** Of the store. */
  readonly path: string;
}

export type SearchRequest =
  | {
      readonly kind: 'page';
      readonly filter: Filter;
      readonly limit: number;
      readonly from: Cursor | undefined;
    }
  | { readonly kind: 'alert'; readonly id: number }
  | { readonly kind: 'timeline'; readonly filter: Filter; readonly spans: number }
  | { readonly kind: 'counts'; readonly filter: Filter; readonly by: CountedBy; readonly limit: number }
  | { readonly kind: 'fired' }
  | { readonly kind: 'last' }
  | { readonly kind: 'after'; readonly filter: Filter; readonly id: number; readonly limit: number }
  | { readonly kind: 'count'; readonly filter: Filter; readonly id: number; readonly upTo: number }
  | { readonly kind: 'state' };

/** How often the file is looked at, which another one may have replaced. */
const LOOK_MS = 1000;

const { path } = workerData as SearchSettings;
let opened:
  | { readonly search: Search; readonly database: DatabaseSync; readonly inode: number | undefined }
  | undefined;
let looked = 0;

answering((request: SearchRequest) => {
  try {
    return answer(search(), request);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // The next question opens the file anew: it may be repaired or replaced by then.
    close();
    throw new Refusal(503, `the store cannot be read: ${(error as Error).message}`);
  }
});

function answer(search: Search, request: SearchRequest): unknown {
  const now = Date.now() * 1000;
  switch (request.kind) {
    case 'page':
      return search.page(request.filter, request.limit, request.from);
    case 'alert':
      return search.alert(request.id);
    case 'timeline':
      return search.timeline(request.filter, request.spans, now);
    case 'counts':
      return search.counts(request.filter, request.by, request.limit);
    case 'fired':
      return JSON.stringify(search.fired(now));
    case 'last':
      return search.last;
    case 'after':
      return search.after(request.filter, request.id, request.limit);
    case 'count':
      return search.count(request.filter, request.id, request.upTo);
    case 'state':
      return search.state;
  }
}

function search(): Search {
  const now = performance.now();
  if (opened && now - looked > LOOK_MS) {
    looked = now;
    if (statSync(path, { throwIfNoEntry: false })?.ino !== opened.inode) close();
  }
  if (opened === undefined) {
    looked = now;
    const inode = statSync(path, { throwIfNoEntry: false })?.ino;
    const database = inode === undefined ? emptyStore() : openToRead(path);
    opened = { search: new Search(database), database, inode };
  }
  return opened.search;
}

/** Until the first alert there is no file. */
function emptyStore(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  return database;
}

function close(): void {
  try {
    opened?.database.close();
  } catch {
    // It was of no use any more.
  }
  opened = undefined;
}
