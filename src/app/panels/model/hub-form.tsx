import { useEffect, useId, useRef, useState } from 'react';
import { readHubAddress, readHubName } from '../../../formats/hub-address';
import { DEFAULT_HOST, DEFAULT_REVISION } from '../../../formats/hub-defaults';
import type { ModelRequest } from '../../../lab/contract';
import { type Looked, lookAtHub } from '../../actions/hub';
import { Button } from '../../widgets/button';
import { useKept } from '../../widgets/use-kept';
import { HubLookView, lookWords } from './hub-look';
import css from './model.module.css';
import { openFromDialog } from './open-from-dialog';
import { TokenForm } from './token-form';

/** What is asked for, as it is typed. */
export interface HubAsked {
  readonly repo: string;
  readonly revision: string;
  readonly host: string;
  /** The GGUF that is meant; empty: none. */
  readonly file: string;
}

export const ASKED_AT_FIRST: HubAsked = { repo: '', revision: DEFAULT_REVISION, host: DEFAULT_HOST, file: '' };

type HubRequest = ModelRequest & { readonly kind: 'hub' };

/** What is typed as a request: an id may be an address, or carry its revision. */
export function requestOf({ repo, revision, host, file }: HubAsked): HubRequest {
  const named = { file: file.trim(), ...readName(repo) };
  return {
    kind: 'hub',
    repo: named.repo ?? repo.trim(),
    revision: named.revision ?? (revision.trim() || DEFAULT_REVISION),
    host: named.host ?? host.trim(),
    ...(named.file !== '' && { file: named.file }),
  };
}

/** What is no model's name is refused, by name, where it is asked for. */
function readName(text: string): Partial<Omit<HubAsked, 'repo'>> & { readonly repo?: string } {
  try {
    return readHubName(text) ?? {};
  } catch {
    return {};
  }
}

/** A model's address, copied from a browser; what is no such address is refused where it is asked for. */
function addressIn(text: string) {
  try {
    return readHubAddress(text);
  } catch {
    return undefined;
  }
}

/** What was asked for last, what came back, and until then what was known of the same model before. */
interface Looking {
  readonly of: HubRequest;
  readonly found?: Looked;
  readonly before?: Looked;
}

const keyOf = (request: HubRequest): string => JSON.stringify(request);
const modelOf = ({ host, repo }: HubRequest): string => `${host}/${repo}`;

/** A published model by its id: first a look at what it is and how large, then the download. */
export function HubForm({ disabled, focused = false }: { disabled: boolean; focused?: boolean }) {
  const [asked, setAsked] = useKept('hub.asked', ASKED_AT_FIRST);
  const [looked, setLooked] = useState<Looking>();
  const latest = useRef('');
  const id = useId();
  const submit = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focused) submit.current?.focus();
  }, [focused]);
  const request = requestOf(asked);
  // What is shown is about what is typed, or nothing is.
  const current = looked && keyOf(looked.of) === keyOf(request) ? looked : undefined;
  const { found } = current ?? {};
  // Another branch or file is chosen where the one before was: that stays until the answer is there.
  const shown = found ?? current?.before;
  const refused = found?.failure?.code === 'token-refused' || /\((401|403)\)/.test(found?.failure?.message ?? '');
  const change = (part: Partial<HubAsked>) => setAsked({ ...asked, ...part });
  const look = async (of: HubRequest) => {
    latest.current = keyOf(of);
    setAsked({ repo: of.repo, revision: of.revision, host: of.host, file: of.file ?? '' });
    setLooked((last) => ({
      of,
      before: last && modelOf(last.of) === modelOf(of) ? (last.found ?? last.before) : undefined,
    }));
    const found = await lookAtHub(of);
    if (latest.current === keyOf(of)) setLooked({ of, found });
  };
  const field = (name: keyof HubAsked, label: string, props: React.ComponentProps<'input'>) => (
    <>
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        spellCheck={false}
        autoCapitalize="off"
        value={asked[name]}
        onChange={(e) => change({ [name]: e.target.value })}
        {...props}
      />
    </>
  );
  return (
    <>
      <form
        className={css.form}
        onSubmit={(e) => {
          e.preventDefault();
          void look(request);
        }}
      >
        {field('repo', 'Model id', {
          required: true,
          placeholder: 'owner/name, or its address',
          // An address that is pasted becomes what it shows at once.
          onChange: (e) => {
            const address = addressIn(e.target.value);
            change(address ? { revision: DEFAULT_REVISION, file: '', ...address } : { repo: e.target.value });
          },
        })}
        {field('revision', 'Revision', {})}
        {field('file', 'GGUF file', { placeholder: 'none: safetensors' })}
        {field('host', 'Host', { type: 'url', required: true })}
        <div className={css.submit}>
          <Button ref={submit} look={shown ? 'plain' : 'primary'} type="submit" disabled={asked.repo.trim() === ''}>
            Look at it
          </Button>
          <p className={css.hint}>
            Fetched from this host and no other, straight into this page. A mirror or a local server serves as well.
          </p>
        </div>
      </form>
      <p role="status" className={shown ? 'visually-hidden' : 'small soft'}>
        {current && !found && `Looking at ${request.repo}…`}
        {found && lookWords(request, found)}
      </p>
      {shown && (
        <HubLookView
          key={modelOf(request)}
          looked={shown}
          waiting={!found}
          refused={refused}
          request={request}
          disabled={disabled}
          onChoose={(choice) => void look({ ...request, ...choice })}
          onOpen={(precision) => void openFromDialog({ ...request, ...(precision !== 'published' && { precision }) })}
        />
      )}
      <TokenForm host={request.host} asked={refused} onGiven={() => asked.repo.trim() !== '' && void look(request)} />
    </>
  );
}
