/** Quick repairs: where a problem tells what would be right, the edit that makes it so. */
import type { Problem } from '../rules/problem.ts';
import type { Repair } from './diagnostics.ts';
import type { Workspace } from './workspace.ts';

/** Repairs of a problem, the most likely first. */
export function repairsOf(problem: Problem, workspace: Workspace): Repair[] {
  const text = workspace.textOf(problem.location.file);
  return [
    ...ownRepair(problem),
    ...replacement(problem, text),
    ...missingKeys(problem, text),
    ...removal(problem, workspace),
  ];
}

function ownRepair({ fix, code }: Problem): Repair[] {
  if (fix === undefined) return [];
  const title = code === 'LOAD_DEPRECATED_ITEM' ? "Say it with 'override'" : 'Repair';
  return [{ title, edits: [fix] }];
}

/** What was probably meant instead of what was written, where the problem says how much that is. */
function replacement({ suggestion, location, length }: Problem, text: string): Repair[] {
  if (suggestion === undefined || length < 2) return [];
  const start = location.offset;
  const end = start + length;
  // White space or an escape in it: in the file the place is longer than in the condition.
  if (/[\s\\]/.test(text.slice(start, end))) return [];
  const edit = { file: location.file, start, end, text: suggestion };
  return [{ title: `Change to ${suggestion}`, edits: [edit] }];
}

/** What a rule gets for a key that it lacks. */
const DEFAULTS: Readonly<Record<string, string>> = {
  condition: 'evt.type = execve',
  output: 'Event (proc=%proc.name command=%proc.cmdline)',
  desc: 'What the rule finds',
  priority: 'WARNING',
};

/** `missing: 'output', 'priority'` */
function missingKeys({ message, location, context }: Problem, text: string): Repair[] {
  if (!message.startsWith('missing: ') || context.itemType !== 'rule') return [];
  const keys = [...message.matchAll(/'([a-z]+)'/g)].map((match) => match[1] ?? '');
  const lineEnd = text.indexOf('\n', location.offset);
  const at = lineEnd < 0 ? text.length : lineEnd;
  const lineStart = text.lastIndexOf('\n', location.offset - 1) + 1;
  const indent = ' '.repeat(location.offset - lineStart);
  const added = keys.map((key) => `\n${indent}${key}: ${DEFAULTS[key] ?? ''}`).join('');
  const edit = { file: location.file, start: at, end: at, text: added };
  return [{ title: `Add ${keys.join(', ')}`, edits: [edit] }];
}

/** A macro or list that nothing uses. */
function removal({ code, location, context }: Problem, workspace: Workspace): Repair[] {
  if (code !== 'LOAD_UNUSED_MACRO' && code !== 'LOAD_UNUSED_LIST') return [];
  const item = workspace.itemAt(location.file, location.offset);
  if (item === undefined) return [];
  const text = workspace.textOf(location.file);
  let end = item.start + item.index.end;
  while (end < text.length && /\s/.test(text.charAt(end))) end++;
  const edit = { file: location.file, start: item.start, end, text: '' };
  return [{ title: `Remove ${context.itemName}`, edits: [edit] }];
}
