import type { Options } from './arguments';
import { type Command, optionsOf } from './command';

/** What `lopper --help` prints. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((c) => c.name.length));
  return `Lopper drops layers of a language model and shows what each was worth.

${commands.map((c) => `  lopper ${c.name.padEnd(width)}  ${c.summary}`).join('\n')}

MODEL is a folder in Hugging Face layout, a .gguf or a folder with one, a hub id such as HuggingFaceTB/SmolLM2-135M, with
@REVISION where another than main is meant, its address, or sapling, which ships with Lopper. Models in the Hugging Face cache
are read there; HF_TOKEN, HF_ENDPOINT, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE mean what they mean to its tools. lopper COMMAND --help tells a command's options.
`;
}

/** What `lopper COMMAND --help` prints. */
export const helpFor = (command: Command): string =>
  `${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.

  ${command.usage}

${list(optionsOf(command))}
`;

function list(options: Options): string {
  const names = Object.entries(options).map(
    ([name, { value, optional }]) => `--${name}${value ? (optional ? `[=${value}]` : ` ${value}`) : ''}`,
  );
  const width = Math.max(...names.map((n) => n.length));
  return Object.values(options)
    .map(({ help }, i) => `  ${names[i]!.padEnd(width)}  ${help}`)
    .join('\n');
}
