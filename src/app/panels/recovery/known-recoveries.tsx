import type { ShippedRecovery } from '../../../lab/files/shipped-file';
import { parseDropList } from '../../../pruning/drop-list';
import { maskFromSublayers, sameMask } from '../../../pruning/mask';
import { holdsZero } from '../../../pruning/paired-loss';
import { knownOf } from '../../store/beforehand';
import { bundledText } from '../../store/calibration';
import { setMask } from '../../store/masks';
import { undoneOf } from '../../store/recovery';
import { maskOf } from '../../store/select';
import { OriginNote } from '../../widgets/origin';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { fixed, percent, upperFirst, whole } from '../../words/format';
import { recoveryName } from '../../words/recovery';
import { trainedName } from '../../words/training';
import { droppedBriefly, droppedWords } from '../../words/units';
import css from './recovery.module.css';

/** What was fitted beforehand for the mask in force; for another, the masks that there is something for. */
export function KnownRecoveries() {
  const known = useApp(knownOf);
  const mask = useApp(maskOf);
  const all = known?.details?.recoveries ?? [];
  if (!known || all.length === 0) return null;
  const { blocks } = known.results.model;
  const dropped = (drop: string) => parseDropList(drop, blocks);
  const own = all.filter(({ drop }) => sameMask(maskFromSublayers(blocks, dropped(drop)), mask));
  const drops = [...new Set(all.map(({ drop }) => drop))];
  return (
    <section className={css.known} aria-label="Fitted beforehand">
      {own.map((one) => (
        <Losses key={one.source} of={one} />
      ))}
      {own.length > 0 ? (
        <OriginNote origin={known.origin} />
      ) : (
        <p>
          Fitted beforehand:{' '}
          {drops.map((drop, i) => (
            <span key={drop}>
              {i > 0 && ', '}
              <TextButton
                title={`Drop ${droppedWords(dropped(drop))}`}
                onClick={() => setMask(maskFromSublayers(blocks, dropped(drop)))}
              >
                {droppedBriefly(dropped(drop))}
              </TextButton>
            </span>
          ))}
          .
        </p>
      )}
    </section>
  );
}

function Losses({ of: { source, tokens, full, pruned, by } }: { of: ShippedRecovery }) {
  const rows = [
    { name: 'Full model', loss: full, interval: undefined },
    { name: 'Plain removal', loss: pruned, interval: undefined },
    ...by.map(({ method, rank, loss, undone }) => ({
      name: upperFirst(
        method === 'distill' ? trainedName({ objective: method, rank: rank! }) : recoveryName(method, rank),
      ),
      ...{ loss, interval: undone?.interval },
    })),
  ];
  return (
    <table className={css.losses}>
      <caption>
        Fitted on {whole(tokens[0])} tokens of {bundledText(source)?.title ?? source}, and measured on{' '}
        {whole(tokens[1])} others too
      </caption>
      <thead>
        <tr>
          <th scope="col">Loss, nats per token</th>
          <th scope="col">on windows fitted on</th>
          <th scope="col">on the others</th>
          <th scope="col">of the damage undone there</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, loss, interval }, i) => {
          const share = i > 1 ? undoneOf({ full, pruned }, loss, 1) : undefined;
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{fixed(loss[0])}</td>
              <td>{fixed(loss[1])}</td>
              <td
                className={
                  share === undefined || (interval && holdsZero(interval)) ? '' : share < 0 ? 'worse' : 'better'
                }
              >
                {share !== undefined ? percent(share, 0) : i > 1 ? 'hardly any damage' : '–'}
                {share !== undefined && interval && (
                  <span className="small soft"> 95%: {interval.map((end) => percent(end, 0)).join(' to ')}</span>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
