/** Where links lead: from files of the repository to pages of the site, and to copies of other files. */
import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Links } from './markdown.ts';
import { type Page, type Part, ROOT } from './pages.ts';

export interface LinkProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

interface WantedAnchor {
  readonly page: string;
  readonly anchor: string;
  readonly problem: LinkProblem;
}

/** Resolves the links of all pages, and gathers what else of the repository they need. */
export class SiteLinks implements Links {
  readonly problems: LinkProblem[] = [];
  /** Paths in the repository of files and folders that are linked and are no pages. */
  readonly sources = new Set<string>();
  /** Pictures, by path in the repository. */
  readonly images = new Set<string>();
  readonly #pages: ReadonlyMap<string, string>;
  readonly #anchors: WantedAnchor[] = [];

  constructor(pages: readonly Page[]) {
    this.#pages = new Map(pages.flatMap(({ name, parts }) => parts.map(({ path }) => [path, name])));
  }

  link(target: string, from: Part, line: number): string {
    if (/^(?:https?|mailto):/.test(target)) return target;
    const problem = (message: string): LinkProblem => ({ file: from.path, line, message });
    const [path = '', anchor = ''] = target.split('#').map(decodeURIComponent);
    const resolved = path === '' ? from.path : posix.join(posix.dirname(from.path), path).replace(/\/$/, '');
    const page = this.#pages.get(resolved);
    const hash = anchor === '' ? '' : `#${anchor}`;
    if (page !== undefined) {
      if (anchor !== '') {
        this.#anchors.push({ page, anchor, problem: problem(`${target}: there is no such anchor`) });
      }
      return path === '' ? hash : `${page}.html${hash}`;
    }
    if (!isInRepository(resolved)) {
      this.problems.push(problem(`${target}: there is no such file`));
      return target;
    }
    this.sources.add(resolved);
    return `${sourceUrl(resolved)}${hash}`;
  }

  image(target: string, from: Part, line: number): string {
    const path = posix.join(posix.dirname(from.path), target);
    if (!isInRepository(path)) {
      this.problems.push({ file: from.path, line, message: `${target}: there is no such picture` });
      return target;
    }
    this.images.add(path);
    return imageUrl(path);
  }

  /** When all pages are there: says which anchors are not. */
  checkAnchors(ids: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const { page, anchor, problem } of this.#anchors) {
      if (!ids.get(page)?.has(anchor)) this.problems.push(problem);
    }
  }
}

/** Address of the copy of a file, from the top of the site. */
export function sourceUrl(path: string): string {
  return `source/${path}.html`;
}

export function imageUrl(path: string): string {
  return `images/${path.replaceAll('/', '-')}`;
}

function isInRepository(path: string): boolean {
  return !path.startsWith('..') && existsSync(join(ROOT, path));
}

export function isFolder(path: string): boolean {
  return statSync(join(ROOT, path)).isDirectory();
}
