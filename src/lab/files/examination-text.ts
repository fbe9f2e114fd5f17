import { tellAdapter } from '../../gpu/adapter-name';
import type { AdapterReport, Examination, Failure, Surroundings } from '../contract';

const number = (value: number, digits = 3): string =>
  value >= 10 ** digits
    ? value.toLocaleString('en', { maximumFractionDigits: 0 })
    : String(Number(value.toPrecision(digits)));

type Line = readonly [name: string, value: string];

/** What the machine is, as lines of a name and a value. */
function machineLines({ adapter, surroundings }: Examination, version: string): readonly Line[] {
  const { selfTest, matmul, limits } = adapter;
  return [
    ['Lopper', `${version}, ${surroundings.runtime}`],
    ['adapter', adapterLine(adapter, surroundings.adapters)],
    ...adaptersHere(surroundings),
    [
      'self-test',
      `${selfTest.passed ? 'passed' : 'failed'}: off by at most ${selfTest.worstError.toPrecision(2)} in ${selfTest.cases} cases, ${selfTest.at}`,
    ],
    ['kernels', `${matmul.variant}${told(matmul.gflops)}`],
    ['features', adapter.features.join(', ') || 'none beyond the core'],
    [
      'limits',
      Object.entries(limits)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
  ];
}

/** What it can do, and what stands in its way. */
export function rateLines({ surroundings, rates, disk, pass }: Examination): readonly Line[] {
  const { peak, memory, calls } = rates;
  return [
    ['multiply-add', `${number(peak)} GFLOP/s at best`],
    ['half floats', rates.halves],
    [
      'memory',
      `${number(memory.read)} GB/s read, ${number(memory.copy)} copied, ${number(memory.write)} written to it`,
    ],
    [
      'dispatch',
      `${number(calls.dependent)} µs each where one waits for another, ${number(calls.independent)} where not; ${number(calls.recording)} µs of the program’s to record and hand over`,
    ],
    ['round trip', `${number(calls.roundTrip)} ms with a result, ${number(calls.submit)} ms for nothing`],
    ...rates.products.map(
      (p) =>
        [
          `${p.dtype} product, ${p.rows} ${p.rows === 1 ? 'row' : 'rows'}`,
          `${number(p.gflops)} GFLOP/s (${number((100 * p.gflops) / peak, 2)}%), ${number(p.weightRate)} GB/s of weights, ${p.kernel}`,
        ] as const,
    ),
    ...rates.attention.map(
      ({ rows, keys, ms, gflops }) =>
        [`attention, ${rows} x ${keys}`, `${number(ms)} ms, ${number(gflops)} GFLOP/s`] as const,
    ),
    ...(disk
      ? [['weights read', `${number(disk.rate)} GB/s, ${number(disk.bytes / 2 ** 20)} MiB of them`] as const]
      : []),
    ...(pass
      ? [
          [
            `a pass, ${pass.tokens} tokens`,
            `${number(pass.ms)} ms; ${number(pass.expected)} for its reading and multiplying at these rates`,
          ] as const,
        ]
      : []),
    ...surroundings.advice.map(({ trouble, remedy }) => ['to do', `${trouble} ${remedy}`] as const),
  ];
}

/** The adapter in a line. */
export const adapterLine = (adapter: AdapterReport, names: readonly string[] = []): string =>
  `${tellAdapter(adapter, names)}${adapter.software ? ' (software)' : ''}`;

/** All adapters that are here, as they are counted. */
export const adaptersHere = ({ adapters, inUse }: Surroundings): readonly Line[] =>
  adapters.map((name, i) => [i === 0 ? 'adapters here' : '', `${i + 1} ${name}${i + 1 === inUse ? ', in use' : ''}`]);

const told = (gflops: Readonly<Record<string, number>>): string => {
  const all = Object.entries(gflops).map(([name, rate]) => `${name} ${number(rate)}`);
  return all.length > 0 ? ` (${all.join(', ')} GFLOP/s, chosen anew)` : '';
};

/** All that was found out about a machine, for people and for bug reports. */
export function examinationText(found: Examination, version: string): string {
  return inColumns([...machineLines(found, version), ...rateLines(found)]);
}

function inColumns(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** What there is to say where nothing computes: why, and what to do. */
export function absenceText(version: string, { message, remedy }: Failure, surroundings: Surroundings): string {
  const { adapters, advice } = surroundings;
  // Where no adapter shows, what this machine lacks is known better than by the failure, which speaks to browsers too.
  const isKnown = adapters.length === 0 && advice.length > 0;
  return inColumns([
    ['Lopper', `${version}, ${surroundings.runtime}`],
    ['adapter', `none that computes: ${message}`],
    ...adaptersHere(surroundings),
    ...advice.map(({ trouble, remedy }) => ['to do', `${trouble} ${remedy}`] as const),
    ...(isKnown ? [] : [['to do', remedy] as const]),
  ]);
}
