import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRepoId } from '../formats/hub';
import { DEFAULT_HOST, DEFAULT_REVISION } from '../formats/hub-defaults';
import type { ModelRequest } from '../lab/contract';
import { type Arguments, usage } from './arguments';

/** MODEL as a request: `sapling`, a folder that is there or is written as a path, else a hub id. Throws `usage`. */
export function modelRequest(name: string, from: string, args: Arguments): ModelRequest {
  const [revision, host] = [args.values.get('revision'), args.values.get('host')];
  const path = resolve(from, name);
  const hub = name !== 'sapling' && !existsSync(path) && isRepoId(name);
  if (hub) return { kind: 'hub', repo: name, revision: revision ?? DEFAULT_REVISION, host: host ?? DEFAULT_HOST };
  if (revision !== undefined || host !== undefined) {
    throw usage('--revision and --host belong to a model from the hub.', `${name} is on this machine: leave them out.`);
  }
  return name === 'sapling' ? { kind: 'bundled' } : { kind: 'folder', path };
}
