/** Ways to run a program so that it looks like another one. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { compile, FOLDER, type Outcome, rulesOf, tryWays, upstream, type Way } from './ways.ts';

const TOOL = join(FOLDER, 'ran');
const LOADER = '/lib64/ld-linux-x86-64.so.2';

const RULES = `
- rule: Script
  desc: The script is run, by the path that exec was given.
  condition: evt.type = execve and evt.rawres = 0 and proc.exepath endswith /work/script
  output: "%proc.exepath %evt.arg.filename"
  priority: WARNING
- rule: Telling Arguments
  desc: The program is run with arguments that tell.
  condition: evt.type = execve and evt.rawres = 0 and proc.args = "the telling part"
  output: "%proc.exepath %proc.args"
  priority: WARNING
- rule: Tool
  desc: The program is run.
  condition: evt.type in (execve, execveat) and evt.rawres = 0 and proc.exepath = ${TOOL}
  output: "%evt.type %proc.name %proc.exepath %proc.exe %evt.arg.filename"
  priority: WARNING
- rule: Tool Opened
  desc: The program is opened by a program that runs others.
  condition: evt.type in (open, openat) and evt.is_open_read = true and fd.name = ${TOOL}-dynamic and proc.exepath contains /ld-linux
  output: "%proc.exepath %proc.cmdline"
  priority: WARNING
`;

/** Ways of execute.c and the rule that sees them: of ours, of the default ones, of Falco's. */
const WAYS: Readonly<Record<string, { own?: string; byDefault?: string; upstream?: string }>> = {
  'false-name': { own: 'Tool' },
  // As long as an event tells it, just longer, in several pieces, and as long as the kernel lets it be.
  'name-of-4095': { own: 'Telling Arguments' },
  'name-of-4096': { own: 'Telling Arguments' },
  'name-of-8191': { own: 'Telling Arguments' },
  'name-of-131071': { own: 'Telling Arguments' },
  'symbolic-link': { own: 'Tool' },
  'hard-link': { own: 'Tool' },
  'directory-and-name': { own: 'Tool' },
  descriptor: { own: 'Tool' },
  'magic-link': { own: 'Tool' },
  'renamed-thread': { own: 'Tool' },
  script: { own: 'Script' },
  memory: {
    byDefault: 'Program Executed From Memory',
    upstream: 'Fileless execution via memfd_create',
  },
  'memory-by-magic-link': {
    byDefault: 'Program Executed From Memory',
    upstream: 'Fileless execution via memfd_create',
  },
  'removed-copy': { byDefault: 'Deleted Program Executed' },
};

const RULE_SETS = [
  { title: 'rules of its own', column: 'own', rules: '', skip: false },
  { title: 'the default rules', column: 'byDefault', rules: undefined, skip: false },
  { title: "Falco's own rules", column: 'upstream', ...upstream },
] as const;

for (const { title, column, rules, skip } of RULE_SETS) {
  describe(`by ${title}, a program is seen for what it is`, { skip: cannotWatch() || skip }, () => {
    let outcomes: ReadonlyMap<string, Outcome> = new Map();
    let errors = '';

    before(async () => {
      const program = compile('execute');
      compile('ran');
      execFileSync('cc', ['-o', `${TOOL}-dynamic`, join(import.meta.dirname, 'ran.c')]);
      const ways: Way[] = Object.keys(WAYS).map((name) => ({
        name,
        command: [program, name, TOOL, 'FOLDER'],
      }));
      if (existsSync(LOADER)) ways.push({ name: 'loader', command: [LOADER, `${TOOL}-dynamic`] });
      ({ outcomes, errors } = await tryWays(ways, rules === '' ? rulesOf(RULES) : rules));
    });

    const expectSeen = (name: string, rule: string): void => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      assert.equal(said, 'ran');
      assert.ok(
        alerts.some((alert) => alert.rule === rule),
        `${JSON.stringify(alerts)}\n${errors}`,
      );
    };
    for (const [name, seen] of Object.entries(WAYS)) {
      const rule = seen[column];
      if (rule !== undefined) test(name, () => expectSeen(name, rule));
    }
    if (column === 'own')
      test(
        'through the loader, which opens the program and starts none',
        {
          skip: existsSync(LOADER) ? false : `${LOADER} is not there`,
        },
        () => expectSeen('loader', 'Tool Opened'),
      );
  });
}
