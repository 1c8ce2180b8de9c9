/** Ways to become another user, or more powerful, so that it is not noticed. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { compile, FOLDER, type Outcome, rulesOf, tryWays } from './ways.ts';

const FILE = join(FOLDER, 'a-file');

const RULES = `
- rule: Read by Root
  desc: Root reads the file.
  condition: evt.type in (open, openat) and fd.name = ${FILE} and user.uid = 0 and proc.args startswith root
  output: "%user.uid %thread.cap_effective"
  priority: WARNING
- rule: Read with Capability
  desc: Somebody with a capability reads the file.
  condition: evt.type in (open, openat) and fd.name = ${FILE} and thread.cap_effective contains CAP_SYS_ADMIN
  output: "%user.uid %thread.cap_effective"
  priority: WARNING
`;

/** Ways of identity.c and the rule that sees each. */
const WAYS: Readonly<Record<string, string>> = {
  'root-by-another-number': 'Read by Root',
  'capabilities-that-come-back': 'Read with Capability',
  'capabilities-of-a-new-namespace': 'Read with Capability',
  'capabilities-of-an-entered-namespace': 'Read with Capability',
};

describe('who a process is', { skip: cannotWatch() }, () => {
  let outcomes: ReadonlyMap<string, Outcome> = new Map();
  let errors = '';

  before(async () => {
    const program = compile('identity');
    writeFileSync(FILE, 'text\n', { mode: 0o644 });
    const ways = Object.keys(WAYS).map((name) => ({ name, command: [program, name, FILE] }));
    ({ outcomes, errors } = await tryWays(ways, rulesOf(RULES)));
  });

  for (const [name, rule] of Object.entries(WAYS))
    test(name, () => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      assert.equal(said, 'read');
      const raised = alerts.map((alert) => alert.rule);
      assert.deepEqual(raised, [rule], `${JSON.stringify(alerts)}\n${errors}`);
    });
});
