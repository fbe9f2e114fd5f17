import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectFailure, safetensorsFile } from '../formats/testing';
import { parseConfig } from '../model/config';
import { layoutOf } from '../model/describe';
import { createLab } from './lab';
import { nodeEnvironment } from './place/node';

/** A lab on a machine without WebGPU. */
const lab = () => createLab({ ...nodeEnvironment('.'), webgpu: () => Promise.reject(new Error('a device was asked')) });
const JOB = { job: 'describe' };

/** Llama 3.1 70B. */
const CONFIG = {
  model_type: 'llama',
  hidden_size: 8192,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  intermediate_size: 28_672,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
};

/** A file's header of F32 tensors, and how many bytes follow it. */
function zeros(shapes: ReadonlyMap<string, readonly number[]>) {
  let bytes = 0;
  const header: Record<string, object> = {};
  for (const [name, shape] of shapes) {
    const start = bytes;
    bytes += 4 * shape.reduce((product, n) => product * n, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [start, bytes] };
  }
  return { header, bytes };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lopper-describe-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a model is described without a device', () => {
  it('from its headers alone: one of 141 GB in less than a second', async () => {
    let size = 0;
    const header: Record<string, object> = {};
    for (const [name, shape] of layoutOf(parseConfig(JSON.stringify(CONFIG))).shapes) {
      const start = size;
      size += 2 * shape.reduce((product, n) => product * n, 1);
      header[name] = { dtype: 'BF16', shape, data_offsets: [start, size] };
    }
    const head = safetensorsFile(header);
    await writeFile(join(folder, 'config.json'), JSON.stringify(CONFIG));
    const file = await open(join(folder, 'model.safetensors'), 'w');
    await file.write(head);
    await file.truncate(head.length + size); // a hole: it takes no room on the disk
    await file.close();
    const begin = performance.now();
    const facts = await lab().describe({ kind: 'folder', path: folder }, JOB);
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(facts).toMatchObject({
      blocks: 80,
      dtype: 'BF16',
      parameters: 70_553_706_496,
      weightBytes: 141_107_412_992,
    });
    expect(facts).toMatchObject({ hasTokenizer: false, kvBytesPerTokenPerBlock: 2 * 8 * 128 * 4 });
    expect(facts).not.toHaveProperty('streamed');
  });

  it('as it is when it is open, of the bundled one', async () => {
    const facts = await lab().describe({ kind: 'bundled' }, JOB);
    expect(facts).toMatchObject({ id: 'sapling', blocks: 12, hasTokenizer: true, weightBytes: 5_249_280 });
    expect(facts.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('also where its index lists what no one needs, which is said', async () => {
    const small = { ...CONFIG, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 2 };
    const config = JSON.stringify({ ...small, intermediate_size: 8, vocab_size: 4 });
    const { header, bytes } = zeros(layoutOf(parseConfig(config)).shapes);
    const [first] = Object.keys(header);
    const write = (extra: object) =>
      writeFile(
        join(folder, 'model.safetensors.index.json'),
        JSON.stringify({
          weight_map: { ...Object.fromEntries(Object.keys(header).map((name) => [name, 'a.safetensors'])), ...extra },
        }),
      );
    await writeFile(join(folder, 'config.json'), config);
    await writeFile(join(folder, 'a.safetensors'), safetensorsFile(header, bytes));
    const describe = () => lab().describe({ kind: 'folder', path: folder }, JOB);
    await write({ 'mtp.fc.weight': 'b.safetensors', 'vision.patch.weight': 'a.safetensors' });
    expect((await describe()).notes).toEqual([
      'The index lists vision.patch.weight and 1 more tensors, which are not there; this model computes without.',
    ]);
    // What it does need is missed, in a shard that is not there and in one that is.
    await write({ [first!]: 'b.safetensors' });
    await expectFailure(describe, 'file-missing', 'b.safetensors');
    await write({
      'lm_head.weight': 'a.safetensors',
      [`${first}`]: 'a.safetensors',
      'model.layers.0.mlp.x': 'a.safetensors',
    });
    expect((await describe()).blocks).toBe(1);
  });

  it('and an empty folder is refused', () =>
    expectFailure(() => lab().describe({ kind: 'folder', path: folder }, JOB), 'file-missing', 'empty folder'));
});
