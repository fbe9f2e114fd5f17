import { STORIES } from '../../src/lab/contract/bundled-texts';
import { connectLab } from '../../src/lab/remote';
import { sublayerAt } from '../../src/model/units';
import { median } from './timing';

/** Toggles that are timed, spread over the model's depth. */
const TOGGLES = 9;

export interface ToggleResult {
  readonly tokens: number;
  /** To the loss on the first windows. */
  readonly firstMs: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

/**
 * What a person waits for after dropping a sublayer: the bundled model's loss on its stories, by way of the page's
 * own worker. Each toggle is a mask that was not asked for before. Undefined where there is no bundled model.
 */
export async function measureToggles(): Promise<ToggleResult | undefined> {
  const base = new URL('/', location.href).href;
  if (!(await fetch(`${base}models/sapling/model.safetensors`, { method: 'HEAD' })).ok) return undefined;
  const text = await (await fetch(`${base}${STORIES.path}`)).text();
  const { lab, end } = connectLab(base);
  try {
    const model = await lab.open({ kind: 'bundled' }, { job: 'open' });
    await lab.calibrate('text', { text, seqLen: STORIES.seqLen });
    const calibration = { named: 'text' };
    const [full] = await lab.score({ calibration, masks: [[]] }, { job: 'full' });
    const times: number[] = [];
    const firsts: number[] = [];
    for (let i = 0; i < TOGGLES; i++) {
      const dropped = sublayerAt(Math.floor(((2 * model.blocks - 1) * i) / (TOGGLES - 1)));
      const started = performance.now();
      const told: number[] = [];
      const onSoFar = () => void told.push(performance.now() - started);
      await lab.score({ calibration, masks: [[dropped]] }, { job: `toggle ${i}`, onSoFar });
      times.push(performance.now() - started);
      // A quick adapter goes through the text at once.
      firsts.push(told[0] ?? times.at(-1)!);
    }
    return { tokens: full!.tokens, firstMs: median(firsts), medianMs: median(times), worstMs: Math.max(...times) };
  } finally {
    end();
  }
}
