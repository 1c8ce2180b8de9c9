/**
 * The scene that Lanner exists for: somebody gets a shell in a container and reads /etc/shadow. A real
 * runtime, a small root file system, the default rules, one alert with all that an operator needs.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Container, createContainer } from '../support/container.ts';
import { cannotWatch } from '../support/lanner.ts';
import { type Alert, lannerRun, type RunResult } from '../support/lanner-run.ts';

const RULE = 'Sensitive File Read by Untrusted Program';
const READS = 20;
const READ = `for i in $(seq ${READS}); do cat /etc/shadow; sleep 0.05; done`;

describe('a shell in a container reads /etc/shadow', { skip: cannotWatch() }, () => {
  let container: Container;
  let result: RunResult;
  let alerts: readonly Alert[];

  before(async () => {
    container = createContainer({ command: ['/bin/sh', '-c', READ], privileged: true });
    try {
      result = await lannerRun({ command: container.command });
      alerts = result.alerts.filter(({ rule }) => rule === RULE);
    } finally {
      container.remove();
    }
  });

  test('the container did read the file, and each time raised one alert', () => {
    assert.equal(result.exitCode, 0, result.errors);
    assert.equal(result.lines.filter((line) => line.startsWith('root:')).length, READS);
    assert.equal(alerts.length, READS, result.errors);
  });

  test('the alert names the container, the shell as parent, the user, the program and the file', () => {
    const expected = {
      'container.id': container.shortId,
      'proc.pname': 'sh',
      'proc.pexepath': '/bin/busybox',
      'user.name': 'root',
      'user.uid': 0,
      'proc.name': 'cat',
      'proc.cmdline': 'cat /etc/shadow',
      'fd.name': '/etc/shadow',
    };
    for (const { output_fields: fields, output } of alerts) {
      const told = Object.fromEntries(Object.keys(expected).map((name) => [name, fields[name]]));
      assert.deepEqual(told, expected, `${output}\n${result.errors}`);
    }
  });

  test('its text and tags tell the same to a person', () => {
    const [alert] = alerts;
    assert.ok(alert);
    assert.equal(alert.priority, 'Warning');
    assert.match(
      alert.output,
      /Warning Sensitive file \/etc\/shadow read by untrusted program \/bin\/busybox/,
    );
    assert.match(alert.output, new RegExp(`user=root .*parent=sh .*container_id=${container.shortId}$`));
    assert.ok(alert.tags.includes('T1003.008'));
  });

  test('nothing else raises an alert: neither runc nor the rest of the script', () => {
    assert.deepEqual(
      result.alerts.filter(({ rule }) => rule !== RULE).map(({ output }) => output),
      [],
    );
  });

  // The figure is for people: wall-clock time decides nothing here.
  test('from the read to the alert (measured and printed)', (context) => {
    const delays = alerts
      .map(({ arrival, output_fields: fields }) => (arrival - Number(fields['evt.time'])) / 1e6)
      .sort((a, b) => a - b);
    const median = delays[delays.length >> 1] ?? Number.NaN;
    const worst = delays.at(-1) ?? Number.NaN;
    context.diagnostic(
      `from the read to the printed alert: median ${median.toFixed(2)} ms, worst ${worst.toFixed(2)} ms of ${delays.length}`,
    );
    assert.ok(delays.every((delay) => delay > 0));
  });
});
