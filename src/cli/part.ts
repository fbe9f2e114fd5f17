import type { ModelReport, Part } from '../lab/contract';
import { partName } from '../lab/contract/part';
import { factsOf, partFile } from '../lab/files/part-file';
import type { PartJob, PartReport } from '../lab/files/part-schemas';
import type { ResultOrigin } from '../lab/files/result-file';
import type { Sublayer } from '../model/units';
import { type Arguments, usage } from './arguments';
import type { Output, Surroundings, Told, Whole } from './command';

/** What `--part` says; undefined without it. Throws `usage`. */
export function readPart(args: Arguments): Part | undefined {
  const text = args.values.get('part');
  if (text === undefined) return undefined;
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (!index || !of || index > of) {
    throw usage(`--part is "${text}".`, 'Give which part of how many, such as 2/4; the first is 1.');
  }
  if (args.values.has('resume')) {
    throw usage('--part and --resume are both given.', 'Run the part anew; more parts are shorter ones.');
  }
  return { index, of };
}

/** A session, or what growth has: it opens its models itself. */
type Telling = Surroundings & { readonly model?: ModelReport; mask?(): Promise<readonly Sublayer[]> };

/** As it would be typed: what a shell would take apart stands in quotes. */
const commandLine = (words: readonly string[]): string =>
  ['lopper', ...words]
    .map((word) => (/^[\w./:=,+%@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');

/** What a report is told with. */
export async function toldOf(session: Telling, text: ResultOrigin['text']): Promise<Told> {
  const { args, lab, model, version, words } = session;
  const { vendor, description } = await lab.start();
  const adapter = [vendor, description].filter(Boolean).join(' ');
  return {
    ...{ args, text },
    ...(model && { model }),
    madeBy: { lopper: await version(), adapter, command: commandLine(words), ...(model && { dtype: model.dtype }) },
    mask: (await session.mask?.()) ?? [],
  };
}

/** A job's report as its command tells it, or a part of one as the file that `lopper merge` reads. */
export async function tellReport<N extends PartJob, R extends { readonly part?: Part }>(
  session: Telling,
  { job, tell }: Whole<N>,
  request: R,
  report: PartReport<N>,
  text: ResultOrigin['text'],
  /** What of the request is kept beside the report. */
  kept?: Told['request'],
): Promise<Output> {
  const { part } = request;
  const told = { ...(await toldOf(session, text)), ...(kept && { request: kept }) };
  if (!part) return tell(report, told);
  const { model, madeBy, mask: dropped } = told;
  const asked = await factsOf(request);
  const json = partFile({
    ...{ job, part, madeBy, text, asked, dropped, report },
    ...(model && { model }),
    ...(kept && { request: kept }),
    words: session.words,
  });
  session.reporter.note(`Part ${partName(part)}: lopper merge puts the files of all parts together.`);
  return { json, text: JSON.stringify(json) };
}
