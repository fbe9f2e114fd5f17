import code from '../../../shaders/probe.wgsl?raw';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';

const parameters = new Parameters('Params', { count: 'u32', stride: 'u32' });

const PROBE = { file: 'probe.wgsl', code, parameters };

export const PEAK = kernel({ ...PROBE, entry: 'peak', bindings: { out: write(2) }, constants: ['FUSED', 'CHAINS'] });

export const SWEEP = kernel({
  ...PROBE,
  entry: 'sweep',
  bindings: { source: read(1), out: write(2) },
  constants: [],
});

export const TOUCH = kernel({ ...PROBE, entry: 'touch', bindings: { word: write(3) }, constants: [] });
