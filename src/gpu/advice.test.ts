import { expect, it } from 'vitest';
import { adviseOn, type Signs } from './advice';
import { chosen } from './dawn';

const card = { path: '/dev/dri/renderD128', maker: 'NVIDIA', usable: true } as const;
const software = { description: 'llvmpipe', software: true };
const real: Signs = {
  platform: 'linux',
  dawn: { loader: 'system' },
  cards: [card],
  adapters: ['NVIDIA GeForce RTX 4070', 'llvmpipe (LLVM 19)'],
  used: { description: 'NVIDIA: 570.86', software: false },
};
const told = (signs: Partial<Signs>) =>
  adviseOn({ ...real, ...signs })
    .map(({ trouble, remedy }) => `${trouble} ${remedy}`)
    .join('\n');

it('says nothing where the only card computes', () => {
  expect(told({})).toBe('');
});

it('says nothing of missing drivers where the adapter that was asked for is all that is not there', () => {
  expect(told({ cards: [], used: undefined, adapters: ['llvmpipe (LLVM 19)'] })).toBe('');
});

it.each<[string, Partial<Signs>, RegExp]>([
  ['no Vulkan loader', { dawn: { loader: 'missing' }, used: undefined, adapters: [] }, /apt install libvulkan1/],
  ['a card without its driver', { used: software, adapters: ['llvmpipe (LLVM 19)'] }, /of NVIDIA.*Install NVIDIA/],
  [
    'a card that may not be opened',
    { cards: [{ ...card, usable: false }], used: software },
    /renderD128.*usermod -aG render/,
  ],
  [
    'a software driver named by the environment',
    { dawn: { loader: 'system', named: '/x/lvp_icd.json' }, used: software },
    /lvp_icd\.json.*Unset VK_DRIVER_FILES/,
  ],
  ['no card at all', { cards: [], used: software, adapters: ['llvmpipe'] }, /No graphics card shows.*--gpus all/],
  ['nothing that computes', { cards: [], used: undefined, adapters: [] }, /no software driver.*mesa-vulkan-drivers/],
  [
    'two cards, of which one computes',
    { adapters: ['Intel UHD 770', 'NVIDIA GeForce RTX 4070'] },
    /2 adapters: 1 Intel UHD 770, 2 NVIDIA.*--adapter N/,
  ],
  [
    'two cards of one name',
    {
      cards: ['0000:01:00.0', '0000:41:00.0'].map((address) => ({ ...card, address })),
      adapters: ['RTX 4090', 'RTX 4090'],
    },
    /Two adapters are called RTX 4090.*pci-0000_01_00_0 or DRI_PRIME=pci-0000_41_00_0/,
  ],
  [
    'a card whose name another, listed before, begins with',
    { adapters: ['RTX 4070 Ti', 'RTX 4070'] },
    /RTX 4070 cannot be chosen, since RTX 4070 Ti comes before it.*DRI_PRIME/,
  ],
])('%s is named, with what to do', (_, signs, words) => {
  expect(told(signs)).toMatch(words);
});

it('an adapter is chosen by its number or a part of its name, and one that is not there is named with those that are', () => {
  const names = ['Intel UHD 770', 'NVIDIA GeForce RTX 4070'];
  expect(chosen('2', names)).toBe(names[1]);
  expect(chosen('rtx', names)).toBe(names[1]);
  for (const asked of ['0', '3', 'radeon']) expect(() => chosen(asked, names)).toThrow(/1 Intel UHD 770, 2 NVIDIA/);
  expect(() => chosen('1', [])).toThrow(/none at all/);
});

it('an adapter that Dawn would take another for is refused: it goes by the first name that contains what is asked', () => {
  expect(chosen('1', ['RTX 4090', 'RTX 4090'])).toBe('RTX 4090');
  expect(() => chosen('2', ['RTX 4090', 'RTX 4090'])).toThrow(/2 is called RTX 4090.* contains that.*: 1, RTX 4090/);
  const larger = ['RTX 4070 Ti', 'RTX 4070'];
  expect(chosen('1', larger)).toBe('RTX 4070 Ti');
  expect(chosen('4070 t', larger)).toBe('RTX 4070 Ti');
  for (const asked of ['2', 'rtx 4070'])
    expect(() => chosen(asked, larger)).toThrow(/2 is called RTX 4070, .* contains that.*: 1, RTX 4070 Ti/);
  // Listed the other way round each has a name that no earlier one contains.
  expect(larger.map((_, i) => chosen(String(i + 1), larger.toReversed()))).toEqual(larger.toReversed());
});
