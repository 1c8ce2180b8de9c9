/** Stores for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RuleAlert } from '../alerts/alert.ts';
import type { Evidence, EvidencePart } from '../alerts/evidence.ts';
import type { Priority } from '../rules/checked.ts';

/** The path of a file that is not there yet, in a folder that is removed after the test. */
export function temporaryStore(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-store-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'alerts.db');
}

/** Noon of the first day of 2026, in seconds since the epoch. */
export const NOON = Date.UTC(2026, 0, 1, 12) / 1000;

interface Given {
  readonly rule?: string;
  readonly priority?: Priority;
  readonly source?: string;
  /** Seconds after {@link NOON}. */
  readonly at?: number;
  readonly message?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly evidence?: Evidence;
}

export const EVIDENCE_CONDITION: EvidencePart = {
  ...{ kind: 'and', text: 'and', holds: true },
  operands: [
    {
      ...{ kind: 'macro', text: 'spawned', holds: true },
      operands: [{ kind: 'check', text: 'evt.type = execve', holds: true, value: 'execve' }],
    },
    {
      ...{ kind: 'not', text: 'not', holds: true },
      operands: [{ kind: 'check', text: 'proc.pname exists', holds: false, value: null }],
    },
  ],
};

/** That of a shell in a container. */
export const EVIDENCE: Evidence = {
  processes: [
    {
      ...{ pid: 30, name: 'bash', executable: '/usr/bin/bash', commandLine: 'bash -c id', user: 'root' },
      ...{ started: 1_700_000_000_000_000, container: 'abc', tty: 'pts/0' },
    },
  ],
  containers: [{ id: 'abc', name: 'web', image: 'nginx', pod: null, namespace: null }],
  condition: EVIDENCE_CONDITION,
  digest: '0123',
  isCut: false,
};

/** An alert with what a test is about. */
export function alert({ at = 0, fields = {}, ...given }: Given): RuleAlert {
  return {
    kind: 'rule',
    ...{ rule: 'A rule', priority: 'Warning', source: 'syscall', tags: [], hostname: 'host', message: '' },
    ...given,
    time: BigInt(NOON + at) * 1_000_000_000n,
    fields: Object.entries(fields).map(([key, value]) => ({ key, value, type: 'CHARBUF' })),
  };
}
