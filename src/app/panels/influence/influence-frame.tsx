import { type ReactNode, useMemo } from 'react';
import { type InfluenceMetric, isRelative } from '../../../pruning/metrics';
import { ChartFrame } from '../../charts/chart-frame';
import { type ByUnit, influenceTable } from '../../charts/rows';
import type { Influence } from '../../store/influence';
import { fileStem, modelName } from '../../store/select';
import { Late, late } from '../../widgets/late';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';
import { influenceSummary } from './influence-summary';

/** Recharts is large: the page is there before it is. */
const InfluenceCharts = late(() => import('./influence-charts'));

interface Props {
  readonly metric: InfluenceMetric;
  readonly measured: ByUnit;
  /** One of them: all come from one run. */
  readonly first: Influence;
  readonly actions: ReactNode;
}

/** A metric's charts in their frame. */
export function InfluenceFrame({ metric, measured, first, actions }: Props) {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const table = useMemo(() => influenceTable(measured), [measured]);
  const summary = useMemo(() => influenceSummary(metric, measured), [metric, measured]);
  const { report, origin, text } = first;
  return (
    <ChartFrame
      title={METRIC_WORDS[metric].name}
      bare
      summary={summary}
      table={table}
      provenance={{ model, text, tokens: report.tokens, seed: seedOf(first), origin, notes: notesOf(first) }}
      fileName={`${stem}-${metric}`}
      actions={actions}
    >
      <Late waiting="Drawing the charts…">
        <InfluenceCharts metric={metric} measured={measured} />
      </Late>
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
    if (task) notes.push(`an oracle: ${task.items} items, which it has seen`);
  }
  return notes;
}
