/**
 * A program opens /etc/shadow by the 32-bit interface of the kernel, whose calls have other numbers: a known
 * way past those who watch only the usual ones.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannotWatch } from '../support/lanner.ts';
import { lannerRun } from '../support/lanner-run.ts';
import { compile, X64 } from './probe/calls.ts';

const RULE = 'Sensitive File Read by Untrusted Program';

test('a file that is opened by the 32-bit interface is seen like any other', {
  skip: cannotWatch() || (!X64 && 'x64 only'),
}, async (context) => {
  const program = compile('open32');
  const { alerts, lines, errors } = await lannerRun({ command: [program, '/etc/shadow'] });
  if (Number(lines[0]) < 0) return context.skip(`the kernel has no 32-bit calls (${lines[0]})`);
  const found = alerts.filter(({ rule }) => rule === RULE);
  assert.equal(found.length, 1, errors);
  assert.equal(found[0]?.output_fields['fd.name'], '/etc/shadow');
  assert.equal(found[0]?.output_fields['proc.exepath'], program);
});
