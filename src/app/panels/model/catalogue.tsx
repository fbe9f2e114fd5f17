import { useEffect, useState } from 'react';
import { DEFAULT_HOST, DEFAULT_REVISION } from '../../../formats/hub-defaults';
import type { Appraisal, Fit } from '../../../lab/contract';
import { MEASURED_MODELS } from '../../../lab/contract/measured-models';
import type { Precision } from '../../../model/precision';
import { lab } from '../../actions/jobs';
import { openMeasured } from '../../actions/open-results';
import { Button } from '../../widgets/button';
import { closeDialog } from '../../widgets/dialog';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { bytes, count, roughly } from '../../words/format';
import { PRECISION_NAMES } from '../../words/precision';
import css from './catalogue.module.css';
import type { HubAsked } from './hub-form';

const GIB = 2 ** 30;
const ROOMS = [1, 2, 4, 6, 8, 12, 16, 24, 48].map((n) => n * GIB);

/** Models worth pruning, from small to large in each family: what each is, and whether and how fast it would run here. */
export default function Catalogue({ onLook }: { onLook: (asked: HubAsked) => void }) {
  const [models, setModels] = useState<readonly Appraisal[]>();
  const [precision, setPrecision] = useKept<Precision>('catalogue.precision', 'published');
  const [room, setRoom] = useKept('catalogue.room', '');
  const adapter = useApp((s) => (s.machine.status === 'ready' ? s.machine.adapter : undefined));
  // The open model's own pace is the measure of a processor: with another open it is told anew.
  const measured = useApp((s) => s.open.model?.loaded === true && s.jobs.score === undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew when there is an adapter, or a pace
  useEffect(() => {
    let gone = false;
    void lab()
      .appraise(room === '' ? undefined : Number(room))
      .then((told) => gone || setModels(told))
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [room, adapter, measured]);
  if (!models) return <p className="small soft">Working them out…</p>;
  const families = [...new Set(models.map(({ family }) => family))];
  return (
    <div className={css.catalogue}>
      <div className={css.choices}>
        <Select
          label="Precision"
          shown
          value={precision}
          groups={[{ options: (Object.keys(PRECISION_NAMES) as Precision[]).map(named) }]}
          onChange={setPrecision}
        />
        <Select
          label="GPU memory for weights"
          shown
          value={room}
          groups={[
            {
              options: [
                { value: '', text: adapter ? `taken as ${bytes(2 * adapter.limits.maxBufferSize!)}` : 'not known' },
                ...ROOMS.map((n) => ({ value: String(n), text: bytes(n) })),
              ],
            },
          ]}
          hint="A browser is not told how much memory a graphics card has: say it here."
          onChange={setRoom}
        />
      </div>
      {!adapter && <p>Whether each fits here, and how fast it is, is told once there is a WebGPU adapter.</p>}
      {families.map((family) => (
        <section key={family} aria-label={family}>
          <h4>{family}</h4>
          <ul className={css.models}>
            {models
              .filter((model) => model.family === family)
              .map((model) => (
                <Model key={model.repo} model={model} fit={model.fits[precision]} onLook={onLook} />
              ))}
          </ul>
        </section>
      ))}
      <p className={css.small}>
        Parameters and bytes are worked out from each model’s shape; licences and gates are as last seen, and the hub
        has the last word. Times are for 2,048 tokens at the rate measured here, without what attention adds with a
        text’s length; streamed weights are taken to be read at 300 MiB a second until some were.
      </p>
    </div>
  );
}

const named = (value: Precision) => ({ value, text: PRECISION_NAMES[value] });

function Model({ model, fit, onLook }: { model: Appraisal; fit: Fit; onLook: (asked: HubAsked) => void }) {
  const { repo, parameters, blocks, licence, gated, finding, checkpoints, results } = model;
  const measured = MEASURED_MODELS.find((one) => one.results === results);
  const look = () => onLook({ repo, revision: DEFAULT_REVISION, host: DEFAULT_HOST, file: '' });
  return (
    <li className={css.model}>
      <div className={css.what}>
        <strong>{repo.split('/')[1]}</strong>
        <span className={css.facts}>
          {count(parameters)}, {blocks} blocks, {bytes(fit.bytes)} · {licence}
          {gated && ' · gated'}
          {checkpoints && ' · checkpoints'}
        </span>
        {fit.fits && <span className={css.fit}>{fitWords(fit)}</span>}
        {finding && (
          <span className={css.small}>
            {finding.text}{' '}
            {finding.source.address ? (
              <a href={finding.source.address} target="_blank" rel="noreferrer">
                {finding.source.title}
              </a>
            ) : (
              finding.source.title
            )}
          </span>
        )}
      </div>
      <div className={css.ways}>
        {measured && (
          <Button onClick={() => void openMeasured(measured).then((opened) => opened && closeDialog())}>
            Measured beforehand
            <span className="visually-hidden"> of {repo}</span>
          </Button>
        )}
        <Button onClick={look}>
          To the hub<span className="visually-hidden">: {repo}</span>
        </Button>
      </div>
    </li>
  );
}

/** "Fits here: a loss in 2 s, leave-one-out in 3 min". */
function fitWords({ fits, why, loss, leaveOneOut }: Fit): string {
  if (fits === 'no') return `Does not run here: ${why}`;
  const how = fits === 'resident' ? 'Fits here' : 'Streamed here, read anew for each walk';
  if (loss === undefined || leaveOneOut === undefined) return `${how}; how fast is known once something was measured.`;
  return `${how}: a loss in about ${roughly(loss)}, leave-one-out in ${roughly(leaveOneOut)}.`;
}
