/** Who is here, and what this server has. */
import { computed, signal } from '@preact/signals';
import type { Features, Session } from '../../src/server/api-types.ts';
import { type ApiFailure, getJson, messageOf, sendJson, whenSignedOut } from './api.ts';

/** `undefined` until the server has told. */
export const session = signal<Session | undefined>(undefined);

/** Why the session is not known: the server cannot be reached. */
export const sessionFailure = signal<string | undefined>(undefined);

export const features = computed<Features | undefined>(() => session.value?.features);

/** Whether rules may be changed, and otherwise why not. */
export const editing = computed(() => {
  const feature = features.value?.editing;
  if (feature?.available && session.value?.mayEdit) return { available: true, reason: '' };
  return { available: false, reason: feature?.reason ?? 'Rules cannot be changed here.' };
});

whenSignedOut(() => {
  if (session.value?.signedIn !== false) session.value = { signedIn: false };
});

export async function loadSession(): Promise<void> {
  try {
    session.value = await getJson<Session>('/api/session');
    sessionFailure.value = undefined;
  } catch (error) {
    sessionFailure.value = messageOf(error);
  }
}

/** Returns what is wrong, or `undefined` when the token was taken. */
export async function signIn(token: string): Promise<string | undefined> {
  try {
    session.value = await sendJson<Session>('POST', '/api/session', { token });
    return session.value.signedIn ? undefined : 'This is not the token.';
  } catch (error) {
    const failure = error as ApiFailure;
    if (failure.status === 401) return 'This is not the token.';
    return messageOf(error);
  }
}

export async function signOut(): Promise<void> {
  session.value = await sendJson<Session>('DELETE', '/api/session');
}
