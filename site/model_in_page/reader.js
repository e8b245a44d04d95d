// The tiny model, read with in short pieces. Only worker.js imports this: the page stays free to
// move while it computes.

const PIECE = 256; // bytes between two looks at whether a reading is still wanted
const FARTHER = 2 ** 30; // a reach that no text has

// --- loading ---

// Fetches a file whose size is known, and tells how many bytes have come.
async function download(address, size, report) {
  const name = String(address).split("/").pop();
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${name} did not come (status ${response.status}). Try again.`);
  const data = new Uint8Array(size);
  let at = 0;
  for (const stream = response.body.getReader(); ;) {
    const { done, value } = await stream.read();
    if (done) break;
    if (at + value.length > size)
      throw new Error(`${name} is larger than expected. Reload the page.`);
    data.set(value, at);
    at += value.length;
    report(value.length);
  }
  if (at < size) throw new Error(`${name} broke off after ${at} of ${size} bytes. Try again.`);
  return data;
}

const here = (name) => new URL(name, import.meta.url).href;
const opened = {}; // of each kind

// ONNX Runtime of a kind: "webgpu", on the graphics card, or "wasm", in WebAssembly. Loaded once.
function openRuntime(kind, { runtimes, sizes }, report) {
  opened[kind] ??= (async () => {
    const { script, module, binary } = runtimes[kind];
    const ort = await import(here(script));
    ort.env.logLevel = "error"; // what it says of its own speed is not for the reader
    ort.env.wasm.wasmPaths = { mjs: here(module), wasm: here(binary) };
    ort.env.wasm.wasmBinary = (await download(here(binary), sizes[binary], report)).buffer;
    // Several threads need a page that shares memory, which few servers allow.
    ort.env.wasm.numThreads = self.crossOriginIsolated
      ? Math.min(4, navigator.hardwareConcurrency)
      : 1;
    return ort;
  })();
  return opened[kind].catch((error) => {
    delete opened[kind];
    throw error;
  });
}

// The weights stay here, so that a second try downloads nothing.
const files = {};

async function weightsOf(file, size, report) {
  files[file] ??= await download(here(file), size, report);
  return files[file];
}

async function openModelOn(kind, name, settings, report) {
  const ort = await openRuntime(kind, settings, report);
  const file = `${name}.onnx`;
  const data = await weightsOf(file, settings.sizes[file], report);
  const names = settings.caches.map((cache) => `all_${cache}`);
  const kept = Object.fromEntries(names.map((each) => [each, "gpu-buffer"]));
  const session = await ort.InferenceSession.create(data, {
    executionProviders: [kind],
    ...(kind === "webgpu" && { preferredOutputLocation: kept }),
  });
  return { ort, session, kind, caches: settings.caches, shape: settings.shape };
}

// How far a model's mean loss on a known line is from Python's.
async function distanceFromPython(model, { bytes, speeds, nats }) {
  const reading = new Reading(model, { speeds, scaling: 1 });
  const { losses } = await reading.read(bytes.slice(0, -1), bytes.slice(1));
  reading.close();
  return Math.abs(losses.reduce((all, loss) => all + loss, 0) / losses.length - nats[model.name]);
}

// Opens a model on the kind that is wanted. A graphics card that fails, or reads a known line
// otherwise than Python does, is left alone.
export async function openModel(name, settings, report) {
  const { wanted, check } = settings;
  if (wanted === "webgpu") {
    try {
      const model = { ...(await openModelOn("webgpu", name, settings, report)), name };
      if ((await distanceFromPython(model, check)) < 1e-3) return model;
    } catch (error) {
      if (error.message.includes("did not come")) throw error;
    }
  }
  return { ...(await openModelOn("wasm", name, settings, report)), name };
}

// --- reading ---

// Runs come one after another, also of two readings at once.
let last = Promise.resolve();

function inTurn(run) {
  last = last.then(run, run);
  return last;
}

// Cos and sin of every angle of some positions, as rope.py's `cos_sin` makes them.
function tables({ speeds, scaling }, first, count) {
  const [cos, sin] = [0, 0].map(() => new Float32Array(count * speeds.length));
  for (let at = 0; at < cos.length; at++) {
    const position = first + Math.floor(at / speeds.length);
    const angle = Math.fround(position * speeds[at % speeds.length]);
    cos[at] = Math.fround(Math.cos(angle)) * scaling;
    sin[at] = Math.fround(Math.sin(angle)) * scaling;
  }
  return { cos, sin };
}

// A reading of one text from its start. `read` goes on where the last piece ended.
export class Reading {
  constructor(model, frequencies, reach = FARTHER) {
    const { ort, caches, shape } = model;
    Object.assign(this, { model, frequencies, reach, position: 0 });
    const none = () =>
      new ort.Tensor("float32", new Float32Array(), [shape.heads, 0, shape.head_dim]);
    this.cache = Object.fromEntries(caches.map((name) => [name, none()]));
  }

  // Reads bytes; `answers` are the byte after each, of which `losses` are given, in nats.
  async read(bytes, answers) {
    const { ort, session } = this.model;
    const pairs = this.frequencies.speeds.length;
    const { cos, sin } = tables(this.frequencies, this.position, bytes.length);
    const whole = (values, dims) =>
      new ort.Tensor("int64", BigInt64Array.from(values, BigInt), dims);
    const table = (values) => new ort.Tensor("float32", values, [bytes.length, pairs]);
    const given = {
      tokens: whole(bytes, [bytes.length]),
      answers: whole(answers, [bytes.length]),
      reach: whole([this.reach], [1]),
      cos: table(cos),
      sin: table(sin),
    };
    const found = await inTurn(() => session.run({ ...given, ...this.cache }));
    this.close();
    for (const name of this.model.caches) this.cache[name] = found[`all_${name}`];
    this.position += bytes.length;
    return { losses: found.losses.data, logits: found.logits.data, weights: found.weights.data };
  }

  // Gives the memory of keys and values back.
  close() {
    for (const tensor of Object.values(this.cache)) tensor.dispose();
  }
}

// Yields what `read` returns for each piece of a window. `check` is awaited before each; what it
// throws ends the reading.
export async function* readWindow(
  model,
  window,
  frequencies,
  check,
  { reach, piece = PIECE } = {},
) {
  const reading = new Reading(model, frequencies, reach);
  try {
    for (let from = 0; from < window.length; from += piece) {
      await check();
      const bytes = window.subarray(from, from + piece);
      const answers = Uint8Array.from(bytes, (_, i) => window[from + i + 1] ?? 0);
      yield { from, bytes, ...(await reading.read(bytes, answers)) };
    }
  } finally {
    reading.close();
  }
}
