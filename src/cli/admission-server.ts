/** Runs the admission webhook until it is told to end. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Config } from '../config/schema.ts';
import { openOutputs, outputFailure } from '../engine/outputs.ts';
import { admissionAlert } from '../kubernetes/admission/alert.ts';
import { makeCertificates } from '../kubernetes/admission/certificate.ts';
import type { AdmissionPolicy } from '../kubernetes/admission/policy.ts';
import {
  AdmissionServer,
  type AdmissionServerOptions,
  type Identity,
} from '../kubernetes/admission/server.ts';
import { minorVersion } from '../kubernetes/pod-security/version.ts';
import { fail } from './fail.ts';
import type { Log } from './log.ts';
import { printLine } from './print.ts';
import { onEndSignal } from './signals.ts';

type Settings = Config['kubernetes']['admission'];

/** How often it is looked whether the certificate was renewed. */
const CERTIFICATE_MS = 30_000;
/** A certificate that was made for one run need not be renewed in it. */
const MADE_DAYS = 3650;

/** `names` are those of a certificate that has to be made. Returns the exit code. */
export async function runAdmission(config: Config, names: readonly string[], log: Log): Promise<number> {
  const settings = config.kubernetes.admission;
  const outputs = openOutputs(config, undefined, {
    log,
    onFailure: (output, error) => log(outputFailure(output, error), 'error'),
  });
  const hostname = os.hostname();
  let identity = identityOf(settings, names);
  const server = create({
    address: settings.listen_address,
    port: settings.listen_port,
    identity,
    ...(settings.client_ca === '' ? {} : { clientAuthority: readPem(settings.client_ca) }),
    maxBytes: settings.max_review_bytes,
    timeoutMs: settings.timeout,
    maxRequests: settings.max_requests,
    policy: policyOf(settings),
    onJudgement(request, judgement) {
      const alert = admissionAlert(request, judgement, { time: BigInt(Date.now()) * 1_000_000n, hostname });
      if (alert !== undefined) outputs.write(alert);
    },
    log: (line) => log(`admission: ${line}`, 'error'),
  });
  const renewing = setInterval(() => {
    identity = renewed(server, identity, settings, log);
  }, CERTIFICATE_MS);
  try {
    const port = await listen(server, settings);
    log(`admission: listening on https://${settings.listen_address}:${port}/validate`);
    await untilEnd();
  } finally {
    clearInterval(renewing);
    await server.close();
    await outputs.close();
  }
  return 0;
}

function create(options: AdmissionServerOptions): AdmissionServer {
  try {
    return new AdmissionServer(options);
  } catch (error) {
    return fail(`kubernetes.admission: certificate or key cannot be used: ${(error as Error).message}`);
  }
}

async function listen(server: AdmissionServer, settings: Settings): Promise<number> {
  try {
    return await server.listen();
  } catch (error) {
    return fail(
      `cannot listen on ${settings.listen_address}:${settings.listen_port}: ${(error as Error).message}`,
    );
  }
}

function untilEnd(): Promise<void> {
  return new Promise((resolve) => {
    const handler = onEndSignal(() => {
      handler.end();
      resolve();
    });
  });
}

/** Where no certificate is configured, one is made, and its authority printed for the manifest. */
function identityOf(settings: Settings, names: readonly string[]): Identity {
  if (settings.certificate !== '') return readIdentity(settings);
  const { authority, certificate, key } = makeCertificates({ names, days: MADE_DAYS });
  printLine(authority.trimEnd());
  return { certificate, key };
}

function readIdentity({ certificate, key }: Settings): Identity {
  return { certificate: readPem(certificate), key: readPem(key === '' ? certificate : key) };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`kubernetes.admission: ${(error as Error).message}`);
  }
}

/** The certificate in use from now on: that of the files, when it has changed and can be used. */
function renewed(server: AdmissionServer, before: Identity, settings: Settings, log: Log): Identity {
  if (settings.certificate === '') return before;
  try {
    const now = readIdentity(settings);
    if (now.certificate === before.certificate && now.key === before.key) return before;
    server.renew(now);
    log('admission: the certificate was renewed');
    return now;
  } catch (error) {
    log(`admission: the certificate cannot be renewed: ${(error as Error).message}`, 'error');
    return before;
  }
}

function policyOf(settings: Settings): AdmissionPolicy {
  const { version, profile, mode, namespaces, exempt } = settings;
  const minor = minorVersion(version);
  if (minor === undefined)
    fail(
      `kubernetes.admission.version: there is no version "${version}"; versions are latest, v1.30 and the like`,
    );
  return {
    profile,
    mode,
    minor,
    namespaces,
    exempt: { users: exempt.users, namespaces: exempt.namespaces, runtimeClasses: exempt.runtime_classes },
  };
}
