import * as v from 'valibot';
import { LopperError } from '../errors';
import { PRECISIONS, type Precision } from '../model/precision';
import type { Sublayer } from '../model/units';
import { formatDropList, parseDropList } from './drop-list';

/** Longest link that is read, in characters; browsers and chats cut much longer ones. */
const MOST_CHARACTERS = 16_000;

/** What a link carries: which model, which sublayers dropped, a few settings, and which part of the page to open. */
export interface Link {
  readonly model?:
    | { readonly kind: 'bundled' }
    /** `host`: where the files are fetched from; the page's own setting where left out. */
    | {
        readonly kind: 'hub';
        readonly repo: string;
        readonly revision: string;
        readonly host?: string;
        /** The GGUF that is meant, where there are several. */
        readonly file?: string;
      };
  /** What the model's weights are made of while loading; as published where left out. */
  readonly precision?: Exclude<Precision, 'published'>;
  /** In a model's place: the name of a folder on the machine that wrote the link, which only a person can open again. */
  readonly folder?: string;
  /** In a model's place: the name of one whose results ship without its weights. */
  readonly results?: string;
  /** The calibration text, by its name in the page's list. */
  readonly text?: string;
  /** In the order in which they were dropped. Its blocks can be checked only once the model is open. */
  readonly dropped: readonly Sublayer[];
  /** Sublayers that no strategy may drop. */
  readonly locked?: readonly Sublayer[];
  readonly task?: string;
  readonly shots?: number;
  readonly limit?: number;
  readonly prompt?: string;
  /** How the prompt is continued: 0 is greedy; 2 at most. */
  readonly temperature?: number;
  readonly seed?: number;
  /** New tokens. */
  readonly length?: number;
  /** Tokens a calibration window. */
  readonly window?: number;
  /** A tab of the page and a view in it, by the page's own names: which there are is not known here. */
  readonly tab?: string;
  readonly view?: string;
  readonly lesson?: string;
  /** Of the lesson, from 0. */
  readonly step?: number;
  readonly present?: true;
  readonly paper?: true;
}

const wholeNumber = v.pipe(v.string(), v.regex(/^\d{1,6}$/, 'a whole number below 1,000,000'), v.transform(Number));
const atLeast = (least: number) => v.pipe(wholeNumber, v.minValue(least, `${least} or more`));
const name = (pattern: RegExp, what: string) => v.pipe(v.string(), v.regex(pattern, what));
/** What the page calls one of its parts. */
const part = name(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a name in small letters');
const flag = v.pipe(
  v.literal('1', '1'),
  v.transform((): true => true),
);
/** `name` or `owner/name`; no part may be `.` or `..`, which a URL would resolve away. */
const REPO = /^(?!\.{1,2}(?:\/|$))[\w.-]{1,96}(?:\/(?!\.{1,2}$)[\w.-]{1,96})?$/;
const REVISION = /^(?!\.)(?!.*\.\.)[\w./-]{1,128}$/;

/** Folders of a repository and a GGUF; no part leads upwards. */
const GGUF = /^(?!\/)(?!(?:.*\/)?\.{1,2}\/)[^\\?#]{1,200}\.gguf$/i;
const SMALLER = PRECISIONS.filter((p) => p !== 'published');

const fields = v.object({
  model: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => {
        const at = text.indexOf('@');
        return at < 0 ? { repo: text, revision: 'main' } : { repo: text.slice(0, at), revision: text.slice(at + 1) };
      }),
      v.object({
        repo: name(REPO, 'sapling, or owner/name'),
        revision: name(REVISION, 'a branch, tag or commit'),
      }),
    ),
  ),
  host: v.optional(v.pipe(v.string(), v.check(isHost, 'an http or https address'))),
  file: v.optional(name(GGUF, 'the name of a GGUF file')),
  precision: v.optional(v.picklist(SMALLER, `one of ${SMALLER.join(', ')}`)),
  folder: v.optional(v.pipe(v.string(), v.minLength(1, 'a name'), v.maxLength(200, 'at most 200 characters'))),
  results: v.optional(name(/^[\w.-]{1,96}$/, "a model's name")),
  text: v.optional(part),
  drop: v.optional(v.string(), ''),
  lock: v.optional(v.string()),
  task: v.optional(name(/^[a-z0-9_]{1,64}$/, "a task's name")),
  shots: v.optional(wholeNumber),
  limit: v.optional(wholeNumber),
  prompt: v.optional(v.string()),
  temperature: v.optional(
    v.pipe(v.string(), v.regex(/^(?:[01](?:\.\d{1,3})?|2)$/, 'a number from 0 to 2'), v.transform(Number)),
  ),
  seed: v.optional(wholeNumber),
  length: v.optional(atLeast(1)),
  window: v.optional(atLeast(2)),
  tab: v.optional(part),
  view: v.optional(part),
  lesson: v.optional(part),
  step: v.optional(wholeNumber),
  present: v.optional(flag),
  paper: v.optional(flag),
});

/** Writes a link's hash, e.g. `#model=sapling&drop=attn:2,3;ffn:4&task=school`. Settings left out are not written. */
export function formatLink(link: Link): string {
  const { model } = link;
  const parts: [string, string | number | undefined][] = [
    ['model', model?.kind === 'hub' ? `${model.repo}@${model.revision}` : model && 'sapling'],
    ['host', model?.kind === 'hub' ? model.host : undefined],
    ['file', model?.kind === 'hub' ? model.file : undefined],
    ['precision', link.precision],
    ['folder', link.folder],
    ['results', link.results],
    ['text', link.text],
    ['drop', layerList(link.dropped)],
    ['lock', layerList(link.locked ?? [])],
    ['task', link.task],
    ['shots', link.shots],
    ['limit', link.limit],
    ['prompt', link.prompt],
    ['temperature', link.temperature],
    ['seed', link.seed],
    ['length', link.length],
    ['window', link.window],
    ['tab', link.tab],
    ['view', link.view],
    ['lesson', link.lesson],
    ['step', link.step],
    ['present', link.present && 1],
    ['paper', link.paper && 1],
  ];
  const written = parts.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${percentCode(`${value}`)}`]));
  return `#${written.join('&')}`;
}

const layerList = (layers: readonly Sublayer[]) => formatDropList(layers).replace(/,(?=[a-z])/g, ';') || undefined;

/**
 * Reads a link's hash, with or without its `#`. Keys it does not know are passed over, so that an older Lopper opens
 * what it can of a newer link. Throws `link-invalid`, or `mask-invalid` and `mask-mismatch` for its list of layers.
 */
export function parseLink(hash: string): Link {
  const text = hash.replace(/^#/, '');
  if (text.length > MOST_CHARACTERS) {
    throw invalid(`it has ${text.length} characters, more than ${MOST_CHARACTERS}`);
  }
  const given = new Map<string, string>();
  for (const part of text.split('&').filter((p) => p !== '')) {
    const [key, value] = splitOnce(part);
    if (given.has(key)) throw invalid(`"${key}" stands in it twice`);
    given.set(key, value);
  }
  const result = v.safeParse(fields, Object.fromEntries(given));
  if (!result.success) {
    const issue = result.issues[0];
    const key = v.getDotPath(issue)?.split('.')[0] ?? 'it';
    throw invalid(`"${key}" is "${given.get(key)?.slice(0, 80)}", expected ${issue.message}`);
  }
  const { model, host, file, drop, lock, ...settings } = result.output;
  return {
    ...settings,
    dropped: parseDropList(drop),
    ...(lock && { locked: parseDropList(lock) }),
    ...(model && {
      model: isBundled(model)
        ? { kind: 'bundled' }
        : { kind: 'hub', ...model, ...(host && { host }), ...(file && { file }) },
    }),
  };
}

const isBundled = (model: { repo: string; revision: string }) => model.repo === 'sapling' && model.revision === 'main';

function splitOnce(part: string): [string, string] {
  const equals = part.indexOf('=');
  if (equals < 0) throw invalid(`"${part.slice(0, 80)}" has no "="`);
  try {
    return [decodeURIComponent(part.slice(0, equals)), decodeURIComponent(part.slice(equals + 1))];
  } catch (cause) {
    throw invalid(`"${part.slice(0, 80)}" has a broken percent code`, { cause });
  }
}

function isHost(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && (url.protocol === 'https:' || url.protocol === 'http:');
}

/** Percent codes only where a hash needs them, so that a person can read the link. Half a surrogate pair becomes U+FFFD. */
const percentCode = (text: string) =>
  encodeURIComponent(new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text))).replace(
    /%(?:2C|2F|3A|3B|40)/g,
    decodeURIComponent,
  );

const invalid = (what: string, options?: ErrorOptions) =>
  new LopperError(
    'link-invalid',
    `The link cannot be read: ${what}.`,
    'Copy it again, whole, from the page that made it; the lab opens without it as well.',
    options,
  );
