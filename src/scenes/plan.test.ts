import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNamesOf, planOf, programsOf, withAddresses } from './plan.ts';
import { append, become, connectByName, read, run, runFromMemory } from './steps.ts';

/** Separators as people can read them: `/` parts, `;` steps, `|` words. */
function readable(text: string | undefined): string {
  return (text ?? '').replaceAll('\x1d', ' / ').replaceAll('\x1e', '; ').replaceAll('\x1f', '|');
}

test('a plan has a part for every process, the first for the process that begins', () => {
  const { LANNER_SCENE, LANNER_PART } = planOf([
    read('/etc/hosts'),
    run('/usr/sbin/nginx', {
      does: [run('sh', { with: ['-c', ''], environment: { A: '1' }, does: [append('/x', '')] })],
    }),
    become('ls'),
  ]);
  assert.equal(LANNER_PART, '0');
  assert.equal(
    readable(LANNER_SCENE),
    'read|/etc/hosts; run|1|/usr/sbin/nginx|0|nginx; become|3|/usr/bin/ls|0|ls / ' +
      'run|2|/usr/bin/sh|1|A=1|sh|-c| / append|/x| / ',
  );
});

test('a program in memory has no settings', () => {
  assert.equal(
    readable(planOf([runFromMemory('tool')]).LANNER_SCENE),
    'run-from-memory|1|/usr/bin/tool|tool / ',
  );
});

test('words that would divide the plan are refused', () => {
  assert.throws(() => planOf([read('/a\x1eb')]), /a step cannot have "\/a\\u001eb" as a word/);
});

test('the programs of a plan are those that it does not make itself', () => {
  const steps = [
    run('nginx', { does: [run('/bin/sh'), run('/tmp/tool', { isMade: true, does: [run('id')] })] }),
  ];
  assert.deepEqual([...programsOf(steps)], ['/usr/bin/nginx', '/bin/sh', '/usr/bin/id']);
});

test('host names in steps are found, and give way to addresses', () => {
  const steps = [read('/x'), run('worker', { does: [connectByName('pool.example', 3333)] })];
  assert.deepEqual([...hostNamesOf(steps)], ['pool.example']);
  const addresses = new Map([['pool.example', '198.51.100.9']]);
  assert.match(
    readable(planOf(withAddresses(steps, addresses)).LANNER_SCENE),
    /connect\|tcp\|198\.51\.100\.9\|3333$/,
  );
});
