import type { DawnFacts } from './dawn';
import { type Card, howToShowAnother } from './vulkan';

/** What stands between this machine and its best, and what to do about it. */
export interface Advice {
  readonly trouble: string;
  readonly remedy: string;
}

/** What a machine shows of itself, seen from Node. */
export interface Signs {
  readonly platform: string;
  readonly dawn: DawnFacts;
  readonly cards: readonly Card[];
  /** Names of all adapters, and what the one that computes says of itself; absent where there is none. */
  readonly adapters: readonly string[];
  readonly used?: { readonly description: string; readonly software: boolean };
}

const DRIVERS: Readonly<Record<Card['maker'], string>> = {
  NVIDIA:
    'Install NVIDIA’s driver with its Vulkan part; in a container, start it with NVIDIA_DRIVER_CAPABILITIES=all (Docker: --gpus all).',
  AMD: 'Install Mesa’s Vulkan drivers: apt install mesa-vulkan-drivers, or dnf install mesa-vulkan-drivers.',
  Intel: 'Install Mesa’s Vulkan drivers: apt install mesa-vulkan-drivers, or dnf install mesa-vulkan-drivers.',
  Microsoft: 'Install the card’s own driver on Windows, and in WSL Mesa 24 or newer.',
  unknown: 'Install its Vulkan driver: for most cards apt install mesa-vulkan-drivers.',
};

const SOFTWARE = /swiftshader|llvmpipe|lavapipe/i;

/** What is missing, the most pressing first; nothing where a card computes and there is no other. */
export function adviseOn({ platform, dawn, cards, adapters, used }: Signs): Advice[] {
  const all: Advice[] = [];
  const say = (trouble: string, remedy: string) => all.push({ trouble, remedy });
  if (platform === 'linux' && dawn.loader === 'missing') {
    say(
      'Vulkan’s loader, libvulkan.so.1, is not here, and nothing can compute without it.',
      'Install it: apt install libvulkan1, dnf install vulkan-loader, or pacman -S vulkan-icd-loader.',
    );
  }
  for (const { path } of cards.filter((c) => !c.usable)) {
    say(
      `This user may not open ${path}, the graphics card.`,
      'Join the group it belongs to (sudo usermod -aG render "$USER") and log in again.',
    );
  }
  const onCard = used !== undefined && !used.software;
  if (!onCard && dawn.named !== undefined && (used || adapters.length === 0)) {
    say(
      `The environment names ${dawn.named} as the only driver${used ? ', which computes on the processor' : ', and it has no adapter'}.`,
      'Unset VK_DRIVER_FILES and VK_ICD_FILENAMES for the graphics card.',
    );
  } else if (!onCard && cards.some((c) => c.usable)) {
    for (const { maker, path } of cards.filter((c) => c.usable)) {
      const card = maker === 'unknown' ? 'A graphics card' : `A graphics card of ${maker}`;
      say(`${card} is here (${path}), and Vulkan has no driver for it.`, DRIVERS[maker]);
    }
  } else if (!onCard && cards.length === 0 && platform === 'linux' && (used || adapters.length === 0)) {
    say(
      used
        ? 'No graphics card shows: a program on the processor computes, every number right, and ten to a thousand times slower.'
        : 'No graphics card shows, and no software driver either.',
      used
        ? 'If there is one, pass it into the container or virtual machine (Docker: --gpus all, or --device /dev/dri).'
        : 'Install Mesa’s software driver (apt install mesa-vulkan-drivers) or Chromium, or pass a card into the container.',
    );
  } else if (used?.software) {
    say('A program on the processor computes, not a graphics card.', 'Install or update the graphics driver.');
  }
  const others = adapters.filter((name) => !SOFTWARE.test(name));
  if (adapters.length > 1 && (others.length > 1 || (others.length === 1 && !onCard))) {
    say(
      `There are ${adapters.length} adapters: ${adapters.map((name, i) => `${i + 1} ${name}`).join(', ')}.`,
      'If the wrong one computes, choose with --adapter N, or LOPPER_ADAPTER=N for every command.',
    );
  }
  const hidden = others.find((name, i) => others.findIndex((other) => other.includes(name)) < i);
  if (hidden !== undefined) {
    const first = others.find((other) => other.includes(hidden));
    say(
      first === hidden
        ? `Two adapters are called ${hidden}, and only the first of them can be chosen.`
        : `${hidden} cannot be chosen, since ${first} comes before it and its name contains the other’s.`,
      howToShowAnother(cards),
    );
  }
  return all;
}
