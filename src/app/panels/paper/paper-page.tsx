import { useEffect, useState } from 'react';
import { version } from '../../../../package.json';
import type { GrowthReport } from '../../../lab/contract';
import { MEASURED_MODELS } from '../../../lab/contract/measured-models';
import { parseDropList } from '../../../pruning/drop-list';
import { maskFromSublayers } from '../../../pruning/mask';
import { toFailure } from '../../actions/failure';
import { shippedGrowth, showShippedGrowth } from '../../actions/growth';
import { showClaim } from '../../actions/known-curves';
import { knownBeforehand, saplingBeforehand } from '../../actions/shipped';
import type { Again } from '../../store/again';
import { knownOf, textOf } from '../../store/beforehand';
import { type CommandLine, commandLine } from '../../store/command-line';
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
import type { Finding } from './findings';
import { MiniFigure } from './mini-figure';
import css from './paper.module.css';

/** The paper this page makes touchable: each claim, our figure to it, and the way to measure it oneself. */
export default function PaperPage() {
  const known = useApp(knownOf);
  const others = useMeasured();
  const { first = [] } = useCommand({ command: 'score', options: [] }) ?? {};
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
            What it says, in our words, and what {nameOf(known)} says to it: measured beforehand by us with version{' '}
            {known.results.madeBy.lopper}, on {textOf(known)} ({whole(known.results.text.tokens)} tokens).
          </>
        )}
      </p>
      <p className={css.lead}>
        Each can be measured again: here, or by the command beneath it in Lopper’s folder, in Node
        {first.length > 0 && `, with ${first.join(' and ')}`}.
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

/** A model whose results are here, as a claim is held against it. */
interface Measured {
  readonly name: string;
  readonly known: Known;
  readonly growth?: GrowthReport;
}

const nameOf = ({ results: { model } }: Known): string => (model.id === 'sapling' ? 'Sapling' : model.id);

/** Models whose results ship, once they are here, but for the open one. Without them the page says less. */
function useMeasured(): readonly Measured[] {
  const open = useApp(({ open: { model } }) => model?.report.fingerprint);
  const [all, setAll] = useState<readonly Measured[]>([]);
  useEffect(() => {
    let here = true;
    const sapling = Promise.all([saplingBeforehand(), shippedGrowth()]).then(([known, growth]) => {
      const cosine = growth.find(({ report }) => report.metric === 'cosine');
      return known ? [{ name: 'Sapling', known, growth: cosine?.report }] : [];
    });
    const others = MEASURED_MODELS.map(async (model) => [{ name: model.name, known: await knownBeforehand(model) }]);
    void Promise.all([sapling, ...others]).then(
      (found) => here && setAll(found.flat()),
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
  readonly others: readonly Measured[];
}

function ClaimRow({ claim, others }: RowProps) {
  const known = useApp(knownOf);
  const growth = useApp((s) => s.open.growth.cosine?.report);
  const open = useApp((s) => s.open.model?.report.id);
  const finding = known && claim.find(known, growth);
  return (
    <li className={css.claim}>
      <div>
        <h3>{claim.title}</h3>
        <p className={css.says}>{claim.claim}</p>
      </div>
      <div>
        {known && finding ? (
          <Said claim={claim} finding={finding} name={nameOf(known)} />
        ) : (
          open && <p className="soft">Not measured beforehand of {open}.</p>
        )}
        {others.map(({ name, known, growth }) => {
          const own = claim.find(known, growth);
          return own && <Said key={name} claim={claim} finding={own} name={name} />;
        })}
        {claim.differs && <p className={css.differs}>{claim.differs}</p>}
        <Ways claim={claim} drop={finding?.drop ?? claim.measure.drop} />
      </div>
    </li>
  );
}

/** What a model says to a claim. */
function Said({ claim: { ofSapling }, finding, name }: { claim: Claim; finding: Finding; name: string }) {
  return (
    <div className={css.said}>
      <MiniFigure figure={finding.figure} label={`${name}: ${finding.words}`} />
      <p>
        <strong>{name}.</strong> {finding.words}
      </p>
      {ofSapling && name === 'Sapling' && <p className={css.note}>{ofSapling}</p>}
    </div>
  );
}

/** How the open model is asked: a click, or a command. */
function Ways({ claim, drop }: { claim: Claim; drop: string | undefined }) {
  const known = useApp(knownOf);
  const { title, again } = claim;
  const line = useCommand({ ...again, options: [...(drop === undefined ? [] : ['--drop', drop]), ...again.options] });
  return (
    <p className={css.ways}>
      <TextButton onClick={() => measureHere(claim, drop, known)}>
        Measure it here<span className="visually-hidden">: {title}</span>
      </TextButton>
      {line && <code className={css.command}>{line.command}</code>}
    </p>
  );
}

/** A command of the open model, on the text of what was measured of it beforehand, or else on the one in use. */
function useCommand(again: Again): CommandLine | undefined {
  const model = useApp((s) => s.open.model);
  const known = useApp(knownOf);
  const inUse = useApp((s) => s.calibration);
  const text = known && textOf(known);
  return model && commandLine(model.source, { text, ...again }, inUse, model.report.precision);
}

function measureHere({ title, measure }: Claim, drop: string | undefined, known: Known | undefined): void {
  const { to, metric, curves } = measure;
  if (curves) showClaim(known, { title, ...curves });
  if (metric) store.setState({ metric });
  if (drop) {
    try {
      const { blocks } = maskOf(store.getState());
      setMask(maskFromSublayers(blocks, parseDropList(drop, blocks)));
    } catch (error) {
      // Where nothing was found they are Sapling's layers; another model may have fewer.
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
