/**
 * `node tools/run.mjs tools/registers.ts [navi31]`: registers, spills and what a workgroup takes of each kernel that counts,
 * as Mesa's RADV compiles it for a card that need not be there. Needs Linux, Mesa's Vulkan drivers and a C compiler. The
 * card is one of RADV_FORCE_FAMILY: navi31 (RX 7900), navi21 (RX 6900), polaris10 (RX 480) and others.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attentionKernels } from '../src/engine/kernels/attention';
import { widenKernels } from '../src/engine/kernels/blocks';
import { Dispatcher, type KernelChoice, type Variant } from '../src/engine/kernels/dispatcher';
import { logitKernels, sliceKernels } from '../src/engine/kernels/head';
import { fewRowKernels, PRODUCTS, type ProductKind, productKernels, type Way } from '../src/engine/kernels/linear';
import { linearBackwardKernels } from '../src/engine/kernels/linear-backward';
import { normKernels } from '../src/engine/kernels/norm';
import { openDawn } from '../src/gpu/dawn';
import { type Buffer, openGpu } from '../src/gpu/gpu';
import { Kernels, variantName } from '../src/gpu/kernel';
import { Recorder } from '../src/gpu/recorder';

const MARK = 'kernel: ';

/** What RADV calls what is shown of each kernel. */
const COLUMNS = ['VGPRs', 'SGPRs', 'Spilled VGPRs', 'Spilled SGPRs', 'Scratch size', 'LDS size', 'Subgroups per SIMD'];

export async function main(args: readonly string[], root: string): Promise<number> {
  if (process.env.LOPPER_IDLE_DRIVER) return compile();
  const family = args[0] ?? 'navi31';
  const folder = mkdtempSync(join(tmpdir(), 'lopper-registers-'));
  try {
    const [driver, manifest] = [join(folder, 'idle.so'), join(folder, 'idle_icd.json')];
    const source = join(root, 'tools', 'registers', 'idle-driver.c');
    const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', driver, source, '-ldl'], { stdio: 'inherit' });
    if (built.status !== 0) throw new Error('The driver was not built: is there a C compiler?');
    writeFileSync(
      manifest,
      JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: driver, api_version: '1.3.274' } }),
    );
    const env = {
      ...process.env,
      ...{ VK_ICD_FILENAMES: manifest, RADV_FORCE_FAMILY: family, RADV_DEBUG: 'shaderstats,nocache' },
      LOPPER_IDLE_DRIVER: driver,
    };
    const command = [join(root, 'tools', 'run.mjs'), join(root, 'tools', 'registers.ts')];
    const { status, stderr, signal } = spawnSync(process.execPath, command, {
      ...{ cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 28 },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    const kernels = statistics(stderr);
    if (status !== 0 || kernels.length === 0) {
      throw new Error(
        `RADV for ${family} compiled ${kernels.length} kernels (${signal ?? status}): ${stderr.slice(-400)}`,
      );
    }
    console.log(`RADV for ${family}`);
    console.log(['kernel'.padEnd(62), ...COLUMNS].join('  '));
    for (const { name, values } of kernels) {
      console.log([name.padEnd(62), ...COLUMNS.map((c) => (values[c] ?? '').padStart(c.length))].join('  '));
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What stands behind each mark; the last of several, since RADV may compile a kernel for more than one width. */
export function statistics(said: string): { name: string; values: Record<string, string> }[] {
  return said
    .split(`${MARK}`)
    .slice(1)
    .map((part) => {
      const values = Object.fromEntries(
        Array.from(part.matchAll(/^([A-Z][\w .()-]*): (\d+)/gm), ([, name, value]) => [name, value]),
      ) as Record<string, string>;
      return { name: part.slice(0, part.indexOf('\n')), values };
    });
}

/** Compiles each kernel in turn, on a card that is not there; RADV says of each what it takes. */
async function compile(): Promise<number> {
  const gpu = await openGpu(await openDawn());
  const kernels = Kernels.of(gpu);
  const choice: KernelChoice = {
    ...{ matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', together: 8, smallRows: 64, groups: 256, threads: 64 },
    flash: { steps: true, texts: true },
  };
  const d = new Dispatcher(new Recorder(gpu), kernels, choice, {} as Buffer); // nothing is run: there is no memory either;
  const heads = { heads: 32, kvHeads: 8, qkvInterleaved: false, rotaries: [], attentionScale: 1 };
  const ways = Object.keys(PRODUCTS) as Way[];
  const kinds: ProductKind[] = [
    ...(['F32', 'F16', 'BF16'] as const).map((dtype) => ({ dtype, epilogue: 'store' }) as const),
    ...(['add', 'silu-gated'] as const).map((epilogue) => ({ dtype: 'F16', epilogue }) as const),
  ];
  const variants: Variant[] = [
    ...ways.flatMap((way) => productKernels(d, way, kinds)),
    ...fewRowKernels(
      d,
      (['F16', 'Q4_0', 'Q8_0', 'Q4_K', 'Q6_K'] as const).map((dtype) => ({ dtype, epilogue: 'store' })),
    ),
    ...widenKernels(['Q4_K', 'Q6_K']),
    ...linearBackwardKernels(d, ['F32', 'F16']),
    ...[64, 128].flatMap((headDim) => attentionKernels(d, { ...heads, headDim })),
    ...normKernels(d, false),
    ...logitKernels(d),
    ...sliceKernels(d),
  ];
  const named = new Map(variants.map((v) => [variantName(v.kernel, v.constants), v]));
  for (const [name, { kernel, constants }] of named) {
    writeSync(2, `${MARK}${name}\n`);
    await kernels.get(kernel, constants);
  }
  return 0;
}
