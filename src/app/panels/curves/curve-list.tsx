import { strategyTraits } from '../../../pruning/strategies';
import { goOn, removeCurve } from '../../actions/curves';
import { saveCurve } from '../../actions/result-files';
import type { Curve } from '../../store/curves';
import { canCompute } from '../../store/select';
import { Button } from '../../widgets/button';
import { useApp } from '../../widgets/use-app';
import { curveName } from '../../words/curve-names';
import { plural } from '../../words/format';
import { recoverWords } from './curve-words';
import css from './curves.module.css';

/** Every curve by its full name, with what can be done to it: the chart's legend. */
export function CurveList({ curves }: { curves: readonly Curve[] }) {
  const running = useApp((s) => s.jobs.curve !== undefined);
  const ready = useApp(canCompute);
  return (
    <ul className={css.list} aria-label="Curves">
      {curves.map((curve) => {
        const { report, request, text } = curve;
        const name = curveName(curve);
        const { drawn } = strategyTraits(report.strategy);
        const done = plural(Math.max(0, report.points.length - 1), 'step');
        return (
          <li key={curve.id}>
            <svg className={css.swatch} width="28" height="12" aria-hidden="true">
              <path
                d="M1 6h26"
                stroke={`var(--series-${curve.colour})`}
                strokeWidth="2.5"
                strokeDasharray={drawn ? '2 4' : undefined}
                strokeLinecap="round"
              />
            </svg>
            <span className={css.curve}>
              <strong>{name}</strong>{' '}
              <span className="small soft">
                {report.partial && request.steps ? `${done} of ${request.steps}` : done}
                {drawn && `, ${request.draws} orders`}, {text}
                {report.judged &&
                  `, judged on ${report.judged.on === 'odd windows' ? 'the other half' : 'another text'}`}
                {report.recover && `, dashed with ${recoverWords(curve)} in the gaps`}
                {report.benchmark && `, ${report.benchmark.task}`}
              </span>
            </span>
            {report.partial && !running && (
              <Button icon="play" computes disabled={!ready} onClick={() => void goOn(curve)}>
                Go on<span className="visually-hidden"> with {name}</span>
              </Button>
            )}
            <Button
              look="quiet"
              icon="download"
              aria-label={`Save ${name}`}
              title="Save this curve as a JSON file, to be opened again"
              onClick={() => void saveCurve(curve)}
            />
            <Button
              look="quiet"
              icon="close"
              aria-label={`Remove ${name}`}
              title="Remove this curve"
              onClick={() => removeCurve(curve.id)}
            />
          </li>
        );
      })}
    </ul>
  );
}
