import { DEFAULT_HOST } from '../../formats/hub-defaults';
import { measuredNamed } from '../../lab/contract/measured-models';
import type { Link } from '../../pruning/link';
import { maskFromSublayers } from '../../pruning/mask';
import { setMask } from '../store/masks';
import { notifyFailure, tell } from '../store/notify';
import { sameSource } from '../store/open';
import { isTab, isView, routeAtFirst, tabOf, towards, VIEWS } from '../store/route';
import { changeOpen, store } from '../store/store';
import { loadText } from './calibration';
import { toFailure } from './failure';
import { awaitFolder, openModel } from './open-model';
import { openMeasured } from './open-results';

/** Puts a link's settings in force and opens its part of the page. Names that this page does not know are passed over. */
export function applySettings(link: Link): void {
  const { prompt, temperature, seed, length } = link;
  store.setState((s) => ({
    prompt: {
      prompt: prompt ?? s.prompt.prompt,
      temperature: temperature ?? s.prompt.temperature,
      seed: seed ?? s.prompt.seed,
      maxTokens: length ?? s.prompt.maxTokens,
    },
  }));
  applyRoute(link);
}

/** Opens a link's part of the page: the first tab, or a tab's first view, where it names none that there is. */
function applyRoute({ tab, view, lesson, step = 0, present, paper }: Link): void {
  store.setState(({ route: { views } }) => ({
    route: towards(
      { ...routeAtFirst.route, views },
      {
        ...(isTab(tab)
          ? { tab, view: isView(view) && tabOf(view) === tab ? view : VIEWS[tab][0] }
          : isView(view) && { view }),
        lesson: lesson === undefined ? undefined : { name: lesson, step },
        present: present === true,
        paper: paper === true,
      },
    ),
  }));
}

/**
 * Opens the model of a link, with its mask. Another host than the usual one is asked only once a person, seeing its name,
 * says so; a folder only a person can open.
 */
export async function openLinked({ model, folder, results, precision, dropped, locked }: Link): Promise<void> {
  const measured = results === undefined ? undefined : measuredNamed(results);
  if (measured) {
    await openMeasured(measured, { dropped, locked });
  } else if (results !== undefined) {
    tell(`Nothing of ${results} was measured beforehand`, 'Open it with its weights, under Model, to measure it here.');
  } else if (folder !== undefined) {
    awaitFolder(folder, { dropped, locked }, precision);
    tell(
      `${folder} is a folder on a machine of yours`,
      'Open it again, under Model or by dropping it on the page, and what was dropped in it is as it was.',
    );
  } else if (model?.kind === 'hub') {
    const { repo, revision, host = DEFAULT_HOST, file } = model;
    const request = { repo, revision, host, ...(file && { file }), ...(precision && { precision }) };
    if (new URL(host).origin === DEFAULT_HOST) {
      await openModel({ kind: 'hub', ...request }, { dropped, locked });
      return;
    }
    tell(
      'The link asks for a model from another place',
      `${repo} would come from ${new URL(host).href}. Nothing was asked of it yet: open it only if you know who runs it.`,
      { kind: 'open', model: request, dropped, locked },
    );
  }
}

/** A link put into the address of the open page: everything it says, the mask as a step that can be undone. */
export async function followLink(link: Link): Promise<void> {
  applySettings(link);
  void loadText(link.text, link.window);
  if (isOpen(link)) applyMask(link);
  else await openAnother(link);
}

/** Back or forward: the part of the page, and the model where that was another. The mask stays as it is. */
export async function followHistory(link: Link): Promise<void> {
  applyRoute(link);
  if (!isOpen(link)) await openAnother(link);
}

async function openAnother(link: Link): Promise<void> {
  const { model, precision } = link;
  if (model?.kind === 'bundled') await openModel({ kind: 'bundled', ...(precision && { precision }) }, link);
  else await openLinked(link);
}

/** Whether the link is about the open model; one that names none is about any. */
function isOpen({ model, folder, results, precision }: Link): boolean {
  const { source, report } = store.getState().open.model ?? {};
  if (results !== undefined) return source?.kind === 'results' && source.name === results;
  if (report?.precision !== precision && (model !== undefined || folder !== undefined)) return false;
  if (folder !== undefined) return source?.kind === 'files' && source.name === folder;
  return !model || (source !== undefined && sameSource(source, model));
}

function applyMask({ dropped, locked = [] }: Link): void {
  const blocks = store.getState().open.model?.report.blocks;
  if (blocks === undefined) return;
  try {
    setMask(maskFromSublayers(blocks, dropped));
    changeOpen({ locked: locked.filter(({ block }) => block < blocks) });
  } catch (error) {
    notifyFailure('The link’s layers were not dropped', toFailure(error));
  }
}
