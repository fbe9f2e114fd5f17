import { short, signed } from '../format';
import type { Influence, ShownMetric } from '../store/state';
import css from './influence.module.css';
import { influenceRows } from './rows';

interface Props {
  readonly metric: ShownMetric;
  readonly block: Influence;
  readonly attn: Influence;
  readonly ffn: Influence;
}

/** The charts in two sentences: for those who cannot see them, and for those who look where to begin. */
export function InfluenceSummary({ metric, block, attn, ffn }: Props) {
  const rows = influenceRows(block, attn, ffn);
  const units = rows.flatMap((r) => [
    { name: `attn ${r.block}`, value: r.attn },
    { name: `ffn ${r.block}`, value: r.ffn },
  ]);
  const sorted = [...units].sort((a, b) => a.value - b.value);
  const blocks = [...rows].sort((a, b) => a.whole - b.whole);
  const write = metric === 'cosine' ? short : (v: number) => signed(v, 3);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (!least || !most) return null;
  return (
    <p className={css.summary}>
      Worth least: {least.name} ({write(least.value)}); most: {most.name} ({write(most.value)}). Of whole blocks, block{' '}
      {blocks[0]!.block} matters least ({write(blocks[0]!.whole)}), block {blocks.at(-1)!.block} most (
      {write(blocks.at(-1)!.whole)}).
    </p>
  );
}
