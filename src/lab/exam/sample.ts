/** Index of the largest logit, the lowest index on a tie; undefined where one of them is not finite. */
export function argmax(logits: Float32Array): number | undefined {
  let best = 0;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i]!;
    if (z > logits[best]!) best = i;
    sum += z - z; // not a number from the first that is not finite
  }
  return sum === 0 ? best : undefined;
}

/** Draws a token from softmax(logits / temperature); temperature 0 is `top`, the largest. */
export function sample(logits: Float32Array, top: number, temperature: number, random: () => number): number {
  if (temperature === 0) return top;
  const peak = logits[top]!;
  const weights = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    weights[i] = Math.exp((logits[i]! - peak) / temperature);
    sum += weights[i]!;
  }
  let left = random() * sum;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return top; // the rounding of the running difference ate the last sliver
}

/**
 * The `count` likeliest tokens with their probabilities (temperature 1), likeliest first, lowest id on a tie.
 * @param top the first of them
 */
export function likeliest(logits: Float32Array, top: number, count: number): { id: number; probability: number }[] {
  const peak = logits[top]!;
  let sum = 0;
  const ids: number[] = [];
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i]!;
    sum += Math.exp(z - peak);
    if (ids.length === count && z <= logits[ids[count - 1]!]!) continue;
    let at = ids.length;
    while (at > 0 && logits[ids[at - 1]!]! < z) at--;
    ids.splice(at, 0, i);
    if (ids.length > count) ids.pop();
  }
  return ids.map((id) => ({ id, probability: Math.exp(logits[id]! - peak) / sum }));
}
