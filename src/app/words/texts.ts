/** What each bundled text is, by its name. */
export const TEXT_WORDS: Readonly<Record<string, string>> = {
  stories: 'Short stories as Sapling was taught to tell, of which it has read none: about 3,000 tokens.',
  short:
    'One of each kind of text that Sapling knows: a story, a fact, a question, a sum. Quick, and too short to be sure.',
  prose: 'A tale of a kitchen, about a thousand words: for any model that reads English.',
  encyclopaedia: 'An article about the tides, about a thousand words.',
  code: 'A module in Python, about two hundred lines: for models that know code.',
};
