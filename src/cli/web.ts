/** The web server as the configuration wants it: what Falco's tells, and the console. */
import { readFileSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { OpenedConsole } from '../console/opened.ts';
import type { Watching } from '../engine/watch.ts';
import { PROMETHEUS_TYPE } from '../metrics/prometheus.ts';
import { isLoopback } from '../server/peer.ts';
import { WebServer, type WebServerSettings } from '../server/web-server.ts';
import type { Log } from './log.ts';
import { versions } from './version.ts';

const LOOPBACK = '127.0.0.1';

/** A web server that tells of what is being watched, and listens when it is configured. */
export function openWebServer(
  { trouble, metrics }: Pick<Watching, 'trouble' | 'metrics'>,
  log: Log,
  console?: OpenedConsole,
): WebServer {
  return new WebServer(
    {
      trouble,
      versions,
      metrics: () => ({ type: PROMETHEUS_TYPE, text: metrics() + (console?.metrics() ?? '') }),
      ...(console
        ? {
            console: (request, response, letIn) => void console.handle(request, response, letIn),
            onRefused: () => console.counters.count('connections_refused'),
          }
        : {}),
    },
    (line) => log(line, line.includes('cannot') ? 'error' : 'info'),
  );
}

/**
 * `undefined` when the configuration wants none, or its certificate cannot be read, which is logged. The console is
 * served where the web server listens; without the web server, on this machine alone unless there is a certificate.
 */
export function webSettings(config: Config, log: Log, hasConsole = false): WebServerSettings | undefined {
  const { webserver, metrics } = config;
  const { enabled, ssl_enabled: isSecure, listen_address: address } = webserver;
  if (!enabled && !hasConsole) return undefined;
  let pem: string | undefined;
  try {
    pem = isSecure ? readFileSync(webserver.ssl_certificate, 'utf8') : undefined;
  } catch (error) {
    log(`webserver.ssl_certificate: ${(error as Error).message}: Lanner goes on without web server`, 'error');
    return undefined;
  }
  return {
    address: enabled || isSecure || isLoopback(address) ? address : LOOPBACK,
    port: webserver.listen_port,
    healthPath: enabled ? webserver.k8s_healthz_endpoint : undefined,
    hasMetrics: enabled && metrics.enabled && webserver.prometheus_metrics_enabled,
    hasConsole,
    pem,
  };
}
