// The gradient of a loss by the logits, a tile of the vocabulary at a time, from log-sum-exps that are known; it takes the
// logits' place, and no tokens-by-vocabulary array ever exists.
//   likelihood  of what comes next: q, each row as often as it counts; `targets` then takes 1 off where the target is
//   divergence  from the full model: tau (q - p), and its sum over the tile, p (D + expm1(-D)) with D = log p - log q: terms
//               that are never negative, where p D would cancel

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup; see norm.wgsl

struct Params {
  rows: u32, // in this tile of logits
  columns: u32, // tokens in this tile
  stride: u32, // elements in a row of logits
  firstToken: u32,
  firstRow: u32, // of all scored rows
  totalRows: u32,
  firstPair: u32, // pairs of these rows
  pairs: u32,
  temperature: f32, // by which logits have been divided
  ceiling: f32, // 0: none; else logits are ceiling tanh(y / cap), and the gradient is that of ceiling y / cap
}

// Running log-sum-exp of a row, as head.wgsl leaves it.
struct State {
  top: f32,
  sum: f32, // of exp(logit - top)
  best: u32,
  _0: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> logits: array<f32>;
@group(0) @binding(2) var<storage, read> states: array<State>; // [totalRows], then those of the full model
@group(0) @binding(3) var<storage, read> row_weights: array<f32>; // [totalRows] what a row counts
@group(0) @binding(4) var<storage, read> pairs: array<vec2u>; // scored row, token; by row
@group(0) @binding(5) var<storage, read> pair_weights: array<f32>;
@group(0) @binding(6) var<storage, read> reference: array<f32>; // the same tile of the full model's logits
@group(0) @binding(7) var<storage, read_write> divergences: array<f32>; // [totalRows]

@group(0) @binding(8) var<storage, read> picked: array<f32>; // logit of each pair's token

// What a cap leaves of a change of the logit before it.
fn slope(logit: f32) -> f32 {
  if (p.ceiling == 0.0) {
    return 1.0;
  }
  let share = logit / p.ceiling;
  return 1.0 - share * share;
}

@compute @workgroup_size(64)
fn likelihood(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let row = i / p.columns;
  if (row >= p.rows) {
    return;
  }
  let at = row * p.stride + i % p.columns;
  let state = states[p.firstRow + row];
  let z = logits[at];
  logits[at] = slope(z) * row_weights[p.firstRow + row] * exp(z - state.top) / state.sum;
}

@compute @workgroup_size(64)
fn targets(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= p.pairs) {
    return;
  }
  let pair = pairs[p.firstPair + i];
  let column = pair.y - p.firstToken; // wraps above `columns` for an earlier tile's token
  if (column < p.columns) {
    logits[(pair.x - p.firstRow) * p.stride + column] -= slope(picked[p.firstPair + i]) * pair_weights[p.firstPair + i];
  }
}

// d + expm1(-d), by its series where the sum would cancel.
fn excess(d: f32) -> f32 {
  if (abs(d) > 0.5) {
    return d + exp(-d) - 1.0;
  }
  return d * d * (0.5 - d * (1.0 / 6.0 - d * (1.0 / 24.0 - d * (1.0 / 120.0 - d * (1.0 / 720.0 - d / 5040.0)))));
}

const BLOCK: u32 = 64u; // terms added up before they join the sum: rounding stays that of a short sum

var<workgroup> shares: array<f32, THREADS * ROWS>;

@compute @workgroup_size(64)
fn divergence(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let first = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows - 1u); // every thread must reach the barrier
  let base = row * p.stride;
  let own = states[p.firstRow + row];
  let full = states[p.totalRows + p.firstRow + row];
  // Differences first: logits are far from zero, and close to one another.
  let shift = log(own.sum / full.sum) + (own.top - full.top);
  let weight = row_weights[p.firstRow + row] * p.temperature;
  var sum = 0.0;
  for (var start = t; start < p.columns; start += THREADS * BLOCK) {
    var block = 0.0;
    for (var i = start; i < min(start + THREADS * BLOCK, p.columns); i += THREADS) {
      let wanted = exp(reference[base + i] - full.top) / full.sum;
      let d = reference[base + i] - logits[base + i] + shift;
      block += wanted * excess(d);
      if (asked == row) {
        let z = logits[base + i];
        logits[base + i] = slope(z) * weight * (exp(z - own.top) / own.sum - wanted);
      }
    }
    sum += block;
  }
  if (THREADS > 1u) {
    shares[first + t] = sum;
    workgroupBarrier();
    sum = 0.0;
    for (var i = 0u; i < THREADS; i++) {
      sum += shares[first + i];
    }
  }
  if (t > 0u || asked != row) {
    return;
  }
  let at = p.firstRow + row;
  if (p.firstToken > 0u) {
    sum += divergences[at];
  }
  divergences[at] = sum;
}
