/** `lanner install` and `lanner uninstall`: Lanner as a service of systemd. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { fail } from './fail.ts';
import { type InstalledFile, installFiles, type Step, type Target, uninstallFiles } from './installation.ts';
import { printLine } from './print.ts';

interface InstallOptions {
  readonly root?: string;
  readonly dryRun?: boolean;
}

const HOME = resolve(import.meta.dirname, '..', '..');
const UNIT = 'lanner.service';
/** Folders of rules below rules/, of which those for audit events are loaded where there are any. */
const RULES = ['', 'kubernetes/'];
const FOLDERS = [
  '/etc/lanner',
  '/etc/lanner/config.d',
  ...RULES.map((folder) => `/etc/lanner/rules/${folder}`),
  '/etc/lanner/rules.d',
];
/** systemctl waits for the service to start or stop; this is longer than the unit gives it. */
const SYSTEMCTL_MS = 120_000;

export function addInstallCommands(program: Command): void {
  const install = program
    .command('install')
    .summary('install as a service of systemd')
    .description(
      'Puts the unit lanner.service, /etc/lanner/lanner.yaml and the default rules in place. Can be repeated after\n' +
        'an update: files that you have changed stay, and the new ones are put beside them as FILE.new.',
    )
    .action(runInstall);
  const uninstall = program
    .command('uninstall')
    .summary('stop the service and remove what install put in place')
    .description(
      'Stops the service and removes what install put in place, but for files that you have changed.',
    )
    .action(runUninstall);
  for (const command of [install, uninstall]) {
    command
      .option(
        '--root <folder>',
        'folder that stands for /, as when a package is built; no service is touched',
      )
      .option('--dry-run', 'say what would be done, and do nothing');
  }
}

function runInstall(options: InstallOptions): void {
  const target = targetOf(options);
  report(
    attempt(() => installFiles(files(), FOLDERS, target)),
    target,
  );
  if (!mayAskSystemd(target)) return;
  systemctl('daemon-reload');
  printLine('start it with: systemctl enable --now lanner');
}

function runUninstall(options: InstallOptions): void {
  const target = targetOf(options);
  const hasSystemd = mayAskSystemd(target);
  if (hasSystemd && existsSync(unitPath())) systemctl('disable', '--now', UNIT);
  const steps = attempt(() => uninstallFiles(FOLDERS, target));
  report(steps, target);
  if (steps.every(({ done }) => done === 'missing')) printLine('nothing to remove: nothing was installed');
  if (hasSystemd) systemctl('daemon-reload');
}

function targetOf({ root = '', dryRun = false }: InstallOptions): Target {
  return { root: root === '' || resolve(root) === '/' ? '' : resolve(root), dryRun };
}

function files(): InstalledFile[] {
  const names = RULES.flatMap((folder) =>
    readdirSync(join(HOME, 'rules', folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => folder + name),
  );
  return [
    { path: unitPath(), content: own('deploy/systemd', UNIT).replace('@LANNER@', join(HOME, 'bin/lanner')) },
    { path: '/etc/lanner/lanner.yaml', content: own('deploy/lanner.yaml') },
    ...names.map((name) => ({ path: `/etc/lanner/rules/${name}`, content: own('rules', name) })),
  ];
}

function unitPath(): string {
  return `/etc/systemd/system/${UNIT}`;
}

function own(...path: string[]): string {
  return readFileSync(join(HOME, ...path), 'utf8');
}

function attempt(action: () => Step[]): Step[] {
  try {
    return action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') fail(`${message}: this needs root, or --root FOLDER`);
    throw error;
  }
}

function report(steps: readonly Step[], { dryRun }: Target): void {
  for (const { done, path, remark } of steps) {
    if (done === 'missing') continue;
    printLine(`${dryRun ? 'would be ' : ''}${done}: ${path}${remark === undefined ? '' : ` (${remark})`}`);
  }
}

/** Not for another root, not for a look at what would be done, and not where systemd does not run. */
function mayAskSystemd({ root, dryRun }: Target): boolean {
  return root === '' && !dryRun && existsSync('/run/systemd/system');
}

function systemctl(...args: string[]): void {
  try {
    execFileSync('systemctl', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: SYSTEMCTL_MS });
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: Buffer };
    fail(`systemctl ${args.join(' ')}: ${stderr?.toString().trim() || message}`);
  }
}
