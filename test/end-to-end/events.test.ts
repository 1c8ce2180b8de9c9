/** `lanner events`: which events are traced, and why. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cannotWatch, lanner } from '../support/lanner.ts';

const folder = mkdtempSync(join(tmpdir(), 'lanner-events-'));
after(() => rmSync(folder, { recursive: true }));

const RULE_FILE = join(folder, 'rules.yaml');
const rule = (name: string, condition: string): string =>
  `- {rule: ${name}, condition: '${condition}', desc: d, output: o %evt.type, priority: WARNING}\n`;
writeFileSync(
  RULE_FILE,
  [
    rule('Opened', 'evt.type in (open, openat, read)'),
    rule('Directory read', 'evt.type = getdents64'),
    rule('Asked for the parent', 'evt.type in (getppid, openat)'),
  ].join(''),
);

interface Entry {
  readonly name: string;
  readonly generic: boolean;
  readonly reason?: string | null;
  readonly cause?: string;
  readonly rules?: readonly { readonly name: string }[];
}
interface Table {
  readonly traced: readonly Entry[];
  readonly missed: readonly Entry[];
  readonly not_traced: readonly Entry[];
}

async function table(...options: string[]): Promise<Table> {
  const { code, stdout, stderr } = await lanner(['events', '-r', RULE_FILE, '--format', 'json', ...options]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}
const entry = (entries: readonly Entry[], name: string): Entry | undefined =>
  entries.find((entry) => entry.name === name);

test('every event is traced, missed or not traced, with the reason', async () => {
  const { traced, missed, not_traced } = await table();
  const openat = {
    name: 'openat',
    generic: false,
    reason: null,
    rules: [{ name: 'Opened' }, { name: 'Asked for the parent' }],
  };
  assert.deepEqual(entry(traced, 'openat'), openat);
  assert.deepEqual(entry(traced, 'clone'), { name: 'clone', generic: false, reason: 'model', rules: [] });
  assert.deepEqual(entry(traced, 'getppid'), {
    name: 'getppid',
    generic: true,
    reason: null,
    rules: [{ name: 'Asked for the parent' }],
  });
  assert.deepEqual(missed, [{ name: 'read', generic: false, cause: 'ignored', rules: [{ name: 'Opened' }] }]);
  assert.ok(entry(not_traced, 'mmap') && entry(not_traced, 'page_fault') && entry(not_traced, 'getpgid'));
  const names = [...traced, ...missed, ...not_traced].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

test('base_syscalls counts, from the configuration file too', async () => {
  assert.ok(entry((await table('-o', 'base_syscalls.all=true')).traced, 'read'));
  const config = join(folder, 'falco.yaml');
  writeFileSync(config, 'base_syscalls:\n  custom_set: [clone, "!getppid"]\n');
  const own = await table('-c', config);
  assert.equal(entry(own.traced, 'clone')?.reason, 'custom_set');
  assert.deepEqual(
    [entry(own.traced, 'chdir'), entry(own.missed, 'getppid')?.cause],
    [undefined, 'custom_set'],
  );
});

test('as text: one line an event, and a page for one', async () => {
  const all = await lanner(['events', '-r', RULE_FILE]);
  assert.match(
    all.stderr,
    /warning: events that rules ask for are too many .*: read \(unsupported-evttype\)/,
  );
  assert.match(all.stdout, /^ {2}openat +2 rules: Opened, Asked for the parent$/m);
  assert.match(all.stdout, /^ {2}chdir +the model of the machine$/m);
  assert.match(all.stdout, /^ {2}read +too many: base_syscalls\.all would trace it; rule: Opened$/m);
  const page = await lanner(['events', '-r', RULE_FILE, 'openat']);
  assert.match(page.stdout, /^ {2}Opened\n {2}Asked for the parent$/m);
  assert.match(page.stdout, /^ {2}dirfd +FD$/m);
  const generic = await lanner(['events', '-r', RULE_FILE, 'getppid']);
  assert.match(generic.stdout, /Event: +syscall, code 1/);
});

test('as markdown', async () => {
  const { stdout } = await lanner(['events', '-r', RULE_FILE, '--format', 'markdown']);
  assert.match(stdout, /^\| `openat` \| 2 rules: Opened, Asked for the parent \|$/m);
});

test('a name that nobody knows', async () => {
  const { code, stderr } = await lanner(['events', '-r', RULE_FILE, 'opennat']);
  assert.equal(code, 1);
  assert.match(stderr, /no event or system call "opennat" .*did you mean openat\?/);
});

test('what is listed is what is traced', { skip: cannotWatch() }, async () => {
  // Both rules match every event of their kind; the events of the model match no rule.
  const script = 'opendir(D, "/"); readdir(D); getppid(); open(F, "<", "/dev/null"); read(F, $x, 1); exit';
  const run = (...options: string[]) =>
    lanner(['run', '-r', RULE_FILE, ...options, '--alerts', 'stdout', '--', 'perl', '-e', script]);
  const types = ({ stdout }: { stdout: string }) => new Set(stdout.match(/(?<=\bo )\w+$/gm));
  const without = await run();
  assert.match(without.stderr, /unsupported-evttype/);
  assert.deepEqual([...types(without)].sort(), ['getdents64', 'getppid', 'openat']);
  const all = await run('-o', 'base_syscalls.all=true');
  assert.deepEqual([...types(all)].sort(), ['getdents64', 'getppid', 'openat', 'read']);
  const removed = await run('-o', 'base_syscalls.custom_set[0]=!getppid');
  assert.deepEqual([...types(removed)].sort(), ['getdents64', 'openat']);
});
