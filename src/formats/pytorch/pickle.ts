/**
 * Python's pickle as PyTorch writes the structure of a file with it. A pickle is a program that may call anything; this
 * reader calls nothing. It knows numbers, texts, lists, tuples and dictionaries, and a handful of names, which it keeps as
 * names: what they stand for is for `state-dict.ts` to say.
 */
import { shown } from '../../json';
import { corrupt, refused } from './trouble';

/** A name that the file mentions, `module.name`. */
export class Name {
  constructor(readonly path: string) {}
}

/** A name that was called, with what; nothing happens. */
export class Call {
  constructor(
    readonly path: string,
    readonly given: readonly Value[],
  ) {}
}

/** What lies outside of the pickle: a storage. */
export class Outside {
  constructor(readonly id: Value) {}
}

/** A tuple, which unlike a list stays as it is. */
export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Value[]
  | Map<Value, Value>
  | Tuple
  | Name
  | Call
  | Outside;

/** Names that tensors need. Whatever else is mentioned is refused by its name. */
const NAMES: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_tensor_v3',
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
  'torch.Size',
  'torch.storage.UntypedStorage',
  ...['Float', 'Half', 'BFloat16', 'Double', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool', 'Untyped'].map(
    (type) => `torch.${type}Storage`,
  ),
  ...['float32', 'float16', 'bfloat16', 'float64', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'].map(
    (type) => `torch.${type}`,
  ),
  ...['float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz'].map((type) => `torch.${type}`),
]);

/** Names that a file may mention and that are no part of a state dict; refused with what they mean. */
const KNOWN_TROUBLE: readonly [RegExp, string][] = [
  [/^numpy\./, 'it holds NumPy arrays'],
  [/^transformers\.|^torch\.nn\./, 'a whole model was saved, not its weights'],
  [/^torch\.sparse|_rebuild_sparse/, 'it holds sparse tensors'],
  [/_rebuild_qtensor|^torch\.q/, 'its tensors are quantised by PyTorch'],
];

const STOP = 0x2e;
const MARK = Symbol('mark');
type Item = Value | typeof MARK;

/** Reads a pickle. Throws `pytorch-refused`, naming what it mentions and may not, and `pytorch-corrupt`. */
export function readPickle(bytes: Uint8Array, file: string): Value {
  return new Machine(bytes, file).run();
}

class Machine {
  readonly #view: DataView;
  readonly #stack: Item[] = [];
  /** Where the marks lie in the stack. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly file: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Value {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === STOP) return this.#pop();
      const value = this.#value(opcode);
      if (value !== undefined) this.#stack.push(value);
      else if (!this.#act(opcode)) {
        throw refused(this.file, `it asks for what no tensor needs (opcode 0x${opcode.toString(16)} of pickle)`);
      }
    }
  }

  /** What an opcode puts on the stack; undefined where it does something else. */
  #value(opcode: number): Value | undefined {
    switch (opcode) {
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x4a: // BININT
        return this.#view.getInt32(this.#skip(4), true);
      case 0x4b: // BININT1
        return this.#byte();
      case 0x4d: // BININT2
        return this.#view.getUint16(this.#skip(2), true);
      case 0x8a: // LONG1
        return this.#long(this.#byte());
      case 0x47: // BINFLOAT
        return this.#view.getFloat64(this.#skip(8), false);
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING
        return this.#text(this.#count());
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return this.#text(this.#byte());
      case 0x42: // BINBYTES
        return this.#raw(this.#count());
      case 0x43: // SHORT_BINBYTES
        return this.#raw(this.#byte());
      case 0x5d: // EMPTY_LIST
        return [];
      case 0x29: // EMPTY_TUPLE
        return new Tuple([]);
      case 0x7d: // EMPTY_DICT
        return new Map();
      case 0x74: // TUPLE
        return new Tuple(this.#sinceMark());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return new Tuple(this.#take(opcode - 0x84));
      case 0x68: // BINGET
        return this.#recall(this.#byte());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#count());
      case 0x63: // GLOBAL
        return this.#name(this.#line(), this.#line());
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#take(2);
        return this.#name(module, name);
      }
      case 0x51: // BINPERSID
        return new Outside(this.#pop());
      case 0x52: {
        // REDUCE
        const [called, given] = this.#take(2);
        return this.#call(called, given);
      }
      default:
        return undefined;
    }
  }

  /** What an opcode does beside; false where there is no such. */
  #act(opcode: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        this.#skip(1);
        break;
      case 0x95: // FRAME
        this.#skip(8);
        break;
      case 0x28: // MARK
        this.#marks.push(this.#stack.length);
        this.#stack.push(MARK);
        break;
      case 0x30: // POP
        this.#pop();
        break;
      case 0x31: // POP_MARK
        this.#sinceMark();
        break;
      case 0x61: // APPEND
        this.#append(this.#take(1));
        break;
      case 0x65: // APPENDS
        this.#append(this.#sinceMark());
        break;
      case 0x73: // SETITEM
        this.#set(this.#take(2));
        break;
      case 0x75: // SETITEMS
        this.#set(this.#sinceMark());
        break;
      case 0x71: // BINPUT
        this.#memo.set(this.#byte(), this.#top());
        break;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#count(), this.#top());
        break;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case 0x62: // BUILD
        this.#pop();
        // Dictionaries have notes on versions set, which change no tensor; nothing else may have anything.
        if (!(this.#top() instanceof Map)) throw refused(this.file, 'it sets the state of an object');
        break;
      default:
        return false;
    }
    return true;
  }

  #call(called: Value | undefined, given: Value | undefined): Value {
    if (!(called instanceof Name) || !(given instanceof Tuple)) throw this.#broken('what it calls is not a name');
    if (called.path !== 'collections.OrderedDict') return new Call(called.path, given.items);
    if (given.items.length > 0) throw this.#broken('a dictionary is made of something');
    return new Map();
  }

  #name(module: Value | undefined, name: Value | undefined): Name {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.#broken('a name is none');
    const path = `${module}.${name}`;
    if (!NAMES.has(path)) {
      const trouble = KNOWN_TROUBLE.find(([known]) => known.test(path))?.[1];
      const why = trouble ? `${trouble} (it asks for ${path.slice(0, 120)})` : `it asks for ${path.slice(0, 120)}`;
      throw refused(this.file, `${why}, which tensors do not need and which is not run`);
    }
    return new Name(path);
  }

  #append(items: Value[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#broken('something is appended to what is no list');
    for (const item of items) list.push(item);
  }

  #set(items: Value[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0)
      throw this.#broken('something is set in what is no dictionary');
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  #recall(key: number): Value {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#broken(`it recalls ${key}, which it never kept`);
    return value;
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#broken('it takes what is not there');
    return value as Value;
  }

  #top(): Value {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#broken('it takes what is not there');
    return value as Value;
  }

  #take(count: number): Value[] {
    const first = this.#stack.length - count;
    if (first < 0 || first <= (this.#marks.at(-1) ?? -1)) throw this.#broken('it takes what is not there');
    return this.#stack.splice(first) as Value[];
  }

  #sinceMark(): Value[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#broken('it looks for a mark that is not there');
    const items = this.#stack.splice(mark + 1) as Value[];
    this.#stack.pop();
    return items;
  }

  #byte(): number {
    return this.bytes[this.#skip(1)]!;
  }

  #count(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** A whole number of any length, the lowest byte first; the highest bit says whether it is negative. */
  #long(size: number): number | bigint {
    const raw = this.#raw(size);
    let value = 0n;
    for (const byte of [...raw].reverse()) value = (value << 8n) | BigInt(byte);
    if (size > 0 && raw[size - 1]! >= 0x80) value -= 1n << BigInt(8 * size);
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  #text(size: number): string {
    return new TextDecoder().decode(this.#raw(size));
  }

  #raw(size: number): Uint8Array {
    const start = this.#skip(size);
    return this.bytes.subarray(start, start + size);
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#broken('a name has no end');
    const text = this.#text(end - this.#at);
    this.#skip(1);
    return text;
  }

  #skip(size: number): number {
    const start = this.#at;
    if (start + size > this.bytes.length) throw this.#broken('it is cut short');
    this.#at += size;
    return start;
  }

  #broken(what: string) {
    return corrupt(this.file, `in its data.pkl ${what} (byte ${shown(this.#at)})`);
  }
}
