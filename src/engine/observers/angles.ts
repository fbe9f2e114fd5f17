import type { Buffer } from '../../gpu/gpu';
import { sublayerAt } from '../../model/units';
import { measure, statisticsKernels, total } from '../kernels/statistics';
import { padded } from '../layout';
import type { Observer, View, Watch } from './observer';
import { rowBytes, TOTAL_FLOATS, TOTALS, totalBytes } from './totals';

/** How far spans of blocks turn the stream. */
export interface SpanAngles {
  readonly rows: number;
  /** [a][n - 1]: sum over rows of the angle, 0 to 1, between the input of block a and the output of block a + n - 1. */
  readonly sums: readonly (readonly number[])[];
}

/** [a][n - 1]: mean angular distance, 0 to 1, between the input of block a and the output of block a + n - 1. */
export const anglesOf = ({ rows, sums }: SpanAngles): number[][] => sums.map((own) => own.map((sum) => sum / rows));

/** Observes the angle between the ends of every span of blocks. Takes the inputs of all blocks at once. */
export const spanAngles: Observer<SpanAngles> = {
  buffers: ({ blocks, width }, rows) => ({
    blockInputs: blocks * rows * padded(width) * 4,
    spanRows: rowBytes(spansBelow(blocks), rows),
    spanTotals: totalBytes(spansBelow(blocks)),
  }),
  async watch(view) {
    await view.dispatcher.ready(statisticsKernels(view.dispatcher));
    return new AngleWatch(view);
  },
  merge: (parts) => ({
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    sums: parts[0].sums.map((own, a) => own.map((_, n) => parts.reduce((sum, part) => sum + part.sums[a][n], 0))),
  }),
};

/** Spans that end below a block; those that end with it follow them, by their first block. */
const spansBelow = (block: number): number => (block * (block + 1)) / 2;

class AngleWatch implements Watch<SpanAngles> {
  readonly #rows: number;

  constructor(readonly view: View) {
    this.#rows = view.end - view.first;
  }

  before(index: number, stream: Buffer, first: number): void {
    const { block, kind } = sublayerAt(index);
    if (kind !== 'attn') return;
    const { dispatcher, spec } = this.view;
    const row = padded(spec.width) * 4;
    const to = block * this.#rows * row;
    dispatcher.recorder.copy(stream, first * row, this.view.buffer('blockInputs'), to, this.#rows * row);
  }

  after(index: number, stream: Buffer, first: number): void {
    const { block, kind } = sublayerAt(index);
    if (kind !== 'ffn') return;
    const { dispatcher, spec } = this.view;
    const inputs = [this.view.buffer('blockInputs'), 0] as const;
    const out = [this.view.buffer('spanRows'), spansBelow(block) * this.#rows] as const;
    measure(dispatcher, spec.width, this.#rows, inputs, inputs, [stream, first], out, block + 1);
  }

  async result(signal?: AbortSignal): Promise<SpanAngles> {
    const { dispatcher, spec, places, first } = this.view;
    const spans = spansBelow(spec.blocks);
    const buffer = this.view.buffer('spanTotals');
    total(dispatcher, spans, this.#rows, this.view.buffer('spanRows'), places, first, buffer);
    const [bytes] = await dispatcher.recorder.read([{ buffer, offset: 0, bytes: totalBytes(spans) }], signal);
    const totals = new Float32Array(bytes);
    const angle = (a: number, last: number) => {
      const at = 2 * (spansBelow(last) + a) * TOTAL_FLOATS + TOTALS.indexOf('angular');
      return totals[at] + totals[at + TOTAL_FLOATS];
    };
    return {
      rows: this.#rows,
      sums: Array.from({ length: spec.blocks }, (_, a) =>
        Array.from({ length: spec.blocks - a }, (_, n) => angle(a, a + n)),
      ),
    };
  }
}
