import { useId, useState } from 'react';
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
  const held = tokenOf(host);
  const name = URL.canParse(host) ? new URL(host).host : host;
  const give = async () => {
    const failure = await giveToken(host, token, inBrowser);
    setWrong(failure && `${failure.message} ${failure.remedy}`);
    if (failure) return;
    setToken('');
    onGiven();
  };
  return (
    <details className={css.card} open={asked || undefined}>
      <summary>Access token, for gated and private models{held && ' (given)'}</summary>
      <p className={css.hint}>
        Sent to {name} and to no other host. {held === 'kept' ? 'This browser keeps it.' : 'It goes with this tab.'}
      </p>
      <div className={css.row}>
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
        <Button disabled={token.trim() === ''} onClick={() => void give()}>
          Use it
        </Button>
        {held && (
          <Button onClick={() => void forgetToken(host).then(() => redraw((n) => n + 1))}>Forget the token</Button>
        )}
      </div>
      <Check label="Keep it in this browser" checked={inBrowser} onChange={setInBrowser} />
      {wrong && (
        <p role="alert" className={css.note}>
          {wrong}
        </p>
      )}
    </details>
  );
}
