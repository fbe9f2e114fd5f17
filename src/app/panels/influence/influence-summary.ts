import type { PlainUnit } from '../../../model/units';
import type { InfluenceMetric } from '../../../pruning/metrics';
import type { ByUnit } from '../../charts/rows';
import { shownValues } from '../../store/influence';
import { short, signedShort } from '../../words/format';
import { METRIC_WORDS } from '../../words/metrics';
import { unitName } from '../../words/units';

/** The charts in two sentences. */
export function influenceSummary(metric: InfluenceMetric, { block, attn, ffn }: ByUnit): string {
  const write = METRIC_WORDS[metric].signed ? signedShort : short;
  const named = (kind: PlainUnit, values: readonly number[]) =>
    values.map((value, i) => ({ name: unitName(kind, i), value })).filter(({ value }) => Number.isFinite(value));
  const units = [
    ...(attn ? named('attn', shownValues(attn)) : []),
    ...(ffn ? named('ffn', shownValues(ffn)) : []),
  ].sort((a, b) => a.value - b.value);
  const blocks = (block ? named('block', shownValues(block)) : []).sort((a, b) => a.value - b.value);
  const [least, most, low, high] = [units[0], units.at(-1), blocks[0], blocks.at(-1)];
  const sentences: string[] = [];
  if (least && most) {
    sentences.push(`Least: ${least.name} (${write(least.value)}); most: ${most.name} (${write(most.value)}).`);
  }
  if (low && high) {
    const [lowest, highest] = [`${low.name} least (${write(low.value)})`, `${high.name} most (${write(high.value)})`];
    sentences.push(`Of whole blocks, ${lowest}, ${highest}.`);
  }
  return sentences.join(' ');
}
