import * as ort from 'onnxruntime-web/webgpu';
import { SHAPE, tokens } from './shape';

/** ONNX Runtime Web on the same shape, with its WebGPU backend. */
export interface Peer {
  readonly version: string;
  /** Runs the prompt through the model; resolves when its logits are on the CPU. */
  prefill(length: number): Promise<void>;
  /** Reads a prompt, and keeps its keys and values on the GPU. */
  write(length: number): Promise<Writing>;
}

/** A text that is being written. */
export interface Writing {
  /** Puts the likeliest token; resolves when the logits after it are on the CPU. */
  step(): Promise<void>;
  close(): void;
}

/** Opens the peer's graph, or returns undefined where the file is not there. */
export async function openPeer(graph: string): Promise<Peer | undefined> {
  const response = await fetch(graph);
  if (!response.ok) return undefined;
  ort.env.wasm.wasmPaths = new URL('/node_modules/onnxruntime-web/dist/', location.href).href;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(new Uint8Array(await response.arrayBuffer()), {
    executionProviders: ['webgpu'],
    // The logits are read, as ours are; the cache stays on the GPU, as ours does.
    preferredOutputLocation: Object.fromEntries(
      OUTPUTS.map((name) => [name, name === 'logits' ? 'cpu' : 'gpu-buffer'] as const),
    ),
  });
  return {
    version: ort.env.versions.web ?? 'unknown',
    async prefill(length) {
      dispose(await session.run(inputs(tokens(length))));
    },
    async write(length) {
      let put = length;
      let outputs = await session.run(inputs(tokens(length)));
      return {
        async step() {
          const logits = (outputs.logits!.data as Float32Array).subarray(-SHAPE.vocabulary);
          const likeliest = logits.indexOf(Math.max(...logits));
          const before = outputs;
          outputs = await session.run(inputs([likeliest], put++, before));
          dispose(before);
        },
        close: () => dispose(outputs),
      };
    },
  };
}

const CACHES = ['k', 'v'].flatMap((side) => Array.from({ length: SHAPE.blocks }, (_, i) => `${side}${i}`));
const OUTPUTS = ['logits', ...CACHES.map((cache) => `pres_${cache}`)];

/** Tokens after so many whose keys and values an earlier run has put out. */
function inputs(ids: readonly number[], past = 0, cache?: ort.InferenceSession.OnnxValueMapType) {
  const [length, total] = [ids.length, past + ids.length];
  const empty = () => new ort.Tensor('float32', new Float32Array(0), [1, SHAPE.kvHeads, 0, SHAPE.headDim]);
  return {
    input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, length]),
    seqlens_k: new ort.Tensor('int32', Int32Array.of(total - 1), [1]),
    total: new ort.Tensor('int32', Int32Array.of(total), [1]),
    ...Object.fromEntries(CACHES.map((name) => [`past_${name}`, cache?.[`pres_${name}`] ?? empty()])),
  };
}

function dispose(values: ort.InferenceSession.OnnxValueMapType): void {
  for (const value of Object.values(values)) value.dispose();
}
