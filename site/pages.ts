/** Which pages the documentation site has, in which order, and what each is made of. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { commandsReference } from './reference/commands.ts';
import { configurationPage } from './reference/configuration.ts';
import { eventsReference } from './reference/events.ts';
import { fieldsReference } from './reference/fields.ts';
import { rulesReference } from './reference/rules.ts';

export const ROOT = resolve(import.meta.dirname, '..');

/** Markdown that a page is made of. */
export interface Part {
  /** Path in the repository, against which links are resolved; also of generated text. */
  readonly path: string;
  readonly text: string;
  /** By how many levels the headings move down. */
  readonly lower: number;
}

export interface Page {
  /** Name of the file without `.html`. */
  readonly name: string;
  /** As the navigation shows it. */
  readonly title: string;
  readonly section: string;
  readonly parts: readonly Part[];
}

/** A Markdown file of the repository, or text that the code gives, under a name of its own. */
type Source = string | (() => string | Promise<string>);
type Entry = readonly [name: string, title: string, ...sources: Source[]];

/** The order in which somebody would read. Files of docs/ that are not here come last. */
const SECTIONS: readonly (readonly [section: string, entries: readonly Entry[]])[] = [
  [
    'Start',
    [
      ['index', 'Lanner', 'README.md'],
      ['getting-started', 'Getting started', 'docs/getting-started.md'],
      ['coming-from-falco', 'Coming from Falco', 'docs/coming-from-falco.md'],
      ['troubleshooting', 'Troubleshooting', 'docs/troubleshooting.md'],
    ],
  ],
  [
    'Rules',
    [
      ['writing-rules', 'Writing rules', 'docs/writing-rules.md'],
      ['editors', 'Editors', 'docs/editors.md'],
      ['testing-rules', 'Testing rules', 'docs/testing-rules.md'],
      ['rules', 'Default rules', 'docs/rules.md'],
      ['tuning', 'Tuning', 'docs/tuning.md'],
      ['scenes', 'Scenes', 'docs/scenes.md'],
      ['learning', 'Learning what is normal', 'docs/learning.md'],
      ['sigma', 'Sigma rules', 'docs/sigma.md'],
    ],
  ],
  [
    'Running Lanner',
    [
      ['service', 'As a service', 'docs/service.md'],
      ['outputs', 'Outputs', 'docs/outputs.md'],
      ['console', 'The console', 'docs/console.md'],
      ['store', 'The store', 'docs/store.md'],
      ['metrics', 'Metrics and health', 'docs/metrics.md'],
      ['containers', 'Containers', 'docs/containers.md'],
      ['kubernetes', 'Kubernetes', 'docs/kubernetes.md'],
      ['recording', 'Recording', 'docs/recording.md'],
      ['events', 'Which events are traced', 'docs/events.md'],
    ],
  ],
  [
    'Reference',
    [
      ['all-fields', 'Every field', fieldsReference],
      ['all-events', 'Every event', eventsReference],
      ['configuration', 'Every configuration key', configurationPage],
      ['commands', 'Every command', commandsReference],
      ['command-line', 'Command line', 'docs/command-line.md'],
      ['all-rules', 'Every default rule', rulesReference],
    ],
  ],
  [
    'Background',
    [
      ['security-model', 'Security model and limits', 'docs/security-model.md'],
      ['evasions', 'What hides, and what does not', 'docs/evasions.md'],
      ['conformance', 'Conformance with Falco', 'docs/conformance.md'],
      ['performance', 'Performance', 'docs/performance.md', ...filesLike('bench/results/*.md')],
      ['kernels', 'Kernels', 'docs/kernels.md'],
      ['architecture', 'Architecture', 'ARCHITECTURE.md'],
      ['contributing', 'Contributing', 'CONTRIBUTING.md'],
      ['changelog', 'Changelog', 'CHANGELOG.md'],
    ],
  ],
];

const LAST_SECTION = 'More';

/** All pages in order. */
export async function allPages(): Promise<Page[]> {
  const pages: Page[] = [];
  for (const [section, entries] of SECTIONS) {
    for (const [name, title, ...sources] of entries) {
      const parts = await Promise.all(sources.map((source, index) => partOf(name, source, index)));
      pages.push({ name, title, section, parts });
    }
  }
  const twice = pages.find(({ name }, index) => pages.findIndex((page) => page.name === name) < index);
  if (twice) throw new Error(`site/pages.ts has ${twice.name} twice`);
  const taken = new Set(pages.flatMap(({ parts }) => parts.map(({ path }) => path)));
  for (const path of filesLike('docs/*.md')) {
    if (taken.has(path)) continue;
    const part = await partOf('', path, 0);
    pages.push({
      name: basename(path, '.md'),
      title: titleOf(part.text),
      section: LAST_SECTION,
      parts: [part],
    });
  }
  return pages;
}

async function partOf(name: string, source: Source, index: number): Promise<Part> {
  if (typeof source === 'string') return { path: source, text: textOf(source), lower: index === 0 ? 0 : 1 };
  return { path: `docs/${name}.md`, text: await source(), lower: 0 };
}

function textOf(path: string): string {
  const file = join(ROOT, path);
  if (!existsSync(file)) throw new Error(`${path} is not there: site/pages.ts names it`);
  return readFileSync(file, 'utf8');
}

function filesLike(pattern: string): string[] {
  return globSync(pattern, { cwd: ROOT }).sort();
}

/** The first heading. */
function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? 'Untitled';
}
