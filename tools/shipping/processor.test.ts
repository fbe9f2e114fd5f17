/** What numpy makes of Sapling, held against the results that ship, which an adapter's were held against. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineContract } from '../../src/engine/contract';
import { readShipped, readShippedDetails, SHIPPED_RESULTS } from '../../src/lab/files/shipped-file';
import { Calibrated } from '../../src/lab/measure/calibrated';
import { layOutWindows } from '../../src/lab/measure/windows';
import { encode, type ReadModel, readModel } from '../../src/lab/place/model';
import { nodeEnvironment } from '../../src/lab/place/node';
import { mend } from './mended';
import { onProcessor, Processor } from './processor';
import { writeWidened } from './widened';

const DETAILS = 'models/sapling/results-details.json';
const ROOT = resolve(import.meta.dirname, '../..');
const python = process.env.LOPPER_PYTHON ?? 'python3';
const hasNumpy = spawnSync(python, ['-c', 'import numpy']).status === 0;
if (!hasNumpy) console.log(`Skipped: ${python} has no numpy.`);

describe.skipIf(!hasNumpy)('a model on the processor', () => {
  let scratch: string;
  let model: ReadModel;
  let processor: Processor;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'lopper-processor-'));
    model = await readModel(await nodeEnvironment(ROOT).files({ kind: 'bundled' }, () => {}), {});
    processor = await Processor.start(python, ROOT, await writeWidened(scratch, model));
  });

  afterAll(() => {
    processor?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('loses what ships, whole and without a layer of either kind', async () => {
    const shipped = readShipped(readFileSync(join(ROOT, 'public', SHIPPED_RESULTS), 'utf8'));
    const { source, seqLen, windows, tokens } = shipped.text;
    const ids = encode(model, readFileSync(join(ROOT, 'public', source), 'utf8'));
    const cut = Array.from({ length: windows }, (_, w) => ids.slice(w * seqLen, (w + 1) * seqLen));
    expect(cut.flat().length).toBe(tokens);
    const [{ tree }] = layOutWindows(cut, tokens) as [ReturnType<typeof layOutWindows>[number]];
    const [logprob] = await processor.ask({
      do: 'walk',
      tree: { ...tree, ids: [...tree.ids], positions: [...tree.positions], ...scored(tree.scored) },
      masks: [{}, { 14: null }, { 5: null }], // nothing, attn 7, ffn 2
      modules: {},
      distance: false,
    });
    const each = new Float32Array(Uint8Array.from(logprob!).buffer);
    const pairs = each.length / 3;
    const losses = [0, 1, 2].map((m) => -each.slice(m * pairs, (m + 1) * pairs).reduce((sum, x) => sum + x, 0) / pairs);
    const alone = (unit: string) => shipped.influence.find((r) => r.metric === 'loo-loss' && r.unit === unit)!.values;
    const expected = [shipped.score.loss, alone('attn')[7]!, alone('ffn')[2]!];
    for (const [m, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[m]!, 4);
  });

  it('fits what stands in as the engine did, and loses as much with it', async () => {
    const shipped = readShippedDetails(readFileSync(join(ROOT, 'public', DETAILS), 'utf8'), DETAILS);
    const { drop, source, full, pruned, by } = shipped.recoveries!.find((one) => one.drop === 'attn:2,3,10')!;
    const ids = encode(model, readFileSync(join(ROOT, 'public', source), 'utf8'));
    const windows = Array.from({ length: Math.ceil(ids.length / 128) }, (_, w) => ids.slice(w * 128, (w + 1) * 128));
    // Whatever is asked here the processor answers.
    const engine = onProcessor({ model: model.spec, maxRows: ids.length } as EngineContract, processor);
    const [on, held] = new Calibrated(engine, windows).halves();
    const mended = await mend({ on, held }, drop, processor);
    const losses = [mended.full, mended.pruned, ...mended.by.map((one) => one.loss)].flat();
    const expected = [full, pruned, ...by.slice(0, 3).map((one) => one.loss)].flat();
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i]!, 3);
    // So little was lost that what came back is many times as much, give or take.
    const { share, interval } = mended.by[1]!.undone!;
    expect(share).toBeGreaterThan(1);
    expect(interval[0]).toBeLessThan(share);
    expect(interval[1]).toBeGreaterThan(share);
  }, 60_000);

  it('refuses a model that it has no code for', async () => {
    const other = { ...model, fingerprint: 'other', spec: { ...model.spec, logitCap: 30 } };
    await expect(writeWidened(scratch, other)).rejects.toThrow('plain Llamas only');
  });
});

const scored = ({ rows, targets }: { rows: ArrayLike<number>; targets: ArrayLike<number> }) => ({
  scoredRows: Array.from(rows),
  targets: Array.from(targets),
});
