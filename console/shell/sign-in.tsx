import { useState } from 'preact/hooks';
import { signIn } from '../data/session.ts';

export function SignIn() {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const token = String(new FormData(form).get('token') ?? '').trim();
    if (token === '') {
      setProblem('Enter the token.');
      return;
    }
    setBusy(true);
    setProblem(await signIn(token));
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <h1>
        <Mark /> Lanner
      </h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          aria-describedby="token-help"
          aria-invalid={problem !== undefined}
        />
        <p role="alert" class="problem">
          {problem}
        </p>
        <button type="submit" class="main" disabled={isBusy}>
          Sign in
        </button>
        <p id="token-help" class="muted">
          On the machine that Lanner watches, <code>sudo lanner console token</code> prints it. Root and the
          user that Lanner runs as need none there.
        </p>
      </form>
    </main>
  );
}

/** The falcon. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 8c7 0 10.500 2.500 13 7 2.500-4.500 6-7 13-7-1 8.500-5 12-10 12l-3 8-3-8c-5 0-9-3.500-10-12z" />
    </svg>
  );
}
