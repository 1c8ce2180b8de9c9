/** `lanner audit enable`: turns on the audit log of an API server that runs as a static pod. */
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ManifestError } from '../kubernetes/api-server/container.ts';
import {
  type AuditSettings,
  DEFAULT_LOG_FILE,
  DEFAULT_POLICY_FILE,
  enableAudit,
  type LogSettings,
} from '../kubernetes/api-server/enable-audit.ts';
import {
  checkBackupFolder,
  type FileBeside,
  isUnchangedSince,
  lastBackup,
  readManifest,
  replaceManifest,
  restoreBackup,
} from '../kubernetes/api-server/manifest-file.ts';
import { webhookKubeconfig } from '../kubernetes/api-server/webhook-kubeconfig.ts';
import { checkPolicy } from '../kubernetes/audit-policy/check.ts';
import { problemLine } from '../kubernetes/audit-policy/report.ts';
import { EditError } from '../kubernetes/editing/checked-text.ts';
import { unifiedDiff } from '../kubernetes/editing/unified-diff.ts';
import { fail, writeError } from './fail.ts';
import { printLine } from './print.ts';

interface EnableOptions {
  readonly manifest: string;
  readonly policy?: string;
  readonly logPath?: string;
  readonly logMaxage?: number;
  readonly logMaxbackup?: number;
  readonly logMaxsize?: number;
  readonly webhook?: string;
  readonly webhookConfig: string;
  readonly webhookCa?: string;
  readonly webhookCert?: string;
  readonly webhookKey?: string;
  readonly webhookMode?: string;
  readonly webhookBatchMaxSize?: number;
  readonly webhookBatchMaxWait?: string;
  readonly webhookInitialBackoff?: string;
  readonly backupDir: string;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
  readonly yes?: boolean;
}

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const WEBHOOK_CONFIG = '/etc/kubernetes/audit-webhook.kubeconfig';
const BACKUPS = '/var/lib/lanner/kubernetes';

export function addEnableCommand(audit: Command, finish: (code: number) => void): void {
  const command = audit
    .command('enable')
    .summary("turn on the API server's audit log")
    .description(
      'Edits the manifest of an API server that the kubelet runs as a static pod: the flags, and the policy and the\n' +
        "log's directory as volumes. Into a log file, or with --webhook to a server, or both. Shows what would change\n" +
        'and asks. The kubelet then restarts the API server. What is so already stays: it can be repeated. The\n' +
        'backup lies outside of the folder of manifests, since the kubelet starts whatever is in it.',
    )
    .option('--manifest <file>', 'manifest of the API server', MANIFEST)
    .option(
      '--policy <file>',
      `audit policy on this node (default: as in the manifest, else ${DEFAULT_POLICY_FILE})`,
    )
    .option('--log-path <file>', `log file (default: as in the manifest, else ${DEFAULT_LOG_FILE})`)
    .option('--log-maxage <days>', 'days that old log files are kept (default: 30)', count)
    .option('--log-maxbackup <number>', 'old log files that are kept (default: 10)', count)
    .option('--log-maxsize <megabytes>', 'size at which the log file is changed (default: 100)', count)
    .option('--webhook <url>', 'send events to this address; no log file then, unless a log option is given')
    .option('--webhook-config <file>', 'kubeconfig that is written for it', WEBHOOK_CONFIG)
    .option('--webhook-ca <file>', "certificate of who signed the server's, PEM")
    .option('--webhook-cert <file>', 'certificate by which the API server says who it is, PEM')
    .option('--webhook-key <file>', 'its key')
    .addOption(
      new Option('--webhook-mode <mode>', 'whether requests wait for events').choices([
        'batch',
        'blocking',
        'blocking-strict',
      ]),
    )
    .option('--webhook-batch-max-size <number>', 'events in one batch', count)
    .option(
      '--webhook-batch-max-wait <duration>',
      'time until a batch that is not full is sent, such as 10s',
      duration,
    )
    .option('--webhook-initial-backoff <duration>', 'time until a failed batch is sent again', duration)
    .option('--backup-dir <folder>', 'where the manifest is kept as it was', BACKUPS)
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--undo', 'put the manifest back as it was before the last change')
    .option('-y, --yes', 'do not ask');
  command.action(async (options: EnableOptions) => finish(await attempt(options)));
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

function duration(text: string): string {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text))
    throw new InvalidArgumentError('Give a time such as 10s.');
  return text;
}

async function attempt(options: EnableOptions): Promise<number> {
  try {
    return await (options.undo ? undo(options) : enable(options));
  } catch (error) {
    if (error instanceof ManifestError || error instanceof EditError)
      fail(`${options.manifest}: ${error.message}`);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !existsSync(options.manifest))
      fail(
        `there is no ${options.manifest}: this is for the node of the API server; --manifest names another file`,
      );
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS') fail(message);
    throw error;
  }
}

/** Returns the exit code. */
async function enable(options: EnableOptions): Promise<number> {
  const { path, text } = readManifest(options.manifest);
  checkBackupFolder(path, options.backupDir);
  const enabled = enableAudit(text, options.manifest, settingsOf(options));
  checkPolicyFile(enabled.policyFile);
  const beside = kubeconfigOf(options);
  const changed = beside.filter(({ path: file, content }) => contentOf(file) !== content);
  if (enabled.text === text && changed.length === 0) {
    printLine('nothing to do: the audit log is on as wanted');
    return 0;
  }
  for (const { path: file } of changed) printLine(`${file}: written, with the address of the webhook`);
  if (!(await isWanted(path, text, enabled.text, options))) return options.dryRun ? 0 : 1;
  const backup = replaceManifest(path, enabled.text, { folder: options.backupDir, beside: changed });
  printLine(`changed ${path}; it is kept as it was in ${backup}. The kubelet restarts the API server now.`);
  return 0;
}

/** Returns the exit code. */
async function undo(options: EnableOptions): Promise<number> {
  const { path, text } = readManifest(options.manifest);
  const backup = lastBackup(path, options.backupDir);
  if (backup === undefined) fail(`there is no backup of ${options.manifest} in ${options.backupDir}`);
  if (!isUnchangedSince(backup, text)) {
    const message = 'the manifest has been changed since: undoing takes these changes back as well';
    if (options.yes) fail(`${message}; leave --yes out to look at them, or copy ${backup.file} yourself`);
    printLine(message);
  }
  for (const { path: file, before } of backup.beside)
    printLine(`${file}: ${before === null ? 'removed' : 'put back'}`);
  if (!(await isWanted(path, text, backup.content, options))) return options.dryRun ? 0 : 1;
  restoreBackup(path, backup);
  printLine(`${path} is as it was. The kubelet restarts the API server now.`);
  return 0;
}

function settingsOf(options: EnableOptions): AuditSettings {
  const { logPath: path, logMaxage: maxAge, logMaxbackup: maxBackup, logMaxsize: maxSize } = options;
  const log: LogSettings = defined({ path, maxAge, maxBackup, maxSize });
  const hasLog = options.webhook === undefined || Object.keys(log).length > 0;
  const webhook = defined({
    configFile: options.webhookConfig,
    mode: options.webhookMode,
    batchMaxSize: options.webhookBatchMaxSize,
    batchMaxWait: options.webhookBatchMaxWait,
    initialBackoff: options.webhookInitialBackoff,
  });
  return {
    ...defined({ policyFile: options.policy }),
    ...(hasLog ? { log } : {}),
    ...(options.webhook === undefined ? {} : { webhook }),
  };
}

/** Without what is not given. */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** An API server with a policy that it refuses does not start, and nobody can ask the cluster why. */
function checkPolicyFile(file: string): void {
  const text = contentOf(file);
  if (text === undefined)
    fail(`there is no audit policy at ${file}: make one with "lanner audit policy generate > ${file}"`);
  const refused = checkPolicy(text, file, []).problems.filter(({ isRefused }) => isRefused);
  if (refused.length > 0) fail(`the API server would not start:\n${refused.map(problemLine).join('\n')}`);
}

function kubeconfigOf({
  webhook,
  webhookConfig,
  webhookCa,
  webhookCert,
  webhookKey,
}: EnableOptions): FileBeside[] {
  if (webhook === undefined) return [];
  if (!/^https?:$/.test(urlOf(webhook).protocol))
    fail(`--webhook ${webhook}: an address begins with https://`);
  if ((webhookCert === undefined) !== (webhookKey === undefined))
    fail('--webhook-cert and --webhook-key belong together');
  const content = webhookKubeconfig({
    url: webhook,
    ...(webhookCa === undefined ? {} : { authority: readFileSync(webhookCa) }),
    ...(webhookCert === undefined || webhookKey === undefined
      ? {}
      : { client: { certificate: readFileSync(webhookCert), key: readFileSync(webhookKey) } }),
  });
  return [{ path: webhookConfig, content }];
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  return url ?? fail(`--webhook ${text}: this is not an address`);
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Shows what would change, and asks. */
async function isWanted(
  path: string,
  before: string,
  after: string,
  { dryRun, yes }: EnableOptions,
): Promise<boolean> {
  const shown = unifiedDiff(before, after, { before: path, after: path });
  if (shown !== '') printLine(shown);
  if (dryRun) return false;
  if (yes) return true;
  if (!isatty(0) || !isatty(1)) {
    writeError('lanner: nothing was changed: there is nobody to ask; --yes does it\n');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question('Change it? [y/N] ');
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
