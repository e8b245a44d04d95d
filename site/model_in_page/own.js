// Runs a learner's own function where it can harm nothing: in a worker that ends with it.

const PATIENCE = 2000; // milliseconds

// What is wrong with what the function returned, or nothing.
export function complaintAbout(returned, pairs) {
  const numbers = returned?.inv_freq ?? returned;
  if (!Array.isArray(numbers) && !ArrayBuffer.isView(numbers)) {
    const kind = returned === null ? "null" : typeof returned;
    return `Your code returned ${kind}. End it with "return" and a list of ${pairs} numbers.`;
  }
  if (numbers.length !== pairs)
    return `Your code returned ${numbers.length} numbers. The model turns ${pairs} pairs, so return ${pairs}.`;
  const bad = Array.from(numbers).findIndex((each) => !(Number.isFinite(each) && each >= 0));
  if (bad >= 0)
    return `The number of pair ${bad} is ${numbers[bad]}. Give 0 or more radians per position.`;
  const scaling = returned.attention_scaling ?? 1;
  if (!(Number.isFinite(scaling) && scaling > 0))
    return `attention_scaling is ${scaling}. Give a number above 0.`;
  return "";
}

// Answers with speeds and scaling for each length, or throws an error that says what to mend.
export function runOwn(body, given, lengths) {
  const worker = new Worker(new URL("own_worker.js", import.meta.url), { type: "module" });
  return new Promise((done, fail) => {
    const stuck = () =>
      fail(new Error("Your code ran for 2 seconds. Does a loop in it never end?"));
    const timer = setTimeout(stuck, PATIENCE);
    worker.addEventListener("message", ({ data }) => {
      clearTimeout(timer);
      if (data.error) fail(new Error(data.error));
      else done(data.frequencies);
    });
    worker.addEventListener("error", () =>
      fail(new Error("Your code could not be run in this browser.")),
    );
    worker.postMessage({ body, given, lengths });
  }).finally(() => worker.terminate());
}
