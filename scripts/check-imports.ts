/**
 * Checks that imports between the rooms of src/ point one way. Run as a program it checks the checkout
 * and prints one line per import that must not be.
 */
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import process from 'node:process';

/** What a room may import besides its own files. */
interface Room {
  /** Rooms, or single files of rooms. */
  readonly imports: readonly string[];
  /** The room also runs in a browser: no module of Node's own. */
  readonly pure?: boolean;
}

/**
 * The rooms from left to right: each imports only what stands before it. `rules` knows neither events nor
 * the machine, so of `fields` it sees what a field looks like and nothing else.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  events: { imports: [], pure: true },
  sources: { imports: ['events'] },
  system: { imports: ['events'] },
  containers: { imports: ['events', 'system'] },
  fields: { imports: ['events', 'system'] },
  rules: { imports: ['fields/field-info.ts', 'events/bytes.ts'], pure: true },
  language: { imports: ['fields/field-info.ts', 'fields/find-field.ts', 'rules'], pure: true },
  matcher: { imports: ['events', 'system', 'fields', 'rules'] },
  alerts: { imports: ['events', 'system', 'fields', 'rules', 'matcher'] },
  outputs: { imports: ['alerts'] },
  store: { imports: ['system/own-thread.ts', 'rules', 'alerts', 'outputs'] },
  tuning: { imports: ['events', 'system', 'fields', 'rules', 'matcher', 'store'] },
  config: { imports: ['rules'] },
  metrics: { imports: [], pure: true },
  server: { imports: [] },
  engine: {
    imports: [
      'events',
      'sources',
      'system',
      'containers',
      'fields',
      'rules',
      'matcher',
      'alerts',
      'outputs',
      'store',
      'config',
      'metrics',
    ],
  },
  authoring: {
    imports: ['events', 'sources', 'system', 'fields', 'rules', 'matcher', 'alerts', 'config', 'engine'],
  },
  console: {
    imports: [
      'events',
      'system',
      'fields',
      'rules',
      'matcher',
      'alerts',
      'store',
      'config',
      'metrics',
      'server',
      'engine',
      'authoring',
      'language',
    ],
  },
  sigma: { imports: ['events/bytes.ts', 'rules'] },
  learning: {
    imports: ['events', 'system', 'fields', 'rules', 'alerts', 'engine'],
  },
  'language-server': { imports: ['rules', 'config', 'engine', 'language'] },
  scenes: { imports: [] },
  kubernetes: {
    imports: ['events', 'system', 'containers', 'fields', 'rules', 'matcher', 'alerts', 'metrics'],
  },
  cli: {
    imports: [
      'events',
      'sources',
      'system',
      'fields',
      'rules',
      'matcher',
      'alerts',
      'outputs',
      'store',
      'config',
      'metrics',
      'server',
      'engine',
      'scenes',
      'kubernetes',
      'tuning',
      'authoring',
      'language',
      'console',
      'sigma',
      'learning',
      'language-server',
    ],
  },
};

/** `from '…'`, `import '…'` and `import('…')`, wherever the statement begins. */
const IMPORT = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/**
 * Imports in `text` that the file at `path` (relative to src/) must not have, each as `line: what is
 * wrong`. Tests beside the code, and what they share (`*.test-kit.ts`), may import what they like, but must lie
 * in a room.
 */
export function checkFile(path: string, text: string): string[] {
  const name = path.split('/')[0] ?? '';
  const room = ROOMS[name];
  if (room === undefined)
    return [`1: ${name} is not a room: add it to the table in scripts/check-imports.ts`];
  if (/\.test(?:-kit)?\.ts$/.test(path)) return [];
  const code = text.replace(COMMENT, (comment) => comment.replace(/[^\n]/g, ' '));
  const problems: string[] = [];
  for (const match of code.matchAll(IMPORT)) {
    const problem = checkImport(path, name, room, match[2] as string);
    if (problem !== undefined) problems.push(`${lineAt(code, match.index)}: ${problem}`);
  }
  return problems;
}

function checkImport(path: string, name: string, room: Room, specifier: string): string | undefined {
  if (isBuiltin(specifier))
    return room.pure ? `${name} runs in a browser and must not import ${specifier}` : undefined;
  if (!specifier.startsWith('.')) return undefined;
  const target = normalize(join(dirname(path), specifier));
  const targetRoom = target.split('/')[0] ?? '';
  if (targetRoom === '..') return `${name} must not import from outside src/`;
  if (targetRoom === name || room.imports.includes(targetRoom) || room.imports.includes(target))
    return undefined;
  return `${name} must not import ${target}; it may import ${room.imports.join(', ') || 'no other room'}`;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

if (import.meta.main) {
  const source = resolve(import.meta.dirname, '..', 'src');
  let failed = false;
  for (const path of globSync('**/*.ts', { cwd: source }).sort()) {
    for (const problem of checkFile(path, readFileSync(join(source, path), 'utf8'))) {
      failed = true;
      console.log(`${relative(process.cwd(), join(source, path))}:${problem}`);
    }
  }
  process.exitCode = failed ? 1 : 0;
}
