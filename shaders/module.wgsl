// What a module puts in the place of something left out: adds a vector to every row of the slots named.

struct Params {
  rows: u32, // of all slots together
  stride: u32, // elements in a row, padded with zeros to a multiple of 8
  rowsPerSlot: u32,
  strength: f32,
  slots: array<vec4u, 16>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> bias: array<vec4f>; // zeros where rows are padded
@group(0) @binding(2) var<storage, read_write> stream: array<vec4f>;

@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let fours = p.stride / 4u;
  if (i >= p.rows * fours) {
    return;
  }
  let row = i / fours;
  let branch = row / p.rowsPerSlot;
  let slot = p.slots[branch / 4u][branch % 4u];
  stream[(slot * p.rowsPerSlot + row % p.rowsPerSlot) * fours + i % fours] += p.strength * bias[i % fours];
}
