"use strict";

/** Builds what both pages have: the facts about a run, and series from the rows of the CSV files. */
const Parts = (() => {
  const { element } = Page;

  function facts(run) {
    const scale = run.scale === 1 ? "full size"
      : `1/${run.scale}: rates and limits were divided, bytes and records are multiplied again; requests are as counted`;
    const notes = run.notes.map(note => element("p", { class: "note small" }, note));
    return [element("dl", { class: "facts" }, Object.entries({
      time: `${Words.time(run.startMs)}, for ${Words.age(run.durationMs)}`,
      backend: run.backend, scale, seed: run.seed, prices: run.prices, "times of reads": run.latencies,
    }).map(([name, text]) => element("div", null, element("dt", null, name), element("dd", null, String(text))))), ...notes];
  }

  /** Turns columns into rows. */
  function rows(columns) {
    const names = Object.keys(columns);
    const length = names.length ? columns[names[0]].length : 0;
    return Array.from({ length }, (none, i) => Object.fromEntries(names.map(name => [name, columns[name][i]])));
  }

  /** What kinds of requests and costs look like, in every chart. */
  const KINDS = { PUT: "--c3", GET: "--c4", LIST: "--c5", DELETE: "--c6" };

  /**
   * Names for legends: those of a grid's policies, "key=value key=value", by the values in which they differ, with the
   * keys of these; other names as they are.
   */
  function shortNames(names) {
    const split = names.map(name => name.split(" ").map(part => part.split("=")));
    const keys = split[0].map(([key]) => key);
    const grid = names.length > 1 && split.every(parts => parts.length === keys.length
      && parts.every((part, i) => part.length === 2 && part[0] === keys[i]));
    if (!grid) return { short: names, keys: [] };
    const differing = keys.map((key, i) => i).filter(i => new Set(split.map(parts => parts[i][1])).size > 1);
    return { short: split.map(parts => differing.map(i => parts[i][1]).join(", ")), keys: differing.map(i => keys[i]) };
  }

  const any = column => column.some(value => value);

  /** Adds up the rows of each time. combine gets the value so far, or undefined, and a row. */
  function byTime(all, combine) {
    const found = new Map();
    all.forEach(row => found.set(row.time_ms, combine(found.get(row.time_ms), row)));
    return { x: [...found.keys()], y: [...found.values()] };
  }

  /**
   * Adds up the rows of each period from the run's start to its end; without rows the sum is 0. A period has as many
   * samples as were merged.
   */
  function byPeriod(all, run, merged, value) {
    const periodMs = run.samplePeriodMs * merged;
    const x = [];
    for (let ms = periodMs; ms < run.durationMs; ms += periodMs) x.push(run.startMs + ms);
    x.push(run.startMs + run.durationMs);
    const y = x.map(() => 0);
    for (const row of all) {
      const period = Math.ceil((row.time_ms - run.startMs) / periodMs) - 1;
      y[Math.max(0, Math.min(x.length - 1, period))] += value(row);
    }
    return { x, y };
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

  return { KINDS, facts, rows, shortNames, any, byTime, byPeriod, amplification, merged };
})();
