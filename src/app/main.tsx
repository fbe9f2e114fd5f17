import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { store } from './store/store';
import './page/theme.css';
import { startSession } from './actions/session';
import { App } from './page/app';
import { watchShortcuts } from './page/shortcuts';
import { PROMPTS } from './panels/prompt/prompts';

store.setState((s) => ({ prompt: { ...s.prompt, prompt: PROMPTS[0]!.text } }));
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
watchShortcuts();
void startSession();
