/** `lanner admission`: a webhook that keeps pods out of a cluster, and what belongs to it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { makeCertificates } from '../kubernetes/admission/certificate.ts';
import { type ServiceName, webhookConfiguration } from '../kubernetes/admission/configuration.ts';
import { runAdmission } from './admission-server.ts';
import { fail } from './fail.ts';
import { addFlags, collect } from './flags.ts';
import { openLog } from './log.ts';
import { type CommonOptions, configFrom, loadConfigOf, logConfiguration } from './options.ts';
import { printLine } from './print.ts';

interface ManifestOptions extends CommonOptions {
  readonly name: string;
  readonly service: ServiceName;
  readonly url?: string;
  readonly ca?: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly timeout: number;
}

interface CertificateOptions {
  readonly name: readonly string[];
  readonly days: number;
  readonly out: string;
}

interface ServeOptions extends CommonOptions {
  readonly certificateName?: readonly string[];
}

type Finish = (code: number) => void;

const SERVICE: ServiceName = { namespace: 'lanner', name: 'lanner-admission', port: 443 };

export function addAdmissionCommand(program: Command, finish: Finish): void {
  const command = program
    .command('admission')
    .summary('keep pods out of a cluster that a profile forbids')
    .description(
      "Answers the API server's questions about pods, and about what makes pods, over HTTPS: what the profile of the\n" +
        'namespace forbids is refused, or let in with a warning, or only told to the outputs, as the settings\n' +
        'kubernetes.admission say. /healthz and /metrics tell anybody whether it works.',
    )
    .option(
      '--certificate-name <name>',
      `where a certificate has to be made, a name or address of the server; repeatable (default: those of the service ${SERVICE.name} in the namespace ${SERVICE.namespace}, and localhost)`,
      collect,
    )
    .action(async (options: ServeOptions) => finish(await serve(options)));
  addFlags(command, 'common');
  addManifest(command, finish);
  addCertificate(command, finish);
}

function addManifest(admission: Command, finish: Finish): void {
  const command = admission
    .command('manifest')
    .summary('print what makes the API server ask')
    .description(
      'Prints the ValidatingWebhookConfiguration: for "kubectl apply -f -". Namespaces that are exempt, and that of the\n' +
        'service itself, are left out of it, so that a webhook that does not answer cannot keep itself from starting.',
    )
    .option('--name <name>', 'of the configuration', 'lanner-admission')
    .option(
      '--service <namespace/name[:port]>',
      'service of the webhook',
      serviceName,
      serviceName(`${SERVICE.namespace}/${SERVICE.name}`),
    )
    .option('--url <url>', 'address of the webhook, instead of a service')
    .option('--ca <file>', "certificate of who signed the webhook's, PEM")
    .addOption(
      new Option('--failure-policy <policy>', 'refuse what the webhook gives no answer about, or let it in')
        .choices(['Fail', 'Ignore'])
        .default('Ignore'),
    )
    .option('--timeout <seconds>', 'time that the API server waits for an answer', timeoutSeconds, 5)
    .action((options: ManifestOptions) => finish(printManifest(options)));
  addFlags(command, 'common');
}

function addCertificate(admission: Command, finish: Finish): void {
  admission
    .command('certificate')
    .summary('make a certificate and its authority')
    .description(
      'Writes tls.crt and tls.key for the webhook, and ca.crt, which "lanner admission manifest --ca" wants. The key\n' +
        'of the authority is thrown away: a new certificate has a new authority.',
    )
    .requiredOption('--name <name>', 'name or address of the server; repeatable', collect)
    .requiredOption('--out <folder>', 'where the files are written')
    .option('--days <number>', 'how long it is valid', days, 365)
    .action((options: CertificateOptions) => finish(writeCertificates(options)));
}

async function serve(options: ServeOptions): Promise<number> {
  const loaded = loadConfigOf(options);
  const { log, close } = openLog(loaded.config);
  try {
    logConfiguration(loaded, options, log);
    const names = options.certificateName ?? serviceNames(SERVICE);
    return await runAdmission(loaded.config, names, log);
  } finally {
    await close();
  }
}

/** Names by which a service is called in its cluster. */
function serviceNames({ name, namespace }: ServiceName): string[] {
  const full = `${name}.${namespace}.svc`;
  return [full, `${full}.cluster.local`, 'localhost', '127.0.0.1', '::1'];
}

function printManifest(options: ManifestOptions): number {
  const { exempt } = configFrom(options, () => {}).kubernetes.admission;
  const { name, service, url, ca, failurePolicy, timeout } = options;
  if (url !== undefined && URL.parse(url)?.protocol !== 'https:')
    fail(`--url ${url}: it has to begin with https://`);
  const text = webhookConfiguration({
    name,
    at: url === undefined ? { service } : { url },
    ...(ca === undefined ? {} : { authority: readText(ca) }),
    failurePolicy,
    timeoutSeconds: timeout,
    // Patterns are left to the webhook.
    withoutNamespaces: [
      ...exempt.namespaces.filter((namespace) => !namespace.includes('*')),
      ...(url === undefined ? [service.namespace] : []),
    ],
  });
  printLine(text.trimEnd());
  return 0;
}

function writeCertificates({ name: names, days: valid, out }: CertificateOptions): number {
  const made = makeCertificates({ names, days: valid });
  try {
    mkdirSync(out, { recursive: true });
    for (const [file, text, mode] of [
      ['ca.crt', made.authority, 0o644],
      ['tls.crt', made.certificate, 0o644],
      ['tls.key', made.key, 0o600],
    ] as const) {
      const path = join(out, file);
      writeFileSync(path, text, { mode });
      chmodSync(path, mode);
      printLine(path);
    }
  } catch (error) {
    fail(`cannot write certificates: ${(error as Error).message}`);
  }
  return 0;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail((error as Error).message);
  }
}

function serviceName(text: string): ServiceName {
  const match = /^([a-z0-9-]+)\/([a-z0-9-]+)(?::(\d{1,5}))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give NAMESPACE/NAME or NAMESPACE/NAME:PORT.');
  const [, namespace = '', name = '', port = '443'] = match;
  return { namespace, name, port: Number(port) };
}

function timeoutSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 30)
    throw new InvalidArgumentError('Give seconds from 1 to 30.');
  return seconds;
}

function days(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 36_500)
    throw new InvalidArgumentError('Give days from 1 to 36500.');
  return number;
}
