import { generate } from 'lean-qr';
import { useMemo } from 'react';
import css from './present.module.css';

/** White modules around a code, which readers need to find it. */
const QUIET = 3;

/** A page's address to be typed, and as a code to be pointed a phone at: dark on white in every theme. */
export function Join({ address, large }: { address: string; large?: boolean }) {
  const { size, path } = useMemo(() => codeOf(address), [address]);
  const box = `${-QUIET} ${-QUIET} ${size + 2 * QUIET} ${size + 2 * QUIET}`;
  const { host, hostname, pathname } = new URL(address);
  const here = hostname === 'localhost' || /^127\./.test(hostname);
  return (
    <div className={large ? css.joinLarge : css.join}>
      <svg viewBox={box} role="img" aria-label={`QR code of ${address}`} shapeRendering="crispEdges">
        <rect x={-QUIET} y={-QUIET} width="100%" height="100%" fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      {large && (
        <p className={css.address}>
          {`${host}${pathname}`.replace(/\/$/, '')}
          {here && <span className={css.soft}>This address leads to this machine alone.</span>}
        </p>
      )}
    </div>
  );
}

function codeOf(address: string): { size: number; path: string } {
  const code = generate(address);
  const { size } = code;
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  return { size, path };
}
