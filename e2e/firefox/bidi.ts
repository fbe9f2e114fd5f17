/** As much of WebDriver BiDi (https://w3c.github.io/webdriver-bidi) as a person's ways through a page take. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS = 90_000;
/** Between two looks at what is waited for. */
const LOOK_MS = 50;
/** A person's patience with anything. */
const PATIENCE_MS = 60_000;

interface Message {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: unknown;
  readonly method?: string;
  readonly params?: { readonly text?: string | null; readonly level?: string };
  readonly error?: string;
  readonly message?: string;
}

/** What a page hands over: plain data, or an element by its number. */
interface Remote {
  readonly type: string;
  readonly value?: unknown;
  readonly sharedId?: string;
}

/** A Firefox of its own, with a profile that goes with it. */
export class Firefox {
  readonly #asked = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #last = 0;

  private constructor(
    readonly process: ChildProcess,
    readonly profile: string,
    readonly socket: WebSocket,
    /** What pages have complained of on their consoles. */
    readonly complaints: string[] = [],
  ) {
    socket.addEventListener('message', ({ data }) => this.#heard(JSON.parse(String(data)) as Message));
  }

  static async start(
    browser: string,
    preferences: Readonly<Record<string, boolean | number | string>>,
    env: NodeJS.ProcessEnv,
  ): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), 'lopper-firefox-'));
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(profile, 'user.js'), lines.join('\n'));
    const child = spawn(browser, ['--headless', '--remote-debugging-port=0', '--profile', profile], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      const late = setTimeout(() => reject(new Error(`Firefox did not start. It said: ${said}`)), START_MS);
      child.stderr!.on('data', (chunk) => {
        said += chunk;
        const found = /WebDriver BiDi listening on (\S+)/.exec(said)?.[1];
        if (!found) return;
        clearTimeout(late);
        resolve(found);
      });
      child.on('error', reject);
    });
    const socket = new WebSocket(`${address}/session`);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    const firefox = new Firefox(child, profile, socket);
    await firefox.send('session.new', { capabilities: {} });
    await firefox.send('session.subscribe', { events: ['log.entryAdded'] });
    return firefox;
  }

  send(method: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  #heard({ id, type, result, method, params, error, message }: Message): void {
    if (method === 'log.entryAdded' && params?.level === 'error') this.complaints.push(params.text ?? '');
    const asked = this.#asked.get(id ?? 0);
    if (!asked) return;
    this.#asked.delete(id!);
    if (type === 'error') asked.reject(new Error(`${error}: ${message}`));
    else asked.resolve(result);
  }

  async tab(width: number, height: number): Promise<Tab> {
    const { context } = (await this.send('browsingContext.create', { type: 'tab' })) as { context: string };
    const tab = new Tab(this, context);
    await tab.resize(width, height);
    return tab;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    await this.send('browser.close', {}).catch(() => this.process.kill());
    await ended;
    rmSync(this.profile, { recursive: true, force: true });
  }
}

/** A page, and what a person does on it. Elements are named by a CSS selector and what they say, all of it or a pattern. */
export class Tab {
  constructor(
    readonly firefox: Firefox,
    readonly context: string,
  ) {}

  async goto(url: string): Promise<void> {
    await this.firefox.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' });
  }

  async resize(width: number, height: number): Promise<void> {
    await this.firefox.send('browsingContext.setViewport', { context: this.context, viewport: { width, height } });
  }

  async picture(): Promise<Buffer> {
    const asked = { context: this.context };
    const { data } = (await this.firefox.send('browsingContext.captureScreenshot', asked)) as { data: string };
    return Buffer.from(data, 'base64');
  }

  /** What a function comes to in the page, as JSON. */
  async evaluate<A extends readonly unknown[], T>(fn: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const code = `async () => JSON.stringify(await (${fn})(...${JSON.stringify(args)}))`;
    const { value } = await this.#call(code, []);
    return (value === undefined ? undefined : JSON.parse(value as string)) as T;
  }

  /** Waits until a function comes to something true in the page. */
  async until<A extends readonly unknown[], T>(what: string, fn: (...args: A) => T, ...args: A): Promise<T> {
    const began = performance.now();
    while (performance.now() - began < PATIENCE_MS) {
      const found = await this.evaluate(fn, ...args);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s. The page says:\n${await this.#words()}`);
  }

  /** Waits for an element that is seen and says so; without `says`, for any that the selector finds. */
  async see(css: string, says?: string | RegExp): Promise<void> {
    await this.until(`${css} ${says ?? ''}`, FOUND, ...wanted(css, says));
  }

  /** Waits until there is no such element, or it is hidden. */
  async seeNo(css: string, says?: string | RegExp): Promise<void> {
    const code = `(...args) => !(${FOUND})(...args)`;
    const gone = new Function(`return ${code}`)() as (...args: Wanted) => boolean;
    await this.until(`no ${css} ${says ?? ''}`, gone, ...wanted(css, says));
  }

  async text(css: string): Promise<string> {
    await this.see(css);
    return this.evaluate((selector) => document.querySelector(selector)?.textContent ?? '', css);
  }

  /** Moves the pointer there and clicks. */
  async click(css: string, says?: string | RegExp): Promise<void> {
    const element = await this.#element(css, says, true);
    const origin = { type: 'element', element: { sharedId: element } };
    const actions = [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    await this.#act({ type: 'pointer', id: 'mouse', actions });
  }

  /** Clicks into a field and writes over what is there. */
  async write(css: string, text: string): Promise<void> {
    await this.click(css);
    await this.press('a', CONTROL);
    for (const key of text) await this.press(key);
  }

  async press(key: string, ...held: readonly string[]): Promise<void> {
    const down = [...held, key].map((value) => ({ type: 'keyDown', value }));
    const up = [key, ...held].map((value) => ({ type: 'keyUp', value }));
    await this.#act({ type: 'key', id: 'keys', actions: [...down, ...up] });
  }

  /** Gives files to an input, seen or not. */
  async give(css: string, files: readonly string[]): Promise<void> {
    const element = { sharedId: await this.#element(css, undefined, false) };
    await this.firefox.send('input.setFiles', { context: this.context, element, files });
  }

  async #act(source: object): Promise<void> {
    await this.firefox.send('input.performActions', { context: this.context, actions: [source] });
  }

  async #element(css: string, says: string | RegExp | undefined, seen: boolean): Promise<string> {
    const args = wanted(css, says);
    if (seen) await this.see(css, says);
    const code = seen
      ? `() => { const found = (${FOUND})(...${JSON.stringify(args)}, true); found.scrollIntoView({ block: 'center' }); return found; }`
      : `() => document.querySelector(${JSON.stringify(css)})`;
    const { sharedId } = await this.#call(code, []);
    if (!sharedId) throw new Error(`${css} ${says ?? ''}: there is none.`);
    return sharedId;
  }

  #words(): Promise<string> {
    return this.evaluate(() => document.body.textContent.slice(0, 2000));
  }

  async #call(functionDeclaration: string, args: readonly object[]): Promise<Remote> {
    const target = { context: this.context };
    const asked = { functionDeclaration, arguments: args, target, awaitPromise: true };
    const answer = (await this.firefox.send('script.callFunction', asked)) as
      | { type: 'success'; result: Remote }
      | { type: 'exception'; exceptionDetails: { text: string } };
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return answer.result;
  }
}

/** WebDriver's sign for the key. */
export const CONTROL = '\uE009';

type Wanted = readonly [css: string, says: string | null, pattern: boolean];
const wanted = (css: string, says?: string | RegExp): Wanted =>
  says instanceof RegExp ? [css, says.source, true] : [css, says ?? null, false];

/** In the page: the first such element that is seen, or whether there is one. */
const FOUND = (css: string, says: string | null, pattern: boolean, itself = false): unknown => {
  const label = (element: Element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
  const speaks = (element: Element) =>
    says === null || (pattern ? new RegExp(says).test(label(element)) : label(element) === says);
  const found = [...document.querySelectorAll(css)].find((element) => element.checkVisibility() && speaks(element));
  return itself ? found : found !== undefined;
};
