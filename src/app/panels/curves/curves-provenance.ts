import { titleOf } from '../../actions/offered';
import { jointProvenance } from '../../charts/provenance';
import type { Curve } from '../../store/curves';
import { chosenWords } from '../../words/tasks';

/** Where curves that share a chart come from: their texts, adapters, seeds and tasks. */
export function curvesProvenance(curves: readonly Curve[], model: string) {
  const parts = curves.map(({ text, origin, request, report }) => {
    return { text, origin, tokens: report.tokens, seed: report.seed ?? request.settings?.seed };
  });
  const tasks = new Set(
    curves.flatMap(({ report: { benchmark: b } }) => (b ? `${titleOf(b.task)}, ${chosenWords(b)}` : [])),
  );
  return jointProvenance(parts, model, [...tasks]);
}
