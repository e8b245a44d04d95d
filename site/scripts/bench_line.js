// The model in the page stands in a folder of its own, since it is loaded only when asked for.

export * from "../model_in_page/bench_line.js";
