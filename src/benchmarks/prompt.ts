/** Puts a prompt together the field's way: description, examples as `text + " " + target`, two new lines after each. */
export const buildContext = (description: string, examples: readonly [text: string, target: string][], text: string) =>
  `${description}${examples.map(([shot, target]) => `${shot} ${target}\n\n`).join('')}${text}`;
