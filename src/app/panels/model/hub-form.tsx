import { useId, useRef, useState } from 'react';
import { readHubAddress, readHubName } from '../../../formats/hub-address';
import { DEFAULT_HOST, DEFAULT_REVISION } from '../../../formats/hub-defaults';
import type { ModelRequest } from '../../../lab/contract';
import { type Looked, lookAtHub } from '../../actions/hub';
import { Button } from '../../widgets/button';
import { useKept } from '../../widgets/use-kept';
import { HubLookView } from './hub-look';
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

/** A published model by its id: first a look at what it is and how large, then the download. */
export function HubForm({ disabled }: { disabled: boolean }) {
  const [asked, setAsked] = useKept('hub.asked', ASKED_AT_FIRST);
  const [looked, setLooked] = useState<{ readonly of: string; readonly found?: Looked }>();
  const latest = useRef('');
  const id = useId();
  const request = requestOf(asked);
  const of = JSON.stringify(request);
  // What is shown is about what is typed, or nothing is.
  const current = looked?.of === of ? looked : undefined;
  const { found } = current ?? {};
  const change = (part: Partial<HubAsked>) => setAsked({ ...asked, ...part });
  const look = async (of: HubRequest) => {
    const key = JSON.stringify(of);
    latest.current = key;
    setAsked({ repo: of.repo, revision: of.revision, host: of.host, file: of.file ?? '' });
    setLooked({ of: key });
    const found = await lookAtHub(of);
    if (latest.current === key) setLooked({ of: key, found });
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
            const { repo, ...rest } = addressIn(e.target.value) ?? { repo: e.target.value };
            change({ repo, ...rest });
          },
        })}
        {field('revision', 'Revision', {})}
        {field('file', 'GGUF file', { placeholder: 'none: safetensors' })}
        {field('host', 'Host', { type: 'url', required: true })}
        <div className={css.submit}>
          <Button look={found ? 'plain' : 'primary'} type="submit" disabled={asked.repo.trim() === ''}>
            Look at it
          </Button>
          <p className={css.hint}>
            Fetched from this host and no other, straight into this page. A mirror or a local server serves as well.
          </p>
        </div>
      </form>
      {current && !found && <p className="small soft">Looking at {request.repo}…</p>}
      {found && (
        <HubLookView
          looked={found}
          request={request}
          disabled={disabled}
          onChoose={(choice) => void look({ ...request, ...choice })}
          onOpen={(precision) => void openFromDialog({ ...request, ...(precision !== 'published' && { precision }) })}
        />
      )}
      <TokenForm
        host={request.host}
        asked={found?.failure?.code === 'token-refused' || /\((401|403)\)/.test(found?.failure?.message ?? '')}
        onGiven={() => asked.repo.trim() !== '' && void look(request)}
      />
    </>
  );
}
