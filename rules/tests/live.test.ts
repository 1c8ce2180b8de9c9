/**
 * Every default rule, for real: its violations raise it, and its legitimate twins raise nothing. The cases
 * are in cases/, where they run in places.ts.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { behaveProgram } from '../../test/support/behave.ts';
import { createContainer } from '../../test/support/container.ts';
import { cannotWatch } from '../../test/support/lanner.ts';
import { type Alert, lannerRun } from '../../test/support/lanner-run.ts';
import { TERMINAL_RULE, TWINS, VIOLATIONS } from './cases/all.ts';
import type { Place, Violation } from './cases/case.ts';
import { type PlaceResult, runCases } from './places.ts';

const PLACES: readonly Place[] = ['container', 'host'];
const skip = cannotWatch();

for (const place of PLACES) {
  const violations = VIOLATIONS.filter((violation) => violation.place === place);
  describe(`violations: ${place}`, { skip }, () => {
    let result: PlaceResult;
    before(async () => {
      result = await runCases(place, violations);
    });
    violations.forEach((violation, number) => {
      test(`${violation.rule}: ${violation.because}`, () => {
        assert.equal(result.statuses[number], 0, `"${violation.does}" failed:\n${result.errors}`);
        const found = result.alerts.filter(({ rule }) => rule === violation.rule);
        assert.ok(
          found.some((alert) => shows(alert, violation)),
          `no alert of "${violation.rule}" shows ${inspect(violation.shows)}; the alerts were\n${list(result.alerts)}`,
        );
      });
    });
  });

  const twins = TWINS.filter((twin) => twin.place === place);
  describe(`twins: ${place}`, { skip }, () => {
    let result: PlaceResult;
    before(async () => {
      result = await runCases(place, twins);
    });
    twins.forEach((twin, number) => {
      test(`${twin.rule}: silent, since ${twin.because}`, () => {
        assert.equal(result.statuses[number], 0, `"${twin.does}" failed:\n${result.errors}`);
        assert.equal(list(result.alerts.filter(({ rule }) => rule === twin.rule)), '');
      });
    });
    test('no other rule has anything to say either', () => {
      assert.equal(list(result.alerts), '');
    });
  });
}

describe('shells with a terminal', { skip }, () => {
  test(`${TERMINAL_RULE}: a shell is the first process of a container with a terminal`, async () => {
    const alerts = await alertsOfContainer({ command: ['/bin/sh', '-c', 'true'], terminal: true });
    const found = alerts.find(({ rule }) => rule === TERMINAL_RULE);
    assert.ok(found, list(alerts));
    assert.notEqual(found.output_fields['proc.tty'], 0);
    assert.equal(found.output_fields['proc.name'], 'sh');
  });

  test(`${TERMINAL_RULE}: silent for another program with a terminal`, async () => {
    const alerts = await alertsOfContainer({
      command: ['/usr/local/bin/behave', 'unshare-files'],
      programs: { '/usr/local/bin/behave': behaveProgram() },
      terminal: true,
    });
    assert.equal(list(alerts), '');
  });
});

describe('an administrator manages users', { skip }, () => {
  const rule = 'Account Program Executed';

  test(`${rule}: raised once per program, and no rule on the files that these programs keep`, async () => {
    const does = `useradd --create-home walter
      echo walter:secret | chpasswd
      chage --maxdays 90 walter
      userdel --remove walter`;
    const { alerts, statuses, errors } = await runCases('host', [{ rule, because: '', place: 'host', does }]);
    assert.deepEqual(statuses, [0], errors);
    assert.deepEqual(
      alerts.map((alert) => [alert.rule, alert.output_fields['proc.name']]),
      ['useradd', 'chpasswd', 'chage', 'userdel'].map((name) => [rule, name]),
    );
  });
});

describe('a running container is entered through its runtime', { skip }, () => {
  const rule = 'Shell Without Terminal in Container';

  test(`${rule}: somebody sends a shell into the container, as kubectl exec does`, async () => {
    const alerts = await alertsOfEntering('/bin/sh', '-c', 'true');
    assert.deepEqual(
      alerts.map((alert) => [alert.rule, alert.output_fields['proc.name']]),
      [[rule, 'sh']],
    );
  });

  test(`${rule}: silent for a program that is no shell, and so is every rule on namespaces`, async () => {
    assert.equal(list(await alertsOfEntering('/bin/true')), '');
  });
});

/** Alerts while a program is run in a container that is already running. */
async function alertsOfEntering(...command: string[]): Promise<readonly Alert[]> {
  const container = createContainer({ command: ['/bin/sleep', '60'] });
  const words = (list: readonly string[]): string => list.map((word) => `'${word}'`).join(' ');
  const enter = words(container.exec(...command));
  const script = `${words(container.command)} &
    until ${enter} 2> /dev/null; do sleep 0.1; done
    ${words(container.end)}; wait || true`;
  try {
    const { alerts, exitCode, errors } = await lannerRun({ command: ['sh', '-c', script] });
    assert.equal(exitCode, 0, errors);
    return alerts;
  } finally {
    container.remove();
  }
}

async function alertsOfContainer(options: Parameters<typeof createContainer>[0]): Promise<readonly Alert[]> {
  const container = createContainer(options);
  try {
    const { alerts, exitCode, errors } = await lannerRun({ command: container.command });
    assert.equal(exitCode, 0, errors);
    return alerts;
  } finally {
    container.remove();
  }
}

function shows(alert: Alert, violation: Violation): boolean {
  return Object.entries(violation.shows).every(([field, expected]) => {
    const value = alert.output_fields[field];
    return expected instanceof RegExp ? expected.test(String(value)) : value === expected;
  });
}

function list(alerts: readonly Alert[]): string {
  return alerts.map(({ rule, output }) => `${rule}: ${output.slice(0, 250)}`).join('\n');
}
