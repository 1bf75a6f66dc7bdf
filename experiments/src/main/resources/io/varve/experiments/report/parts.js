"use strict";

/** Builds what both pages have: the facts about a run, and series from the rows of the CSV files. */
const Parts = (() => {
  const { element } = Page;

  function facts(run) {
    const scale = run.scale === 1 ? "full size"
      : `1/${run.scale}: rates and limits were divided, bytes and records are multiplied again; requests are as counted`;
    return element("dl", { class: "facts" }, Object.entries({
      time: `${Words.time(run.startMs)}, for ${Words.age(run.durationMs)}`,
      backend: run.backend, scale, seed: run.seed, prices: run.prices, "times of reads": run.latencies,
    }).map(([name, text]) => element("div", null, element("dt", null, name), element("dd", null, String(text)))));
  }

  /** Turns columns into rows. */
  function rows(columns) {
    const names = Object.keys(columns);
    const length = names.length ? columns[names[0]].length : 0;
    return Array.from({ length }, (none, i) => Object.fromEntries(names.map(name => [name, columns[name][i]])));
  }

  /** What kinds of requests and costs look like, in every chart. */
  const KINDS = { PUT: "--c3", GET: "--c4", LIST: "--c5", DELETE: "--c6" };

  /** Names without the settings that all of them have; those as they are that would be empty, or would not differ. */
  function shortNames(names) {
    const split = names.map(name => name.split(", "));
    const common = split[0].filter(part => split.every(parts => parts.includes(part)));
    const short = split.map(parts => parts.filter(part => !common.includes(part)).join(", "));
    const clear = names.length > 1 && short.every(name => name) && new Set(short).size === short.length;
    return clear ? { short, common } : { short: names, common: [] };
  }

  const any = column => column.some(value => value);

  /** Adds up the rows of each time. combine gets the value so far, or undefined, and a row. */
  function byTime(all, combine) {
    const found = new Map();
    all.forEach(row => found.set(row.time_ms, combine(found.get(row.time_ms), row)));
    return { x: [...found.keys()], y: [...found.values()] };
  }

  const amplification = samples =>
    samples.written_bytes.map((written, i) => samples.produced_bytes[i] ? written / samples.produced_bytes[i] : null);

  /** Says how the page's rows were merged, if they were. */
  function merged(sizes) {
    const said = [];
    if (sizes.samplesMerged > 1) said.push(`a point stands for ${sizes.samplesMerged} samples (the most bytes, the least age)`);
    if (sizes.requestsMerged > 1) said.push(`requests are summed over ${sizes.requestsMerged} samples`);
    if (sizes.readsMerged > 1) said.push(`reads are summed over ${sizes.readsMerged} samples (the longest times)`);
    if (sizes.missesMerged > 1) said.push(`misses of one partition are summed over ${sizes.missesMerged} samples`);
    if (sizes.segmentsLeft > 1) said.push(`one of ${sizes.segmentsLeft} segments is drawn`);
    return said.length ? `To keep this page small, ${said.join("; ")}. The CSV files have all.` : "";
  }

  return { KINDS, facts, rows, shortNames, any, byTime, amplification, merged };
})();
