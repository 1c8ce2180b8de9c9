/**
 * Calls that change a file through links in its path. The kernel does not tell where such a path led; Lanner
 * follows the links that it has seen being made, and asks the file system for older ones.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { compile, FOLDER, type Outcome, rulesOf, tryWays } from './ways.ts';

const PROTECTED = join(FOLDER, 'protected');
const FILE = join(PROTECTED, 'secret');

const RULES = `
- rule: Protected
  desc: A protected file is changed.
  condition: >
    (evt.type in (chmod, fchmodat, chown, fchownat, rename, renameat, renameat2, unlink, unlinkat, link, linkat)
    or (evt.type in (open, openat) and evt.is_open_write = true))
    and proc.name = change
    and (fs.path.name = ${FILE} or fs.path.source = ${FILE} or fs.path.target = ${FILE})
  output: "%evt.type %fs.path.name %fs.path.source %fs.path.target %fd.path.shown %evt.args"
  priority: WARNING
`;

const WAYS: Readonly<Record<string, string>> = {
  chmod: 'resolved',
  'chmod-link': 'resolved',
  'chmod-hard-link': 'alias',
  chown: 'resolved',
  rename: 'resolved',
  link: 'resolved',
  'truncate-link': 'resolved',
  unlink: 'resolved',
  relative: 'resolved',
  'own-directory': 'resolved',
  'own-root': 'resolved',
  dots: 'resolved',
  'moved-directory': 'resolved',
  'copied-link': 'resolved',
};

describe('a protected file is changed through a link', { skip: cannotWatch() }, () => {
  let outcomes: ReadonlyMap<string, Outcome> = new Map();
  let errors = '';

  before(async () => {
    const program = compile('change');
    mkdirSync(PROTECTED);
    const ways = Object.keys(WAYS).flatMap((name) => [
      { name: `${name} prepared`, command: ['sh', '-c', `echo 1 > "${FILE}"`] },
      { name, command: [program, name, FILE, 'FOLDER'] },
    ]);
    ({ outcomes, errors } = await tryWays(ways, rulesOf(RULES)));
  });

  for (const [name, shown] of Object.entries(WAYS)) {
    test(name, () => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      assert.equal(said, 'done');
      const views = alerts.map(({ output_fields }) => output_fields['fd.path.shown']);
      assert.ok(views.includes(shown), `${JSON.stringify(alerts)}\n${errors}`);
    });
  }
});
