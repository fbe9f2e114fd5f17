/** The tabs by their names and by the questions that they answer. */
export const TAB_WORDS = {
  influence: { name: 'Influence', question: 'Which layers matter?' },
  plan: { name: 'Plan', question: 'What should go?' },
  cost: { name: 'Cost', question: 'What is lost?' },
  recovery: { name: 'Recovery', question: 'What can stand in for it?' },
  export: { name: 'Export', question: 'Take it with you' },
} as const;

/** The views of the tabs, on the buttons that open them. */
export const VIEW_WORDS = {
  one: 'One measure',
  all: 'All measures',
  stream: 'In the stream',
  training: 'During training',
  find: 'Find',
  curves: 'Curves',
  texts: 'Texts',
  tasks: 'Tasks',
  items: 'Items',
  speed: 'Speed and memory',
} as const;
