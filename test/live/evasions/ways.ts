/** Runs the programs of this folder under Lanner and tells which of the ways each rule has seen. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { ROOT } from '../../support/lanner.ts';
import { type Alert, lannerRun } from '../../support/lanner-run.ts';

export const FOLDER = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-evasions-')));
chmodSync(FOLDER, 0o755);
process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

/** Compiles a C program of this folder, statically, so that it has no files of its own to open. */
export function compile(name: string, ...flags: readonly string[]): string {
  const program = join(FOLDER, `${name}${flags.join('')}`);
  const source = join(import.meta.dirname, `${name}.c`);
  execFileSync('cc', ['-Wall', '-O1', '-pthread', '-static', ...flags, '-o', program, source]);
  return program;
}

/** Writes rules of a test's own and returns their path. */
export function rulesOf(text: string): string {
  const path = join(FOLDER, `rules-${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(path, text);
  return path;
}

const UPSTREAM = resolve(ROOT, '../shared/upstream-rules/falco_rules.yaml');

/** Falco's own rules, unmodified; and why a test of them skips where they are not. */
export const upstream = {
  rules: UPSTREAM,
  skip: existsSync(UPSTREAM) ? false : '../shared/upstream-rules is not there: its rules are not tried',
} as const;

export interface Way {
  readonly name: string;
  /** Program and arguments; `FOLDER` stands for an empty directory that is there for this way alone. */
  readonly command: readonly string[];
}

export interface Outcome {
  /** What the way's program printed. */
  readonly said: string;
  readonly alerts: readonly Alert[];
}

/** Tries all ways, one after the other, under one Lanner with the given rules (the default ones without). */
export async function tryWays(
  ways: readonly Way[],
  rules?: string,
): Promise<{ readonly outcomes: ReadonlyMap<string, Outcome>; readonly errors: string }> {
  const work = join(FOLDER, 'work');
  const said = (index: number): string => join(FOLDER, `said-${index}`);
  const steps = ways.map(({ name, command }, index) => {
    const words = command.map((word) => `'${word.replaceAll('FOLDER', work)}'`).join(' ');
    // Not to standard output, which the alerts go to as well.
    return `rm -rf '${work}'; mkdir '${work}'; timeout 20 env WAY='${name}' ${words} > '${said(index)}' 2>&1`;
  });
  const script = join(FOLDER, 'ways.sh');
  writeFileSync(script, `${steps.join('\n')}\nrm -rf '${work}'\n`);
  const { alerts, errors } = await lannerRun({
    command: ['sh', script],
    ...(rules === undefined ? {} : { rules }),
    print: 'way=%proc.env[WAY]',
  });
  if (!existsSync(said(0))) throw new Error(`the ways were not tried: ${errors}`);
  const outcomes = ways.map(({ name }, index): [string, Outcome] => [
    name,
    {
      said: readFileSync(said(index), 'utf8').trimEnd(),
      alerts: alerts.filter(({ output_fields }) => output_fields['proc.env[WAY]'] === name),
    },
  ]);
  return { outcomes: new Map(outcomes), errors };
}
