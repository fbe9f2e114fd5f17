import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { type Branch, FULL, without } from './branch';
import type { Engine } from './engine';
import { HISTOGRAM } from './layout';
import { anglesOf, spanAngles } from './observers/angles';
import type { Observed, Observer } from './observers/observer';
import { KINDS, meansOf, normsOf, SPREADS, type UnitStatistics } from './observers/statistics';
import { unitStatistics } from './observers/units';
import { hasModels, numbers, openModel, readModel, scored, sharedGpu, worst } from './testing/gpu';
import { turn } from './testing/oracle';
import { forward, readValues, type Trace } from './testing/oracle-model';

/** With attention of one block, the feed-forward of another and a whole one left out. */
const PRUNED = without([2, 5, 6, 7]);
const MODELS = ['random/llama', 'random/gpt_neox'];

let gpu: Gpu;
const engines = new Map<string, Engine>();
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
  for (const name of MODELS) engines.set(name, await openModel(gpu, name));
});
afterAll(() => {
  for (const e of engines.values()) e.dispose();
});
const engineOf = (name: string) => engines.get(name)!;

const next = numbers(5);
const TEXTS = [19, 30, 13].map((n) => Array.from({ length: n }, () => Math.floor(((next() + 1) / 2) * 130)));

/** What the oracle says of every row of every text: units by kind, [block][row], and angles [a][n - 1][row]. */
async function expected(name: string, dropped: Branch) {
  const [spec, tensors] = await readModel(name);
  const values = await readValues(tensors);
  const rows = (): ReturnType<typeof turn>[][] => Array.from({ length: spec.blocks }, () => []);
  const units = { attn: rows(), ffn: rows(), block: rows() };
  const spans = Array.from({ length: spec.blocks }, (_, a) =>
    Array.from({ length: spec.blocks - a }, () => [] as number[]),
  );
  for (const ids of TEXTS) {
    const trace: Trace = { read: [], added: [], between: [] };
    forward(spec, values, ids, new Set(dropped.left.keys()), trace);
    for (const row of ids.keys()) {
      const moved = (from: number, to: number) => {
        const [a, b] = [trace.between[from][row], trace.between[to][row]];
        return turn(
          a,
          b.map((v, i) => v - a[i]),
        );
      };
      for (let block = 0; block < spec.blocks; block++) {
        units.attn[block].push(turn(trace.read[2 * block][row], trace.added[2 * block][row]));
        units.ffn[block].push(turn(trace.read[2 * block + 1][row], trace.added[2 * block + 1][row]));
        units.block[block].push(moved(block, block + 1));
        for (const [n, span] of spans[block].entries()) {
          span.push(Math.acos(1 - moved(block, block + n + 1).turn) / Math.PI);
        }
      }
    }
  }
  return { units, spans };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const METRICS: Record<keyof UnitStatistics, (t: ReturnType<typeof turn>) => number> = {
  cosine: (t) => t.turn,
  angular: (t) => Math.acos(1 - t.turn) / Math.PI,
  'relative-l1': (t) => t.l1 / t.sourceL1,
  'relative-l2': (t) => t.l2 / t.sourceL2,
  'relative-l1-output': (t) => t.l1 / t.resultL1,
  'relative-l2-output': (t) => t.l2 / t.resultL2,
  l1: (t) => t.l1,
  l2: (t) => t.l2,
};
const VALUES = {
  update: (t: ReturnType<typeof turn>) => t.l2,
  stream: (t: ReturnType<typeof turn>) => t.sourceL2,
  ratio: (t: ReturnType<typeof turn>) => t.l2 / t.sourceL2,
  cosine: (t: ReturnType<typeof turn>) => t.alignment,
};
/** Of the first positions, or of the others. */
const firsts = TEXTS.flatMap((ids) => ids.map((_, i) => i === 0));

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const low = sorted[Math.floor(place)];
  return low + (place % 1) * (sorted[Math.ceil(place)] - low);
}

/** What observers see of a branch in all texts, each in a walk of its own, put together. */
async function measure<const O extends readonly Observer<unknown>[]>(engine: Engine, branch: Branch, observers: O) {
  const parts: unknown[][] = observers.map(() => []);
  for (const ids of TEXTS) {
    // Not the first of the walk's branches.
    const observe = observers.map((observer) => ({ branch: 1, observer }));
    const { observed } = await engine.walk(scored([ids]), [without([3]), branch, FULL], { observe });
    for (const [i, part] of observed.entries()) parts[i].push(part);
  }
  return observers.map((observer, i) => observer.merge(parts[i])) as Observed<O>;
}

describe.skipIf(!hasModels).each(MODELS)('%s', (name) => {
  it.each([
    ['the full model', FULL],
    ['a pruned one', PRUNED],
  ])('every static metric of %s to 1e-3, of its dropped units exactly nothing', async (_, mask) => {
    const { units } = await expected(name, mask);
    const [sums] = await measure(engineOf(name), mask, [unitStatistics('sums')]);
    const means = meansOf(sums);
    for (const kind of KINDS) {
      for (const [block, rows] of units[kind].entries()) {
        for (const [metric, of] of Object.entries(METRICS)) {
          const want = mean(rows.map(of));
          const got = means[kind][block][metric as keyof UnitStatistics];
          // Where nothing is added the oracle's own rounding is all there is.
          if (rows[0].l2 === 0) expect(got).toBe(0);
          else expect(Math.abs(got / want - 1), `${kind} ${block} ${metric}`).toBeLessThan(1e-3);
        }
      }
    }
  });

  it('norms: means and exact quantiles of what each row was, first positions apart', async () => {
    const { units } = await expected(name, FULL);
    const [statistics] = await measure(engineOf(name), FULL, [unitStatistics('rows')]);
    const norms = normsOf(statistics);
    expect(norms.quantiles).toBe('exact');
    expect(Array.from(statistics.positions!)).toEqual(TEXTS.flatMap((ids) => [...ids.keys()]));
    for (const kind of KINDS) {
      for (const [block, rows] of units[kind].entries()) {
        for (const group of ['first', 'rest'] as const) {
          const own = rows.filter((_, i) => firsts[i] === (group === 'first'));
          for (const spread of SPREADS) {
            const values = own.map(VALUES[spread]);
            const got = norms[group][kind][block][spread];
            const want = [mean(values), quantile(values, 0.5), quantile(values, 0.05), quantile(values, 0.95)];
            for (const [i, value] of [got.mean, got.median, got.p5, got.p95].entries()) {
              const scale = spread === 'cosine' ? 1 : want[i];
              expect(Math.abs(value - want[i]), `${group} ${kind} ${block} ${spread}`).toBeLessThan(1e-4 * scale);
            }
          }
        }
        // Token by token, as a heat map shows it.
        const { turn: turned } = statistics[kind][block].rows!;
        for (const [i, row] of rows.entries()) expect(Math.abs(turned[i] / row.turn - 1)).toBeLessThan(1e-3);
      }
    }
  });

  it('norms from histograms: the same means, quantiles within a bin', async () => {
    const both = [unitStatistics('rows'), unitStatistics('histograms')] as const;
    const [exact, binned] = (await measure(engineOf(name), FULL, both)).map(normsOf);
    expect(binned.quantiles).toBe('histogram');
    for (const group of ['first', 'rest'] as const) {
      for (const kind of KINDS) {
        for (const [block, norms] of exact[group][kind].entries()) {
          for (const spread of SPREADS) {
            const [want, got] = [norms[spread], binned[group][kind][block][spread]];
            expect(got.mean).toBe(want.mean);
            for (const q of ['median', 'p5', 'p95'] as const) {
              const bin = spread === 'cosine' ? 2 / HISTOGRAM.BINS : want[q] * (2 ** (1 / HISTOGRAM.PER_OCTAVE) - 1);
              expect(Math.abs(got[q] - want[q]), `${group} ${kind} ${block} ${spread}`).toBeLessThan(1.001 * bin);
            }
          }
        }
      }
    }
  });

  it.each([
    ['the full model', FULL],
    ['a pruned one', PRUNED],
  ])('the angle between the ends of every span of blocks of %s', async (_, mask) => {
    const { spans } = await expected(name, mask);
    const [seen, statistics] = await measure(engineOf(name), mask, [spanAngles, unitStatistics('sums')]);
    const angles = anglesOf(seen);
    expect(angles.map((own) => own.length)).toEqual([4, 3, 2, 1]);
    for (const [a, own] of spans.entries()) {
      for (const [n, rows] of own.entries()) {
        expect(Math.abs(angles[a][n] - mean(rows)), `blocks ${a} to ${a + n}`).toBeLessThan(1e-5);
      }
      expect(angles[a][0]).toBeCloseTo(meansOf(statistics).block[a].angular, 12); // a span of one block is the block
    }
  });

  it('in several passes, where memory is short, measures the same', async () => {
    const engine = engineOf(name);
    const tree = scored(TEXTS);
    const observe = [
      { branch: 0, observer: unitStatistics('rows') },
      { branch: 0, observer: spanAngles },
      { branch: 1, observer: unitStatistics('sums') },
    ] as const;
    const options = { observe };
    const whole = await engine.walk(tree, [FULL, PRUNED], options);
    const passes = vi.spyOn(engine.machine.residency, 'acquire');
    const all = engine.memory().activations;
    engine.machine.scratch.destroy();
    const others = engine.memory().activations; // of the other models here
    let most = 0;
    for (let memoryBudget = all - others; ; memoryBudget *= 0.9) {
      passes.mockClear();
      const fractions: number[] = [];
      const onProgress = (f: number) => fractions.push(f);
      const cut = await engine
        .walk(tree, [FULL, PRUNED], { ...options, memoryBudget, onProgress })
        .catch((e: Error) => e);
      if (cut instanceof Error) {
        expect(cut).toMatchObject({ code: 'out-of-memory', message: expect.stringContaining(`${tree.rows} tokens`) });
        break;
      }
      most = Math.max(most, passes.mock.calls.filter(([index]) => index === 0).length);
      expect(engine.memory().activations).toBeLessThanOrEqual(others + memoryBudget);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      expect(fractions.at(-1)).toBe(1);
      for (const [b, { logprob }] of cut.branches.entries()) {
        expect(worst(logprob, whole.branches[b].logprob)).toBeLessThan(2e-5);
      }
      const [units, spans, pruned] = cut.observed;
      expect(units.positions).toEqual(whole.observed[0].positions);
      for (const [block, { rows }] of whole.observed[0].ffn.entries())
        expect(worst(units.ffn[block].rows!.update, rows!.update)).toBeLessThan(1e-5);
      for (const [a, own] of anglesOf(whole.observed[1]).entries())
        for (const [n, angle] of own.entries()) expect(anglesOf(spans)[a][n]).toBeCloseTo(angle, 6);
      for (const [block, { cosine }] of meansOf(whole.observed[2]).attn.entries())
        expect(meansOf(pruned).attn[block].cosine).toBeCloseTo(cosine, 6);
    }
    passes.mockRestore();
    expect(most).toBeGreaterThanOrEqual(3);
  });
});

/** What every sublayer finds, row by row: an observer that the walk knows nothing of. */
const inputs: Observer<Float32Array[]> = {
  buffers: ({ sublayers, width }, rows) => ({ kept: sublayers.length * rows * width * 4 }),
  async watch({ dispatcher: { recorder }, spec, first, end, buffer }) {
    const bytes = (end - first) * spec.width * 4;
    return {
      before(index, stream, row) {
        recorder.copy(stream, row * spec.width * 4, buffer('kept'), index * bytes, bytes);
      },
      after() {},
      async result(signal) {
        const reads = spec.sublayers.map((_, i) => ({ buffer: buffer('kept'), offset: i * bytes, bytes }));
        return (await recorder.read(reads, signal)).map((found) => new Float32Array(found));
      },
    };
  },
  merge: (parts) => parts[0].map((_, i) => Float32Array.from(parts.flatMap((part) => [...part[i]]))),
};

describe.skipIf(!hasModels)('a new observer', () => {
  it('is asked by the walk for all it has to know: inputs of every sublayer, as the oracle has them', async () => {
    const [spec, tensors] = await readModel('random/llama');
    const values = await readValues(tensors);
    const want: number[][] = spec.sublayers.map(() => []);
    for (const ids of TEXTS) {
      const trace: Trace = { read: [], added: [], between: [] };
      forward(spec, values, ids, new Set(PRUNED.left.keys()), trace);
      for (const [index, rows] of trace.read.entries()) want[index].push(...rows.flat());
    }
    const [found] = await measure(engineOf('random/llama'), PRUNED, [inputs]);
    for (const [index, rows] of want.entries()) expect(worst(found[index], rows), `${index}`).toBeLessThan(1e-4);
  });
});

describe.skipIf(!hasModels)('streamed', () => {
  it('gives the same sums, angles and distances as on the GPU', async () => {
    const engine = await openModel(gpu, 'random/llama', { streaming: 'always' });
    const observe = [unitStatistics('sums'), spanAngles].map((observer) => ({ branch: 0, observer }));
    const options = { observe, logitDistance: true } as const;
    const tree = scored([TEXTS[0]]);
    const [streamed, resident] = [
      await engine.walk(tree, [PRUNED], options),
      await engineOf('random/llama').walk(tree, [PRUNED], options),
    ];
    expect(streamed).toEqual(resident);
    expect(streamed.branches).toHaveLength(1);
    expect(streamed.branches[0].logitDistance!.sum).toBeGreaterThan(1);
    engine.dispose();
  });
});
