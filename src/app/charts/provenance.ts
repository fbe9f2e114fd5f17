import { type Origin, originWords } from '../store/measured';
import { lowerFirst, whole } from '../words/format';

/** Where a chart's numbers come from. */
export interface Provenance {
  readonly model: string;
  /** The calibration text, the prompt, or the benchmarks. */
  readonly text: string;
  /** Of a text; benchmarks are counted in items, not in tokens. */
  readonly tokens?: number;
  /** Of what was drawn at random. */
  readonly seed?: number;
  readonly origin: Origin;
  /** What else decides the numbers: "48 permutations", "relative to the output". */
  readonly notes?: readonly string[];
}

/** All of it as one line, as it stands under a chart. On what adapter is said where it is pointed at. */
export function provenanceLine({ model, text, tokens, seed, origin, notes = [] }: Provenance): string {
  const parts = [model, textWords(text, tokens), ...seedWords(seed), ...notes];
  return `${originWords(origin)}. ${parts.join(' · ')}`;
}

/** The same where there is no pointing: at the head of a file. `saved` is by whom and when: "Lopper 0.1.0, 2026-11-29". */
export function sourceLines(title: string, provenance: Provenance, saved: string): string[] {
  const { model, text, tokens, seed, origin, notes = [] } = provenance;
  return [
    title,
    `source: ${originWords(origin)}, on ${origin.adapter}`,
    `model: ${model}`,
    `text: ${textWords(text, tokens)}`,
    ...[...seedWords(seed), ...notes].map((note) => `note: ${note}`),
    `saved: ${saved}`,
  ];
}

const seedWords = (seed: number | undefined) => (seed === undefined ? [] : [`seed ${seed}`]);

/** Of a chart that shows several measurements: their texts, their seed where it is one, and whose numbers are from elsewhere. */
export function jointProvenance(
  parts: readonly Pick<Provenance, 'text' | 'tokens' | 'seed' | 'origin'>[],
  model: string,
  notes: readonly string[] = [],
): Provenance {
  const texts = [...new Map(parts.map((p) => [p.text, p.tokens]))].reverse();
  const seeds = new Set(parts.flatMap((p) => p.seed ?? []));
  const origin = (parts.find((p) => p.origin.kind === 'here') ?? parts[0]!).origin;
  const elsewhere = new Set(parts.map((p) => originWords(p.origin)).filter((words) => words !== originWords(origin)));
  const [[text, tokens] = ['', 0], ...others] = texts;
  return {
    model,
    text: [...others.map(([other, n]) => textWords(other, n)), text].join('; '),
    tokens,
    seed: seeds.size === 1 ? [...seeds][0] : undefined,
    origin,
    notes: [...notes, ...[...elsewhere].map((words) => `some ${lowerFirst(words)}`)],
  };
}

const textWords = (text: string, tokens?: number) => (tokens === undefined ? text : `${text}, ${whole(tokens)} tokens`);
