import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './shell/theme.css';
import { startSession } from './lab/session';
import { PROMPTS } from './prompt/prompts';
import { App } from './shell/app';
import { watchShortcuts } from './shell/shortcuts';
import { store } from './store/store';

store.setState((s) => ({ prompt: { ...s.prompt, prompt: PROMPTS[0]!.text } }));
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
watchShortcuts();
void startSession();
