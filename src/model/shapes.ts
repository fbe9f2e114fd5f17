import type { LinearSpec, ModelSpec, NormSpec, SublayerSpec } from './spec';

/** Names of the tensors a sublayer is made of. */
export function tensorsOf(sublayer: SublayerSpec): string[] {
  const norm = (n: NormSpec | undefined) => (n ? [n.weight, ...(n.bias ? [n.bias] : [])] : []);
  const linear = (l: LinearSpec) => [...l.weights, ...l.biases];
  return sublayer.kind === 'attn'
    ? [
        ...norm(sublayer.norm),
        ...norm(sublayer.normAfter),
        ...linear(sublayer.qkv),
        ...linear(sublayer.out),
        ...norm(sublayer.qNorm),
        ...norm(sublayer.kNorm),
      ]
    : [...norm(sublayer.norm), ...norm(sublayer.normAfter), ...linear(sublayer.up), ...linear(sublayer.down)];
}

/** The shape of every tensor that a description names. */
export function shapesOf(spec: Omit<ModelSpec, 'shapes' | 'dtype'>): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const norm = (n: NormSpec | undefined, width: number) => {
    if (n) shapes.set(n.weight, [width]);
    if (n?.bias) shapes.set(n.bias, [width]);
  };
  const linear = (l: LinearSpec) => {
    l.weights.forEach((w, i) => {
      shapes.set(w, l.transposed ? [l.inputs, l.outputs[i]] : [l.outputs[i], l.inputs]);
    });
    l.biases.forEach((b, i) => {
      shapes.set(b, [l.outputs[i]]);
    });
  };
  shapes.set(spec.embedding, [spec.vocabulary, spec.width]);
  if (spec.positions) shapes.set(spec.positions, [spec.context + (spec.positionOffset ?? 0), spec.width]);
  for (const s of spec.sublayers) {
    norm(s.norm, spec.width);
    norm(s.normAfter, spec.width);
    if (s.kind === 'attn') {
      linear(s.qkv);
      linear(s.out);
      norm(s.qNorm, spec.headDim * (spec.qkNorm === 'whole' ? spec.heads : 1));
      norm(s.kNorm, spec.headDim * (spec.qkNorm === 'whole' ? spec.kvHeads : 1));
    } else {
      linear(s.up);
      linear(s.down);
    }
  }
  norm(spec.finalNorm, spec.width);
  shapes.set(spec.head, [spec.vocabulary, spec.width]);
  return shapes;
}
