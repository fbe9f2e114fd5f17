import { expect, test } from 'vitest';
import { routeAtFirst, TABS, towards, VIEWS, viewOf } from './route';

const { route } = routeAtFirst;

test('a view brings its tab, and a tab comes back with the view it was left with', () => {
  const curves = towards(route, { view: 'curves' });
  expect(curves).toMatchObject({ tab: 'plan', layers: false });
  const cost = towards(curves, { tab: 'cost' });
  expect(viewOf(cost, 'cost')).toBe('texts');
  const back = towards(cost, { tab: 'plan' });
  expect(viewOf(back, 'plan')).toBe('curves');
  expect(viewOf(back, 'export')).toBeUndefined();
});

test('what is not asked for stays as it is', () => {
  const lesson = towards(towards(route, { view: 'stream' }), { lesson: { name: 'drop-a-layer', step: 2 } });
  expect(lesson).toMatchObject({ tab: 'influence', lesson: { step: 2 } });
  expect(towards(lesson, { present: true })).toMatchObject({ lesson: { step: 2 }, present: true });
  expect(towards(lesson, { lesson: undefined }).lesson).toBeUndefined();
});

test('a tab is shown in the place of the paper, and the paper in the place of a tab', () => {
  const paper = towards(route, { paper: true });
  expect(towards(paper, { tab: 'influence' }).paper).toBe(false);
  expect(towards(paper, { view: 'curves', paper: true }).paper).toBe(true);
});

test('a view’s name says its tab', () => {
  const names = TABS.flatMap((tab) => VIEWS[tab] as readonly string[]);
  expect(new Set(names).size).toBe(names.length);
});
