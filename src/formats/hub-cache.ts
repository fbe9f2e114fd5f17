/** What the tools of Hugging Face keep on a machine, in Node: where a hub is, a token for it, and models downloaded before. */
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { LopperError } from '../errors';
import type { ModelFiles } from './bytes';
import { ggufModels, partsOf } from './gguf/names-of-files';
import { DEFAULT_HOST } from './hub-defaults';
import { openFolder } from './node';
import { readToken } from './token';

/** As huggingface_hub reads its environment (huggingface_hub/constants.py). */
export interface HubPlaces {
  /** `HF_ENDPOINT`: the hub that is meant where none is named. */
  readonly endpoint: string;
  /** `HF_TOKEN`, else what is in `HF_TOKEN_PATH` or `HF_HOME/token`: of that hub alone. */
  readonly token?: string;
  /** `HF_HUB_CACHE`, else `HF_HOME/hub`. */
  readonly cache: string;
  /** `HF_HUB_OFFLINE`: nothing is asked of the network. */
  readonly offline: boolean;
}

/** Throws `usage` for a token that cannot be one. */
export function hubPlaces(env: NodeJS.ProcessEnv = process.env): HubPlaces {
  const home = resolve(env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface'));
  const token = env.HF_TOKEN?.trim() || tokenIn(env.HF_TOKEN_PATH || join(home, 'token'));
  return {
    endpoint: env.HF_ENDPOINT?.replace(/\/+$/, '') || DEFAULT_HOST,
    ...(token && { token: readToken(token) }),
    cache: resolve(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, 'hub')),
    offline: /^(1|on|yes|true)$/i.test(env.HF_HUB_OFFLINE ?? ''),
  };
}

function tokenIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined; // most have none
  }
}

/** A model's state in the cache: where its files are, which commit that is, and which files the hub is known not to have. */
export interface Snapshot {
  readonly path: string;
  readonly commit: string;
  readonly absent: ReadonlySet<string>;
}

/** A revision of a model in the cache, as `models--owner--name/{refs,snapshots,.no_exist}` keeps it; undefined where it is not there. */
export async function findSnapshot(cache: string, repo: string, revision: string): Promise<Snapshot | undefined> {
  const folder = join(cache, `models--${repo.replaceAll('/', '--')}`);
  const named = await readFile(join(folder, 'refs', ...revision.split('/')), 'utf8').catch(() => undefined);
  const commit = named?.trim() ?? revision;
  if (!/^[0-9a-f]{40}$/i.test(commit)) return undefined;
  const path = join(folder, 'snapshots', commit);
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return undefined;
  const absent = await readdir(join(folder, '.no_exist', commit)).catch(() => []);
  return { path, commit, absent: new Set(absent) };
}

/**
 * A model of the hub, of which the files in a snapshot are taken from there and the others from `rest`, the hub at that very
 * commit. With its weights at hand nothing is asked of the hub but a tokenizer.
 */
export async function snapshotFiles(
  { path, absent }: Snapshot,
  known: Pick<ModelFiles, 'id' | 'revision'>,
  rest: ModelFiles,
): Promise<ModelFiles> {
  const here = await openFolder(path);
  const names = (await here.list!()).slice();
  const whole = await hasWeights(here, names);
  const ask = (file: string) => !absent.has(file) && (!whole || file === 'tokenizer.json' || /\.gguf$/i.test(file));
  const of = async (file: string): Promise<ModelFiles> => ((await here.has(file)) ? here : rest);
  return {
    ...known,
    async has(file, signal) {
      if (await here.has(file)) return true;
      if (!ask(file)) return false;
      return rest.has(file, signal).catch((error) => {
        // Without a network, with the model at hand: what is not here is not there.
        if (whole && error instanceof LopperError && error.code === 'download-failed') return false;
        throw error;
      });
    },
    list: whole ? async () => names : undefined,
    catalogue: rest.catalogue,
    text: async (file, signal) => (await of(file)).text(file, signal),
    open: async (file, signal, onProgress) => (await of(file)).open(file, signal, onProgress),
    async peek(file, signal) {
      const files = await of(file);
      return (files.peek ?? files.open)(file, signal);
    },
    async held(file, signal) {
      return (await here.has(file)) ? (await here.open(file, signal)).size : ((await rest.held?.(file, signal)) ?? 0);
    },
  };
}

/** Whether weights are there to the last file: whole in one, all shards of an index, or all files of a GGUF. */
async function hasWeights(here: ModelFiles, names: readonly string[]): Promise<boolean> {
  const all = (files: readonly string[]) => files.length > 0 && files.every((file) => names.includes(file));
  for (const file of ['model.safetensors', 'pytorch_model.bin']) {
    if (names.includes(file)) return true;
    const index = `${file}.index.json`;
    if (!names.includes(index)) continue;
    try {
      const shards = Object.values(JSON.parse(await here.text(index)).weight_map as Record<string, string>);
      if (all([...new Set(shards)])) return true;
    } catch {
      // an index that cannot be read is told of where the weights are opened
    }
  }
  return ggufModels(names).some((name) => all(partsOf(name)));
}
