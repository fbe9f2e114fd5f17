import { DEFAULT_SEQ_LEN } from '../../src/app/store/calibration';
import { connectLab } from '../../src/lab/remote';
import { sublayerAt } from '../../src/model/units';
import { median } from './timing';

/** Toggles that are timed, spread over the model's depth. */
const TOGGLES = 9;

export interface ToggleResult {
  readonly tokens: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

/**
 * What a person waits for after dropping a sublayer: the bundled model's loss on the bundled text, by way of the page's
 * own worker. Each toggle is a mask that was not asked for before. Undefined where there is no bundled model.
 */
export async function measureToggles(): Promise<ToggleResult | undefined> {
  const base = new URL('/', location.href).href;
  if (!(await fetch(`${base}models/sapling/model.safetensors`, { method: 'HEAD' })).ok) return undefined;
  const text = await (await fetch(`${base}calibration/sapling.txt`)).text();
  const { lab, end } = connectLab(base);
  try {
    const model = await lab.open({ kind: 'bundled' }, { job: 'open' });
    await lab.calibrate('text', { text, seqLen: DEFAULT_SEQ_LEN });
    const calibration = { named: 'text' };
    const [full] = await lab.score({ calibration, masks: [[]] }, { job: 'full' });
    const times: number[] = [];
    for (let i = 0; i < TOGGLES; i++) {
      const dropped = sublayerAt(Math.floor(((2 * model.blocks - 1) * i) / (TOGGLES - 1)));
      const started = performance.now();
      await lab.score({ calibration, masks: [[dropped]] }, { job: `toggle ${i}` });
      times.push(performance.now() - started);
    }
    return { tokens: full!.tokens, medianMs: median(times), worstMs: Math.max(...times) };
  } finally {
    end();
  }
}
