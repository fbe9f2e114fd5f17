import arrange from '../../shaders/arrange.wgsl?raw';
import attention from '../../shaders/attention.wgsl?raw';
import embed from '../../shaders/embed.wgsl?raw';
import head from '../../shaders/head.wgsl?raw';
import linear from '../../shaders/linear.wgsl?raw';
import norm from '../../shaders/norm.wgsl?raw';
import statistics from '../../shaders/statistics.wgsl?raw';
import type { Access, Kernel } from '../gpu/kernel';

const kernel = (file: string, code: string, entry: string, ...bindings: (readonly [number, Access])[]): Kernel => ({
  file,
  code,
  entry,
  bindings,
});

const LINEAR = [
  [1, 'read'],
  [2, 'read'],
  [3, 'read'],
  [4, 'write'],
] as const;

/** Every kernel there is, with the bindings its entry point uses. */
export const KERNELS = {
  arrange: kernel('arrange.wgsl', arrange, 'arrange', [1, 'read'], [2, 'write']),
  embed: kernel('embed.wgsl', embed, 'embed', [1, 'read'], [2, 'read'], [3, 'read'], [4, 'read'], [5, 'write']),
  norm: kernel('norm.wgsl', norm, 'norm', [1, 'read'], [2, 'read'], [3, 'read'], [4, 'read'], [5, 'write']),
  matmul_register: kernel('linear.wgsl', linear, 'matmul_register', ...LINEAR),
  matmul_workgroup: kernel('linear.wgsl', linear, 'matmul_workgroup', ...LINEAR),
  matvec_register: kernel('linear.wgsl', linear, 'matvec_register', ...LINEAR),
  matvec_workgroup: kernel('linear.wgsl', linear, 'matvec_workgroup', ...LINEAR),
  place: kernel(
    'attention.wgsl',
    attention,
    'place',
    [1, 'read'],
    [4, 'read'],
    [5, 'read'],
    [6, 'read'],
    [7, 'write'],
    [8, 'write'],
  ),
  score: kernel(
    'attention.wgsl',
    attention,
    'score',
    [1, 'read'],
    [2, 'read'],
    [3, 'read'],
    [9, 'read'],
    [10, 'read'],
    [11, 'write'],
  ),
  softmax: kernel('attention.wgsl', attention, 'softmax', [1, 'read'], [2, 'read'], [11, 'write']),
  mix: kernel(
    'attention.wgsl',
    attention,
    'mix',
    [1, 'read'],
    [2, 'read'],
    [3, 'read'],
    [10, 'read'],
    [11, 'write'],
    [12, 'write'],
  ),
  accumulate: kernel('head.wgsl', head, 'accumulate', [1, 'read'], [2, 'write']),
  pick: kernel('head.wgsl', head, 'pick', [1, 'read'], [3, 'read'], [4, 'write']),
  distance: kernel('head.wgsl', head, 'distance_from', [1, 'read'], [5, 'read'], [6, 'write']),
  measure: kernel('statistics.wgsl', statistics, 'measure', [1, 'read'], [2, 'read'], [3, 'read'], [4, 'write']),
  total: kernel('statistics.wgsl', statistics, 'total', [5, 'read'], [6, 'read'], [7, 'write']),
  spread: kernel('statistics.wgsl', statistics, 'spread', [5, 'read'], [6, 'read'], [8, 'write']),
} satisfies Record<string, Kernel>;
