import { render } from 'preact';

render(<p>Lanner</p>, document.body);
