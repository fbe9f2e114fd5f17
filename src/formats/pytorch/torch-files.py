"""Files as PyTorch writes them, beside what is in them: out.json."""
import json, os, sys, torch
from collections import OrderedDict
out = sys.argv[1]
g = torch.Generator().manual_seed(3)
r = lambda *s: torch.randn(*s, generator=g)
tied = r(6, 4)
state = OrderedDict(
    f32=r(5, 7), f16=r(3, 4).half(), bf16=r(4, 3).bfloat16(), f64=r(2, 2).double(), i64=torch.arange(5), scalar=torch.tensor(2.5),
    embed=tied, head=tied, transposed=r(6, 9).t(), cut=r(8, 8)[2:5, 1:7], column=r(7, 3).half()[:, 1], repeated=r(1, 4).expand(3, 4),
    empty=torch.empty(0, 3), shifted=r(10)[4:], parameter=torch.nn.Parameter(r(2, 3)))
state['nine'] = r(3, 3).to(torch.float8_e4m3fn)
torch.save(state, f'{out}/whole.bin')
torch.save({'epoch': 3, 'state_dict': dict(state), 'optimizer': {'lr': 0.1, 'steps': [1, 2]}}, f'{out}/checkpoint.bin')
module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
torch.save(module.state_dict(), f'{out}/module.bin')
torch.save(state, f'{out}/old.bin', _use_new_zipfile_serialization=False)
torch.save(module, f'{out}/model.bin')
torch.jit.save(torch.jit.script(module), f'{out}/script.bin')
# Shards and their index, as transformers lays them out; what is tied is in the first.
os.mkdir(f'{out}/shards')
names = list(state)
shards = {f'pytorch_model-{i + 1:05}-of-00002.bin': part for i, part in enumerate([names[:9], names[9:]])}
for file, part in shards.items():
    torch.save({name: state[name] for name in part}, f'{out}/shards/{file}')
json.dump({'metadata': {}, 'weight_map': {name: file for file, part in shards.items() for name in part}},
          open(f'{out}/shards/pytorch_model.bin.index.json', 'w'))
# Whoever unpickles this runs a program, which leaves a file.
class Hostile:
    def __init__(self, call, *given): self.made = call, given
    def __reduce__(self): return self.made
torch.save({'w': r(2), 'x': Hostile(os.system, f'touch {out}/ran')}, f'{out}/hostile.bin')
torch.save({'w': r(2), 'x': Hostile(eval, f'open({out!r} + "/ran", "w")')}, f'{out}/hostile-eval.bin')
def of(t):
    t = t.detach()
    return {'dtype': str(t.dtype)[6:], 'shape': list(t.shape), 'values': t.contiguous().to(torch.float64).flatten().tolist()}
json.dump({'state': {k: of(v) for k, v in state.items()}, 'module': {k: of(v) for k, v in module.state_dict().items()}}, open(f'{out}/out.json', 'w'))
