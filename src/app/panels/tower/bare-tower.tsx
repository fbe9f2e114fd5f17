import { scaleWords } from '../../charts/legend-ticks';
import { momentOf } from '../../store/select';
import { useApp } from '../../widgets/use-app';
import { checkpointWords } from '../../words/format';
import { METRIC_WORDS } from '../../words/metrics';
import { Legend } from './legend';
import { MomentNote } from './moment-note';
import { Tower } from './tower';
import css from './tower-panel.module.css';
import { useTowerValues } from './use-tower-values';

/** The tower by itself, with what its colours mean: in a lesson; and on a `board`, where that is said in a line. */
export function BareTower({ board }: { board?: boolean }) {
  const blocks = useApp((s) => s.open.model?.report.blocks);
  const unit = useApp((s) => METRIC_WORDS[momentOf(s) ? s.open.moment!.metric : s.metric].unit);
  const moment = useApp(momentOf);
  const blind = useApp((s) => s.blind);
  const series = useApp((s) => s.open.moment && s.open.growth[s.open.moment.metric]?.report.series);
  const { values, placement, delta } = useTowerValues();
  if (blocks === undefined) return <p className="soft">The bundled model is on its way.</p>;
  return (
    <>
      <div className={css.heads} aria-hidden="true">
        <span>block</span>
        <span>attention</span>
        <span>feed-forward</span>
      </div>
      <Tower blocks={blocks} values={values} placement={placement} delta={delta} />
      {board ? (
        <p>
          {moment
            ? `Sapling in training, ${checkpointWords(moment)}`
            : values
              ? `${unit}, ${scaleWords(placement.kind)}`
              : blind
                ? 'Guess first.'
                : 'This has not been measured on this model.'}
        </p>
      ) : moment ? (
        <MomentNote point={moment} series={series!} />
      ) : (
        values && <Legend placement={placement} unit={unit} />
      )}
    </>
  );
}
