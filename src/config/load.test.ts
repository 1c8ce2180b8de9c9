import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type LoadedConfig, loadConfig } from './load.ts';

interface Given {
  readonly yaml?: string;
  readonly overrides?: readonly string[];
  readonly environment?: Record<string, string>;
}

function load(context: TestContext, { yaml, overrides = [], environment = {} }: Given): LoadedConfig {
  if (yaml === undefined) return loadConfig({ file: undefined, overrides, environment });
  const folder = mkdtempSync(join(tmpdir(), 'lanner-config-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'falco.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ file, overrides, environment });
}

test('without a file every key has its default', (context) => {
  const { config, warnings } = load(context, {});
  assert.equal(config.priority, 'Debug');
  assert.equal(config.stdout_output.enabled, true);
  assert.equal(config.engine.modern_ebpf.buf_size_preset, 4);
  assert.deepEqual(config.syscall_event_drops.actions, ['log', 'alert']);
  assert.deepEqual(warnings, []);
});

test('a file sets what it names and leaves the rest', (context) => {
  const yaml =
    'json_output: true\nengine:\n  modern_ebpf:\n    buf_size_preset: 2\nrules_files:\n  - /a\n  - /b\n';
  const { config } = load(context, { yaml });
  assert.equal(config.json_output, true);
  assert.equal(config.json_include_tags_property, true);
  assert.equal(config.engine.modern_ebpf.buf_size_preset, 2);
  assert.equal(config.engine.kind, 'modern_ebpf');
  assert.deepEqual(config.rules_files, ['/a', '/b']);
});

test('values that do not fit are all reported with their places', (context) => {
  const yaml = 'priority: loud\nengine:\n  modern_ebpf:\n    buf_size_preset: 11\njson_output: [1]\n';
  assert.throws(
    () => load(context, { yaml }),
    (error: Error) => {
      const lines = error.message.split('\n');
      assert.equal(lines.length, 3);
      assert.match(lines[0] ?? '', /falco\.yaml:1:11: priority must be one of Emergency, .*, not "loud"$/);
      assert.match(
        lines[1] ?? '',
        /falco\.yaml:4:22: engine\.modern_ebpf\.buf_size_preset must be .* 10, not 11$/,
      );
      assert.match(lines[2] ?? '', /falco\.yaml:5:14: json_output must be true or false, not a list$/);
      return true;
    },
  );
});

test('an unknown key is left out with a suggestion', (context) => {
  const { warnings } = load(context, { yaml: 'prioriti: warning\nengine:\n  kindd: kmod\nzzzzzzzz: 1\n' });
  assert.equal(warnings.length, 3);
  assert.match(warnings[0] ?? '', /:1:1: unknown key prioriti, left out; did you mean priority\?$/);
  assert.match(warnings[1] ?? '', /unknown key engine\.kindd, left out; did you mean kind\?$/);
  assert.match(warnings[2] ?? '', /unknown key zzzzzzzz, left out$/);
});

test("keys of Falco's without effect are named, unless they ask for nothing", (context) => {
  const yaml =
    'buffer_format_base64: true\nhttp_output: {enabled: false, url: x}\nengine: {kmod: {buf_size_preset: 5}}\n';
  assert.deepEqual(load(context, { yaml }).warnings, [
    'these settings have no effect yet: buffer_format_base64',
    'engine.kmod: Lanner has no kernel module; its probe is engine.kind modern_ebpf',
  ]);
});

test('values of several wrong kinds say what is expected', (context) => {
  const overrides = ['metrics.interval=soon', 'config_files=[[1]]'];
  assert.throws(
    () => load(context, { overrides: overrides.slice(0, 1) }),
    /metrics\.interval must be a time of 52w at most, such as 10s, 500ms or 1m30s, not "soon"/,
  );
  assert.throws(() => load(context, { overrides: overrides.slice(1) }), /config_files\[0\] must be/);
});

test('aliases stand for what they name, but not without limit', (context) => {
  const yaml = 'x: &rules [/a, /b]\nrules_files: *rules\n';
  assert.deepEqual(load(context, { yaml }).config.rules_files, ['/a', '/b']);
  const bomb = ['a: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (let i = 1; i < 9; i++)
    bomb.push(
      `b${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  assert.throws(() => load(context, { yaml: bomb.join('\n') }), /at most 100000 values/);
  assert.throws(() => load(context, { yaml: 'a: &a [*a]\n' }), /no finished value with the name a/);
});

test('a file that is missing, or not YAML, or not a mapping is an error', (context) => {
  const missing = { file: '/nonexistent/falco.yaml', overrides: [], environment: {} };
  assert.throws(() => loadConfig(missing), /cannot read the configuration: ENOENT/);
  assert.throws(() => load(context, { yaml: 'a: [1\nb: 2\n' }), /falco\.yaml:\d+:\d+: /);
  assert.throws(() => load(context, { yaml: '- a\n' }), /falco\.yaml:1:1: expected a mapping/);
  assert.throws(
    () => load(context, { yaml: `a: 1\nb: ${'['.repeat(100_000)}` }),
    /^ConfigError: \S*falco\.yaml:2:\d+: the file is nested too deep$/,
  );
});

test('an empty file, and sections without a value, are defaults', (context) => {
  assert.equal(load(context, { yaml: '' }).config.priority, 'Debug');
  assert.equal(load(context, { yaml: 'engine:\n' }).config.engine.kind, 'modern_ebpf');
});

test('environment variables are put in, and read as if they had been written there', (context) => {
  const yaml = 'json_output: ${JSON}\nfile_output:\n  filename: "/var/${NAME}/$${NAME}${UNSET}"\n';
  const { config } = load(context, { yaml, environment: { JSON: 'true', NAME: 'log' } });
  assert.equal(config.json_output, true);
  assert.equal(config.file_output.filename, '/var/log/${NAME}');
});

test('overrides come after the file, in order', (context) => {
  const { config } = load(context, {
    yaml: 'priority: error\nrules_files: [/a]\n',
    overrides: ['priority=warning', 'priority=notice', 'rules_files[]=/b', 'rules_files[0]=/c'],
  });
  assert.equal(config.priority, 'Notice');
  assert.deepEqual(config.rules_files, ['/c', '/b']);
});

test('an override makes what its path leads through, and takes JSON', (context) => {
  const { config } = load(context, {
    overrides: [
      'engine.modern_ebpf.buf_size_preset=6',
      'file_output={"enabled": true, "filename": "/tmp/a=b"}',
      'syscall_event_drops.actions=["exit"]',
    ],
  });
  assert.equal(config.engine.modern_ebpf.buf_size_preset, 6);
  assert.partialDeepStrictEqual(config.file_output, {
    enabled: true,
    keep_alive: false,
    filename: '/tmp/a=b',
  });
  assert.deepEqual(config.syscall_event_drops.actions, ['exit']);
});

test('an override that cannot be read says what is wrong', (context) => {
  const cases: [string, RegExp][] = [
    ['priority', /^-o priority: write it as key=value/],
    ['=x', /^-o =x: write it as key=value/],
    ['[0]=x', /write it as key=value/],
    ['priority=x', /^-o priority=x: priority must be one of/],
    ['rules_files[3]=x', /there is no element \[3\]; the list has 0/],
    ['rules_files={"a"', /^-o rules_files=\{"a".*must end with a \}/],
  ];
  for (const [option, expected] of cases) {
    assert.throws(() => load(context, { overrides: [option] }), { message: expected }, option);
  }
  const into = { yaml: 'rules_files: [/a]\nengine: {}\n' };
  assert.throws(() => load(context, { ...into, overrides: ['rules_files.a=x'] }), /leads into a list/);
  assert.throws(() => load(context, { ...into, overrides: ['engine[0]=x'] }), /leads into a mapping/);
  assert.throws(
    () => load(context, { yaml: 'engine: x\n', overrides: ['engine.kind=kmod'] }),
    /a single value/,
  );
});

test('a backslash takes the next character of a key literally', (context) => {
  const { warnings } = load(context, { overrides: ['a\\.b\\=c=1'] });
  assert.match(warnings[0] ?? '', /unknown key a\.b=c, left out/);
});

test('variables in values of variables are replaced, and none behind a $ that begins none', (context) => {
  const environment = {
    NAME: 'log',
    TWICE: '${NAME}/x',
    SELF: '${SELF}',
    LONG: '${LONG}${LONG}'.padEnd(600),
  };
  const expanded: Record<string, string> = {
    '${TWICE}': 'log/x',
    '$${${NAME}}': '${log}',
    '$${NAME}${NAME}': '${NAME}log',
    '$NAME/${NAME}': '$NAME/${NAME}',
    '$$${NAME}': '$$${NAME}',
    '${NAME': '${NAME',
    '${ NAME }': '',
    '${SELF}': '${SELF}',
  };
  for (const [written, value] of Object.entries(expanded)) {
    const { config } = load(context, { yaml: `file_output: {filename: '${written}'}`, environment });
    assert.equal(config.file_output.filename, value, written);
  }
  const { config } = load(context, { yaml: "file_output: {filename: '${LONG}'}", environment });
  assert.ok(config.file_output.filename.length < 4 * 1024 * 1024, 'a value that grows comes to an end');
});

test('rules_file is the old name of rules_files; both together are an error', (context) => {
  const { config, warnings } = load(context, { yaml: 'rules_file: [/a, /b]\n' });
  assert.deepEqual(config.rules_files, ['/a', '/b']);
  assert.match(warnings.join(), /rules_file is the old name of rules_files/);
  assert.throws(() => load(context, { yaml: 'rules_file: [/a]\nrules_files: [/b]\n' }), /give one of them/);
});

test('a single value is a list of one', (context) => {
  assert.deepEqual(load(context, { yaml: 'rules_files: /a\n' }).config.rules_files, ['/a']);
  assert.deepEqual(load(context, { overrides: ['rules_files=/a'] }).config.rules_files, ['/a']);
  assert.throws(() => load(context, { yaml: 'rules: x\n' }), /rules must be a list/);
});

test('an entry of rules names rules or a tag', (context) => {
  for (const entry of ['{}', '{enable: {}}', '{disable: {rule: ""}}']) {
    assert.throws(
      () => load(context, { yaml: `rules: [${entry}]\n` }),
      /rules\[0\] names no rule and no tag/,
      entry,
    );
  }
  const { config } = load(context, { yaml: 'rules: [{disable: {tag: t}}]\n' });
  assert.equal(config.rules[0]?.disable?.tag, 't');
});

test('the address of the web server is no name', (context) => {
  for (const address of ['0.0.0.0', '::', '::1', '169.255.0.0', '1200::AB00:1234:0:2552:7777:1313']) {
    const overrides = [`webserver.listen_address=${address}`];
    assert.equal(load(context, { overrides }).config.webserver.listen_address, address);
  }
  for (const address of ['localhost', '327.0.0.1', '127. 0.0.1', '1200:0:AB00:1234:0:2552:7777:131G']) {
    const overrides = [`webserver.listen_address=${address}`];
    assert.throws(() => load(context, { overrides }), /listen_address must be an IP address/, address);
  }
});

test('an option with an escape that there is not is refused', (context) => {
  for (const option of ['a\\x=1', '.a=1', 'a\\']) {
    assert.throws(() => load(context, { overrides: [option] }), /write it as key=value/, option);
  }
});

test('a mapping or list in an option is JSON, or as YAML writes it in brackets', (context) => {
  const overrides = [
    'rules[]={disable: {tag: network}}',
    'rules[]={"enable": {"rule": "A b"}}',
    'rules_files=[/a, /b]',
  ];
  const { config } = load(context, { overrides });
  assert.deepEqual(
    config.rules.map(({ enable, disable }) => [enable?.rule, disable?.tag]),
    [
      [undefined, 'network'],
      ['A b', undefined],
    ],
  );
  assert.deepEqual(config.rules_files, ['/a', '/b']);
  for (const option of ['rules[]={disable: {tag: network}', 'rules[]={a: 1}}', 'rules[]={a: 1}, b: {c: 2}']) {
    assert.throws(() => load(context, { overrides: [option] }), /^ConfigError: -o rules/, option);
  }
});
