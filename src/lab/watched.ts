import { LopperError } from '../errors';
import type { JobOptions, ModelRequest } from './contract';
import type { Lab } from './jobs';

/** A lab in a thread of its own, and how it is ended with all that it holds. */
export interface Connection {
  readonly lab: Lab;
  /** Once its script is loaded; fails where it does not load. Left out where there is nothing to load. */
  readonly loaded?: Promise<void>;
  end(): void;
}

/** While something is asked of it, a lab is knocked at this often. Counted, not timed: a machine that slept is no hang. */
const KNOCK_MS = 1000;
/**
 * Knocks without an answer after which it is given up: to read a megabyte as tokens may take half as long. Fewer where
 * someone has pressed Cancel.
 */
const MOST_SILENT = 60;
const MOST_SILENT_CANCELLED = 5;

interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
  cancelled: boolean;
  resolve(value: unknown): void;
  fail(error: unknown): void;
}

/**
 * A lab that comes back. What a file brings along (a pattern, a template, a count that one changed byte made huge) may keep
 * a thread busy without end, and nothing within it can stop that: so it is ended from here, what was asked of it fails by
 * name, and a new one takes its place with the model that was open.
 */
export function watchedLab(connect: () => Connection): Lab {
  const watch = new Watch(connect);
  const get = (_: object, method: string | symbol) =>
    typeof method === 'string' && method !== 'then' ? (...args: unknown[]) => watch.ask(method, args) : undefined;
  return new Proxy({}, { get }) as Lab;
}

class Watch {
  readonly #connect: () => Connection;
  #connection?: Connection;
  /** What is not answered yet, the oldest first. */
  readonly #calls = new Set<Call>();
  /** While a new lab is given what the one before had. */
  #revived?: Promise<unknown>;
  #opened?: ModelRequest;
  #settings = {};
  /** By host. */
  readonly #tokens = new Map<unknown, readonly unknown[]>();
  #timer?: ReturnType<typeof setInterval>;
  /** How long its script takes to load is the network's matter, and no hang. */
  #loaded = false;
  /** Why the model that was open is not any more. */
  #lost?: LopperError;
  #knocked = false;
  #silent = 0;

  constructor(connect: () => Connection) {
    this.#connect = connect;
  }

  ask(method: string, args: readonly unknown[]): Promise<unknown> {
    for (const call of this.#calls) {
      if (method === 'cancel' && jobOf(call) === args[0]) call.cancelled = true;
    }
    return new Promise((resolve, fail) => {
      const call: Call = { method, args, cancelled: false, resolve, fail };
      // Without a wait where there is nothing to wait for: what is asked arrives in the order in which it was.
      if (this.#revived) void this.#revived.then(() => this.#send(call));
      else this.#send(call);
    });
  }

  #send(call: Call): void {
    this.#connection ??= this.#meet();
    const { lab } = this.#connection;
    this.#calls.add(call);
    this.#timer ??= setInterval(() => this.#knock(), KNOCK_MS);
    const answer = (lab[call.method as keyof Lab] as (...args: readonly unknown[]) => Promise<unknown>)(...call.args);
    // A lab that was given up may still be heard of.
    const isOurs = () => lab === this.#connection?.lab && this.#calls.delete(call);
    answer.then(
      (value) => {
        if (!isOurs()) return;
        this.#remember(call);
        call.resolve(value);
      },
      (error) => {
        if (!isOurs()) return;
        call.fail((error as Partial<LopperError>)?.code === 'model-missing' ? (this.#lost ?? error) : error);
      },
    );
  }

  #meet(): Connection {
    const connection = this.#connect();
    this.#loaded = connection.loaded === undefined;
    const ours = () => connection === this.#connection;
    connection.loaded?.then(
      () => {
        if (ours()) this.#loaded = true;
      },
      (error) => {
        if (!ours()) return;
        const calls = [...this.#calls];
        this.#calls.clear();
        this.#connection = undefined;
        this.#knocked = false;
        connection.end();
        for (const call of calls) call.fail(error);
      },
    );
    return connection;
  }

  #remember({ method, args }: Call): void {
    if (method === 'open') {
      this.#opened = args[0] as ModelRequest;
      this.#lost = undefined;
    }
    if (method === 'useToken') this.#tokens.set(args[0], args);
    if (method === 'configure') this.#settings = { ...this.#settings, ...(args[0] as object) };
  }

  #knock(): void {
    if (this.#calls.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#silent = 0;
      return;
    }
    if (!this.#knocked) {
      const { lab } = this.#connection!;
      const answered = () => {
        if (lab !== this.#connection?.lab) return;
        this.#knocked = false;
        this.#silent = 0;
      };
      this.#knocked = true;
      // No job is called this: all that comes of it is an answer.
      lab.cancel('').then(answered, answered);
      return;
    }
    if (!this.#loaded) return;
    this.#silent++;
    const most = [...this.#calls].some((call) => call.cancelled) ? MOST_SILENT_CANCELLED : MOST_SILENT;
    if (this.#silent >= most) this.#replace();
  }

  /** Ends the lab and takes another. What it was at fails; what waited behind that is asked of the new one. */
  #replace(): void {
    const [calls, opened, seconds] = [[...this.#calls], this.#opened, (this.#silent * KNOCK_MS) / 1000];
    this.#connection?.end();
    this.#connection = undefined;
    this.#calls.clear();
    this.#knocked = false;
    this.#silent = 0;
    // Only once it is open again: a model that hangs in opening is not opened for ever.
    this.#opened = undefined;
    // Jobs run one at a time, the oldest first.
    const atFault = calls.some((call) => call.cancelled) ? calls.filter((call) => call.cancelled) : calls.slice(0, 1);
    for (const call of atFault) call.fail(call.cancelled ? cancelled() : hung(call, seconds));
    const own = (method: string, ...args: unknown[]) =>
      new Promise((resolve, fail) => this.#send({ method, args, cancelled: false, resolve, fail }));
    const reopen = async () => {
      for (const given of this.#tokens.values()) await own('useToken', ...given);
      if (Object.keys(this.#settings).length > 0) await own('configure', this.#settings);
      if (opened) await own('open', opened, { job: 'open again' });
    };
    const revived = reopen()
      .catch((error) => {
        this.#lost = notReopened(error);
      })
      .then(() => {
        if (this.#revived === revived) this.#revived = undefined;
        for (const call of calls) if (!atFault.includes(call)) this.#send(call);
      });
    this.#revived = revived;
  }
}

const jobOf = ({ args }: Call) => (args.at(-1) as JobOptions | undefined)?.job;

const cancelled = () => new LopperError('cancelled', 'The job was cancelled.', 'Start it again when you like.');

const notReopened = (error: Partial<LopperError>) =>
  new LopperError(
    'model-missing',
    `The model that was open could not be opened again: ${error.message}`,
    error.remedy ?? 'Open it anew.',
    { cause: error },
  );

const DOING: Readonly<Record<string, string>> = {
  open: 'opening a model',
  describe: 'looking at a model',
  look: 'looking at a model',
};

const hung = ({ method }: Call, seconds: number) =>
  new LopperError(
    'hung',
    `The part of Lopper that computes gave no sign of life for ${seconds} s while it was ${DOING[method] ?? 'at work'}, and was started anew.`,
    'A pattern or a template of the model’s tokenizer, or a damaged file, may never come to an end: try another text, file or model. The model that was open is opened again.',
  );
