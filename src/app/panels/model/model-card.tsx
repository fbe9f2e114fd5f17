import Markdown from 'markdown-to-jsx/react';
import { type PropsWithChildren, useEffect, useState } from 'react';
import css from './model-card.module.css';

/** A card that lies beside a model, or beside its results, among the files that are served. */
export default function ModelCard({ path }: { path: string }) {
  const [card, setCard] = useState<string>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const controller = new AbortController();
    readCard(path, controller.signal).then(setCard, () => setFailed(!controller.signal.aborted));
    return () => controller.abort();
  }, [path]);
  if (failed) return <p className="small">The card could not be read; it is {path} beside this page.</p>;
  if (card === undefined) return <p className="small soft">Reading the card…</p>;
  return (
    <Markdown className={css.card} options={{ disableParsingRawHTML: true, overrides: OVERRIDES }}>
      {card}
    </Markdown>
  );
}

async function readCard(path: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(new URL(path, document.baseURI), { signal });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.text();
}

/** Headings as deep as they stand in the dialog, and tables that scroll on a narrow screen. */
const OVERRIDES = {
  h1: () => null,
  h2: ({ children }: PropsWithChildren) => <h3>{children}</h3>,
  table: ({ children }: PropsWithChildren) => (
    <div className={css.scroll}>
      <table>{children}</table>
    </div>
  ),
};
