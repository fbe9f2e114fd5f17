/** As much of SPIR-V (https://registry.khronos.org/SPIR-V) as tells where a compiled shader keeps arrays. */

/** An array in function storage, and the instructions that read or write it: how often in each loop, by the loops' order. */
export interface KeptArray {
  readonly name: string;
  readonly uses: number;
  readonly inLoops: readonly number[];
}

const OP = {
  name: 5,
  entryPoint: 15,
  array: 28,
  pointer: 32,
  load: 61,
  store: 62,
  chain: 65,
  boundsChain: 66,
} as const;
const [VARIABLE, LOOP_MERGE, LABEL] = [59, 246, 248];
const FUNCTION = 7;

/** The entry point of a module and the arrays that its functions keep. */
export function keptArrays(words: Uint32Array): { entry: string; arrays: KeptArray[] } {
  const text = (from: number) => {
    const bytes = new Uint8Array(words.buffer, words.byteOffset + 4 * from);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  };
  let entry = '';
  const names = new Map<number, string>();
  const arrays = new Set<number>();
  const pointed = new Map<number, number>();
  const kept: number[] = [];
  const uses = new Map<number, number[]>();
  const labels = new Map<number, number>();
  const loops: { readonly begin: number; readonly merge: number }[] = [];
  for (let at = 5; at < words.length; at += words[at] >>> 16) {
    const [a, b, c] = words.subarray(at + 1, at + 4);
    const op = words[at] & 0xffff;
    if (op === OP.name) names.set(a, text(at + 2));
    else if (op === OP.entryPoint) entry = text(at + 3);
    else if (op === OP.array) arrays.add(a);
    else if (op === OP.pointer) pointed.set(a, c);
    else if (op === VARIABLE && c === FUNCTION && arrays.has(pointed.get(a)!)) kept.push(b);
    else if (op === LABEL) labels.set(a, at);
    else if (op === LOOP_MERGE) loops.push({ begin: at, merge: a });
    const used = op === OP.store ? a : op === OP.load || op === OP.chain || op === OP.boundsChain ? c : undefined;
    if (used !== undefined) uses.set(used, [...(uses.get(used) ?? []), at]);
  }
  const within = (at: number, loop: (typeof loops)[number]) => at > loop.begin && at < labels.get(loop.merge)!;
  return {
    entry,
    arrays: kept.map((id) => {
      const all = uses.get(id) ?? [];
      return {
        ...{ name: names.get(id) ?? '', uses: all.length },
        inLoops: loops.map((loop) => all.filter((at) => within(at, loop)).length),
      };
    }),
  };
}
