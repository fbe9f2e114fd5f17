import type { ModelReport } from '../../../lab/contract';
import type { Curve } from '../../store/curves';
import { curveName } from '../../words/curve-names';
import { fixed, percent, perplexity, signed } from '../../words/format';
import { WORSE_THAN_REMOVAL } from '../../words/recovery';
import { droppedWords, UNIT_WORDS } from '../../words/units';
import { type Spot, xOf } from './axes';
import { addedLoss, recoverWords } from './curve-words';

/** A point in words: what went, what it costs, what it saves. */
export function PointTip({ curve, spot, model }: { curve: Curve; spot: Spot; model: ModelReport }) {
  const { point } = spot;
  const { accuracy, recoveredAccuracy, loss, recovered, unrecovered, added, draws, milliseconds } = point;
  const { one, many } = UNIT_WORDS[curve.report.unit];
  const range = spot.band && draws && `${fixed(Math.min(...draws), 3)} to ${fixed(Math.max(...draws), 3)}`;
  return (
    <>
      <strong>{curveName(curve)}</strong>
      <br />
      {point.removed === 0 ? 'The full model' : `Without ${point.removed} ${point.removed === 1 ? one : many}`}
      {': '}
      {Number.isFinite(loss)
        ? `loss ${fixed(loss)} (${addedLoss(curve, point)}${added ? `; 95%: ${signed(added[0])} to ${signed(added[1])}` : ''}), perplexity ${perplexity(Math.exp(loss))}`
        : 'the loss is not finite'}
      {recovered !== undefined && point.removed > 0 && (
        <>
          ; with {recoverWords(curve)} in the gap {fixed(recovered)}
          {recovered > loss && `, ${WORSE_THAN_REMOVAL}`}
        </>
      )}
      {unrecovered && `; nothing could stand in: ${unrecovered}`}
      {range && ` on average; ${range} over ${draws.length} orders`}
      {accuracy &&
        `; ${draws ? 'the first order’s accuracy' : 'accuracy'} ${percent(accuracy.accuracy)} (${percent(accuracy.interval[0], 0)} to ${percent(accuracy.interval[1], 0)}, n = ${accuracy.n})`}
      {recoveredAccuracy &&
        point.removed > 0 &&
        `, with ${recoverWords(curve)} ${percent(recoveredAccuracy.accuracy)} (${percent(recoveredAccuracy.interval[0], 0)} to ${percent(recoveredAccuracy.interval[1], 0)})`}
      {'. '}
      {point.removed > 0 && `Saves ${percent(xOf(curve, point, model, 'parameters') ?? 0)} of the parameters. `}
      {milliseconds !== undefined && `${fixed(milliseconds, 1)} ms a pass. `}
      {point.dropped.length > 0 && `${draws ? 'The first order’s' : 'Gone'}: ${droppedWords(point.dropped)}.`}
    </>
  );
}
