// What an adapter can do at best, each by itself: multiply and add, read memory, and take one dispatch after another.
override FUSED: u32 = 1u; // fma(a, b, c), or a * b + c
override CHAINS: u32 = 8u; // that do not wait for one another: a GPU wants many, a processor runs out of registers

struct Params {
  count: u32, // peak: steps of each chain; sweep: vec4u that a thread reads; touch: added to a word
  stride: u32, // sweep: threads in all
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> word: array<u32>;

fn step(a: vec4f, b: vec4f, c: vec4f) -> vec4f {
  if (FUSED != 0u) {
    return fma(a, b, c);
  }
  return a * b + c;
}

// Multiply-adds in registers and nothing else.
@compute @workgroup_size(64)
fn peak(@builtin(global_invocation_id) id: vec3u) {
  let seed = f32(id.x) * 1e-6;
  // Every component has numbers of its own: of four that are alike a compiler may compute one, and a quarter is done.
  // |b| < 1, so that nothing grows without bound however long the loop is.
  let b = vec4f(0.5, 0.45, 0.4, 0.35) + seed;
  let c = vec4f(0.25, 0.3, 0.2, 0.15) - seed;
  let start = vec4f(0.01, 0.02, 0.03, 0.04) + seed;
  var a0 = start;
  var a1 = start + 0.1;
  var a2 = start + 0.2;
  var a3 = start + 0.3;
  var a4 = start + 0.4;
  var a5 = start + 0.5;
  var a6 = start + 0.6;
  var a7 = start + 0.7;
  for (var i = 0u; i < p.count; i++) {
    a0 = step(a0, b, c);
    a1 = step(a1, b, c);
    if (CHAINS > 2u) {
      a2 = step(a2, b, c);
      a3 = step(a3, b, c);
    }
    if (CHAINS > 4u) {
      a4 = step(a4, b, c);
      a5 = step(a5, b, c);
      a6 = step(a6, b, c);
      a7 = step(a7, b, c);
    }
  }
  // Read by no one, and written so that no compiler may leave the loop out.
  out[id.x] = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
}

// Reads a buffer once, neighbours by neighbours.
@compute @workgroup_size(64)
fn sweep(@builtin(global_invocation_id) id: vec3u) {
  var sum = vec4u();
  for (var i = 0u; i < p.count; i++) {
    sum += source[i * p.stride + id.x];
  }
  out[id.x] = bitcast<vec4f>(sum);
}

// Next to no work: dispatches on one word wait for one another, on different words they need not.
@compute @workgroup_size(1)
fn touch() {
  word[0] += p.count;
}
