// What a module puts in the place of something left out, but for its products, which are linear.wgsl's: `take` gathers
// what it reads, times its strength; `add` adds its vector, and its diagonal times what was taken, to the slots named.

struct Params {
  rows: u32, // of all slots together
  stride: u32, // elements in a row, padded with zeros to a multiple of 8
  rowsPerSlot: u32,
  strength: f32,
  hasDiagonal: u32,
  slots: array<vec4u, 16>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> bias: array<vec4f>; // zeros where rows are padded
@group(0) @binding(2) var<storage, read> diagonal: array<vec4f>;
@group(0) @binding(3) var<storage, read> taken: array<vec4f>; // one slot's rows after the other's
@group(0) @binding(4) var<storage, read_write> stream: array<vec4f>;
@group(0) @binding(5) var<storage, read> source: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4f>;

// Where row `row` of all slots together begins in the stream.
fn place(row: u32) -> u32 {
  let branch = row / p.rowsPerSlot;
  let slot = p.slots[branch / 4u][branch % 4u];
  return (slot * p.rowsPerSlot + row % p.rowsPerSlot) * (p.stride / 4u);
}

@compute @workgroup_size(64)
fn take(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let fours = p.stride / 4u;
  if (i >= p.rows * fours) {
    return;
  }
  out[i] = p.strength * source[place(i / fours) + i % fours];
}

@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let fours = p.stride / 4u;
  if (i >= p.rows * fours) {
    return;
  }
  var update = p.strength * bias[i % fours];
  if (p.hasDiagonal != 0u) {
    update += diagonal[i % fours] * taken[i];
  }
  stream[place(i / fours) + i % fours] += update;
}
