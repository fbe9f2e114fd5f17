import Markdown from 'markdown-to-jsx/react';
import { type PropsWithChildren, useEffect, useState } from 'react';
import css from './model-card.module.css';

const CARD = 'models/sapling/README.md';

/** The card that lies beside the bundled model: what it was trained on, what it scores, what it cannot do. */
export default function ModelCard() {
  const [card, setCard] = useState<string>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const controller = new AbortController();
    readCard(controller.signal).then(setCard, () => setFailed(!controller.signal.aborted));
    return () => controller.abort();
  }, []);
  if (failed) return <p className="small">The card could not be read; it is {CARD} beside this page.</p>;
  if (card === undefined) return <p className="small soft">Reading the card…</p>;
  return (
    <Markdown className={css.card} options={{ disableParsingRawHTML: true, overrides: OVERRIDES }}>
      {card}
    </Markdown>
  );
}

async function readCard(signal: AbortSignal): Promise<string> {
  const answer = await fetch(new URL(CARD, document.baseURI), { signal });
  if (!answer.ok) throw new Error(`${CARD}: ${answer.status}`);
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
