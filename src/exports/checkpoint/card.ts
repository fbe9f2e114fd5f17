import type { ModelFiles } from '../../formats/bytes';
import { formatDropList } from '../../pruning/drop-list';
import type { Mask } from '../../pruning/mask';
import { lastPart } from '../format';
import { HOOK_SCRIPT } from './hook';
import type { CheckpointBase, CheckpointForm, CheckpointPlan } from './plan';

/** What is known of a mask, for its model card. */
export interface CardFacts {
  /** By what measure it was chosen: "one-shot by cosine". */
  readonly chosen?: string;
  /** What the losses are of. */
  readonly text?: string;
  /** Nats per token: of the full model, of the pruned one, of it with what stands in. */
  readonly loss?: { readonly full: number; readonly pruned: number; readonly recovered?: number };
  readonly lopper?: string;
}

/** The card of an exported model: what was dropped, by what measure, what it costs, whose licence it is under. */
export async function cardOf(
  { files, spec }: CheckpointBase & { readonly files: ModelFiles },
  mask: Mask,
  { kept, folded, beside, notes }: CheckpointPlan,
  form: CheckpointForm,
  { chosen, text, loss, lopper }: CardFacts,
  signal?: AbortSignal,
): Promise<string> {
  const license = await licenseOf(files, signal);
  const base = `${files.id}${files.revision ? ` at ${files.revision}` : ''}`;
  const isHub = /^[\w.-]+\/[\w.-]+$/.test(files.id);
  const list = formatDropList(mask.dropped);
  const gone = spec.blocks - kept.length;
  return [
    '---',
    ...(license ? [`license: ${license}`] : []),
    ...(isHub ? [`base_model: ${files.id}`, 'base_model_relation: finetune'] : []),
    'library_name: transformers',
    'tags:',
    '  - pruned',
    '  - depth-pruning',
    '---',
    '',
    `# ${lastPart(files.id)}, pruned`,
    '',
    `${base}, without these layers: \`${list || 'none'}\` (blocks counted from 0).`,
    form === 'llm-drop'
      ? 'The weights are all there; config.json lists what LLM-Drop’s classes leave out.'
      : `${gone === 0 ? 'No block is' : gone === 1 ? '1 block is' : `${gone} blocks are`} gone, and the ${kept.length} that are left are numbered anew. A layer that was dropped alone is still there with its output at zero, which is the same as leaving it out.`,
    ...(folded.length > 0 ? ['', `In the weights is what was fitted for ${folded.join(', ')}.`] : []),
    ...(beside.length > 0
      ? [
          '',
          `What stands in for ${beside.map(({ unit }) => unit).join(', ')} is beside the weights, since stock code has no room for it:`,
          '',
          '```python',
          'from transformers import AutoModelForCausalLM',
          `from ${HOOK_SCRIPT.replace('.py', '')} import LopperRecovery  # in this folder`,
          'model = LopperRecovery(folder).apply(AutoModelForCausalLM.from_pretrained(folder))',
          '```',
        ]
      : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    '## How it was made',
    '',
    `* Chosen: ${chosen ?? 'by hand'}.`,
    ...(loss
      ? [
          `* Loss${text ? ` on ${text}` : ''}, nats per token: ${loss.full.toFixed(4)} full, ${loss.pruned.toFixed(4)} pruned${
            loss.recovered === undefined ? '' : `, ${loss.recovered.toFixed(4)} with what stands in`
          }.`,
        ]
      : ['* Loss: not measured.']),
    `* Licence: ${license ? `${license}, the base model’s` : 'that of the base model'}.`,
    `* Made with Lopper${lopper ? ` ${lopper}` : ''}.`,
    '',
  ].join('\n');
}

/** What the base's own card names. */
async function licenseOf(files: ModelFiles, signal?: AbortSignal): Promise<string | undefined> {
  if (!(await files.has('README.md', signal))) return undefined;
  const text = await files.text('README.md', signal).catch(() => '');
  const head = /^---\n([\s\S]*?)\n---/.exec(text.replaceAll('\r', ''))?.[1] ?? '';
  return /^license:\s*["']?([\w.+-]+)/m.exec(head)?.[1];
}
