import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LopperError } from '../../errors';
import { widen } from '../../formats/dtypes';
import { folderShelf } from '../../formats/node-shelf';
import type { TensorInfo } from '../../formats/tensor';
import { MODEL_TYPES } from '../../model/architectures/names';
import { parseDropList } from '../../pruning/drop-list';
import { maskFromSublayers } from '../../pruning/mask';
import { additive, type Placed } from '../../recovery/module';
import { keptBlocks } from '../format';
import { outputNames } from '../output-names';
import { foldModules } from './fold';
import { shelfTarget } from './target';
import { baseOf, memoryTarget, readBase } from './testing';
import { writeCheckpoint } from './write';

const SAPLING = 'public/models/sapling';
const RANDOM = '../shared/data/models/random';
const mask = (list: string, blocks = 12) => maskFromSublayers(blocks, parseDropList(list, blocks));
const bytesOf = ({ source, start, end }: TensorInfo) => source.read(start, end);

test('whole blocks are gone and the rest is numbered anew; a sublayer alone is zeroed, and nothing else is touched', async () => {
  const base = await readBase(SAPLING);
  const { target, files, model } = memoryTarget();
  const told = await writeCheckpoint({ base, mask: mask('block:0,5,attn:2,ffn:7') }, target);
  expect(told).toMatchObject({ kept: [1, 2, 3, 4, 6, 7, 8, 9, 10, 11], folded: [], beside: [], notes: [] });
  const made = await baseOf(model());
  expect(made.spec.blocks).toBe(10);
  const zero = ['model.layers.1.self_attn.o_proj.weight', 'model.layers.5.mlp.down_proj.weight'];
  for (const [name, tensor] of made.tensors) {
    const from = name.replace(/layers\.(\d+)/, (_, i) => `layers.${told.kept[Number(i)]}`);
    const bytes = await bytesOf(tensor);
    if (zero.includes(name)) expect(bytes.some((byte) => byte !== 0)).toBe(false);
    else expect(Buffer.compare(bytes, await bytesOf(base.tensors.get(from)!)), name).toBe(0);
  }
  expect(JSON.parse(await files.get('config.json')!.text())).toEqual({ ...base.config, num_hidden_layers: 10 });
  // transformers takes a float for a float only where it is written as one.
  expect(await files.get('config.json')!.text()).toContain('"rope_theta": 10000.0,\n');
  expect(await files.get('tokenizer.json')!.text()).toBe(await base.files.text('tokenizer.json'));
});

test('above the size of a file there are several and an index, and they open as one', async () => {
  const base = await readBase(SAPLING);
  const { target, files, model } = memoryTarget();
  await writeCheckpoint({ base, mask: mask('block:3'), shardBytes: 1e6 }, target);
  const index = JSON.parse(await files.get('model.safetensors.index.json')!.text());
  const shards = [...files.keys()].filter((name) => name.endsWith('.safetensors'));
  expect(shards[0]).toMatch(/^model-00001-of-0000\d\.safetensors$/);
  expect(new Set(Object.values(index.weight_map))).toEqual(new Set(shards));
  for (const name of shards) expect(files.get(name)!.size).toBeLessThan(1.1e6);
  const made = await baseOf(model());
  const bytes = [...made.tensors.values()].reduce((sum, { start, end }) => sum + end - start, 0);
  expect(index.metadata.total_size).toBe(bytes);
});

test('LLM-Drop’s form keeps the weights, and says in config.json what its classes leave out', async () => {
  const base = await readBase(SAPLING);
  const { target, files } = memoryTarget();
  await writeCheckpoint({ base, mask: mask('block:5,attn:2'), form: 'llm-drop' }, target);
  const config = JSON.parse(await files.get('config.json')!.text());
  expect(config).toMatchObject({ num_hidden_layers: 12, drop_attn_list: [2, 5], drop_mlp_list: [5] });
  expect(config.auto_map.AutoModelForCausalLM).toBe('modeling_dropped_llama.LlamaForCausalLM');
  const modules: Placed[] = [{ unit: { kind: 'block', block: 5 }, module: additive(new Float32Array(128)) }];
  await expect(
    writeCheckpoint({ base, mask: mask('block:5'), modules, form: 'llm-drop' }, memoryTarget().target),
  ).rejects.toMatchObject({ code: 'usage' });
});

test('what is cancelled or fails leaves nothing behind, and nothing under a final name before the end', async () => {
  const base = await readBase(SAPLING);
  const folder = mkdtempSync(join(tmpdir(), 'lopper-cancel-'));
  const shelf = await folderShelf(folder);
  const cancel = new AbortController();
  const seen: string[] = [];
  const writing = writeCheckpoint({ base, mask: mask('block:5'), shardBytes: 1e6 }, shelfTarget(shelf), {
    signal: cancel.signal,
    onBytes(done, total) {
      seen.push(...readdirSync(folder));
      if (done > total / 2) cancel.abort();
    },
  });
  await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter((name) => !name.endsWith('.part'))).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
  await expect(writeCheckpoint({ base, mask: mask('block:0-11') }, shelfTarget(shelf))).rejects.toBeInstanceOf(
    LopperError,
  );
  rmSync(folder, { recursive: true });
});

test('a mean goes into a bias, one below the first block into the embeddings, and neither past a hook that comes before it', async () => {
  const { spec } = await readBase(SAPLING);
  const mean = (unit: Placed['unit']): Placed => ({ unit, module: additive(new Float32Array(128).fill(2), 0.5) });
  const scale = (unit: Placed['unit']): Placed => ({
    unit,
    module: { ...mean(unit).module, diagonal: new Float32Array(128) },
  });
  const fold = (list: string, modules: readonly Placed[]) => {
    const dropped = mask(list);
    const { folded, beside } = foldModules(spec, dropped, modules, keptBlocks(dropped));
    return {
      folded: folded.map(({ unit, into, vector }) => [unit, into?.weights[0] ?? 'embeddings', vector?.[0]]),
      beside: beside.map(({ unit, at, block }) => [unit, at, block]),
    };
  };
  expect(
    fold('block:0,3,attn:5', [
      mean({ kind: 'block', block: 3 }),
      mean({ kind: 'block', block: 0 }),
      mean({ kind: 'attn', block: 5 }),
    ]),
  ).toEqual({
    folded: [
      ['block:0', 'embeddings', 1],
      ['block:3', 'model.layers.2.mlp.down_proj.weight', 1],
      ['attn:5', 'model.layers.5.self_attn.o_proj.weight', 1],
    ],
    beside: [],
  });
  expect(fold('block:3,4', [mean({ kind: 'block', block: 4 }), scale({ kind: 'block', block: 3 })])).toEqual({
    folded: [],
    beside: [
      ['block:3', 'before', 3],
      ['block:4', 'before', 3],
    ],
  });
  expect(fold('ffn:11', [scale({ kind: 'ffn', block: 11 })]).beside).toEqual([['ffn:11', 'before', 12]]);
});

const has = existsSync(RANDOM);
if (!has) console.log(`skipped: ${RANDOM} is not here`);
test.skipIf(!has)('stock code’s names are those of the descriptions, for every architecture', async () => {
  const seen = new Set<string>();
  for (const name of readdirSync(RANDOM)) {
    const base = await readBase(`${RANDOM}/${name}`).catch(() => undefined);
    if (!base) continue;
    const { attn, ffn, layers } = outputNames(base.spec.modelType);
    const [first, second] = base.spec.sublayers;
    if (first?.kind !== 'attn' || second?.kind !== 'ffn') throw new Error('a block begins with attention');
    // The base class's files leave its own name out.
    const tail = (path: string) => path.split('.').at(-1);
    expect(first.out.weights[0], name).toMatch(new RegExp(`\\b${tail(layers)}\\.0\\.${attn}\\.weight$`));
    expect(second.down.weights[0], name).toMatch(new RegExp(`\\b${tail(layers)}\\.0\\.${ffn}\\.weight$`));
    seen.add(base.spec.modelType);
  }
  expect([...MODEL_TYPES].filter((type) => !seen.has(type))).toEqual([]);
});

test('a vector is added to every row, in more precision than is stored', async () => {
  const base = await readBase(SAPLING);
  const { target, model } = memoryTarget();
  const bias = Float32Array.from({ length: 128 }, (_, i) => i / 1000);
  const modules: Placed[] = [{ unit: { kind: 'block', block: 0 }, module: { strength: 2, bias } }];
  await writeCheckpoint({ base, mask: mask('block:0'), modules }, target);
  const made = (await baseOf(model())).tensors.get('model.embed_tokens.weight')!;
  const [own, more] = [base.tensors.get('model.embed_tokens.weight')!, made];
  const [a, b] = [widen(await bytesOf(own), 'F16'), widen(await bytesOf(more), 'F32')];
  expect(more.dtype).toBe('F32');
  expect(b.every((value, i) => value === Math.fround(a[i]! + 2 * bias[i % 128]!))).toBe(true);
});
