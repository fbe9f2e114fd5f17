import { short, signed } from '../format';
import type { ShownMetric } from '../store/state';
import type { InfluenceRow } from './rows';

/** The charts in two sentences. */
export function influenceSummary(metric: ShownMetric, rows: readonly InfluenceRow[]): string {
  const units = rows.flatMap((r) => [
    { name: `attn ${r.block}`, value: r.attn },
    { name: `ffn ${r.block}`, value: r.ffn },
  ]);
  const sorted = units.sort((a, b) => a.value - b.value);
  const blocks = [...rows].sort((a, b) => a.whole - b.whole);
  const write = metric === 'cosine' ? short : (v: number) => signed(v, 3);
  const [least, most, low, high] = [sorted[0], sorted.at(-1), blocks[0], blocks.at(-1)];
  if (!least || !most || !low || !high) return '';
  return (
    `Worth least: ${least.name} (${write(least.value)}); most: ${most.name} (${write(most.value)}). Of whole blocks, ` +
    `block ${low.block} matters least (${write(low.whole)}), block ${high.block} most (${write(high.whole)}).`
  );
}
