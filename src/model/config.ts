import { LopperError } from '../errors';
import { parseObject } from '../formats/json';
import { ARCHITECTURES } from './architectures';
import type { ConfigFacts } from './architectures/architecture';
import { ARCHITECTURE_NAMES, MODEL_TYPES, type ModelType } from './architectures/names';
import { listedAsDropped } from './drop-lists';
import { refuseKeys } from './refused-keys';
import type { Sublayer } from './units';

/** A model's config.json, read. */
export interface ModelConfig extends ConfigFacts {
  readonly modelType: ModelType;
  /** E.g. `MistralForCausalLM`. */
  readonly architecture: string;
  /** Sublayers that the file lists as dropped, as LLM-Drop does. */
  readonly listedAsDropped: readonly Sublayer[];
}

/**
 * Reads and checks a config.json. Keys that are left out take the defaults of Hugging Face transformers.
 * Throws `architecture-unknown`, `config-invalid` (with the key and its value) or `dtype-unsupported` (quantised weights).
 */
export function parseConfig(text: string): ModelConfig {
  const object = parseObject(text, 'config.json', 'config-invalid');
  const modelType = knownModelType(object);
  const { read, reads } = ARCHITECTURES[modelType];
  refuseKeys(object, reads);
  const facts = read({ ...object, model_type: object.model_type ?? modelType });
  const listed = listedAsDropped(object, facts.blocks);
  return { modelType, architecture: nameOf(modelType), ...facts, listedAsDropped: listed };
}

const nameOf = (type: ModelType) => ARCHITECTURE_NAMES[type].className;

function knownModelType({ model_type: modelType, architectures }: Record<string, unknown>): ModelType {
  const architecture = Array.isArray(architectures) ? architectures[0] : undefined;
  const type = MODEL_TYPES.find((t) => t === modelType) ?? MODEL_TYPES.find((t) => nameOf(t) === architecture);
  if (type && (architecture === undefined || architecture === nameOf(type))) return type;
  throw new LopperError(
    'architecture-unknown',
    `This model is ${quote(architecture ?? modelType)}, which Lopper does not run.`,
    `Architectures that work: ${MODEL_TYPES.map((t) => `${t} (${nameOf(t)})`).join(', ')}.`,
  );
}

const quote = (name: unknown): string =>
  typeof name === 'string' ? `"${name.slice(0, 80)}"` : 'of an architecture that config.json does not name';
