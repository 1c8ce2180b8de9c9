/** The web server as the configuration wants it. */
import { readFileSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { Watching } from '../engine/watch.ts';
import { PROMETHEUS_TYPE } from '../metrics/prometheus.ts';
import { WebServer, type WebServerSettings } from '../server/web-server.ts';
import type { Log } from './log.ts';
import { versions } from './version.ts';

/** A web server that tells of what is being watched, and listens when it is configured. */
export function openWebServer({ trouble, metrics }: Watching, log: Log): WebServer {
  return new WebServer(
    { trouble, versions, metrics: () => ({ type: PROMETHEUS_TYPE, text: metrics() }) },
    (line) => log(line, line.includes('cannot') ? 'error' : 'info'),
  );
}

/** `undefined` when the configuration wants none, or its certificate cannot be read, which is logged. */
export function webSettings({ webserver, metrics }: Config, log: Log): WebServerSettings | undefined {
  if (!webserver.enabled) return undefined;
  let pem: string | undefined;
  try {
    pem = webserver.ssl_enabled ? readFileSync(webserver.ssl_certificate, 'utf8') : undefined;
  } catch (error) {
    log(`webserver.ssl_certificate: ${(error as Error).message}: Lanner goes on without web server`, 'error');
    return undefined;
  }
  return {
    address: webserver.listen_address,
    port: webserver.listen_port,
    healthPath: webserver.k8s_healthz_endpoint,
    hasMetrics: metrics.enabled && webserver.prometheus_metrics_enabled,
    hasConsole: false,
    pem,
  };
}
