// Rows of a matrix that is stored in blocks as f32: a run of them, or those of some tokens. blocks.wgsl stands before it.

struct Params {
  rows: u32,
  runs: u32, // numbers of a row / 32
  rowHalves: u32, // half-words of a stored row
  firstRow: u32, // of the buffer
  gather: u32, // row i is that of token ids[i], where this part of the table has it; firstRow: the token of its first row
  tokens: u32, // of the part
  outRow: u32, // first row of out
  scale: f32, // what all is multiplied by
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;

@compute @workgroup_size(64)
fn widen(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * 64u + id.x;
  let pairs = (p.runs + 1u) / 2u;
  let row = n / pairs;
  if (row >= p.rows) {
    return;
  }
  let i = n % pairs;
  var stored = p.firstRow + row;
  if (p.gather != 0u) {
    stored = ids[row] - p.firstRow; // wraps above `tokens` for an earlier part's token
    if (stored >= p.tokens) {
      return;
    }
  }
  let v = pair(stored * p.rowHalves, i, false);
  let r = first_of(i);
  let o = (p.outRow + row) * p.runs;
  store_run(o + r, v.a);
  if (r + apart() < p.runs) {
    store_run(o + r + apart(), v.b);
  }
}

fn store_run(run: u32, v: Run) {
  let o = 8u * run;
  let a = v.scale.x * PLACES;
  let b = v.scale.y * PLACES;
  out[o] = p.scale * (a * in_place(v.a.x) + v.least.x);
  out[o + 1u] = p.scale * (a * in_place(v.a.y) + v.least.x);
  out[o + 2u] = p.scale * (a * in_place(v.a.z) + v.least.x);
  out[o + 3u] = p.scale * (a * in_place(v.a.w) + v.least.x);
  out[o + 4u] = p.scale * (b * in_place(v.b.x) + v.least.y);
  out[o + 5u] = p.scale * (b * in_place(v.b.y) + v.least.y);
  out[o + 6u] = p.scale * (b * in_place(v.b.z) + v.least.y);
  out[o + 7u] = p.scale * (b * in_place(v.b.w) + v.least.y);
}
