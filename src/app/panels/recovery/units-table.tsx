import type { RecoveredUnitReport } from '../../../lab/contract';
import { fixed, short, upperFirst } from '../../words/format';
import { unitName } from '../../words/units';
import css from './recovery.module.css';

/** What was fitted, layer by layer: the mean of what it should give, and how much of it the stand-in gives. */
export function UnitsTable({ units }: { units: readonly RecoveredUnitReport[] }) {
  return (
    <details className={css.units}>
      <summary>Layer by layer</summary>
      <table className={css.losses}>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">length of the mean update</th>
            <th scope="col">mean over channels</th>
            <th scope="col">deviation</th>
            <th scope="col">R² fitted on</th>
            <th scope="col">R² on the others</th>
          </tr>
        </thead>
        <tbody>
          {units.map(({ unit, norm, channelMean, channelStd, r2 }) => (
            <tr key={unitName(unit.kind, unit.block)}>
              <th scope="row">{upperFirst(unitName(unit.kind, unit.block))}</th>
              <td>{short(norm)}</td>
              <td>{short(channelMean)}</td>
              <td>{short(channelStd)}</td>
              <td>{fixed(r2[0], 3)}</td>
              <td>{r2[1] === undefined ? '–' : fixed(r2[1], 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
