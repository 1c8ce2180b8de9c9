/** While user space changes the tables by which the kernel leaves events out, it leaves out none. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deriveFilters } from '../../../src/engine/prefilter.ts';
import { ruleEnvironment } from '../../../src/engine/rule-environment.ts';
import { chooseEvents } from '../../../src/engine/traced-events.ts';
import { loadRules } from '../../../src/rules/load.ts';
import { AUTOMATON_SIZE, publishAutomaton } from '../../../src/sources/kernel/encode-filters.ts';
import { openKernelSource } from '../../../src/sources/kernel/kernel-source.ts';
import { PROT_READ, PROT_WRITE, pageSize, SharedMemory } from '../../../src/sources/kernel/libbpf.ts';
import { startOpener } from '../../support/daemon.ts';
import { skipReason, stop } from './calls.ts';

const RULE = `- rule: Opened
  desc: Another file than the one that is opened.
  condition: evt.type in (open, openat) and fd.name = /etc/hostname
  output: x
  priority: ERROR
`;

/** The map with the automata of the probe that this process has loaded, by the size of its values. */
function automataMap(): number {
  const fds = readdirSync('/proc/self/fdinfo').filter((fd) => {
    try {
      return new RegExp(`^value_size:\\t${AUTOMATON_SIZE}$`, 'm').test(
        readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'),
      );
    } catch {
      // The descriptor by which the folder was read.
      return false;
    }
  });
  assert.equal(fds.length, 1, 'one map has values as large as automata');
  return Number(fds[0]);
}

test('an automaton that is being written decides nothing', { skip: skipReason }, async (context) => {
  const opener = await startOpener(context);
  const { ruleSet } = loadRules([{ name: 'rules.yaml', text: RULE }], ruleEnvironment());
  const choice = chooseEvents(ruleSet, { custom_set: [], repair: false, all: false });
  const eventNames = new Set(choice.traced.keys());
  const source = await openKernelSource({ scope: { kind: 'processes', pids: [opener.pid] }, eventNames });
  let opens = 0;
  const running = source.run((event) => {
    if (event.type.name === 'openat' || event.type.name === 'open') opens++;
  });
  const length = Math.ceil((2 * AUTOMATON_SIZE) / pageSize()) * pageSize();
  const memory = new SharedMemory(automataMap(), 0, length, PROT_READ | PROT_WRITE);
  const publish = (edition: number): void => {
    for (const generation of [0, 1])
      publishAutomaton(Buffer.from(memory.memory, generation * AUTOMATON_SIZE, AUTOMATON_SIZE), edition);
  };
  const leftOut = (): number =>
    [...source.statistics.filtered.values()].reduce((sum, count) => sum + count, 0);
  try {
    source.filter(deriveFilters(ruleSet, choice), new Map());
    await opener.open(3);
    const before = leftOut();
    assert.ok(before >= 3, 'what no rule is about is left out');
    publish(0);
    await opener.open(4);
    assert.equal(leftOut(), before, 'an event was left out while the automaton was being written');
    publish(77);
    await opener.open(5);
    assert.equal(leftOut(), before + 5);
    await stop(source, running);
    assert.equal(opens, 4);
  } finally {
    memory.release();
    source.close();
  }
});
