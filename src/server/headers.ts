/** Headers of everything that the web server answers to browsers. */
import type { OutgoingHttpHeaders } from 'node:http';

/**
 * Nothing but files and the API of this server, no inline code, no frames. What alerts tell can then not become a
 * program, whatever a page makes of it.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const SECURITY_HEADERS: OutgoingHttpHeaders = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), usb=()',
};

/** Answers of the API are never kept by browsers or proxies. */
export const API_HEADERS: OutgoingHttpHeaders = {
  ...SECURITY_HEADERS,
  'Cache-Control': 'no-store',
  Vary: 'Cookie, Origin',
};
