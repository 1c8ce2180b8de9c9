/**
 * Files by which the kernel is told what to do are known by their usual path, whichever mount of their file system
 * a program opens them by: each new mount of proc is a file system with a device and inodes of its own.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { compile, type Outcome, rulesOf, tryWays } from './ways.ts';

const FILE = '/proc/sys/kernel/core_pattern';

const RULES = `
- rule: Control File
  desc: A file by which the kernel is told what to do is opened.
  condition: evt.type = openat and proc.name = control and fd.name = ${FILE}
  output: "%fd.name %fd.path.shown %fd.path.resolved"
  priority: WARNING
`;

/** What each way does is in control.c, under the same name. */
const WAYS = ['new proc', 'new proc, chroot', 'file of a new proc', 'fsmount', 'open_tree'];

describe('a file of proc is opened by another mount', { skip: cannotWatch() }, () => {
  let outcomes: ReadonlyMap<string, Outcome> = new Map();
  let errors = '';

  before(async () => {
    const program = compile('control');
    const ways = WAYS.map((name) => ({ name, command: [program, name, FILE, 'FOLDER'] }));
    ({ outcomes, errors } = await tryWays(ways, rulesOf(RULES)));
  });

  for (const name of WAYS) {
    test(name, (context) => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      if (said !== 'opened') return context.skip(`this machine does not allow it: ${said}`);
      assert.equal(alerts.length, 1, errors);
      const [fields] = alerts.map(({ output_fields }) => output_fields);
      assert.equal(fields?.['fd.path.shown'], 'alias');
      assert.notEqual(fields?.['fd.path.resolved'], FILE);
    });
  }
});
