// The page's side of the model: it is loaded when asked for, and reads in a worker.

// "webgpu" where the browser lends a graphics card, and no slow imitation of one; else "wasm".
export async function kindHere() {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  const imitated = adapter?.info?.isFallbackAdapter ?? adapter?.isFallbackAdapter;
  return adapter && !imitated ? "webgpu" : "wasm";
}

// `settings` is what settings.json says; `kind` is that which is wanted, "webgpu" or "wasm".
export class Model {
  constructor(settings, kind) {
    this.settings = settings;
    this.wanted = kind;
    this.jobs = new Map();
    this.loads = {};
    this.count = 0;
  }

  // How many bytes have to come before these weights can be read with.
  bytesToLoad(name) {
    const { runtimes, sizes } = this.settings;
    return sizes[`${name}.onnx`] + (this.kind ? 0 : sizes[runtimes[this.wanted].binary]);
  }

  // Loads a model once. `report` is told how many bytes have come. Returns "webgpu" or "wasm".
  async load(name, report = () => {}) {
    let come = 0;
    const take = ({ bytes, kind }) => {
      if (kind) this.kind = kind;
      else report((come += bytes));
    };
    this.loads[name] ??= this.ask(`load ${name}`, { kind: "load", model: name }, take);
    try {
      await this.loads[name];
    } catch (error) {
      delete this.loads[name];
      throw error;
    }
    return this.kind;
  }

  // Has a job done, and gives up an earlier one of the same view. `take` is given each result. The
  // promise is true when the job was done, and false when it was given up.
  ask(view, job, take) {
    const number = ++this.count;
    return new Promise((done, fail) => {
      this.jobs.set(number, { take, done, fail });
      this.#open().postMessage({ ...job, view, number });
    });
  }

  // Gives up what a view has asked for.
  stop(view) {
    this.worker?.postMessage({ stop: view });
  }

  #open() {
    if (this.worker) return this.worker;
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.#take(data));
    this.worker.addEventListener("error", (event) => this.#fail(event.message));
    this.worker.postMessage({ settings: { ...this.settings, wanted: this.wanted } });
    return this.worker;
  }

  #take({ number, result, end, message }) {
    const job = this.jobs.get(number);
    if (result) return job.take(result);
    this.jobs.delete(number);
    if (end === "failed") job.fail(new Error(message));
    else job.done(end === "done");
  }

  #fail(message) {
    const reason = message || "this browser does not run module workers";
    for (const { fail } of this.jobs.values()) fail(new Error(`The model cannot run: ${reason}.`));
    this.jobs.clear();
  }
}
