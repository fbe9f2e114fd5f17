// Multiply-adds in registers and nothing else: two, four or eight chains that do not wait for one another.
// A GPU wants many; a processor runs out of registers.
override FUSED: bool = true; // fma(a, b, c), or a * b + c
override CHAINS: u32 = 8u;
override STEPS: u32 = 1024u;

@group(0) @binding(0) var<storage, read_write> out: array<vec4f>;

fn step(a: vec4f, b: vec4f, c: vec4f) -> vec4f {
  if (FUSED) {
    return fma(a, b, c);
  }
  return a * b + c;
}

@compute @workgroup_size(64)
fn peak(@builtin(global_invocation_id) id: vec3u) {
  let seed = f32(id.x) * 1e-6;
  // |b| < 1, so that nothing grows without bound however long the loop is.
  let b = vec4f(0.5 + seed);
  let c = vec4f(0.25 - seed);
  var a0 = vec4f(seed);
  var a1 = vec4f(seed + 0.1);
  var a2 = vec4f(seed + 0.2);
  var a3 = vec4f(seed + 0.3);
  var a4 = vec4f(seed + 0.4);
  var a5 = vec4f(seed + 0.5);
  var a6 = vec4f(seed + 0.6);
  var a7 = vec4f(seed + 0.7);
  for (var i = 0u; i < STEPS; i++) {
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
