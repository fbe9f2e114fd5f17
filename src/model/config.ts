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
  readonly notes: readonly string[];
  /** It has a part that sees, which is not run. */
  readonly sees?: boolean;
  /** Sublayers that the file lists as dropped, as LLM-Drop does. */
  readonly listedAsDropped: readonly Sublayer[];
}

/**
 * Reads and checks a config.json. Keys that are left out take the defaults of Hugging Face transformers.
 * Throws `architecture-unknown`, `config-invalid` (with the key and its value) or `dtype-unsupported` (quantised weights).
 */
export function parseConfig(text: string): ModelConfig {
  const { object, sees } = textPart(parseObject(text, 'config.json', 'config-invalid'));
  const modelType = knownModelType(object);
  const { read, reads } = ARCHITECTURES[modelType];
  refuseKeys(object, reads);
  const facts = read({ ...object, model_type: object.model_type ?? modelType });
  const listed = listedAsDropped(object, facts.blocks);
  const notes = [...(sees ? [SEES] : []), ...(facts.notes ?? [])];
  return {
    modelType,
    architecture: nameOf(modelType),
    ...facts,
    notes,
    ...(sees && { sees }),
    listedAsDropped: listed,
  };
}

/** The config.json of a model as an object, of one that sees too the part that reads. Throws `config-invalid`. */
export const readableConfig = (text: string): Readonly<Record<string, unknown>> =>
  textPart(parseObject(text, 'config.json', 'config-invalid')).object;

/** Models that see too, of which Lopper runs the part that reads: by their `model_type`. */
const SEEING: readonly string[] = ['gemma3'];

const SEES = 'The model also sees pictures: only the part that reads is run here, and the other is not loaded.';

/** What the outer config says of both parts. */
const SHARED = [
  'tie_word_embeddings',
  'bos_token_id',
  'eos_token_id',
  'torch_dtype',
  'dtype',
  'quantization_config',
  'quantization',
];

/** The config of the part that reads, where a model has one that sees beside it. */
function textPart(config: Record<string, unknown>): { object: Record<string, unknown>; sees: boolean } {
  const { model_type: type, text_config: inner } = config;
  if (typeof type !== 'string' || !SEEING.includes(type) || typeof inner !== 'object' || !inner) {
    return { object: config, sees: false };
  }
  const shared = Object.fromEntries(SHARED.flatMap((key) => (key in config ? [[key, config[key]]] : [])));
  return { object: { ...shared, model_type: `${type}_text`, ...inner }, sees: true };
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
