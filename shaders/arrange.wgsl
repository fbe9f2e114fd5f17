// Copies a published tensor into the layout the kernels read: rows of outputs, each padded with zeros to a multiple of
// 8 elements. Only for tensors that do not lie so already: Conv1D weights [inputs, outputs], and odd widths.

override BYTES: u32 = 4u; // of an element, 4 or 2

struct Params {
  rows: u32,
  inputs: u32,
  words: u32, // u32 in a row of out
  rowStep: u32, // elements from row to row, and from input to input, in the source
  inputStep: u32,
  outRow: u32,
  sourceStart: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;

fn element(row: u32, input: u32) -> u32 {
  if (input >= p.inputs) {
    return 0u;
  }
  let i = p.sourceStart + row * p.rowStep + input * p.inputStep;
  if (BYTES == 4u) {
    return source[i];
  }
  return (source[i >> 1u] >> (16u * (i & 1u))) & 0xffffu;
}

@compute @workgroup_size(64)
fn arrange(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let row = i / p.words;
  if (row >= p.rows) {
    return;
  }
  let word = i % p.words;
  var v: u32;
  if (BYTES == 4u) {
    v = element(row, word);
  } else {
    v = element(row, 2u * word) | (element(row, 2u * word + 1u) << 16u);
  }
  out[p.outRow * p.words + i] = v;
}
