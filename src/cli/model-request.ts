import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { isRepoId, readHubAddress, readHubName } from '../formats/hub-address';
import { hubPlaces } from '../formats/hub-cache';
import { DEFAULT_REVISION } from '../formats/hub-defaults';
import type { HowOpened, ModelPlace, ModelRequest } from '../lab/contract';
import { PRECISIONS } from '../model/precision';
import { type Arguments, oneOf, usage } from './arguments';

/**
 * MODEL as a request: `sapling`, an address from a browser, a folder that is there or is written as a path, else a hub id, with
 * `@revision` or without.
 * Throws `usage`.
 */
export const modelRequest = (name: string, from: string, args: Arguments): ModelRequest => ({
  ...placeOf(name, from, args),
  ...howOpened(args),
});

/** What its weights are made of, and how many of them stay in GPU memory. Throws `usage`. */
export function howOpened(args: Arguments): HowOpened {
  const precision = args.values.has('precision') ? oneOf(args, 'precision', PRECISIONS) : undefined;
  const stay = stayOf(args);
  return { ...(precision !== undefined && { precision }), ...(stay !== undefined && { stay }) };
}

const UNITS = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 } as const;

/** `--gpu-memory`: all weights stay there, none do, or as many as go into so much. */
function stayOf(args: Arguments): HowOpened['stay'] {
  const given = args.values.get('gpu-memory')?.toLowerCase();
  if (given === undefined || given === 'all' || given === 'none') return given;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmg]i?b|)$/.exec(given) ?? [];
  if (number === undefined) {
    throw usage(`--gpu-memory is "${given}".`, 'Write all, none, or how much weights may take, such as 2GB or 500MiB.');
  }
  return Math.floor(Number(number) * UNITS[unit as keyof typeof UNITS]);
}

function placeOf(name: string, from: string, args: Arguments): ModelPlace {
  const [revision, host, file] = ['revision', 'host', 'file'].map((option) => args.values.get(option));
  const ofFile = file !== undefined && { file };
  const path = resolve(from, name);
  const address = readHubAddress(name);
  const isFile = isGguf(path);
  const hub = name !== 'sapling' && !isFile && !existsSync(path) ? readHubName(name) : undefined;
  if (address || hub) {
    const asked = { revision: DEFAULT_REVISION, host: hubPlaces().endpoint, ...(address ?? hub!) };
    return {
      ...{ kind: 'hub', ...asked, ...ofFile },
      ...(revision !== undefined && { revision }),
      ...(host !== undefined && { host }),
    };
  }
  if (!isFile) hidesHubId(name, path);
  if (revision !== undefined || host !== undefined) {
    throw usage('--revision and --host belong to a model from the hub.', `${name} is on this machine: leave them out.`);
  }
  if (name === 'sapling') return { kind: 'bundled' };
  if (isFile && file !== undefined) throw usage('--file belongs to a folder or a model from the hub.', 'Leave it out.');
  return isFile ? { kind: 'folder', path: dirname(path), file: basename(path) } : { kind: 'folder', path, ...ofFile };
}

/** A file, or the name of none in a folder that is there: which says so, where a hub would only not know it. */
const isGguf = (path: string): boolean =>
  /\.gguf$/i.test(path) && (existsSync(path) ? statSync(path).isFile() : existsSync(dirname(path)));

/** A folder that is no model, under the name of one on the hub: whoever wrote the id would be told of a folder. */
function hidesHubId(name: string, path: string): void {
  if (!/^[\w.-]+\/[\w.-]+$/.test(name) || !isRepoId(name) || !statSync(path).isDirectory()) return;
  const found = readdirSync(path);
  if (found.some((file) => /\.(json|safetensors|bin|gguf|onnx|pth)$/i.test(file))) return;
  throw usage(
    `${name} is ${found.length === 0 ? 'an empty folder' : 'a folder without a model'} here, and stands before the hub's model of that name.`,
    `Delete or rename the folder, call lopper from another one, or write https://huggingface.co/${name}.`,
  );
}
