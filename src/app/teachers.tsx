import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './page/theme.css';
import Teachers from './panels/learn/teachers';
import { Late } from './widgets/late';
import './widgets/theme';

/** The page for teachers stands by itself: a document to read and to print. */
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Late waiting="The numbers are on their way…">
      <Teachers />
    </Late>
  </StrictMode>,
);
