import { LopperError } from '../errors';
import type { ModelFiles } from './bytes';
import { chooseGguf, ggufModels } from './gguf/names-of-files';

/** What a folder without a config or without readable weights is, by the names of what lies in it, and where to turn; what is nearest first. */
const KINDS: readonly { readonly has: RegExp; readonly is: string; readonly remedy: string }[] = [
  {
    has: /^adapter_(config\.json|model\.(safetensors|bin))$/,
    is: 'is an adapter (LoRA), not a whole model',
    remedy:
      'Merge it into its base model first: in Python, `PeftModel.from_pretrained(base, folder).merge_and_unload().save_pretrained(new)`.',
  },
  {
    has: /^(snapshots|blobs|refs)(\/|$)/,
    is: 'is a folder of the Hugging Face cache',
    remedy: 'Give the folder inside its snapshots/, the one that holds config.json.',
  },
  {
    has: /^model\.safetensors(\.index\.json)?$/,
    is: 'has weights and no config.json',
    remedy: 'Get config.json from where the model is published, and put it beside the weights.',
  },
  {
    has: /^model-\d+-of-\d+\.safetensors$/,
    is: 'has shards of weights without their index, model.safetensors.index.json',
    remedy: 'Get the index from where the model is published, and put it beside the shards.',
  },
  {
    has: /^pytorch_model(\.bin|\.bin\.index\.json)$/,
    is: 'has weights and no config.json',
    remedy: 'Get config.json from where the model is published, and put it beside the weights.',
  },
  {
    has: /^pytorch_model-\d+-of-\d+\.bin$/,
    is: 'has shards of weights without their index, pytorch_model.bin.index.json',
    remedy: 'Get the index from where the model is published, and put it beside the shards.',
  },
  {
    has: /^mlc-chat-config\.json$|^params_shard_\d+\.bin$/,
    is: 'is a model compiled for MLC',
    remedy: 'Give the model it was made from, as safetensors.',
  },
  {
    has: /(^|\/)[^/]+\.onnx(_data)?$|^onnx(\/|$)/,
    is: 'has its weights as ONNX only',
    remedy:
      'Give the model it was exported from: its page on the hub has it as safetensors, mostly in the original repository.',
  },
  {
    has: /^consolidated(\.\d+)?\.(pth|safetensors)$|^params\.json$/,
    is: 'holds the publisher’s own form of the weights (consolidated), not that of Hugging Face',
    remedy: 'Give the version "in Hugging Face format", mostly a repository whose name ends in -hf.',
  },
];

/** Of a folder that cannot be listed, names worth asking for. */
const TELLING = [
  'adapter_config.json',
  'mlc-chat-config.json',
  'model.safetensors',
  'model.safetensors.index.json',
  'onnx/model.onnx',
  'params.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

/** What a folder is instead of a model in Hugging Face layout; undefined where nothing tells. */
export async function whatElse(files: ModelFiles, signal?: AbortSignal): Promise<LopperError | undefined> {
  const names = (await files.list?.()) ?? (await files.catalogue?.(signal)) ?? (await present(files, signal));
  if (files.list && names.length === 0) {
    return new LopperError(
      'file-missing',
      `${files.id} is an empty folder.`,
      'Give the folder that holds config.json.',
    );
  }
  const kind = KINDS.find(({ has }) => names.some((name) => has.test(name)));
  if (kind) return new LopperError('file-missing', `${files.id} ${kind.is}.`, kind.remedy);
  const gguf = ggufModels(names);
  return gguf.length > 0 ? chooseGguf(files.id, gguf) : undefined;
}

async function present(files: ModelFiles, signal?: AbortSignal): Promise<string[]> {
  const found = await Promise.all(TELLING.map((name) => files.has(name, signal)));
  return TELLING.filter((_, i) => found[i]);
}
