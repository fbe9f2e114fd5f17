/** The norms as charts and tables take them. Pure. */
import type { NormsReport, UnitNorms } from '../../../lab/contract';
import { PLAIN_UNITS } from '../../../model/units';
import type { ChartTable } from '../../charts/table';
import { short, upperFirst } from '../../words/format';
import { UNIT_WORDS, unitName } from '../../words/units';

export type Quantity = keyof UnitNorms;

export const KINDS = PLAIN_UNITS.map((kind, i) => ({
  kind,
  title: UNIT_WORDS[kind].title,
  colour: `var(--series-${i})`,
}));

interface QuantityWords {
  readonly quantity: Quantity;
  readonly title: string;
  readonly formula: string;
  readonly about: string;
  /** Lengths span many sizes; a cosine lies between −1 and 1. */
  readonly log: boolean;
}

export const QUANTITIES: readonly QuantityWords[] = [
  { quantity: 'update', title: 'Update', formula: '|u|', about: 'the length of what a unit adds', log: true },
  { quantity: 'stream', title: 'Stream', formula: '|h|', about: 'the length of what it reads', log: true },
  {
    quantity: 'ratio',
    title: 'Update relative to stream',
    formula: '|u| / |h|',
    about: 'how much it changes it',
    log: true,
  },
  {
    quantity: 'cosine',
    title: 'Direction of the update',
    formula: 'cos(u, h)',
    about: 'above 0 it adds to what is there, below 0 it takes away',
    log: false,
  },
];

/** A row for each unit and quantity. */
export function normsTable({ rest, first }: NormsReport): ChartTable {
  const columns = [
    ...['unit', 'quantity', 'mean', 'median', '5th percentile', '95th percentile'],
    ...['first position: mean', 'first: median', 'first: 5th', 'first: 95th'],
  ];
  const rows = KINDS.flatMap(({ kind }) =>
    rest[kind].flatMap((unit, block) =>
      QUANTITIES.map(({ quantity, formula }) => {
        const [r, f] = [unit[quantity], first[kind][block]![quantity]];
        return [unitName(kind, block), formula, r.mean, r.median, r.p5, r.p95, f.mean, f.median, f.p5, f.p95];
      }),
    ),
  );
  return { columns, rows };
}

/** How much the stream grows, which unit changes it least, and how far the first position stands out. */
export function normsSummary({ rest, first }: NormsReport): string {
  const last = rest.block.length - 1;
  const [bottom, top] = [rest.attn[0]!.stream.median, rest.attn[last]!.stream.median];
  const units = (['attn', 'ffn'] as const)
    .flatMap((kind) => rest[kind].map((unit, block) => ({ name: unitName(kind, block), ratio: unit.ratio.median })))
    .sort((a, b) => a.ratio - b.ratio);
  const [least, most] = [units[0]!, units.at(-1)!];
  const apart = rest.attn
    .map((unit, block) => ({ block, factor: first.attn[block]!.stream.median / unit.stream.median }))
    .reduce((a, b) => (Math.abs(Math.log(b.factor)) > Math.abs(Math.log(a.factor)) ? b : a));
  return (
    `The stream’s median length goes from ${short(bottom)} into block 0 to ${short(top)} into block ${last}. ` +
    `${upperFirst(least.name)} adds least to it, ${short(least.ratio)} of its length; ${most.name} most, ${short(most.ratio)}. ` +
    `The first position stands apart most in block ${apart.block}: its stream is ${short(apart.factor)} times as long.`
  );
}
