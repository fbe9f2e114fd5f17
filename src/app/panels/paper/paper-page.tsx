import { useEffect, useState } from 'react';
import { version } from '../../../../package.json';
import { MEASURED_MODELS } from '../../../lab/contract/measured-models';
import { parseDropList } from '../../../pruning/drop-list';
import { maskFromSublayers } from '../../../pruning/mask';
import { toFailure } from '../../actions/failure';
import { showShippedGrowth } from '../../actions/growth';
import { showClaim } from '../../actions/known-curves';
import { knownBeforehand } from '../../actions/shipped';
import { knownOf, textOf } from '../../store/beforehand';
import { go } from '../../store/go';
import type { Known } from '../../store/known';
import { setMask } from '../../store/masks';
import { notify, notifyFailure } from '../../store/notify';
import { maskOf } from '../../store/select';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { PAPER_ADDRESS, PAPER_BIBTEX, TOOL_BIBTEX } from '../../words/citations';
import { whole } from '../../words/format';
import { CLAIMS, type Claim } from './claims';
import { MiniFigure } from './mini-figure';
import css from './paper.module.css';

/** The paper this page makes touchable: each claim, our figure to it, and the way to measure it oneself. */
export default function PaperPage() {
  const known = useApp(knownOf);
  const others = useMeasured();
  useEffect(() => void showShippedGrowth(), []);
  return (
    <article className={css.page} aria-label="The paper, figure by figure">
      <header className={css.head}>
        <h2>The paper, figure by figure</h2>
        <Button onClick={() => go({ paper: false })}>Back to the lab</Button>
      </header>
      <p className={css.lead}>
        <a href={PAPER_ADDRESS} target="_blank" rel="noreferrer">
          A deeper look at depth pruning of LLMs
        </a>{' '}
        (Siddiqui et al. 2024, arXiv 2407.16286) asked which layers a language model can do without.{' '}
        {known && (
          <>
            What it says, in our words, and what{' '}
            {known.results.model.id === 'sapling' ? 'Sapling' : known.results.model.id} says to it: measured beforehand
            by us with version {known.results.madeBy.lopper}, on {textOf(known)} ({whole(known.results.text.tokens)}{' '}
            tokens).
          </>
        )}
      </p>
      <ol className={css.claims}>
        {CLAIMS.map((claim) => (
          <ClaimRow key={claim.id} claim={claim} others={others} />
        ))}
      </ol>
      <footer className={css.foot}>
        <Cite name="the paper" text={PAPER_BIBTEX} />
        <Cite name="Lopper" text={TOOL_BIBTEX} />
        <p>Lopper {version}, under the MIT licence; its source comes with it, and so does what made Sapling.</p>
      </footer>
    </article>
  );
}

interface Other {
  readonly name: string;
  readonly known: Known;
}

/** Other models whose results ship, once they are here: a claim is held against them too. Without them the page says less. */
function useMeasured(): readonly Other[] {
  const open = useApp(({ open: { model } }) => model?.report.fingerprint);
  const [all, setAll] = useState<readonly Other[]>([]);
  useEffect(() => {
    let here = true;
    void Promise.all(
      MEASURED_MODELS.map(async (model) => ({ name: model.name, known: await knownBeforehand(model) })),
    ).then(
      (found) => here && setAll(found),
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, []);
  return all.filter(({ known }) => known.results.model.fingerprint !== open);
}

interface RowProps {
  readonly claim: Claim;
  readonly others: readonly Other[];
}

function ClaimRow({ claim: { title, claim, find, measure, command, differs }, others }: RowProps) {
  const known = useApp(knownOf);
  const growth = useApp((s) => s.open.growth.cosine?.report);
  const finding = known && find(known, growth);
  return (
    <li className={css.claim}>
      <div>
        <h3>{title}</h3>
        <p className={css.says}>{claim}</p>
      </div>
      <div>
        {finding ? (
          <>
            <MiniFigure figure={finding.figure} label={finding.words} />
            <p>{finding.words}</p>
          </>
        ) : (
          <p className="soft">Not measured beforehand.</p>
        )}
        {others.map(({ name, known }) => {
          const own = find(known);
          return (
            own && (
              <div key={name} className={css.other}>
                <MiniFigure figure={own.figure} label={`${name}: ${own.words}`} />
                <p>
                  <strong>{name}.</strong> {own.words}
                </p>
              </div>
            )
          );
        })}
        <p className={css.differs}>{differs}</p>
        <p className={css.ways}>
          <TextButton onClick={() => measureHere(title, measure, known)}>
            Measure it here<span className="visually-hidden">: {title}</span>
          </TextButton>
          {command && <code className={css.command}>{command}</code>}
        </p>
      </div>
    </li>
  );
}

function measureHere(title: string, { to, metric, drop, curves }: Claim['measure'], known: Known | undefined): void {
  if (curves) showClaim(known, { title, ...curves });
  if (metric) store.setState({ metric });
  if (drop) {
    try {
      const { blocks } = maskOf(store.getState());
      setMask(maskFromSublayers(blocks, parseDropList(drop, blocks)));
    } catch (error) {
      // Sapling's layers; another model may have fewer.
      notifyFailure('The claim’s layers were not dropped', toFailure(error));
    }
  }
  go({ ...to, paper: false });
  // From wherever the claim stood in the paper.
  scrollTo(0, 0);
}

function Cite({ name, text }: { name: string; text: string }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => notify('BibTeX copied', `For ${name}.`),
      () => notify('The browser did not let the page copy', 'Select the text and copy it.'),
    );
  return (
    <details>
      <summary>Cite {name}</summary>
      <pre>{text}</pre>
      <TextButton onClick={() => void copy()}>
        Copy{<span className="visually-hidden"> the BibTeX of {name}</span>}
      </TextButton>
    </details>
  );
}
