import { render } from 'preact';
import { App } from './app.tsx';
import { loadSession } from './data/session.ts';
import { startRouter } from './router.ts';
import { startShortcuts } from './shell/shortcuts.ts';

startRouter();
startShortcuts();
void loadSession();
const root = document.getElementById('app');
if (root) render(<App />, root);
