import { SHORT, STORIES } from '../../src/lab/contract/bundled-texts';
import { connectLab } from '../../src/lab/remote';
import { sublayerAt, sublayersOf } from '../../src/model/units';
import { median } from './timing';

/** Toggles that are timed, spread over the model's depth. */
const TOGGLES = 9;

const STRENGTHS = 5;

export interface ToggleResult {
  readonly tokens: number;
  /** To the loss on the first windows. */
  readonly firstMs: number;
  readonly medianMs: number;
  readonly worstMs: number;
  /** The same for a new strength of what stands in for a block, on the short text: on the window fitted on and the other. */
  readonly strengthMs: number;
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
    const dropped = sublayersOf('block', Math.floor(model.blocks / 2));
    const short = await (await fetch(`${base}${SHORT.path}`)).text();
    const on = { calibration: { text: short, seqLen: STORIES.seqLen }, heldOut: 0.5, dropped };
    const { modules } = await lab.recover({ ...on, method: 'mean' }, { job: 'fit' });
    const strengths: number[] = [];
    for (let i = 1; i <= STRENGTHS; i++) {
      const started = performance.now();
      await lab.recoverStrengths({ ...on, modules, strengths: [i / STRENGTHS / 2] }, { job: `strength ${i}` });
      strengths.push(performance.now() - started);
    }
    return {
      ...{ tokens: full!.tokens, firstMs: median(firsts), medianMs: median(times), worstMs: Math.max(...times) },
      strengthMs: median(strengths),
    };
  } finally {
    end();
  }
}
