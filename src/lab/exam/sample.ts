/** Index of the largest logit; the lowest index on a tie. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}

/** Draws a token from softmax(logits / temperature); temperature 0 is `argmax`. */
export function sample(logits: Float32Array, temperature: number, random: () => number): number {
  const top = argmax(logits);
  if (temperature === 0) return top;
  const peak = logits[top]!;
  const weights = Float64Array.from(logits, (z) => Math.exp((z - peak) / temperature));
  const sum = weights.reduce((a, b) => a + b, 0);
  let left = random() * sum;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return top; // the rounding of the running difference ate the last sliver
}

/** The `count` likeliest tokens with their probabilities (temperature 1), likeliest first, lowest id on a tie. */
export function likeliest(logits: Float32Array, count: number): { id: number; probability: number }[] {
  const peak = logits[argmax(logits)]!;
  let sum = 0;
  for (const z of logits) sum += Math.exp(z - peak);
  const top: number[] = [];
  for (let i = 0; i < logits.length; i++) {
    if (top.length === count && logits[i]! <= logits[top[count - 1]!]!) continue;
    let at = top.length;
    while (at > 0 && logits[top[at - 1]!]! < logits[i]!) at--;
    top.splice(at, 0, i);
    if (top.length > count) top.pop();
  }
  return top.map((id) => ({ id, probability: Math.exp(logits[id]! - peak) / sum }));
}
