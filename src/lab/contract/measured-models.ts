/** Models whose results ship without their weights: measured beforehand, as Sapling is. */
export interface MeasuredModel {
  /** As people read it. */
  readonly name: string;
  /** Its results, among the files that are served. */
  readonly results: string;
  /** How it was measured and what came out, for people, among the files that are served. */
  readonly card: string;
  /** What it is, and where its weights are. */
  readonly about: string;
}

/** The model of the lesson "A bigger model". */
export const SMOLLM2: MeasuredModel = {
  name: 'SmolLM2-135M-Instruct',
  results: 'models/smollm2-135m-instruct-q4_1/results.json',
  card: 'models/smollm2-135m-instruct-q4_1/README.md',
  about: '30 blocks, 135 million parameters, of text from the web; a GGUF in 4 bits (Q4_1), Apache 2.0.',
};

export const MEASURED_MODELS: readonly MeasuredModel[] = [SMOLLM2];

export const measuredNamed = (name: string): MeasuredModel | undefined =>
  MEASURED_MODELS.find((model) => model.name === name);
