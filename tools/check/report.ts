/** A line of the table. */
export type Line = readonly [label: string, value: string];

/** Three digits, or all of a whole number. */
export const number = (value: number): string =>
  value >= 1000 ? value.toLocaleString('en', { maximumFractionDigits: 0 }) : String(Number(value.toPrecision(3)));
export const percent = (share: number): string => `${number(100 * share)}%`;

export interface ReportOptions {
  /** Parts are begun until so many seconds have passed. */
  readonly seconds: number;
  readonly print?: (line: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** What was found of a card, part by part: printed as it comes, kept for the JSON, and what was wrong by name. */
export class CheckReport {
  readonly results: Record<string, unknown> = {};
  /** Of each part. */
  readonly seconds: Record<string, number> = {};
  /** Parts that failed, or found what must not be. */
  readonly wrong: string[] = [];
  /** Parts that there was no time for. */
  readonly leftOut: string[] = [];
  readonly #began: number;
  readonly #now: () => number;
  readonly #print: (line: string) => void;
  readonly #most: number;
  #part = '';

  constructor({ seconds, print = console.log, now = () => performance.now() }: ReportOptions) {
    [this.#most, this.#print, this.#now] = [seconds, print, now];
    this.#began = now();
  }

  /** Seconds since the beginning. */
  get passed(): number {
    return (this.#now() - this.#began) / 1000;
  }

  line([label, value]: Line): void {
    this.#print(`${label.padEnd(52)} ${value}`);
  }

  /** A word for the end of a line; what is not right makes the part that tells of it wrong. */
  judge(right: boolean): string {
    if (!right) this.#blame(this.#part);
    return right ? '' : '  WRONG';
  }

  /** A part of it, unless the time is up; one that fails is told, and the next goes on. */
  async part<T>(
    name: string,
    measure: () => Promise<T>,
    tell: (measured: T) => readonly Line[],
  ): Promise<T | undefined> {
    const { passed } = this;
    if (passed > this.#most) {
      this.leftOut.push(name);
      this.line([name, `LEFT OUT: ${number(passed)} s have passed`]);
      return undefined;
    }
    this.#part = name;
    try {
      const measured = await measure();
      this.results[name] = measured;
      for (const line of tell(measured)) this.line(line);
      return measured;
    } catch (error) {
      this.#blame(name);
      this.results[name] = { failed: String(error) };
      this.line([name, `FAILED: ${error instanceof Error ? error.message : error}`]);
      return undefined;
    } finally {
      this.seconds[name] = this.passed - passed;
    }
  }

  #blame(part: string): void {
    if (!this.wrong.includes(part)) this.wrong.push(part);
  }

  /** The parts that took longest. */
  get longest(): Line {
    const longest = Object.entries(this.seconds).sort(([, a], [, b]) => b - a);
    return [
      'longest',
      longest
        .slice(0, 5)
        .map(([name, s]) => `${name} ${number(s)} s`)
        .join(', '),
    ];
  }

  /** The last line, and the exit status: 0 where all was done and nothing was wrong. */
  end(): { readonly words: string; readonly status: number } {
    const { wrong, leftOut } = this;
    const said = [
      ...(wrong.length > 0 ? [`Wrong: ${wrong.join(', ')}`] : []),
      ...(leftOut.length > 0 ? [`Left out for want of time: ${leftOut.join(', ')}`] : []),
    ];
    return { words: said.join('. ') || 'All right', status: said.length === 0 ? 0 : 1 };
  }
}
