/** From the text of a rule file and the bytes of events to alert lines, without a kernel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertMaker } from '../../src/alerts/alert-maker.ts';
import { DEFAULT_FORMAT, formatJson, formatText } from '../../src/alerts/format.ts';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import type { EventCursor } from '../../src/events/cursor.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileMatcher } from '../../src/matcher/compile.ts';
import { type LoadOptions, loadRules } from '../../src/rules/load.ts';
import { System } from '../../src/system/system.ts';
import { event } from '../../src/system/testing/event-builder.ts';
import { FakeHost } from '../../src/system/testing/fake-proc.ts';

process.env.TZ = 'UTC';
process.env.FALCO_HOSTNAME = 'vm';

const TIME = Date.UTC(2026, 10, 21, 19, 41, 52);

const RULES = `
- list: sensitive_files
  items: [/etc/shadow, /etc/sudoers]

- macro: by_ln
  condition: (proc.name = ln or proc.aname = installer)

- rule: Symlink over sensitive file
  desc: A symbolic link to a sensitive file was made.
  condition: >
    evt.type in (symlink, symlinkat) and by_ln
    and (evt.arg.target in (sensitive_files) or evt.arg.target pmatch (/root/.ssh))
    and not evt.arg.linkpath startswith /proc
  output: Link "%evt.arg.linkpath" to %evt.arg.target (user=%user.uid name=%10proc.name| up=%toupper(proc.name) by %proc.pname ggparent=%proc.aname[3])
  priority: WARNING
  tags: [filesystem, T1555]

- rule: Any link
  desc: Any symbolic link.
  condition: evt.type in (symlink, symlinkat)
  output: link %evt.arg.linkpath
  priority: INFO
`;

interface Link {
  readonly target: string;
  readonly linkpath: string;
}

/** The lines for one symlinkat by a process called `ln` under bash under init. */
function linesFor(
  { target, linkpath }: Link,
  { json = false, matching = 'first' as 'first' | 'all', load = {} as LoadOptions } = {},
): string[] {
  using host = new FakeHost();
  host.add({ pid: 1, ppid: 0, comm: 'init' });
  host.add({ pid: 100, ppid: 1, comm: 'bash', argv: ['bash'] });
  host.add({ pid: 200, ppid: 100, comm: 'ln', argv: ['ln', '-s', target, linkpath] });
  const system = System.open({ hostRoot: host.root, seed: { kind: 'host' } });
  const { ruleSet, problems } = loadRules([{ name: 'test.yaml', text: RULES }], ruleEnvironment(), load);
  assert.deepEqual(problems, []);
  const matcher = compileMatcher(ruleSet, FIELD_CATALOG, { matching, source: 'syscall' });
  const maker = new AlertMaker(FIELD_CATALOG);
  const format = json ? formatJson : formatText;
  const context = system.learn(linkEvent({ target, linkpath }));
  return matcher.match(context).map((rule) => format(maker.make(rule, context), DEFAULT_FORMAT));
}

function linkEvent({ target, linkpath }: Link): EventCursor {
  const symlink = event('symlinkat', { tid: 200, time: TIME }, { res: 0, target, linkdirfd: -100, linkpath });
  symlink.number = 7;
  return symlink;
}

test('a rule that matches prints a line of text', () => {
  assert.deepEqual(linesFor({ target: '/etc/shadow', linkpath: '/tmp/l' }), [
    '19:41:52.000000000: Warning Link \\"/tmp/l\\" to /etc/shadow' +
      ' (user=0 name=ln        | up=LN by bash ggparent=<NA>)',
  ]);
});

test('and a line of JSON', () => {
  assert.deepEqual(linesFor({ target: '/root/.ssh/id', linkpath: '/tmp/l' }, { json: true }), [
    '{"hostname":"vm","output":"19:41:52.000000000: Warning Link \\"/tmp/l\\" to /root/.ssh/id' +
      ' (user=0 name=ln        | up=LN by bash ggparent=<NA>)",' +
      '"output_fields":{"evt.arg.linkpath":"/tmp/l","evt.arg.target":"/root/.ssh/id",' +
      '"evt.time":1795290112000000000,"proc.aname[3]":null,"proc.name":"ln","proc.pname":"bash","user.uid":0},' +
      '"priority":"Warning","rule":"Symlink over sensitive file","source":"syscall",' +
      '"tags":["T1555","filesystem"],"time":"2026-11-21T19:41:52.000000000Z"}',
  ]);
});

test('first and all', () => {
  assert.equal(linesFor({ target: '/etc/shadow', linkpath: '/tmp/l' }, { matching: 'all' }).length, 2);
  assert.deepEqual(linesFor({ target: '/etc/motd', linkpath: '/tmp/l' }), [
    '19:41:52.000000000: Informational link /tmp/l',
  ]);
});

test('what the configuration adds stands in the line', () => {
  const load: LoadOptions = {
    outputs: [
      {
        rule: 'Any link',
        format: 'n=%evt.num',
        fields: [
          { key: 'proc.pid', format: '%proc.pid', raw: true },
          { key: 'who', format: '%proc.name of %proc.pname', raw: false },
        ],
      },
    ],
  };
  const [line = ''] = linesFor({ target: '/x', linkpath: '/tmp/l' }, { json: true, load });
  assert.match(line, /Informational link \/tmp\/l n=7"/);
  assert.match(line, /"evt.num":7,/);
  assert.match(line, /"proc.pid":200,"who":"ln of bash"/);
});
