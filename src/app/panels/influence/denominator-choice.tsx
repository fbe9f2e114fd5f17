import { computeInfluence } from '../../actions/influence';
import { canMeasure } from '../../store/measuring';
import { store } from '../../store/store';
import { Choice } from '../../widgets/choice';
import { useApp } from '../../widgets/use-app';
import css from './influence.module.css';

const SIDES = [
  { value: 'input', text: 'what the unit reads' },
  { value: 'output', text: 'what it leaves' },
] as const;

/** What the relative norms are divided by. The pass is kept by the lab, so another side shows at once. */
export function DenominatorChoice() {
  const denominator = useApp((s) => s.denominator);
  const ready = useApp(canMeasure);
  if (!ready) return null;
  return (
    <div className={css.line}>
      <span className="small soft">Relative to</span>
      <Choice
        label="Relative to"
        value={denominator}
        options={SIDES}
        onChange={(side) => {
          store.setState({ denominator: side });
          void computeInfluence('relative-l2');
        }}
      />
    </div>
  );
}
