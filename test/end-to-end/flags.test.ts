/** Flags that print and end, and flags that are wrong. No test here watches anything. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LANNER, lanner, lastLine, start } from '../support/lanner.ts';

const GOOD = `- rule: Good
  desc: A rule that is right.
  condition: evt.type = openat and fd.name = /etc/shadow
  output: shadow was opened (file=%fd.name)
  priority: WARNING
  tags: [a]
`;
const BAD = GOOD.replace('fd.name =', 'fd.nmae =').replaceAll('Good', 'Bad');

function rules(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-flags-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('--help names every command', async () => {
  const { code, stdout } = await lanner(['--help']);
  assert.equal(code, 0);
  for (const word of ['run', 'check', '--scope', '-V, --validate']) assert.ok(stdout.includes(word), word);
});

test('it works from anywhere, through a symbolic link', async (context) => {
  const folder = rules(context, {});
  symlinkSync(LANNER, join(folder, 'link'));
  const { code, stdout } = await start(join(folder, 'link'), ['--version'], { cwd: folder }).finished;
  assert.equal(code, 0);
  assert.match(stdout, /^Lanner version: /);
});

test('--version, as text and as JSON', async () => {
  const { stdout } = await lanner(['--version', '-o', 'json_output=true']);
  const versions = JSON.parse(stdout);
  assert.match(versions.lanner_version, /^\d+\.\d+\.\d+$/);
  assert.equal(versions.engine_version, versions.engine_version_semver.split('.')[1]);
});

test('listings', async () => {
  const [names, fields, events, ignored, pageSize, schema, configSchema] = await Promise.all(
    [
      ['--list', '-N'],
      ['--list=syscall', '--format', 'json'],
      ['--list-events', '--markdown'],
      ['-i'],
      ['--page-size'],
      ['--rule-schema'],
      ['--config-schema'],
    ].map((args) => lanner(args)),
  );
  assert.match(names?.stdout ?? '', /^fd\.name$/m);
  assert.ok(JSON.parse(fields?.stdout ?? '').fieldclasses.length > 5);
  assert.match(events?.stdout ?? '', /openat2/);
  assert.equal(ignored?.stdout.match(/^- /gm)?.length, 11);
  assert.match(pageSize?.stdout ?? '', /: \d+$/m);
  assert.equal(JSON.parse(schema?.stdout ?? '').type, 'array');
  assert.ok(JSON.parse(configSchema?.stdout ?? '').properties.rules_files);
});

test('-V tells of each file whether it is right', async (context) => {
  const folder = rules(context, { 'good.yaml': GOOD, 'bad.yaml': BAD });
  const good = await lanner(['-V', join(folder, 'good.yaml')]);
  assert.equal(good.code, 0);
  assert.equal(good.stdout, `${folder}/good.yaml: Ok\n`);
  const both = await lanner(['-V', join(folder, 'good.yaml'), '-V', join(folder, 'bad.yaml')]);
  assert.equal(both.code, 1);
  assert.match(both.stdout, /good\.yaml: Ok\n.*bad\.yaml: Invalid\n1 Errors:\n/);
  const json = await lanner(['-V', join(folder, 'bad.yaml'), '-o', 'json_output=true']);
  assert.equal(json.code, 1);
  const [result] = JSON.parse(json.stdout).falco_load_results;
  assert.equal(result.successful, false);
  assert.equal(result.errors[0].code, 'LOAD_ERR_COMPILE_CONDITION');
});

test('rules with an error are not used', async (context) => {
  const folder = rules(context, { 'bad.yaml': BAD });
  const { code, stdout, stderr } = await lanner(['run', '-r', folder, '--', 'echo', 'started']);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /fd\.nmae.*did you mean fd\.name/);
  assert.equal(lastLine(stderr), 'lanner: the rules cannot be used: 1 error');
});

test('-V of several files loads them in order: one may use what an earlier one defines', async (context) => {
  const folder = rules(context, {
    '1.yaml': '- macro: opened\n  condition: evt.type = openat\n',
    '2.yaml': GOOD.replace('evt.type = openat', 'opened'),
  });
  const [one, two] = [join(folder, '1.yaml'), join(folder, '2.yaml')];
  const text = await lanner(['-V', one, '-V', two, '-v']);
  assert.equal(text.code, 0);
  assert.equal(text.stdout, `${one}: Ok, with warnings\n${two}: Ok\n`);
  assert.match(text.stderr, /1 Warnings:\n[\s\S]*LOAD_UNUSED_MACRO \(Unused macro\): /);
  const wrong = await lanner(['-V', two, '-V', one]);
  assert.equal(wrong.code, 1);

  const json = await lanner(['-V', one, '-V', two, '-L', '-o', 'json_output=true']);
  const { falco_load_results: results, falco_describe_results: description } = JSON.parse(json.stdout);
  assert.deepEqual(Object.keys(results[0]), [
    'name',
    'successful',
    'schema_valid',
    'schema_warnings',
    'errors',
    'warnings',
  ]);
  assert.deepEqual(Object.keys(results[0].warnings[0]), ['code', 'codedesc', 'message', 'context']);
  const [file, macro] = results[0].warnings[0].context.locations;
  assert.deepEqual(file, {
    item_type: 'rules content',
    item_name: '',
    position: { name: one, line: 0, column: 0, offset: 0 },
  });
  assert.deepEqual([macro.item_type, macro.item_name], ['macro', 'opened']);
  assert.deepEqual(Object.keys(description).sort(), [
    'lists',
    'macros',
    'required_engine_version',
    'required_plugin_versions',
    'rules',
  ]);
  const described = await lanner(['-V', one, '-V', two, '-l', 'Good']);
  assert.match(
    described.stdout,
    /2\.yaml: Ok\n\nRule +Description\n---- +-----------\nGood +A rule that is right\. \n/,
  );
  const failed = await lanner(['-V', two, '-V', one, '-L', '-o', 'json_output=true']);
  assert.deepEqual(Object.keys(JSON.parse(failed.stdout)), ['falco_load_results']);
});

test('-L and -l describe rules', async (context) => {
  const folder = rules(context, { 'good.yaml': GOOD });
  const { stdout } = await lanner(['-r', folder, '-L', '-o', 'json_output=true']);
  assert.equal(JSON.parse(stdout).rules[0].info.name, 'Good');
  const one = await lanner(['-r', folder, '-l', 'Good']);
  assert.match(one.stdout, /^Good +A rule that is right\./m);
  const none = await lanner(['-r', folder, '-l', 'Godo']);
  assert.equal(none.code, 1);
  assert.equal(none.stderr, 'lanner: there is no rule "Godo"; did you mean "Good"?\n');
});

test('--dry-run loads everything and watches nothing', async (context) => {
  const folder = rules(context, { 'good.yaml': GOOD, 'falco.yaml': `rules_files: [/no/such/file, RULES]\n` });
  const config = ['-c', join(folder, 'falco.yaml'), '-o', `rules_files[1]=${folder}/good.yaml`];
  const { code, stderr } = await lanner([...config, '-o', 'prioritty=error', '--dry-run']);
  assert.equal(code, 0);
  assert.match(
    stderr,
    /warning: -o prioritty=error: unknown key prioritty, left out; did you mean priority\?/,
  );
  assert.match(stderr, /warning: no rules at \/no\/such\/file/);
  assert.match(stderr, /1 of 1 rules are enabled/);
});

test('--support is JSON with all that a report needs', async (context) => {
  const folder = rules(context, { 'good.yaml': GOOD });
  const args = ['-c', '', '-r', join(folder, 'good.yaml'), '-o', 'static_fields.a=b', '--support'];
  const { code, stdout } = await lanner(args);
  assert.equal(code, 0);
  const support = JSON.parse(stdout);
  assert.deepEqual(Object.keys(support).sort(), [
    'cmdline',
    'config',
    'engine_info',
    'rules_files',
    'system_info',
    'version',
  ]);
  assert.deepEqual(support.rules_files, [{ name: join(folder, 'good.yaml'), variants: [{ content: GOOD }] }]);
  assert.match(support.config, /^static_fields:\n {2}a: b$/m);
  assert.ok(support.cmdline.endsWith('--support'));
});

test('plugins that Lanner stands in for', async () => {
  const all = await lanner(['--list-plugins']);
  assert.match(all.stdout, /^3 Plugins Loaded:\n\nName: container\nVersion: \d/);
  const one = await lanner(['--plugin-info', 'k8saudit']);
  assert.match(one.stdout, /^Name: k8saudit\n[\s\S]*Event Sourcing \(source = k8s_audit\)/);
  const config = ['-o', 'plugins=[{"name": "github", "library_path": "x.so"}]'];
  const { stderr } = await lanner([...config, '--version']);
  assert.match(stderr, /warning: the plugin github is left out: Lanner loads no plugins/);
});

test('-p stands behind every output, and old names of engines ask for nothing', async (context) => {
  const folder = rules(context, { 'good.yaml': GOOD });
  const outputOf = async (format: string): Promise<string> => {
    const { stdout } = await lanner(['-r', folder, '-p', format, '-L', '-o', 'json_output=true']);
    return JSON.parse(stdout).rules[0].details.output_compiled;
  };
  assert.equal(await outputOf('by %proc.name'), 'shadow was opened (file=%fd.name) by %proc.name');
  assert.equal(await outputOf('k'), 'shadow was opened (file=%fd.name)');
});

test('the kernel module of Falco is taken for the probe, and that is said', async () => {
  const { code, stderr } = await lanner(['-c', '', '-o', 'engine.kind=kmod', '--dry-run']);
  assert.equal(code, 0);
  assert.match(stderr, /warning: engine\.kind kmod: Lanner has no kernel module and uses its probe/);
});

test('log_level and log_stderr choose what is logged', async (context) => {
  const folder = rules(context, { 'good.yaml': GOOD });
  const args = ['-c', '', '-r', folder, '--dry-run', '-o', 'nonsense=1'];
  const quiet = await lanner([...args, '-o', 'log_level=warning']);
  assert.match(quiet.stderr, /^\S[^\n]*: warning: -o nonsense=1: unknown key nonsense, left out\n$/);
  const silent = await lanner([...args, '-o', 'log_stderr=false']);
  assert.deepEqual([silent.code, silent.stderr], [0, '']);
});

for (const [args, message] of [
  [['--verson'], /^lanner: unknown option '--verson' \(Did you mean --version\?\)\n$/],
  [['--plugin-info', 'x'], /^lanner: there is no plugin "x"; there are container, k8saudit, json\n$/],
  [['frobnicate'], /^lanner: there is no such command/],
  [['-M', 'soon'], /^lanner: .*'-M <seconds>'.*Give a number of seconds\.\n$/],
  [['--scope', 'pid=0'], /^lanner: .*"0" is not a process id\.\n$/],
  [['--scope', 'pid=1,x'], /^lanner: .*"x" is not a process id\.\n$/],
  [['--scope', 'all'], /^lanner: .*Write it as pid=N\[,N…\] or cgroup=PATH\.\n$/],
  [['--scope', 'pid=1', '--scope', 'cgroup=/'], /^lanner: .*not both\.\n$/],
  [
    ['--enable-source', 'nothing'],
    /^lanner: there is no event source "nothing"; there are syscall, k8s_audit\n$/,
  ],
  [['--disable-source', 'syscall'], /^lanner: all event sources are disabled/],
  [['-c', '/no/such/file'], /^lanner: cannot read the configuration: ENOENT/],
  [['-o', 'priority=loud', '--dry-run'], /^lanner: -o priority=loud: priority must be one of /],
  [
    ['-o', 'engine.kind=nodriver', '--dry-run'],
    /lanner: engine\.kind nodriver watches no system calls, and kubernetes\.audit\.from is empty/,
  ],
  [
    ['-r', '/no/such/file', '--dry-run'],
    /the file cannot be read: ENOENT[\s\S]*lanner: the rules cannot be used: 1 error\n$/,
  ],
  [['chek'], /^lanner: there is no such command "chek"; did you mean "check"\?\n$/],
  [['help'], /^lanner: there is no such command "help"; did you mean "--help"\?\n$/],
  [['run'], /^lanner: missing required argument 'command': "lanner run --help" tells more\n$/],
  [['console', 'tokne'], /^lanner: "tokne" is one argument too many; did you mean "token"\?\n$/],
  [
    ['audit'],
    /^lanner: a command is missing behind "lanner audit" \(policy, enable\): "lanner audit --help"/,
  ],
  [
    ['scenes', 'read-passwrd-hashes'],
    /^lanner: there is no scene, .*did you mean "read-password-hashes"\?\n$/,
  ],
  [['-e', 'x.scap'], /^lanner: unknown option '-e': Falco has removed it as well; "lanner replay FILE"/],
  [['-c', '/tmp', '--dry-run'], /^lanner: cannot read the configuration: \/tmp: EISDIR/],
  [['audit', 'enable', '--manifest', '/no/such/file'], /^lanner: there is no \/no\/such\/file: .*--manifest/],
] as const) {
  test(`wrong: lanner ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await lanner(args);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, message);
  });
}

test('help is wrapped at the width of the terminal alone, not where the source wraps it', async () => {
  const { stdout } = await lanner(['run', '--help']);
  assert.match(stdout, /^when COMMAND ends, with its exit code, after a one-line summary on standard$/m);
});
