import { useEffect, useRef, useState } from 'react';
import { ggufModels } from '../../../formats/gguf/names-of-files';
import type { HubLook, ModelRequest } from '../../../lab/contract';
import type { Precision } from '../../../model/precision';
import type { Looked } from '../../actions/hub';
import { Button } from '../../widgets/button';
import { Select } from '../../widgets/select';
import { bytes, count, plural } from '../../words/format';
import { PRECISION_NAMES } from '../../words/precision';
import css from './model.module.css';

type HubRequest = ModelRequest & { readonly kind: 'hub' };

interface Props {
  readonly looked: Looked;
  /** The answer about what is asked for now is still on its way. */
  readonly waiting: boolean;
  /** The hub wants an access token, or another one. */
  readonly refused: boolean;
  readonly request: HubRequest;
  readonly disabled: boolean;
  onChoose(choice: Partial<HubRequest>): void;
  onOpen(precision: Precision): void;
}

/** What a hub says of a model, what else it has, and the button that begins the download: its size is on it. */
export function HubLookView({ looked, waiting, refused, request, disabled, onChoose, onOpen }: Props) {
  const { look, listing, failure } = looked;
  const view = useRef<HTMLElement>(null);
  // The form may fill the dialog: what it was asked for would stay out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it scrolls with each answer, of which it reads nothing
  useEffect(() => void view.current?.scrollIntoView({ block: 'nearest' }), [looked]);
  const [precision, setPrecision] = useState<Precision>('published');
  const revisions = listing.revisions ?? [];
  const ggufs = ggufModels((listing.files ?? []).map(({ path }) => path));
  /** Weights in Hugging Face layout. */
  const others = listing.files?.some(({ path }) => /^[^/]+\.(safetensors|bin)$/.test(path)) === true;
  const sizes = new Map(listing.files?.map(({ path, bytes }) => [path, bytes]));
  const left = look && leftOf(look);
  const short = look?.room !== undefined && left !== undefined && look.room < left;
  return (
    <section ref={view} className={css.opening} aria-label="What the hub says">
      {look && (
        <p>
          <strong>{request.repo}</strong>: {look.facts.architecture}, {plural(look.facts.blocks, 'block')},{' '}
          {count(look.facts.parameters)} parameters in {look.facts.dtype}. {bytes(look.bytes)} of weights
          {look.held > 0 && look.held < look.bytes && `, of which ${bytes(look.held)} are here: it goes on from there`}
          {look.held >= look.bytes && ', all of them here already'}.
        </p>
      )}
      {look?.facts.notes?.map((note) => (
        <p key={note} className="small soft">
          {note}
        </p>
      ))}
      {short && (
        <p className={css.note}>
          This browser has room for {bytes(look.room!)}: what does not fit stays in memory and goes with the tab.
        </p>
      )}
      {failure && (
        <p className={css.note} role="alert">
          {failure.message} {failure.remedy} <span className="soft">({failure.code})</span>
        </p>
      )}
      <div className={css.row}>
        {revisions.length > 1 && (
          <Select
            label="Branch or tag"
            shown
            value={request.revision}
            groups={[{ options: options([...new Set([request.revision, ...revisions])]) }]}
            onChange={(revision) => onChoose({ revision })}
          />
        )}
        {ggufs.length > 0 && (
          <Select
            label="File"
            shown
            value={request.file ?? ''}
            groups={[
              {
                options: [
                  ...(request.file === undefined || others
                    ? [{ value: '', text: others ? 'safetensors' : 'choose one' }]
                    : []),
                  ...ggufs.map((path) => ({ value: path, text: `${path}, ${bytes(sizes.get(path) ?? 0)}` })),
                ],
              },
            ]}
            onChange={(file) => onChoose({ file: file || undefined })}
          />
        )}
        {look?.facts.bytesAt && (
          <Select<Precision>
            label="Precision"
            shown
            value={precision}
            groups={[
              {
                options: (Object.keys(PRECISION_NAMES) as Precision[]).map((value) => ({
                  value,
                  text: `${PRECISION_NAMES[value]}, ${bytes(look.facts.bytesAt![value])}`,
                })),
              },
            ]}
            hint="Weights of 8 or 4 bits are made while loading: the download stays the same."
            onChange={(chosen: Precision) => setPrecision(chosen)}
          />
        )}
      </div>
      {(look || (failure?.code === 'download-failed' && !refused)) && (
        <Button look="primary" disabled={disabled || waiting} onClick={() => onOpen(precision)}>
          {waiting ? 'Looking…' : openWords(left)}
        </Button>
      )}
    </section>
  );
}

const leftOf = ({ bytes, held }: HubLook): number => bytes - held;
const openWords = (left: number | undefined): string =>
  left === undefined ? 'Download and open' : left > 0 ? `Download ${bytes(left)} and open` : 'Open';

/** The answer in a sentence, for a screen reader; what went wrong is an alert of its own. */
export const lookWords = ({ repo }: HubRequest, { look }: Looked): string =>
  look
    ? `${repo}: ${plural(look.facts.blocks, 'block')}, ${count(look.facts.parameters)}. ${openWords(leftOf(look))}.`
    : '';

const options = (names: readonly string[]) => names.map((value) => ({ value, text: value }));
