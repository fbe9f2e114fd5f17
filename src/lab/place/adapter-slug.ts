import type { AdapterFacts } from '../../gpu/gpu';

/** An adapter's name as a part of a file's name. */
export const adapterSlug = ({ vendor, architecture, device, description }: AdapterFacts): string =>
  `${vendor} ${architecture} ${device} ${description}`.replace(/[^a-z0-9]+/gi, '-').slice(0, 100);
