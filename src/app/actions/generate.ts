import type { GenerateEvent, GenerateReport } from '../../lab/contract';
import { makeMask } from '../../pruning/mask';
import { maskOf } from '../store/select';
import type { Continuation, Generation } from '../store/state';
import { store } from '../store/store';
import { lab, runJob, throwIfOvertaken } from './jobs';
import { hereOrigin } from './score';

const EMPTY: Continuation = { text: '', steps: [] };
/** Tokens decoded to time a model when nobody asked for text. */
const SPEED_TOKENS = 32;

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

/** Continues the prompt with the full and the pruned model at once, token by token. */
export async function generate(): Promise<void> {
  const s = store.getState();
  const mask = maskOf(s);
  const { prompt, maxTokens, temperature, seed } = s.prompt;
  const origin = hereOrigin(s);
  const started: Generation = { prompt, mask, running: true, full: EMPTY, pruned: EMPTY };
  const previous = s.generation;
  let shown = started;
  let waiting: number | undefined;
  const flush = () => {
    waiting = undefined;
    store.setState({ generation: shown });
  };
  store.setState({ generation: started });

  const run = await runJob('generate', 'Continuing the prompt', 'The prompt could not be continued', (options) =>
    lab().generate(
      { prompt, maxTokens, temperature, seed, masks: [[], mask.dropped] },
      {
        ...options,
        // Tokens can come faster than frames: those of one frame are shown together.
        onToken: (event) => {
          if (store.getState().jobs.generate?.id !== options.job) return;
          const branch = event.branch === 0 ? 'full' : 'pruned';
          shown = { ...shown, [branch]: append(shown[branch], event) };
          waiting ??= requestAnimationFrame(flush);
        },
      },
    ),
  );
  if (waiting !== undefined) cancelAnimationFrame(waiting);
  if (store.getState().model?.report !== s.model?.report) return;
  if (run.ended === 'done') {
    shown = { ...shown, full: finish(shown.full, run.value, 0), pruned: finish(shown.pruned, run.value, 1) };
    const [full, pruned] = run.value.branches;
    store.setState({ speed: { mask, full: full!.tokensPerSecond, pruned: pruned!.tokensPerSecond, origin } });
  }
  // A newer run has taken the place.
  if (store.getState().jobs.generate) return;
  const nothing = run.ended === 'failed' && shown.full.steps.length === 0;
  store.setState({ generation: nothing ? previous : { ...shown, running: false } });
}

function finish(shown: Continuation, report: GenerateReport, branch: number): Continuation {
  const { text, stopped, tokensPerSecond, promptTokens } = report.branches[branch]!;
  return { ...shown, text, stopped, tokensPerSecond, promptTokens };
}

/** Times the decoding of both models on a short greedy continuation of the calibration text's beginning, or of the prompt. */
export async function measureSpeed(): Promise<void> {
  const s = store.getState();
  const mask = maskOf(s);
  const prompt = (s.calibration.text || s.prompt.prompt).slice(0, 200);
  const run = await runJob('speed', 'Decoding speed', 'The speed could not be measured', async (options) => {
    const alone = async (dropped: typeof mask.dropped, job: string) =>
      (await lab().generate({ prompt, maxTokens: SPEED_TOKENS, temperature: 0, seed: 1, masks: [dropped] }, { job }))
        .branches[0]!.tokensPerSecond;
    const full = await alone(makeMask(mask.blocks).dropped, options.job);
    throwIfOvertaken('speed', options);
    return { full, pruned: mask.dropped.length > 0 ? await alone(mask.dropped, options.job) : full };
  });
  if (run.ended !== 'done' || store.getState().model?.report !== s.model?.report) return;
  store.setState({ speed: { mask, ...run.value, origin: hereOrigin(s) } });
}
