/** Settings about the admission webhook for Kubernetes. */
import { key, section } from './section.ts';
import { choice, duration, integer, list, optional, text } from './shape.ts';

const RESTART = { restart: true } as const;
const PROFILES = ['privileged', 'baseline', 'restricted', 'immutable'] as const;
const MODES = ['audit', 'warn', 'enforce'] as const;
const MAX_REVIEW = 8 * 1024 * 1024;

const NAMESPACE = section({
  name: key('Name of a namespace; `*` stands for any text. The first entry that fits counts.', text('')),
  profile: key('Its profile; without it, that of all.', optional(choice(PROFILES, 'baseline'))),
  mode: key('Its mode; without it, that of all.', optional(choice(MODES, 'warn'))),
});

const EXEMPT = section({
  users: key('By these users; `*` stands for any text here and below.', list(text(''), [])),
  namespaces: key('In these namespaces.', list(text(''), ['kube-system'])),
  runtime_classes: key('Pods of these runtime classes.', list(text(''), [])),
});

export const ADMISSION = section({
  listen_address: key('Address; 0.0.0.0 for all of the machine.', text('127.0.0.1'), RESTART),
  listen_port: key('Port; 0 for any that is free, which the log tells.', integer(9443, 0, 65_535), RESTART),
  certificate: key(
    'File with the certificate, in PEM. A renewed one is used without a restart. Empty: one is made, and its authority ' +
      'printed.',
    text(''),
    RESTART,
  ),
  key: key('File with its key; empty when the key is in the same file.', text(''), RESTART),
  client_ca: key(
    'File with the authority whose certificate the API server must show; empty: anybody may ask.',
    text(''),
    RESTART,
  ),
  profile: key(
    'What pods are held to: a profile of the Pod Security Standards, or immutable, which is restricted and that ' +
      'containers cannot change.',
    choice(PROFILES, 'baseline'),
    RESTART,
  ),
  version: key(
    'Version of the standards, such as v1.30; latest for the newest known.',
    text('latest'),
    RESTART,
  ),
  mode: key(
    'What becomes of pods that the profile forbids: let in and told to the outputs (audit), with a warning for who ' +
      'asked (warn), or refused (enforce).',
    choice(MODES, 'warn'),
    RESTART,
  ),
  namespaces: key('Namespaces with another profile or mode.', list(NAMESPACE, []), RESTART),
  exempt: key('What is let in without being judged.', EXEMPT, RESTART),
  max_review_bytes: key('Largest question that is read.', integer(MAX_REVIEW, 1024, 1 << 30), RESTART),
  timeout: key('Time in which a question must have arrived.', duration('5s', '1m'), RESTART),
  max_requests: key('Questions at once; more are told to come again.', integer(64, 1, 10_000), RESTART),
});
