import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { followHealth, stopFollowing } from './data/live.ts';
import { loadSession, session, sessionFailure } from './data/session.ts';
import { AlertPage } from './pages/alert/alert-page.tsx';
import { AlertsPage } from './pages/alerts/alerts-page.tsx';
import { AttackPage } from './pages/attack/attack-page.tsx';
import { EditorPage } from './pages/editor/editor-page.tsx';
import { HealthPage } from './pages/health/health-page.tsx';
import { RulePage } from './pages/rule/rule-page.tsx';
import { RulesPage } from './pages/rules/rules-page.tsx';
import { navigate, type Route, route } from './router.ts';
import { Boundary } from './shell/boundary.tsx';
import { Header } from './shell/header.tsx';
import { Help } from './shell/help.tsx';
import { Empty, Loading } from './shell/notices.tsx';
import { addShortcuts } from './shell/shortcuts.ts';
import { SignIn } from './shell/sign-in.tsx';

export function App() {
  const [hasHelp, showHelp] = useState(false);
  useLayoutEffect(
    () =>
      addShortcuts([
        { keys: '?', action: () => showHelp(true) },
        { keys: 'g a', action: () => navigate('/') },
        { keys: 'g r', action: () => navigate('/rules') },
        { keys: 'g e', action: () => navigate('/editor') },
        { keys: 'g m', action: () => navigate('/attack') },
        { keys: 'g h', action: () => navigate('/health') },
        { keys: '/', action: focusSearch },
      ]),
    [],
  );
  const here = session.value;
  // The first page asks for its alerts at the same time as who is here is found out.
  if (here?.signedIn === false) return <SignIn />;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header onHelp={() => showHelp(true)} />
      {here === undefined && sessionFailure.value !== undefined ? <Unreachable /> : <Page />}
      {hasHelp && <Help onClose={() => showHelp(false)} />}
    </>
  );
}

function Page() {
  const current = route.value;
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const address = 'id' in current ? current.id : 'name' in current ? current.name : '';
  useEffect(() => {
    if (current.page !== 'alerts') followHealth();
  }, [current.page, address]);
  useLayoutEffect(() => {
    // Who reads with a screen reader or moves by keyboard begins at the top of the new page.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [current.page, address]);
  const isSignedIn = session.value?.signedIn === true;
  useEffect(() => () => stopFollowing(), []);
  return (
    <main id="main" ref={main} tabIndex={-1} class={`page ${current.page}`}>
      <Boundary key={`${current.page} ${address}`}>
        {isSignedIn || current.page === 'alerts' ? <Content route={current} /> : <Loading />}
      </Boundary>
    </main>
  );
}

function Content({ route: current }: { readonly route: Route }) {
  switch (current.page) {
    case 'alerts':
      return <AlertsPage />;
    case 'alert':
      return <AlertPage id={current.id} />;
    case 'rules':
      return <RulesPage />;
    case 'rule':
      return <RulePage name={current.name} />;
    case 'editor':
      return <EditorPage />;
    case 'health':
      return <HealthPage />;
    case 'attack':
      return <AttackPage />;
    case 'unknown':
      return (
        <Empty title="There is no such page">
          <p>
            <a href="/">To the alerts</a>
          </p>
        </Empty>
      );
  }
}

/** How often it tries again by itself. */
const RETRY_MS = 3000;

function Unreachable() {
  useEffect(() => {
    const timer = setInterval(() => void loadSession(), RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main id="main" class="page">
      <Empty title="Lanner does not answer">
        <p>{sessionFailure.value} The page tries again every few seconds.</p>
        <p>
          Is it running? <code>systemctl status lanner</code> and <code>journalctl -u lanner</code> tell.
        </p>
      </Empty>
    </main>
  );
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('input[type="search"]');
  field?.focus();
  field?.select();
}
