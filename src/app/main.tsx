import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './page/theme.css';
import { keepOffline } from './actions/offline';
import { startSession } from './actions/session';
import { App } from './page/app';
import { watchShortcuts } from './page/shortcuts';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
watchShortcuts();
void startSession().then(keepOffline);
