import { DEFAULT_HOST, DEFAULT_REVISION } from '../formats/hub-defaults';
import type { CurveRequest, ModelReport, ModelRequest, Pruning, RecoveredModel } from '../lab/contract';
import type { PartJob, PartReport } from '../lab/files/part-schemas';
import type { ResultModel, ResultOrigin } from '../lab/files/result-file';
import type { LocalLab } from '../lab/lab';
import type { Environment } from '../lab/place/environment';
import type { Sublayer } from '../model/units';
import type { Arguments, Options } from './arguments';
import type { Reporter } from './terminal';

/** What a command works with, model or none. */
export interface Surroundings {
  readonly args: Arguments;
  /** The whole command line, its first word the command. */
  readonly words: readonly string[];
  readonly reporter: Reporter;
  /** Lopper's version. */
  version(): Promise<string>;
  /** A path named on the command line, whole. */
  path(path: string): string;
  /** Text of a file named on the command line, line ends as in Unix. Throws `file-missing`. */
  readText(path: string): Promise<string>;
  readonly environment: Environment;
  /** Opens no device before it is asked for something that needs one. */
  readonly lab: LocalLab;
  /** Runs another command in the same program: the model stays open where it asks for the same. */
  runBeside(other: ReadCommand): Promise<Output>;
}

/** What the commands of one program share: the lab, and the model that is open in it. */
export interface Bench {
  /** Lopper's folder. */
  readonly root: string;
  readonly reporter: Reporter;
  readonly environment: Environment;
  readonly lab: LocalLab;
  /** Opens a model, unless it is the one that is open. */
  open(request: ModelRequest): Promise<ModelReport>;
}

/** A command line, read and checked. */
export interface ReadCommand {
  readonly command: Command;
  readonly args: Arguments;
  run(bench: Bench): Promise<Output>;
}

/** What a command works with once its model is open. */
export interface Session extends Surroundings {
  readonly model: ModelReport;
  /** The mask that `--drop` or `--mask` names; empty where there is neither. */
  mask(): Promise<readonly Sublayer[]>;
  /** What `--recovery` names: what it drops, and what stands there. Throws `mask-mismatch` where another mask is named too. */
  recovery(): Promise<RecoveredModel | undefined>;
  /** The one or the other. */
  pruning(): Promise<Pruning>;
}

/** A result for programs and the same for people. */
export interface Output {
  readonly json: unknown;
  readonly text: string;
  /** It is told, and a failure all the same. */
  readonly failed?: true;
}

/** What a report is told with: what was asked, of which model, and by what. */
export interface Told {
  readonly args: Arguments;
  /** Absent where the job opens models of its own. */
  readonly model?: ResultModel;
  readonly text: ResultOrigin['text'];
  readonly madeBy: Omit<ResultOrigin['madeBy'], 'dtype'> & { readonly dtype?: string };
  /** What the command drops. */
  readonly mask: readonly Sublayer[];
  /** What a curve was asked, to go on from it. */
  readonly request?: Omit<CurveRequest, 'resume'>;
}

/** How a command tells the report of a job that is done in parts. */
export interface Whole<N extends PartJob = PartJob> {
  readonly job: N;
  tell(report: PartReport<N>, told: Told): Output;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly options: Options;
  /** Throws `usage` for what is wrong with the words alone, before a model is opened. */
  check?(args: Arguments): void;
  run(session: Session): Promise<Output>;
  /** Of a command that can do a part of its work (`--part`): how the whole is told. */
  readonly whole?: Whole;
  /** Takes any number of files in place of a model. */
  readonly files?: true;
  /** What is answered without a model, where the words ask for that. */
  readonly alone?: { asked(args: Arguments): boolean; run(surroundings: Surroundings): Promise<Output> };
}

/** Every command has one job. */
export const JOB = 'lopper';

/** Options of every command. */
export const COMMON_OPTIONS: Options = {
  json: { help: 'print JSON' },
  quiet: { help: 'no progress on standard error' },
  revision: { value: 'REV', help: `branch, tag or commit of a model from the hub (${DEFAULT_REVISION})` },
  file: { value: 'NAME', help: 'the .gguf that is meant, of a folder or a model from the hub' },
  precision: { value: 'P', help: 'weights as published, or made of 8 or 4 bits while loading: published|q8|q4' },
  'gpu-memory': {
    value: 'SIZE',
    help: 'weights that stay in GPU memory: all, none, or as many as go into 2GB; others are read anew for each walk',
  },
  host: { value: 'URL', help: `where models are fetched from (HF_ENDPOINT, else ${DEFAULT_HOST})` },
  adapter: { value: 'N', help: 'compute on this adapter, by its number or name in lopper doctor (LOPPER_ADAPTER)' },
  help: { help: 'this text' },
};

/** The option of commands that can do a part of their work. */
export const PART_OPTION: Options = {
  part: { value: 'I/N', help: 'only part I of N of the work, for lopper merge; prints JSON' },
};

/** All options of a command: its own, then those of every command; where both have one, its own counts. */
export const optionsOf = ({ options }: Command): Options => ({ ...options, ...COMMON_OPTIONS, ...options });

/** Options of commands that may drop layers. */
export const MASK_OPTIONS: Options = {
  drop: { value: 'LIST', help: 'drop these: attn:2,ffn:3,block:4-6; blocks count from 0' },
  mask: { value: 'FILE', help: 'drop what a mask file says, of Lopper or of another tool' },
  'mask-as': {
    value: 'READING',
    help: 'what its numbers mean, where that is open: dropped, dropped-1, kept, kept-layers',
  },
};

/** Options of commands that may put something in the place of dropped layers. */
export const RECOVERY_OPTIONS: Options = {
  recovery: {
    value: 'FILE',
    help: 'drop and recover what a file of lopper recover says, or a mask file that says how',
  },
};

/** Options of commands that need a calibration text. */
export const CALIBRATION_OPTIONS: Options = {
  ids: { value: 'FILE', help: 'windows as a JSON list of lists of token ids, taken as they are' },
  text: { value: 'FILE', help: 'a text, cut into windows' },
  'seq-len': { value: 'N', help: 'tokens a window (with --text)' },
  'max-windows': { value: 'N', help: 'no more windows than this (with --text)' },
  'calibration-task': { value: 'NAME', help: "a benchmark's prompts with their right answers, a window an item" },
  limit: { value: 'N', help: 'only the first N items (with --calibration-task)' },
  data: { value: 'PATH', help: 'items of your own, a file or all in a folder (with --calibration-task)' },
};

/** Lines of a table with its columns aligned: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), []);
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}

/** Names and values, one pair a line. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
