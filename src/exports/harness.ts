import { lastPart, type MaskFormat } from './format';
import { quoted } from './shell';

/** Of the tasks here, those that the harness asks in the same words, and by the same name. */
const SHARED =
  /^(arc_easy|arc_challenge|boolq|gsm8k|hellaswag|lambada_openai|mmlu|mmlu_(?!paper|cloze)\w+|openbookqa|piqa|toxigen|truthfulqa_mc[12]|winogrande)$/;

/**
 * The command of lm-evaluation-harness (https://github.com/EleutherAI/lm-evaluation-harness) that asks the exported model
 * what it was asked here.
 */
export const harness: MaskFormat = {
  title: 'lm-evaluation-harness, a command',
  about: 'Asks the checkpoint, once it is exported, the benchmarks that the mask was asked here.',
  loses: 'The mask itself: it is in the checkpoint.',
  units: 'sublayers',
  extension: 'sh',
  write({ model, evaluations = [] }) {
    const folder = `./${lastPart(model.id)}-pruned`;
    const known = evaluations.filter(({ task }) => SHARED.test(task));
    if (known.length === 0) {
      return '# No benchmark that the harness knows was asked of this mask: ask one (Cost, Tasks), or lopper evaluate.\n';
    }
    return known
      .map(({ task, shots, limit }) => {
        const words = ['lm_eval', '--model', 'hf', '--model_args', `pretrained=${folder}`];
        words.push('--tasks', task, '--num_fewshot', String(shots));
        if (limit !== undefined) words.push('--limit', String(limit));
        return `${words.map(quoted).join(' ')}\n`;
      })
      .join('');
  },
};
