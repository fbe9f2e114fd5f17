import type { GenerateEvent, GenerateReport } from '../../lab/contract';
import type { Mask } from '../../pruning/mask';
import { hereOrigin } from '../store/measuring';
import { notify } from '../store/notify';
import { paceOf } from '../store/pace';
import type { Continuation, Generation } from '../store/prompt';
import { modulesOf } from '../store/recovery';
import { maskOf } from '../store/select';
import type { AppState } from '../store/state';
import { changeOpen, store } from '../store/store';
import { againstOf, thirdOf } from '../store/third';
import { lab, runJob } from './jobs';

const BRANCHES = ['full', 'pruned', 'recovered'] as const;
const EMPTY: Continuation = { text: '', steps: [] };
/** Tokens can come faster than the screen changes, milliseconds: those of one picture are shown together. */
const SHOW_EVERY = 16;
/** Tokens decoded to time the models when nobody asked for text: seven stretches of eight, behind the first. */
const SPEED_TOKENS = 57;

function append(to: Continuation, { id, text, top }: GenerateEvent): Continuation {
  // Text may be rewritten at its end when a token completes a character: what is common is kept.
  const piece = text.startsWith(to.text) ? text.slice(to.text.length) : text.slice(commonLength(text, to.text));
  return { ...to, text, steps: [...to.steps, { id, piece, top }] };
}

function commonLength(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/** Texts are held against a mask of the shelf from now on; against the full model where none is given. */
export const holdAgainst = (against: Mask | undefined): void => store.setState({ against });

/** Continues the prompt with the full and the pruned model at once, and the recovered one where there is one, token by token. */
export async function generate(): Promise<void> {
  const s = store.getState();
  const mask = maskOf(s);
  const { prompt, maxTokens, temperature, seed } = s.prompt;
  const third = thirdOf(s);
  const against = againstOf(s)?.mask;
  const recovered = third && { ...EMPTY, name: third.name, modules: third.modules, strength: third.strength };
  const nothing: Generation = { prompt, mask, against, full: EMPTY, pruned: EMPTY, ...(recovered && { recovered }) };
  const modules = third && { dropped: mask.dropped, modules: modulesOf(third) };
  const masks = [against?.dropped ?? [], mask.dropped, ...(modules ? [modules] : [])];
  let written = nothing;
  let report: GenerateReport | undefined;
  const show = (generation: Generation) => changeOpen({ generation });
  const run = await runJob<Generation>({
    slot: 'generate',
    label: 'Continuing the prompt',
    failure: 'The prompt could not be continued',
    run: async (options, soFar) => {
      // The job may start once more, where the device was lost.
      written = nothing;
      show(written);
      report = await lab().generate(
        { prompt, maxTokens, temperature, seed, masks },
        {
          ...options,
          onToken: (event) => {
            const branch = BRANCHES[event.branch]!;
            written = { ...written, [branch]: append(written[branch]!, event) };
            soFar(written);
          },
        },
      );
      return {
        ...written,
        ...{ full: finish(written.full, report, 0), pruned: finish(written.pruned, report, 1) },
        ...(written.recovered && { recovered: { ...written.recovered, ...finish(written.recovered, report, 2) } }),
      };
    },
    show,
    showEvery: SHOW_EVERY,
  });
  if (run.ended === 'done' && report && !against) showSpeed(s, report);
  // Where nothing came, what was there before is worth more.
  if (run.ended === 'failed' && written.full.steps.length === 0) changeOpen({ generation: s.open.generation });
}

function finish(shown: Continuation, report: GenerateReport, branch: number): Continuation {
  const { text, stopped, tokensPerSecond, promptTokens } = report.branches[branch]!;
  return { ...shown, text, stopped, tokensPerSecond, promptTokens };
}

/**
 * Times the decoding of the models, side by side, on a short greedy continuation of the calibration text's beginning, or
 * of the prompt.
 */
export async function measureSpeed(): Promise<void> {
  const s = store.getState();
  const mask = maskOf(s);
  const prompt = (s.calibration.text || s.prompt.prompt).slice(0, 200);
  const third = thirdOf(s);
  const modules = third && { dropped: mask.dropped, modules: modulesOf(third) };
  const masks = mask.dropped.length > 0 ? [[], mask.dropped, ...(modules ? [modules] : [])] : [[]];
  await runJob({
    slot: 'speed',
    label: 'Decoding speed',
    failure: 'The speed could not be measured',
    run: (options) => lab().generate({ prompt, maxTokens: SPEED_TOKENS, temperature: 0, seed: 1, masks }, options),
    show: (report) => {
      if (showSpeed(s, report)) return;
      notify(
        'Too short to be timed',
        `The text ended after ${report.branches[0]!.ids.length} tokens; another may not.`,
      );
    },
  });
}

/** Shows what a continuation says of the pace, where it is long enough to say something. Returns whether it is. */
function showSpeed(s: AppState, { branches: [full, pruned = full, mended] }: GenerateReport): boolean {
  const pace = paceOf(full!.stepMilliseconds, pruned!.stepMilliseconds);
  const third = thirdOf(s);
  const own = third && mended && paceOf(full!.stepMilliseconds, mended.stepMilliseconds);
  const recovered = own && { modules: third.modules, pace: own };
  if (pace) changeOpen({ speed: { mask: maskOf(s), pace, origin: hereOrigin(s), ...(recovered && { recovered }) } });
  return pace !== undefined;
}
