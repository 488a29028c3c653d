import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme } from './layout/theme.ts';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/pieces.css';

applyTheme();
const page = document.getElementById('page');
if (page) render(<App />, page);
