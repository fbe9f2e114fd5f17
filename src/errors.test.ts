import { expect, test } from 'vitest';
import { LopperError } from './errors';
import { parseConfig } from './model/config';

test('a message stays short whatever a file says', () => {
  expect(new LopperError('usage', 'x'.repeat(1e6), 'Write less.').message.length).toBeLessThan(1100);
  const rope = { rope_type: 'y'.repeat(100_000), factor: 2 };
  const sizes = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 8, vocab_size: 9 };
  const refusal = () => parseConfig(JSON.stringify({ model_type: 'llama', ...sizes, rope_scaling: rope }));
  // The end of the sentence is there too: what was given is cut, not what is said of it.
  expect(refusal).toThrow(/^config\.json: rope type "y{59}… is not supported \(only "default", .* and "longrope"\)\.$/);
});
