import { parseArgs } from 'node:util';
import { LopperError } from '../errors';

/** One option of a command: what stands after it (nothing for a switch) and what it means. */
export interface Option {
  /** `FILE`, `N`, ...; absent for a switch. */
  readonly value?: string;
  /** The value may be left out; where it is not, it comes after an equals sign. */
  readonly optional?: true;
  readonly help: string;
  /** It may be given several times: its values are put together with commas. */
  readonly repeats?: true;
}

export type Options = Readonly<Record<string, Option>>;

/** The words of a command line, sorted out. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** By option name; '' for a switch that is on. */
  readonly values: ReadonlyMap<string, string>;
}

export const usage = (message: string, remedy: string): LopperError => new LopperError('usage', message, remedy);

/** Sorts a command line by the command's options. Throws `usage` for an unknown option, a missing or a needless value. */
export function readArguments(command: string, words: readonly string[], options: Options): Arguments {
  const { tokens, positionals } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value, optional }]) => [
        name,
        { type: value && !optional ? 'string' : 'boolean' } as const,
      ]),
    ),
  });
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const isKnown = token.rawName.startsWith('--') && Object.hasOwn(options, token.name);
    const option = isKnown ? options[token.name] : undefined;
    if (!option) throw usage(`${command} has no option ${token.rawName}.`, `See lopper ${command} --help.`);
    const before = values.get(token.name);
    if (before !== undefined && !option.repeats) throw usage(`--${token.name} is given twice.`, 'Give it once.');
    if (!option.value && token.value !== undefined) {
      throw usage(`--${token.name} takes no value.`, `Leave "=${token.value}" out.`);
    }
    if (option.value && !option.optional && isMissing(token.value, token.inlineValue)) {
      throw usage(
        `--${token.name} needs a value.`,
        `Write --${token.name} ${option.value}${token.value ? `, or --${token.name}=${token.value} if that is it` : ''}.`,
      );
    }
    values.set(token.name, before === undefined ? (token.value ?? '') : `${before},${token.value}`);
  }
  return { positionals, values };
}

/** The next option is no value; a negative number is. */
const isMissing = (value: string | undefined, inline: boolean | undefined) =>
  value === undefined || (!inline && /^-./.test(value) && Number.isNaN(Number(value)));

/** The number after an option, or `fallback`. Throws `usage` for anything but a whole number of `least` or more. */
export function wholeNumber<T>(args: Arguments, name: string, least: number, fallback: T): number | T {
  return numberOf(args, name, fallback, (n) => Number.isInteger(n) && n >= least, `a whole number of ${least} or more`);
}

/** The number after an option, or `fallback`. Throws `usage` unless it is finite and not below 0. */
export function positiveNumber<T>(args: Arguments, name: string, fallback: T): number | T {
  return numberOf(args, name, fallback, (n) => Number.isFinite(n) && n >= 0, 'a number of 0 or more');
}

/** The number after an option, or `fallback`. Throws `usage` unless it is finite. */
export function finiteNumber<T>(args: Arguments, name: string, fallback: T): number | T {
  return numberOf(args, name, fallback, Number.isFinite, 'a number');
}

function numberOf<T>(args: Arguments, name: string, fallback: T, fits: (n: number) => boolean, wanted: string) {
  const text = args.values.get(name);
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (fits(value)) return value;
  throw usage(`--${name} is "${text}".`, `Give ${wanted}.`);
}

/** Without what the options leave undefined, so that it can be laid over what was asked before. */
export const definedOf = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;

/** The value after an option that must be there. Throws `usage`. */
export function required(args: Arguments, name: string, value: string): string {
  const found = args.values.get(name);
  if (found !== undefined) return found;
  throw usage(`--${name} is missing.`, `Add --${name} ${value}.`);
}

/** The value after an option, one of a list. Throws `usage` naming the list. */
export function oneOf<T extends string>(args: Arguments, name: string, choices: readonly T[]): T {
  const found = required(args, name, choices.join('|'));
  const choice = choices.find((c) => c === found);
  if (choice) return choice;
  throw usage(`--${name} is "${found}".`, `Use one of ${choices.join(', ')}.`);
}
