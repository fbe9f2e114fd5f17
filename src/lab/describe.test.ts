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

  it('and an empty folder is refused', () =>
    expectFailure(() => lab().describe({ kind: 'folder', path: folder }, JOB), 'file-missing', 'empty folder'));
});
