import { USUAL_DTYPE } from '../../src/engine/autotune';
import type { KernelChoice } from '../../src/engine/kernels/dispatcher';
import type { MemoryRates } from '../../src/engine/probe/basics';
import type { ProductRate } from '../../src/engine/probe/products';
import { type Line, percent } from './report';
import type { RunningRates } from './running';

/** What is aimed at on a card. */
export interface Aim {
  /** What is held to it. */
  readonly what: string;
  /** What it is a share of. */
  readonly of: string;
  readonly share: number;
  readonly aim: number;
  readonly met: boolean;
}

/** Products of many rows, of the measured multiply-add rate; decoding a short text, of the measured copy rate. */
const PRODUCT = { rows: 512, aim: 0.4 };
const DECODE = { tokens: 100, aim: 0.6 };

export interface Measured {
  readonly choice: KernelChoice;
  /** GFLOP/s. */
  readonly peak?: number;
  readonly memory?: MemoryRates;
  /** By every way: those count that the chosen kernels do, in the type that most models have. */
  readonly products: readonly ProductRate[];
  readonly decode?: RunningRates['decode'];
}

/** The aims that there are measurements for. Of products the slowest counts, whichever shape it has. */
export function aimsOf({ choice, peak, memory, products, decode }: Measured): Aim[] {
  const aims: Aim[] = [];
  const aim = (what: string, of: string, share: number, wanted: number) =>
    aims.push({ what, of, share, aim: wanted, met: share >= wanted });
  const chosen = (rows: number) => (rows < (choice.smallRows ?? 0) ? 'matmul_small' : choice.matmul);
  const many = products.filter((p) => p.dtype === USUAL_DTYPE && p.rows >= PRODUCT.rows && p.kernel === chosen(p.rows));
  const [slowest] = many.toSorted((a, b) => a.gflops - b.gflops);
  if (slowest && peak) {
    const { kernel, dtype, rows, inputs, outputs, gflops } = slowest;
    const what = `${dtype} products of ${PRODUCT.rows} rows and more, the slowest: ${kernel}, ${rows} x ${inputs} x ${outputs}`;
    aim(what, 'the multiply-add rate', gflops / peak, PRODUCT.aim);
  }
  const step = decode?.find(({ texts, tokens }) => texts === 1 && tokens < DECODE.tokens);
  if (step && memory) {
    aim(`decoding 1 text of ${step.tokens} tokens`, 'the copy rate', step.weightRate / memory.copy, DECODE.aim);
  }
  return aims;
}

export const aimLine = ({ what, of, share, aim, met }: Aim): Line => [
  `aim: ${percent(aim)} of ${of}`,
  `${percent(share)}, ${met ? 'as aimed' : 'BELOW THE AIM'}: ${what}`,
];
