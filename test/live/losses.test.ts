/** Events that do not fit the ring buffers: the summary and the internal alerts account for every one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannotWatch, LANNER, lastLine, start } from '../support/lanner.ts';

const OPENS = 100_000;

/** Opens a file so often: one event each, since no rule asks for its closing. Says when it begins to wait and when it is done. */
const SCRIPT = `$| = 1; print "ready\\n"; <STDIN>;
for (1..$ARGV[0]) { open(F, "<", "/dev/null"); close(F) }
print "done\\n"; <STDIN>;`;

interface Counts {
  readonly seen: number;
  readonly lost: number;
  readonly reported: number;
}

/** Runs the script while Lanner stands still, so that its smallest buffers fill up; then lets it go on. */
async function countsFor(opens: number): Promise<Counts> {
  const options = [
    '--alerts',
    'stdout',
    '-o',
    'json_output=true',
    '-o',
    'engine.modern_ebpf.buf_size_preset=1',
  ];
  const running = start(LANNER, ['run', ...options, '--', 'perl', '-e', SCRIPT, String(opens)], {
    pipe: true,
  });
  await running.printed('stdout', 'ready');
  running.child.kill('SIGSTOP');
  running.child.stdin?.write('go\n');
  await running.printed('stdout', 'done');
  running.child.kill('SIGCONT');
  running.child.stdin?.end('end\n');
  const { code, stdout, stderr } = await running.finished;
  assert.equal(code, 0, stderr);
  const [, seen, lost] = /^lanner: (\d+) events, (\d+) lost/.exec(lastLine(stderr)) ?? [];
  const alerts = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ rule }) => rule === 'Lanner internal: syscall event drop');
  return {
    seen: Number(seen),
    lost: Number(lost),
    reported: alerts.reduce((sum, { output_fields }) => sum + Number(output_fields.n_drops), 0),
  };
}

test('what is seen and what is lost is what was made, and every loss is reported', {
  skip: cannotWatch(),
}, async () => {
  const without = await countsFor(0);
  assert.deepEqual(without, { seen: without.seen, lost: 0, reported: 0 });
  const full = await countsFor(OPENS);
  assert.ok(full.lost > 0, 'the buffers must overflow for this test to say anything');
  assert.equal(full.seen + full.lost, without.seen + OPENS);
  assert.equal(full.reported, full.lost);
});
