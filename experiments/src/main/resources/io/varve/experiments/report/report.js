"use strict";

/** Lays out the report of one experiment. */
(() => {
  const { element } = Page;
  const data = JSON.parse(document.getElementById("data").textContent);
  const run = data.experiment;
  const endMs = run.startMs + run.durationMs;
  const main = document.querySelector("main");
  const ranked = [...data.policies].sort((a, b) => a.summary.rank - b.summary.rank);
  const lineOf = new Map(ranked.map((policy, i) => [policy, Page.style(i)]));
  const { short, keys } = Parts.shortNames(ranked.map(policy => policy.summary.name));
  const nameOf = new Map(ranked.map((policy, i) => [policy, short[i]]));
  const hasBucket = data.policies.some(policy => policy.requests.time_ms.length || Parts.any(policy.samples.remote_bytes));

  function header() {
    main.append(element("h1", null, run.name), element("p", { class: "quiet" }, run.description), ...Parts.facts(run));
  }

  // The policies, best first.

  function verdicts(summary) {
    if (!summary.constraints.length) return [element("span", { class: "quiet" }, "none demanded")];
    return summary.constraints.map(one => element("span", { class: `check ${one.satisfied ? "pass" : "fail"}` },
      one.constraint, one.satisfied ? "" : `: it is ${Words.measured(one.measured, one.unit)}`));
  }

  function table() {
    const columns = [
      ["a month", one => Words.dollars(one.costs.perMonth)],
      ["max on disk", one => Words.bytes(one.totals.maxLocalBytes)],
      hasBucket ? ["max in bucket", one => Words.bytes(one.totals.maxRemoteBytes)] : null,
      ["oldest record at the end", one => Words.age(one.totals.endOldestRecordAgeMs < 0 ? null : one.totals.endOldestRecordAgeMs)],
      ["missed records", one => Words.count(one.totals.missedRecords)],
      ["99 % of reads begin within", one => one.totals.readBytes ? Words.age(one.totals.readP99Ms) : "no reads"],
      hasBucket ? ["requests", one => Words.count(one.totals.requests)] : null,
    ].filter(column => column);
    main.append(element("h2", null, "Policies by cost"),
      element("p", { class: "quiet small" }, "Policies that satisfy every constraint come first, the cheapest of them at the top."));
    Table.policies(main, columns.map(([name]) => name), ranked.map(policy => ({
      rank: policy.summary.rank,
      name: [Page.swatch(lineOf.get(policy)), element("span", null, policy.summary.name)],
      cells: columns.map(([name, value]) => value(policy.summary)),
      checks: verdicts(policy.summary),
    })));
  }

  const COSTS = [
    ["localStorage", "local disk", "--c1"], ["remoteStorage", "bucket", "--c2"], ["putRequests", "PUT", Parts.KINDS.PUT],
    ["getRequests", "GET", Parts.KINDS.GET], ["listRequests", "LIST", Parts.KINDS.LIST],
    ["deleteRequests", "DELETE", Parts.KINDS.DELETE], ["received", "bytes out of the bucket", "--c7"],
  ];

  function costBars(parent) {
    const kinds = COSTS.filter(([key]) => data.policies.some(policy => policy.summary.costs[key]));
    const dearest = Math.max(...data.policies.map(policy => policy.summary.costs.total));
    if (!kinds.length) {
      leftOut(parent, "The prices are zero: there is no cost to draw.");
      return;
    }
    const bars = element("div", { class: "bars plot", id: "cost-bars" });
    const tip = element("div", { class: "tip", hidden: true });
    for (const policy of ranked) {
      const costs = policy.summary.costs;
      const bar = element("div", { class: "bar" }, kinds.filter(([key]) => costs[key]).map(([key, name, colour]) => {
        const part = element("span");
        part.style.cssText = `width: ${100 * costs[key] / dearest}%; background: var(${colour})`;
        return part;
      }));
      bar.onmousemove = event => {
        tip.replaceChildren(element("span", { class: "quiet" }, nameOf.get(policy)),
          ...kinds.map(([key, name, colour]) => Page.tipLine({ colour }, name, Words.dollars(costs[key]), true)),
          Page.tipLine(null, "all", Words.dollars(costs.total)));
        const box = bars.getBoundingClientRect();
        Page.showTip(tip, bars, event.clientX - box.left, event.clientY - box.top);
      };
      bar.onmouseleave = () => { tip.hidden = true; };
      bars.append(element("span", { class: "label" }, nameOf.get(policy)), bar,
        element("span", { class: "sum" }, Words.dollars(costs.total)));
    }
    bars.append(tip);
    parent.append(element("figure", { class: "chart", id: "costs" },
      element("figcaption", null, element("h3", null, "Cost of the run by kind"),
        element("p", { class: "quiet small" }, `Dollars in ${Words.age(run.durationMs)}.`)),
      bars, element("div", { class: "legend" }, kinds.map(([key, name, colour]) =>
        element("span", { class: "key" }, Page.swatch({ colour }, true), name)))));
  }

  function leftOut(parent, text) {
    parent.append(element("p", { class: "quiet small left-out" }, text));
  }

  // All policies, over time.

  function perPolicy(values) {
    return ranked.map(policy => ({
      name: nameOf.get(policy), line: lineOf.get(policy), x: policy.samples.time_ms, y: values(policy.samples),
    }));
  }

  function overTime() {
    const parent = element("div", { class: "charts" });
    main.append(element("h2", null, "All policies over time"),
      element("p", { class: "quiet small on-screen" }, `${Zoom.HELP} A name in a legend hides its line.`),
      keys.length ? element("p", { class: "quiet small" }, `Policies are named by ${keys.join(" and ")}.`) : "", Zoom.makeBar(false), parent);
    const draw = (id, title, text, unit, values) =>
      new Chart.TimeChart(parent, { id, title, text, unit, series: perPolicy(values), group: "policies" });
    draw("local-bytes", "Bytes on the local disk", "At each sample.", "bytes", samples => samples.local_bytes);
    if (hasBucket) {
      draw("remote-bytes", "Bytes in the bucket", "At each sample.", "bytes", samples => samples.remote_bytes);
    }
    draw("oldest-record", "Age of the oldest readable record", "What a consumer that begins at the start can go back.", "age",
      samples => samples.oldest_record_age_ms);
    draw("cost", "Cost so far", "Dollars since the begin of the run.", "dollars", samples => samples.cost);
    const backlog = data.policies.some(policy => Parts.any(policy.samples.backlog_bytes));
    if (backlog) {
      draw("backlog", "Bytes that wait for their upload", "In sealed segments.", "bytes", samples => samples.backlog_bytes);
    }
    const amplified = data.policies.some(policy => policy.summary.totals.writeAmplification > 1);
    if (amplified) {
      draw("write-amplification", "Write amplification", "Bytes written to the local disk for each byte produced.", "ratio",
        Parts.amplification);
    }
    costBars(parent);
    Page.pairUp(parent);
    misses(parent);
    if (!amplified) leftOut(parent, "Write amplification is 1 for every policy: nothing was written again.");
    if (!hasBucket) leftOut(parent, "No bytes in a bucket, no requests: this backend has none.");
    else if (!backlog) leftOut(parent, "No sealed segment waited for its upload at a sample.");
  }

  function misses(parent) {
    const lanes = ranked.flatMap(policy => {
      const all = Parts.rows(policy.misses);
      return [...new Set(all.map(miss => miss.consumer))].map(consumer => ({
        name: `${nameOf.get(policy)}, ${consumer}`, line: lineOf.get(policy),
        misses: all.filter(miss => miss.consumer === consumer),
      }));
    });
    if (!lanes.length) {
      leftOut(parent, "No consumer missed a record.");
      return;
    }
    new Misses.MissChart(parent, lanes, {
      startMs: run.startMs, endMs,
      text: "When a consumer found deleted what it had not read. The area of a disc says how many records.",
    });
  }

  // One policy.

  const chosen = { policy: ranked[0], partition: null, consumer: "" };

  function options(select, entries, value) {
    select.replaceChildren(...entries.map(([key, name]) => element("option", { value: key, selected: key === value }, name)));
  }

  function onePolicy() {
    const parent = element("div", { class: "charts", id: "one-policy" });
    const partition = element("select", { id: "partition" });
    const select = element("select", { id: "policy", onchange: () => {
      chosen.policy = ranked[Number(select.value)];
      drawPolicy(parent, partition);
    } });
    options(select, ranked.map((policy, i) => [String(i), policy.summary.name]), "0");
    main.append(element("h2", null, "One policy"),
      element("div", { class: "choices" }, element("label", null, "policy", select),
        element("label", null, "partition", partition)), parent);
    drawPolicy(parent, partition);
  }

  function drawPolicy(parent, partition) {
    Page.forget(parent);
    segments(parent, partition);
    requests(parent);
    reads(parent);
    Page.pairUp(parent);
  }

  function segments(parent, select) {
    const lives = Parts.rows(chosen.policy.segments).map(life => ({ ...life, reason: data.reasons[life.reason] }));
    const partitions = [...new Set(lives.map(life => `${life.topic}-${life.partition}`))];
    if (!partitions.length) {
      leftOut(parent, "No segment held a record.");
      return;
    }
    if (!partitions.includes(chosen.partition)) chosen.partition = partitions[0];
    const place = element("div", { class: "left-out" });
    options(select, partitions.map(name => [name, name]), chosen.partition);
    select.onchange = () => {
      chosen.partition = select.value;
      draw();
    };
    parent.append(place);
    const draw = () => {
      Page.forget(place);
      const own = lives.filter(life => `${life.topic}-${life.partition}` === chosen.partition);
      const left = data.sizes.segmentsLeft > 1 ? ` One of ${data.sizes.segmentsLeft} is drawn.` : "";
      new Segments.SegmentChart(place, own, {
        startMs: run.startMs, endMs,
        text: `A line is a segment of ${chosen.partition}, from its creation to its end; the numbers are first offsets.${left}`,
      });
    };
    draw();
  }

  function lineOfKind(name, i) {
    return Parts.KINDS[name] ? { colour: Parts.KINDS[name], dash: null } : Page.style(i);
  }

  /** Series of one kind each, from rows of several kinds. points makes x and y of the rows of a kind. */
  function kinds(all, key, points) {
    const names = [...new Set(all.map(row => row[key]))].sort();
    return names.map((name, i) => ({ name, line: lineOfKind(name, i), ...points(all.filter(row => row[key] === name)) }));
  }

  function requests(parent) {
    const all = Parts.rows(chosen.policy.requests);
    if (!all.length) {
      if (hasBucket) leftOut(parent, "This policy sent no request to the bucket.");
      return;
    }
    new Chart.TimeChart(parent, {
      id: "requests", title: "Requests to the bucket", text: "Between samples, by kind.", unit: "count", stack: true, steps: true,
      series: kinds(all, "kind", rows => Parts.byPeriod(rows, run, data.sizes.requestsMerged, row => row.requests)),
    });
    new Chart.TimeChart(parent, {
      id: "costs-over-time", title: "Cost so far by kind", text: "Dollars since the begin of the run.", unit: "dollars", stack: true,
      series: costLayers(all),
    });
  }

  /** Storage is what the cost of a sample has beyond that of the requests so far. */
  function costLayers(all) {
    const samples = chosen.policy.samples;
    const names = [...new Set(all.map(row => row.kind))].sort();
    const sums = Object.fromEntries(names.map(name => [name, 0]));
    const layers = names.map((name, i) => ({ name, line: lineOfKind(name, i), x: samples.time_ms, y: [] }));
    const storage = { name: "storage", line: { colour: "--c1", dash: null }, x: samples.time_ms, y: [] };
    let next = 0;
    samples.time_ms.forEach((time, i) => {
      for (; next < all.length && all[next].time_ms <= time; next++) sums[all[next].kind] += all[next].cost;
      layers.forEach(layer => layer.y.push(sums[layer.name]));
      storage.y.push(Math.max(0, samples.cost[i] - names.reduce((sum, name) => sum + sums[name], 0)));
    });
    return [storage, ...layers];
  }

  const TIERS = { memory: "--c3", disk: "--local", cache: "--c4", bucket: "--remote" };

  /** The tiers of the rows, the fastest first; then those that have no colour of their own. */
  function tiersOf(all) {
    const found = [...new Set(all.map(row => row.tier))];
    return [...Object.keys(TIERS).filter(tier => found.includes(tier)), ...found.filter(tier => !TIERS[tier]).sort()];
  }

  function reads(parent) {
    const all = Parts.rows(chosen.policy.reads);
    if (!all.length) {
      leftOut(parent, "No consumer read anything.");
      return;
    }
    const most = (value, row, key) => Math.max(value ?? 0, row[key]);
    const tiers = tiersOf(all);
    const colourOf = tier => TIERS[tier] || Page.style(4 + tiers.indexOf(tier)).colour;
    const ofTier = (tier, combine) => Parts.byTime(all.filter(row => row.tier === tier), combine);
    new Chart.TimeChart(parent, {
      id: "read-latency", title: "Time to a read's first byte by tier",
      text: "Of the slowest consumer between samples: 99 % within the line, half within the dashes.", unit: "age", log: true,
      series: tiers.flatMap(tier => [
        { name: `${tier}, 99 %`, line: { colour: colourOf(tier), dash: null }, ...ofTier(tier, (ms, row) => most(ms, row, "p99_ms")) },
        { name: `${tier}, half`, line: { colour: colourOf(tier), dash: [4, 4] }, ...ofTier(tier, (ms, row) => most(ms, row, "p50_ms")) },
      ]),
    });
    new Chart.TimeChart(parent, {
      id: "read-bytes", title: "Bytes that consumers read by tier", text: "Between samples.", unit: "bytes", stack: true, steps: true,
      series: tiers.map(tier => ({
        name: tier, line: { colour: colourOf(tier), dash: null },
        ...Parts.byPeriod(all.filter(row => row.tier === tier), run, data.sizes.readsMerged, row => row.bytes),
      })),
    });
    new Chart.TimeChart(parent, {
      id: "lag", title: "How far consumers are behind", text: "Age of the next record to read. A consumer that stands still has no line.",
      unit: "age", wide: true, floor: 1000, series: kinds(all, "consumer", rows => Parts.byTime(rows, (ms, row) => most(ms, row, "lag_ms"))),
    });
  }

  header();
  table();
  overTime();
  onePolicy();
  Zoom.reset();
  const merged = Parts.merged(data.sizes);
  main.append(element("footer", null,
    merged ? element("p", { id: "merged" }, merged) : "",
    element("p", null, "Times are virtual, in UTC. The numbers are those of result.json and the CSV files beside this page. "
      + "Charts: uPlot, MIT licence.")));
})();
