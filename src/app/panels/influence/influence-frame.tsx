import { type ReactNode, useMemo } from 'react';
import { PLAIN_UNITS } from '../../../model/units';
import { type InfluenceMetric, isRelative } from '../../../pruning/metrics';
import { ChartFrame } from '../../charts/chart-frame';
import { jointProvenance } from '../../charts/provenance';
import { type ByUnit, influenceTable } from '../../charts/rows';
import { influenceAgain } from '../../store/again';
import type { Influence } from '../../store/influence';
import { fileStem, modelName } from '../../store/select';
import { Late, late } from '../../widgets/late';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';
import { chosenWords } from '../../words/tasks';
import css from './influence.module.css';
import { influenceSummary } from './influence-summary';

/** Recharts is large: the page is there before it is. */
const InfluenceCharts = late(() => import('./influence-charts'));

/** A metric and what there is of it, at least of one kind of unit. */
export interface Shown {
  readonly metric: InfluenceMetric;
  readonly measured: ByUnit;
}

interface Props {
  /** The measure on the screen, and perhaps another beside it. */
  readonly shown: readonly Shown[];
  readonly actions: ReactNode;
}

/** One metric's charts in their frame, or two metrics' beside each other. */
export function InfluenceFrame({ shown, actions }: Props) {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const choice = useApp((s) => s.scale);
  const table = useMemo(() => influenceTable(...shown), [shown]);
  const summary = useMemo(() => influenceSummary(shown[0]!.metric, shown[0]!.measured), [shown]);
  const firsts = shown.map(({ measured: { block, attn, ffn } }) => (block ?? attn ?? ffn)!);
  const provenance = jointProvenance(
    firsts.map((one) => ({ text: one.text, tokens: one.report.tokens, seed: seedOf(one), origin: one.origin })),
    model,
    firsts.flatMap(notesOf),
  );
  return (
    <ChartFrame
      title={shown.map(({ metric }) => METRIC_WORDS[metric].name).join(' beside ')}
      bare
      summary={summary}
      table={table}
      provenance={provenance}
      again={shown.flatMap(({ measured }) => PLAIN_UNITS.flatMap((unit) => measured[unit] ?? []).map(influenceAgain))}
      fileName={[stem, ...shown.map(({ metric }) => metric)].join('-')}
      actions={actions}
    >
      <div className={css.stage}>
        <Late waiting="Drawing the charts…">
          <div className={css.measures}>
            {shown.map(({ metric, measured }) => (
              <InfluenceCharts
                key={metric}
                metric={metric}
                measured={measured}
                choice={choice}
                headed={shown.length > 1}
              />
            ))}
          </div>
        </Late>
      </div>
    </ChartFrame>
  );
}

const seedOf = ({ report: { sampling } }: Influence) =>
  sampling && sampling.method !== 'exact' ? sampling.seed : undefined;

/** What else decided the numbers. */
function notesOf({ report: { sampling, denominator, metric }, players }: Influence): string[] {
  const notes: string[] = [];
  if (denominator && isRelative(metric)) notes.push(`relative to the ${denominator}`);
  if (sampling) {
    const { method, drawn, task } = sampling;
    notes.push(method === 'exact' ? `exact, ${drawn} subsets` : `${drawn} ${method}, 95% intervals`);
    if (players === 'sublayer') notes.push('attention and feed-forward dropped in mixed order');
    if (task) notes.push(`an oracle: ${chosenWords(task)}, which it has seen`);
  }
  return notes;
}
