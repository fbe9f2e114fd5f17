import { Fragment } from 'react';
import { Dialog } from '../widgets/dialog';
import css from './keys-dialog.module.css';

const KEYS: readonly (readonly [title: string, keys: readonly (readonly [keys: string, what: string])[]])[] = [
  [
    'Anywhere',
    [
      ['1 to 5', 'the five questions, from Influence to Export'],
      ['Ctrl+Z', 'undo what was dropped or restored last'],
      ['Ctrl+Shift+Z, Ctrl+Y', 'do it again'],
      ['?', 'this list'],
      ['Escape', 'close what is open over the page'],
    ],
  ],
  [
    'In the tower of layers',
    [
      ['arrow keys', 'from layer to layer, up towards the head'],
      ['Space, Enter', 'drop the layer or restore it; with Shift its whole block'],
      ['L', 'lock the layer or unlock it: no click and no strategy drops what is locked'],
      ['Home, End', 'to the block’s number, to its feed-forward layer; with Ctrl to the top or foot of the tower'],
      ['Page Up, Page Down', 'eight blocks on'],
    ],
  ],
  [
    'In a lesson, and before a class',
    [
      ['Page Down', 'the answer, then the next step or figure; a presenter’s clicker sends it'],
      ['Page Up', 'the step or figure before'],
      ['B', 'before a class: a black board, and back'],
      ['J', 'before a class: the address as a code, and back'],
      ['Escape', 'back from the board to the page'],
    ],
  ],
  [
    'In a chart',
    [
      ['arrow keys', 'from point to point, or from cell to cell'],
      ['Enter', 'drop what the point or cell stands for'],
    ],
  ],
];

/** Every key that does something. */
export function KeysDialog() {
  return (
    <Dialog name="keys" title="Keys">
      {KEYS.map(([title, keys]) => (
        <Fragment key={title}>
          <h3 className={css.title}>{title}</h3>
          <dl className={css.keys}>
            {keys.map(([key, what]) => (
              <Fragment key={key}>
                <dt>{key}</dt>
                <dd>{what}</dd>
              </Fragment>
            ))}
          </dl>
        </Fragment>
      ))}
    </Dialog>
  );
}
