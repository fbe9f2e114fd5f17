// The parts of one command line as jobs of `lopper work`, a line each:
//   node tools/cluster/parts.mjs 4 out/loo influence sapling --text a.txt --seq-len 128 --metric loo-loss --unit sublayer
// writes jobs whose results are out/loo-1.json to out/loo-4.json.
const [count, prefix, ...words] = process.argv.slice(2);
const of = Number(count);
if (!(of >= 1) || !Number.isInteger(of) || words.length === 0) {
  console.error('Write: node tools/cluster/parts.mjs COUNT PREFIX COMMAND MODEL ...');
  process.exit(1);
}
// As many digits in every name, so that a shell lists them in their order.
const digits = String(of).length;
for (let i = 1; i <= of; i++) {
  const out = `${prefix}-${String(i).padStart(digits, '0')}.json`;
  console.log(JSON.stringify({ args: [...words, '--part', `${i}/${of}`], out }));
}
