import type { AdapterReport, Examination, Failure, MemoryReport } from '../../lab/contract';

/** The adapter, from "being looked for" to "cannot be used". */
export type Machine =
  | { readonly status: 'starting' }
  | {
      readonly status: 'ready';
      readonly adapter: AdapterReport;
      readonly memory?: MemoryReport;
      /** What was measured of it when a person asked. */
      readonly found?: Examination;
    }
  | { readonly status: 'absent' | 'untrusted' | 'broken'; readonly failure: Failure };

export interface MachineState {
  readonly machine: Machine;
}

export const unknownMachine: MachineState = { machine: { status: 'starting' } };

/** "SwiftShader, software" or "nvidia ampere". */
export function adapterName(adapter: { vendor: string; architecture: string; description: string }): string {
  const words = [adapter.vendor, adapter.architecture].filter(Boolean).join(' ');
  return words || adapter.description || 'unnamed adapter';
}
