import * as ort from 'onnxruntime-web/webgpu';
import { SHAPE, tokens } from './shape';

/** ONNX Runtime Web on the same shape, with its WebGPU backend. */
export interface Peer {
  readonly version: string;
  /** Runs the prompt through the model; resolves when its logits are on the CPU. */
  prefill(length: number): Promise<void>;
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
      const outputs = await session.run(inputs(length));
      for (const output of Object.values(outputs)) output.dispose();
    },
  };
}

const CACHES = ['k', 'v'].flatMap((side) => Array.from({ length: SHAPE.blocks }, (_, i) => `${side}${i}`));
const OUTPUTS = ['logits', ...CACHES.map((cache) => `pres_${cache}`)];

function inputs(length: number): Record<string, ort.Tensor> {
  const empty = [1, SHAPE.kvHeads, 0, SHAPE.headDim];
  return {
    input_ids: new ort.Tensor('int64', BigInt64Array.from(tokens(length), BigInt), [1, length]),
    seqlens_k: new ort.Tensor('int32', Int32Array.of(length - 1), [1]),
    total: new ort.Tensor('int32', Int32Array.of(length), [1]),
    ...Object.fromEntries(
      CACHES.map((cache) => [`past_${cache}`, new ort.Tensor('float32', new Float32Array(0), empty)]),
    ),
  };
}
