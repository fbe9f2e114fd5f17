/** What comes from outside, by kind: a sound one, spoilt by chance, and given to its reader. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readItems } from '../../src/benchmarks/read-items';
import { benchmarkFile } from '../../src/benchmarks/rows';
import { tasks } from '../../src/benchmarks/tasks';
import { readMask } from '../../src/exports/read-mask';
import { decodeStrictly, decodeText } from '../../src/formats/decode-text';
import { modelAmong } from '../../src/formats/gguf/choose';
import { ggufFile, tinyLlama } from '../../src/formats/gguf/testing';
import { readHubAddress } from '../../src/formats/hub-address';
import { readStateDict } from '../../src/formats/pytorch/state-dict';
import { file as torchFile, tensor as torchTensor } from '../../src/formats/pytorch/testing';
import { PYTHIA_STEPS, parseRevisions } from '../../src/formats/revisions';
import { memoryModel, sourceOf } from '../../src/formats/testing';
import { parseTokenizer } from '../../src/formats/tokenizer';
import { proveTokenizer } from '../../src/formats/tokenizer-proof';
import { readEvaluations } from '../../src/lab/files/evaluation-file';
import { readGrowth } from '../../src/lab/files/growth-file';
import { joinParts } from '../../src/lab/files/join-parts';
import { openZip } from '../../src/lab/files/open-zip';
import { readPartFile } from '../../src/lab/files/part-file';
import { readResultFile } from '../../src/lab/files/result-file';
import { readScores } from '../../src/lab/files/scores-file';
import { readShipped } from '../../src/lab/files/shipped-file';
import { mergeParts } from '../../src/lab/jobs';
import { describeModel } from '../../src/lab/place/describe';
import { parseConfig } from '../../src/model/config';
import { parseDropList } from '../../src/pruning/drop-list';
import { parseLink } from '../../src/pruning/link';
import { maskFromSublayers } from '../../src/pruning/mask';
import { writeMaskFile } from '../../src/pruning/mask-file';
import { writeEntries } from '../../src/recovery/entries';
import { readRecovery, writeRecovery } from '../../src/recovery/file';
import { initAdam, PLAIN_RATES } from '../../src/recovery/training';
import { readTraining, type TrainingTold, trainingTensors } from '../../src/recovery/training-file';
import { partTexts, planText, seriesText } from './reports';
import { oneOf, spoilBytes, spoilJson, spoilText } from './spoil';

export interface Kind {
  readonly name: string;
  /** Makes a spoilt input and reads it. Whatever it throws is looked at. */
  read(random: () => number): unknown;
}

const CONFIGS: readonly object[] = [
  ...['llama', 'mistral', 'qwen2', 'qwen3', 'gpt_neox'],
  ...['gemma2', 'gemma3_text', 'phi3', 'olmo2', 'smollm3', 'granite'],
]
  .map((model_type): object => ({
    model_type,
    hidden_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 32,
    vocab_size: 64,
    max_position_embeddings: 128,
    rope_scaling: { rope_type: 'linear', factor: 2 },
    tie_word_embeddings: false,
    drop_attn_list: [1],
  }))
  .concat({ model_type: 'gpt2', n_embd: 16, n_layer: 2, n_head: 4, vocab_size: 64, n_positions: 128 });

/** What a file says of a training that has begun. */
const TRAINING: TrainingTold = {
  ...{ step: 0, best: 0, rates: [[1, 1, 1]], textSha256: 'ab', losses: [0.9], heldLosses: [0.8] },
  asked: { method: 'sft', fit: 'full', lr: 1e-3, schedule: 'cosine', batch: 2, seed: 1, rates: 'plain' },
};

/** The kinds, on what ships with Lopper in `root`. */
export function kindsOf(root: string): readonly Kind[] {
  const at = (path: string) => readFileSync(join(root, 'public', path));
  const text = (path: string) => at(path).toString('utf8');
  const config = text('models/sapling/config.json');
  const weights = at('models/sapling/model.safetensors');
  const tokenizer = text('models/sapling/tokenizer.json');
  const results = text('models/sapling/results.json');
  const stories = at('calibration/sapling.txt').subarray(0, 4000);
  const sapling = { id: 'sapling', fingerprint: '', architecture: 'LlamaForCausalLM', blocks: 12, width: 4 };
  const dropped = maskFromSublayers(12, [{ block: 7, kind: 'attn' }]);
  const mask = writeMaskFile(dropped, sapling);
  const map = { rank: 1, a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) };
  const bias = Float32Array.of(0.5, -1, 2, 0);
  const modules = [{ unit: { kind: 'attn', block: 7 }, module: { strength: 1, bias, map } }] as const;
  const recovered = writeMaskFile(dropped, sapling, { recovery: writeEntries(modules, 'linear') });
  const recovery = writeRecovery({ dropped: dropped.dropped, modules }, sapling, { method: 'linear' });
  const trained = writeRecovery(
    { dropped: dropped.dropped, modules },
    sapling,
    { method: 'bias', training: TRAINING },
    trainingTensors(initAdam(modules, [PLAIN_RATES])),
  );
  const plan = planText(sapling);
  const series = seriesText();
  const parts = partTexts(sapling);
  const { norms, curves } = JSON.parse(text('models/sapling/results-details.json'));
  const measured = [
    resultFile(JSON.parse(results).influence[0], 'influence'),
    resultFile(norms, 'norms'),
    ...curves.slice(0, 4).map(({ report }: { report: object }) => resultFile(report, 'curve')),
  ];
  const session: Readonly<Record<string, string>> = {
    'mask.json': mask,
    'influence/loo-loss-attn.json': measured[0]!,
    'norms.json': measured[1]!,
    'curves/1-attn-cosine.json': measured[2]!,
    'plan.json': plan,
    'training/cosine.json': series,
    'benchmarks.json': scoresOf(results),
  };
  const masks = [
    mask,
    recovered,
    '[1, 3]',
    '{"num_hidden_layers": 12, "drop_attn_list": [3, 1], "drop_mlp_list": [true]}',
  ];
  const mergekit =
    'slices:\n  - sources:\n      - model: a/b\n        layer_range: [0, 7]\nmerge_method: passthrough\n';
  const { tensors, shards } = sharded(weights);
  const tiny = tinyLlama();
  const gguf = ggufFile(tiny.metadata, tiny.tensors);
  const ggufHead = gguf.length - tiny.tensors.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const rows = { question: 'What is red?', choices: ['a', 'b', 'c', 'd'], answer: 2, subject: 'colours' };
  const jsonl = `${JSON.stringify(rows)}\n`.repeat(5);
  const csv = `question,choices,answer\n${'"What, is ""red""?","[\'a\', \'b\']",1\n'.repeat(5)}`;
  const parquet = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'question', data: Array.from({ length: 50 }, (_, i) => `What is ${i}?`), type: 'STRING' },
        { name: 'answer', data: Array.from({ length: 50 }, (_, i) => i % 4), type: 'INT32' },
      ],
    }),
  );
  const bytes = (content: string) => new TextEncoder().encode(content);
  const items = (random: () => number, name: string, content: Uint8Array) =>
    readItems(oneOf(random, tasks), [benchmarkFile(name, content)]);
  const torch = torchFile(
    { a: torchTensor([2, 3]), b: torchTensor([3, 2], { key: '1', strides: [1, 3], type: 'HalfStorage' }) },
    { 0: new Uint8Array(24), 1: new Uint8Array(12) },
  );
  const link = '#model=owner/name@main&drop=attn:2,3;ffn:4-6&lock=attn:1&prompt=Once%20upon&seed=3&window=64&tab=cost';

  return [
    {
      name: 'weights',
      read(random) {
        // The header is what can be wrong in many ways: most changes are made in it.
        const spoilt = random() < 0.8 ? spoiltHead(weights, random) : spoilBytes(weights, random);
        return describeModel(memoryModel({ 'config.json': config, 'model.safetensors': spoilt }));
      },
    },
    {
      name: 'a PyTorch file',
      async read(random) {
        const tensors = await readStateDict(sourceOf(spoilBytes(torch, random), 'pytorch_model.bin'));
        for (const { source, start, end } of tensors) await source.read(start, end);
      },
    },
    {
      name: 'a GGUF',
      async read(random) {
        // Its header is what can be wrong in many ways.
        const spoilt = random() < 0.8 ? spoilBytes(gguf.subarray(0, ggufHead), random) : spoilBytes(gguf, random);
        const whole = new Uint8Array([...spoilt, ...gguf.subarray(spoilt.length)]);
        return describeModel(await modelAmong(memoryModel({ 'x.gguf': whole }), 'x.gguf'));
      },
    },
    {
      name: 'an index',
      read: (random) =>
        describeModel(
          memoryModel({
            'config.json': config,
            'model.safetensors.index.json': spoilJson(JSON.stringify({ weight_map: tensors }), random),
            ...shards,
          }),
        ),
    },
    { name: 'a config', read: (random) => parseConfig(spoilJson(JSON.stringify(oneOf(random, CONFIGS)), random)) },
    {
      name: 'a tokenizer',
      read(random) {
        const read = parseTokenizer({
          tokenizer: spoilJson(tokenizer, random),
          config: spoilJson('{"bos_token":"<s>"}', random),
        });
        return proveTokenizer(read);
      },
    },
    {
      name: 'a mask',
      read(random) {
        const own = random() < 0.8 ? spoilJson(oneOf(random, masks), random) : spoilText(mergekit, random);
        return readMask(own, sapling);
      },
    },
    {
      name: 'a recovery',
      read: (random) => readRecovery(sourceOf(spoiltRecovery(recovery, random), 'x.safetensors'), sapling),
    },
    {
      name: 'a training to go on with',
      read: (random) => readTraining(sourceOf(spoiltRecovery(trained, random), 'x.safetensors'), sapling),
    },
    {
      name: 'results',
      read(random) {
        const shipped = () => spoilJson(results, random);
        switch (Math.floor(random() * 4)) {
          case 0:
            return readShipped(shipped());
          case 1:
            return readResultFile(spoilJson(oneOf(random, measured), random), sapling);
          case 2:
            return readScores(spoilJson(scoresOf(results), random), 'benchmarks.json', sapling);
          default:
            return readEvaluations(shipped(), 'results.json');
        }
      },
    },
    { name: 'a plan', read: (random) => readResultFile(spoilJson(plan, random), sapling) },
    { name: 'a series of checkpoints', read: (random) => readGrowth(spoilJson(series, random), 'x.json') },
    {
      name: 'parts of a result',
      read(random) {
        const [first, second] = oneOf(random, parts);
        // What is said around a report is looked at by name; what is in it has to fit the other part's too.
        const spoilt = random() < 0.3 ? spoilJson(first, random) : spoiltReport(first, random);
        const files = random() < 0.5 ? [spoilt, second] : [second, spoilt];
        const given = files.map((own, i) => ({ name: `${i}.json`, file: readPartFile(own, `${i}.json`) }));
        const { parts: joined } = joinParts(given);
        return mergeParts(
          joined[0]!.job,
          joined.map(({ report }) => report as never),
        );
      },
    },
    {
      name: 'a session as a zip',
      async read(random) {
        const inside = random() < 0.5;
        const file = oneOf(random, Object.keys(session));
        const own = inside ? { ...session, [file]: spoilJson(session[file]!, random) } : session;
        const zip = zipped(own);
        const opened = await openZip(inside ? zip : spoilBytes(zip, random), 'x.zip');
        for (const [name, bytes] of opened) {
          const content = new TextDecoder().decode(bytes);
          if (name === 'mask.json') readMask(content, sapling);
          else if (name === 'benchmarks.json') readScores(content, name, sapling);
          else if (name.startsWith('training/')) readGrowth(content, name);
          else readResultFile(content, sapling);
        }
      },
    },
    { name: 'a link', read: (random) => parseLink(spoilText(link, random)) },
    {
      name: 'a list or an address',
      read(random) {
        switch (Math.floor(random() * 3)) {
          case 0:
            return parseDropList(spoilText('attn:2-5,ffn:3,block:4', random), 12);
          case 1:
            return parseRevisions(spoilText('step0..step143000:12,main', random), PYTHIA_STEPS);
          default:
            return readHubAddress(spoilText('https://huggingface.co/owner/name/tree/refs%2Fpr%2F1', random));
        }
      },
    },
    {
      name: 'benchmark items',
      read: (random) =>
        oneOf(random, [
          () => items(random, 'x.jsonl', bytes(spoilJson(JSON.stringify(rows), random))),
          () => items(random, 'x.jsonl', spoilBytes(bytes(jsonl), random)),
          () => items(random, 'x.json', bytes(spoilJson(JSON.stringify({ rows: [{ row: rows }] }), random))),
          () => items(random, 'x.csv', spoilBytes(bytes(csv), random)),
          () => items(random, 'x.parquet', spoilBytes(parquet, random)),
        ])(),
    },
    {
      name: 'a text',
      read(random) {
        const spoilt = spoilBytes(stories, random);
        return random() < 0.5 ? decodeText('x.txt', spoilt) : decodeStrictly('x.txt', spoilt);
      },
    },
  ];
}

/** Where the numbers of a safetensors file begin. */
const headOf = (file: Uint8Array): number =>
  8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));

function spoiltHead(file: Uint8Array, random: () => number): Uint8Array<ArrayBuffer> {
  const json = new TextDecoder().decode(file.subarray(8, headOf(file)));
  return withHead(file, spoilJson(json, random));
}

/** A file of what stands in: in its bytes, its header, or what it says of itself within that. */
function spoiltRecovery(file: Uint8Array, random: () => number): Uint8Array<ArrayBuffer> {
  const where = random();
  if (where < 0.2) return spoilBytes(file, random);
  if (where < 0.5) return spoiltHead(file, random);
  const head = JSON.parse(new TextDecoder().decode(file.subarray(8, headOf(file))));
  head.__metadata__.lopper = spoilJson(head.__metadata__.lopper, random);
  return withHead(file, JSON.stringify(head));
}

function withHead(file: Uint8Array, json: string): Uint8Array<ArrayBuffer> {
  const written = new TextEncoder().encode(json);
  const numbers = file.subarray(headOf(file));
  const whole = new Uint8Array(8 + written.length + numbers.length);
  new DataView(whole.buffer).setBigUint64(0, BigInt(written.length), true);
  whole.set(written, 8);
  whole.set(numbers, 8 + written.length);
  return whole;
}

/** The bundled weights as two shards that each hold all: an index decides. */
function sharded(weights: Uint8Array) {
  const names = Object.keys(JSON.parse(new TextDecoder().decode(weights.subarray(8, headOf(weights))))).filter(
    (name) => name !== '__metadata__',
  );
  const tensors = Object.fromEntries(names.map((name, i) => [name, `${i % 2 ? 'a' : 'b'}.safetensors`]));
  const copy = new Uint8Array(weights);
  return { tensors, shards: { 'a.safetensors': copy, 'b.safetensors': copy } };
}

/** Answers as the page saves them, with the reports of those that ship. */
function scoresOf(shipped: string): string {
  const { model, evaluations } = readShipped(shipped);
  const results = evaluations.map((report) => ({ ...report, masks: [[]], origin: { adapter: 'none' } }));
  const made_by = { lopper: '0' };
  return JSON.stringify({ format: 'lopper-evaluations', version: 1, model: { id: model.id }, made_by, results });
}

/** A result file with a report of those that ship. */
const resultFile = (report: object, kind: string): string =>
  JSON.stringify({
    ...report,
    format: 'lopper-result',
    version: 1,
    kind,
    model: { id: 'sapling', blocks: 12 },
    text: { source: 'stories' },
    made_by: { lopper: '0.1.0', adapter: 'test', dtype: 'F32' },
  });

/** A part whose report is spoilt, and is JSON still. */
function spoiltReport(part: string, random: () => number): string {
  const { report, ...rest } = JSON.parse(part);
  return `${JSON.stringify(rest).slice(0, -1)},"report":${spoilJson(JSON.stringify(report), random)}}`;
}

const zipped = (files: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)])), { level: 1 });
