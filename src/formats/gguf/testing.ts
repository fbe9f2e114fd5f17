/** GGUF files made to order, for tests. */

/** A value with its type's number, as `container.ts` reads them; a list with that of its items. */
export type Typed = readonly [type: number, value: unknown, items?: number];

export interface MadeTensor {
  readonly name: string;
  /** ggml's number. */
  readonly type: number;
  /** Row-major: [outputs, inputs]. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  /** Where it is said to begin; default behind the one before. */
  readonly offset?: number;
}

export const TEXT = 8;
export const U32 = 4;
export const F32 = 6;
export const LIST = 9;

class Writer {
  readonly parts: Uint8Array[] = [];
  length = 0;

  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  number(bytes: number, write: (view: DataView) => void): this {
    const view = new DataView(new ArrayBuffer(bytes));
    write(view);
    return this.raw(new Uint8Array(view.buffer));
  }

  u32 = (n: number) => this.number(4, (v) => v.setUint32(0, n, true));
  u64 = (n: number | bigint) => this.number(8, (v) => v.setBigUint64(0, BigInt(n), true));
  text = (text: string) => this.u64(new TextEncoder().encode(text).length).raw(new TextEncoder().encode(text));

  value(type: number, value: unknown, items = TEXT): this {
    if (type === TEXT) return this.text(value as string);
    if (type === F32) return this.number(4, (v) => v.setFloat32(0, value as number, true));
    if (type === 2) return this.number(2, (v) => v.setUint16(0, value as number, true));
    if (type === 7) return this.number(1, (v) => v.setUint8(0, value ? 1 : 0));
    if (type !== LIST) return this.u32(value as number);
    this.u32(items).u64((value as unknown[]).length);
    for (const item of value as unknown[]) this.value(items, item);
    return this;
  }

  pad(to: number): this {
    return this.raw(new Uint8Array((to - (this.length % to)) % to));
  }
}

/** A file of version 3 with this metadata and these tensors. `version`, `counts`: what its head says instead. */
export function ggufFile(
  metadata: Readonly<Record<string, Typed>>,
  tensors: readonly MadeTensor[],
  {
    version = 3,
    counts = [tensors.length, Object.keys(metadata).length],
    alignment = 32,
  }: {
    readonly version?: number;
    readonly counts?: readonly (number | bigint)[];
    readonly alignment?: number;
  } = {},
): Uint8Array<ArrayBuffer> {
  const head = new Writer().raw(new TextEncoder().encode('GGUF')).u32(version);
  for (const count of counts) head.u64(count);
  for (const [key, [type, value, items]] of Object.entries(metadata))
    head.text(key).u32(type).value(type, value, items);
  const data = new Writer();
  for (const { name, type, shape, bytes, offset = data.length } of tensors) {
    head.text(name).u32(shape.length);
    for (const n of [...shape].reverse()) head.u64(n);
    head.u32(type).u64(offset);
    data.raw(bytes).pad(alignment);
  }
  head.pad(alignment);
  const whole = new Uint8Array(head.length + data.length);
  let at = 0;
  for (const part of [...head.parts, ...data.parts]) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const WIDTH = 32;
const VOCABULARY = 4;

/** A Llama of one block and four tokens, its numbers rising from tensor to tensor. */
export function tinyLlama(change: Readonly<Record<string, Typed>> = {}, architecture = 'llama') {
  const of = (key: string) => `${architecture}.${key}`;
  const metadata: Record<string, Typed> = {
    'general.architecture': [TEXT, architecture],
    [of('context_length')]: [U32, 64],
    [of('embedding_length')]: [U32, WIDTH],
    [of('block_count')]: [U32, 1],
    [of('feed_forward_length')]: [U32, WIDTH],
    [of('attention.head_count')]: [U32, 2],
    [of('attention.head_count_kv')]: [U32, 1],
    [of('attention.layer_norm_rms_epsilon')]: [F32, 1e-5],
    'tokenizer.ggml.model': [TEXT, 'gpt2'],
    'tokenizer.ggml.pre': [TEXT, 'gpt-2'],
    'tokenizer.ggml.tokens': [LIST, ['a', 'b', 'ab', '<s>'], TEXT],
    'tokenizer.ggml.token_type': [LIST, [1, 1, 1, 3], U32],
    'tokenizer.ggml.merges': [LIST, ['a b'], TEXT],
    ...change,
  };
  const square = [WIDTH, WIDTH];
  const shapes: Record<string, number[]> = {
    'token_embd.weight': [VOCABULARY, WIDTH],
    'output_norm.weight': [WIDTH],
    'blk.0.attn_norm.weight': [WIDTH],
    'blk.0.attn_q.weight': square,
    'blk.0.attn_k.weight': [WIDTH / 2, WIDTH],
    'blk.0.attn_v.weight': [WIDTH / 2, WIDTH],
    'blk.0.attn_output.weight': square,
    'blk.0.ffn_norm.weight': [WIDTH],
    'blk.0.ffn_gate.weight': square,
    'blk.0.ffn_up.weight': square,
    'blk.0.ffn_down.weight': square,
  };
  const tensors = Object.entries(shapes).map(([name, shape], t): MadeTensor => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, (_, i) => t + Math.floor(i / WIDTH) / 64);
    return { name, type: 0, shape, bytes: new Uint8Array(values.buffer) };
  });
  return { metadata, tensors };
}
