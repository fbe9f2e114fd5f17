import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MASK_FORMATS } from '../../exports/formats';
import { MODEL_TYPES } from '../../model/architectures/names';
import { maskFromSublayers } from '../../pruning/mask';
import type { Placed, Reads } from '../../recovery/module';
import type { ModelRequest, Pruning } from '../contract';
import { DATA, drop, hasData, job, readJson, STORIES, testLab } from '../testing';

/** What transformers is asked once all is exported; nothing where there is no Python with it. */
const python = process.env.LOPPER_PYTHON;
const questions: { readonly name: string; readonly ask: object; readonly want?: number }[] = [];
/** What llama.cpp is asked, where that Python has llama-cpp-python; how far it may be from what is wanted. */
const llamaCpp = !!python && spawnSync(python, ['-c', 'import llama_cpp']).status === 0;
const ofLlamaCpp: { readonly name: string; readonly ask: object; readonly want: number; readonly far: number }[] = [];

const { lab } = testLab();
const scratch = mkdtempSync(join(tmpdir(), 'lopper-export-'));
let folders = 0;
afterAll(async () => {
  await lab.close();
  rmSync(scratch, { recursive: true });
});

/** A vector, and with a rank a map, that any width of stream takes. */
function module(unit: Placed['unit'], width: number, rank = 0, reads?: Reads): Placed {
  const wave = (n: number, size: number, step: number) =>
    Float32Array.from({ length: n }, (_, i) => size * Math.sin(step * i + 1));
  const map = rank > 0 && { rank, a: wave(rank * width, 0.1, 0.7), b: wave(width * rank, 0.1, 1.3) };
  return { unit, module: { strength: 0.5, bias: wave(width, 0.2, 0.9), ...(map && { map }), ...(reads && { reads }) } };
}

/** What a script of Python answers to each. */
function asked(script: string, some: readonly { readonly ask: object }[]): unknown[] {
  const input = some.map(({ ask }) => `${JSON.stringify(ask)}\n`).join('');
  const { stdout, stderr, status } = spawnSync(python!, [script], { input, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const answers = stdout.trim().split('\n');
  expect(answers.length).toBe(some.length);
  return answers.map((line) => JSON.parse(line));
}

async function lossOf(request: ModelRequest, windows: number[][], pruning: Pruning): Promise<number> {
  await lab.open(request, job());
  const [report] = await lab.score({ calibration: { ids: windows }, masks: [pruning] }, job());
  return report!.loss;
}

/** Exports, opens what was exported, and holds its loss against that of the branch it stands for. */
async function exported(name: string, model: ModelRequest, windows: number[][], pruning: Pruning) {
  const want = await lossOf(model, windows, pruning);
  const path = join(scratch, String(folders++));
  const report = await lab.exportModel({ model, pruning, to: { kind: 'folder', path } }, job());
  const hook = report.beside.length > 0;
  questions.push({ name, ask: { folder: path, windows, hook }, want });
  // What needs a hook is only whole in Python.
  if (!hook) expect(Math.abs((await lossOf({ kind: 'folder', path }, windows, [])) - want), name).toBeLessThan(1e-5);
  return { path, report };
}

const RANDOM = `${DATA}/models/random`;
const models = hasData ? readdirSync(RANDOM).filter((name) => canRun(name)) : [];

function canRun(name: string): boolean {
  return (
    existsSync(`${RANDOM}/${name}/model.safetensors`) &&
    MODEL_TYPES.includes(readJson(`${RANDOM}/${name}/config.json`).model_type)
  );
}

test.skipIf(!hasData)('every architecture opens its own export, with the same loss', async () => {
  expect(models.length).toBeGreaterThan(5);
  for (const name of models) {
    const model = { kind: 'folder', path: `${RANDOM}/${name}` } as const;
    const { windows } = readJson(`${RANDOM}/${name}/golden.json`) as { windows: number[][] };
    const { width } = await lab.describe(model, job());
    const dropped = drop('block:1,attn:2,ffn:3');
    const means = [
      module({ kind: 'block', block: 1 }, width),
      module({ kind: 'attn', block: 2 }, width),
      module({ kind: 'ffn', block: 3 }, width),
    ];
    const { report } = await exported(`${name}, means`, model, windows, { dropped, modules: means });
    expect([...report.folded, ...report.beside].sort(), name).toEqual(['attn:2', 'block:1', 'ffn:3']);
    expect(report.beside, name).toEqual(BESIDE[name] ?? []);
    // What can be told of the others is told of the mask, too.
    if (python || BESIDE[name]) await exported(`${name}, a mask`, model, windows, dropped);
    const maps = [
      module({ kind: 'block', block: 0 }, width),
      module({ kind: 'attn', block: 2 }, width, 3),
      module({ kind: 'block', block: 3 }, width, 2),
    ];
    if (python || ['llama', 'gpt2', 'granite'].includes(name)) {
      // What a kept layer adds goes through a map, whatever the architecture, but where a norm comes between.
      const merged = { ...module({ kind: 'ffn', block: 0 }, width, 3, 'update') };
      const pruning = {
        dropped: drop('block:1,ffn:3'),
        modules: [
          { ...merged, module: { ...merged.module, bias: new Float32Array(width) } },
          module({ kind: 'attn', block: 3 }, width, 2, 'update'),
        ].slice(0, BESIDE[name] ? 1 : 2),
      };
      const written = exported(`${name}, merged maps`, model, windows, pruning);
      if (NORMED_BEHIND.includes(name)) await expect(written).rejects.toMatchObject({ code: 'usage' });
      else expect((await written).report.folded[0], name).toBe('ffn:0');
    }
    if (python || HOLDING.includes(name)) {
      // A layer that becomes a map, and takes the mean of the block above it too.
      const normed = [
        module({ kind: 'ffn', block: 1 }, width, 3, 'normed'),
        module({ kind: 'block', block: 2 }, width),
        module({ kind: 'attn', block: 3 }, width, 2, 'normed'),
      ];
      const pruning = { dropped: drop('ffn:1,block:2,attn:3'), modules: python ? normed : normed.slice(0, 2) };
      const { report } = await exported(`${name}, a map for a layer`, model, windows, pruning);
      expect(report.folded, name).toEqual(HOLDING.includes(name) ? ['ffn:1', 'block:2'] : []);
    }
    if (python)
      await exported(`${name}, maps`, model, windows, { dropped: drop('block:0,attn:2,block:3'), modules: maps });
  }
});

const ALL = ['block:1', 'attn:2', 'ffn:3'];
/** Means that stock code has no room for: a class without that bias, with a norm behind it, or one that slides. */
const BESIDE: Readonly<Record<string, string[]>> = {
  mistral: ALL,
  qwen3: ['block:1', 'ffn:3'],
  gemma2: ALL,
  gemma3_text: ALL,
  phi3: ALL,
  olmo2: ALL,
};

/** Where a norm stands between a layer and the stream. */
const NORMED_BEHIND = ['gemma2', 'gemma3_text', 'olmo2'];

/** In whose feed-forward layers a linear map of the normed stream has room: those with biases, or that take them. */
const HOLDING = ['gpt2', 'gpt_neox', 'opt', 'llama', 'granite', 'smollm3', 'qwen2'];

test('Sapling’s first block becomes part of its embeddings, and the rest of it is the same', async () => {
  const windows = [
    Array.from({ length: 60 }, (_, i) => (37 * i) % 2048),
    Array.from({ length: 40 }, (_, i) => (91 * i) % 2048),
  ];
  const dropped = drop('block:0,5,attn:2,ffn:7');
  const { path, report } = await exported('Sapling', { kind: 'bundled' }, windows, {
    dropped,
    modules: [module({ kind: 'block', block: 0 }, 128), module({ kind: 'ffn', block: 7 }, 128)],
  });
  expect(report).toMatchObject({ folded: ['block:0', 'ffn:7'], beside: [], kept: [1, 2, 3, 4, 6, 7, 8, 9, 10, 11] });
  expect(report.files.map(({ name }) => name)).toEqual([
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
    'README.md',
    'config.json',
  ]);
  expect(readFileSync(join(path, 'README.md'), 'utf8')).toContain('`block:0,5,attn:2,ffn:7`');
  // The script that is taken along makes the same of the published model, tensor for tensor.
  const plain = await exported('Sapling, a mask', { kind: 'bundled' }, windows, dropped);
  const model = { ...(await lab.describe({ kind: 'bundled' }, job())), from: resolve('public/models/sapling') };
  const script = join(scratch, 'prune.py');
  writeFileSync(script, MASK_FORMATS.python.write({ mask: maskFromSublayers(12, dropped), model }));
  questions.push({
    name: 'the script',
    ask: { run: script, cwd: scratch, same: [plain.path, join(scratch, 'sapling-pruned')] },
  });
});

const GGUF = `${DATA}/models/gguf`;
test
  .skipIf(!hasData)
  .each([
    'llama-Q4_K_M.gguf',
    'llama-split-00001-of-00003.gguf',
    'qwen2-Q8_0.gguf',
    'gptneox-mixed.gguf',
    'gpt2-mixed.gguf',
    'stories260K-f32.gguf',
  ])('a pruned %s has the loss of the mask, in the types that it had', async (file) => {
  const stories = file.startsWith('stories');
  const model = { kind: 'folder', path: stories ? `${STORIES}-gguf` : GGUF, file } as const;
  const golden = readdirSync(GGUF).find(
    (name) => name.endsWith('.golden.json') && file.startsWith(name.replace('.golden.json', '')),
  );
  const { windows } = readJson(stories ? `${STORIES}/golden.json` : `${GGUF}/${golden}`) as { windows: number[][] };
  const dropped = drop('block:1,attn:2,ffn:3');
  const want = await lossOf(model, windows, dropped);
  const path = join(scratch, String(folders++));
  const { kept, files } = await lab.exportModel(
    { model, pruning: dropped, form: 'gguf', to: { kind: 'folder', path } },
    job(),
  );
  const left = stories ? [0, 2, 3, 4] : [0, 2, 3];
  expect(kept).toEqual(left);
  // transformers reads the GGUFs of these; it widens them, and knows no other's.
  if (/^(llama-Q|qwen2)/.test(file)) {
    questions.push({ name: `a pruned ${file}`, ask: { folder: path, windows, gguf: files[0]!.name }, want });
  }
  // llama.cpp reads a split file by its own name, and these of llama have fewer words than their tokenizer. It rounds what
  // meets quantised weights; F32 is the same to the last digits.
  if (!file.startsWith('llama')) {
    const ask = { gguf: join(path, files[0]!.name), windows };
    ofLlamaCpp.push({ name: `a pruned ${file}`, ask, want, far: stories ? 1e-5 : 0.01 });
  }
  expect(Math.abs((await lossOf({ kind: 'folder', path }, windows, [])) - want)).toBeLessThan(1e-6);
  const modules = [module({ kind: 'attn', block: 2 }, 64)];
  const to = { kind: 'folder', path: join(scratch, 'refused') } as const;
  const refused = lab.exportModel({ model, pruning: { dropped, modules }, form: 'gguf', to }, job());
  await expect(refused).rejects.toMatchObject({ code: 'usage', message: /what stands in for attn:2/ });
  const [before, after] = await Promise.all(
    [model, { kind: 'folder', path } as const].map((m) => lab.describe(m, job())),
  );
  expect(after).toMatchObject({
    blocks: left.length,
    modelType: before!.modelType,
    hasTokenizer: before!.hasTokenizer,
  });
});

if (!llamaCpp) console.log('skipped: llama.cpp is not asked; LOPPER_PYTHON names a Python that has llama-cpp-python');
test.skipIf(!llamaCpp || !hasData)('llama.cpp opens every pruned GGUF, with the same loss', () => {
  expect(ofLlamaCpp.length).toBeGreaterThan(3);
  const answers = asked('tools/judge/llama.py', ofLlamaCpp);
  for (const [i, { name, want, far }] of ofLlamaCpp.entries()) {
    expect(Math.abs(Number(answers[i]) - want), `${name}: ${answers[i]}, not ${want}`).toBeLessThan(far);
  }
});

if (!python) console.log('skipped: transformers is not asked; LOPPER_PYTHON names a Python that has it');
test.skipIf(!python)('transformers opens every export, with the same loss', () => {
  const answers = asked('tools/judge/stock.py', questions);
  for (const [i, { name, want }] of questions.entries()) {
    if (want === undefined) expect(answers[i], name).toMatchObject({ different: [] });
    else expect(Math.abs(Number(answers[i]) - want), `${name}: ${answers[i]}, not ${want}`).toBeLessThan(1e-4);
  }
});
