import { useId, useRef, useState } from 'react';
import { forgetToken, giveToken, tokenOf } from '../../actions/tokens';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import css from './model.module.css';

/** An access token of a host, for models that are gated or private: in memory, in the browser only where that is asked. */
export function TokenForm({ host, asked, onGiven }: { host: string; asked: boolean; onGiven: () => void }) {
  const [token, setToken] = useState('');
  const [inBrowser, setInBrowser] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const [, redraw] = useState(0);
  const id = useId();
  const summary = useRef<HTMLElement>(null);
  const held = tokenOf(host);
  const name = URL.canParse(host) ? new URL(host).host : host;
  const give = async () => {
    const failure = await giveToken(host, token, inBrowser);
    setWrong(failure && `${failure.message} ${failure.remedy}`);
    if (failure) return;
    setToken('');
    // The button that had the focus has nothing more to do.
    summary.current?.focus();
    onGiven();
  };
  const forget = async () => {
    await forgetToken(host);
    redraw((n) => n + 1);
    summary.current?.focus();
  };
  return (
    <details className={css.card} open={asked || undefined}>
      <summary ref={summary}>Access token, for gated and private models{held && ' (given)'}</summary>
      <p className={css.hint}>
        Sent to {name} and to no other host. {held === 'kept' ? 'This browser keeps it.' : 'It goes with this tab.'}
      </p>
      <form
        className={css.row}
        onSubmit={(e) => {
          e.preventDefault();
          void give();
        }}
      >
        <label htmlFor={id} className="visually-hidden">
          Access token
        </label>
        <input
          id={id}
          type="password"
          autoComplete="off"
          placeholder="hf_…"
          value={token}
          onChange={(e) => setToken(e.target.value)}
        />
        <Button type="submit" disabled={token.trim() === ''}>
          Use it
        </Button>
        {held && <Button onClick={() => void forget()}>Forget the token</Button>}
      </form>
      <Check label="Keep it in this browser" checked={inBrowser} onChange={setInBrowser} />
      {wrong && (
        <p role="alert" className={css.note}>
          {wrong}
        </p>
      )}
    </details>
  );
}
