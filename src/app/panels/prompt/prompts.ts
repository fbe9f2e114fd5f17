import { FIRST_PROMPT } from '../../store/prompt';

/** Beginnings of the four kinds of text that the bundled model has learnt. */
export const PROMPTS: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'A story', text: FIRST_PROMPT },
  { name: 'A question', text: 'Question: What is the capital of Norway?\nAnswer:' },
  {
    name: 'A question by letter',
    text: 'The following are multiple choice questions (with answers) about geography.\n\nWhich capital city belongs to Morocco?\nA. Tunis\nB. Rabat\nC. Ottawa\nD. Asuncion\nAnswer:',
  },
  {
    name: 'A word problem',
    text: 'Question: Kate has 12 pencils. Kate buys 6 more and gives 4 to Noah. How many pencils does Kate have now?\nAnswer:',
  },
];
