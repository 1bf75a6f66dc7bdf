"use strict";

/** Lays out the comparison of two experiments. */
(() => {
  const { element } = Page;
  const data = JSON.parse(document.getElementById("data").textContent);
  const sides = [
    { name: data.firstName, run: data.first, line: { colour: "--c1", dash: null } },
    { name: data.secondName, run: data.second, line: { colour: "--c2", dash: [7, 4] } },
  ];
  const main = document.querySelector("main");
  const ofName = (side, name) => side.run.policies.find(policy => policy.summary.name === name);

  function header() {
    main.append(element("h1", null, `${data.firstName} and ${data.secondName}`));
    for (const side of sides) {
      main.append(element("h2", { class: "named" }, Page.swatch(side.line), side.name),
        element("p", { class: "quiet" }, side.run.experiment.name, ". ", side.run.experiment.description),
        ...Parts.facts(side.run.experiment));
    }
    if (data.differences.length) {
      main.append(element("p", { class: "fail check", id: "differences" },
        `They differ in more than their policies: ${data.differences.join("; ")}.`));
    }
  }

  // A measure: its name, its value in a policy's summary, and its words. Less is better where that can be said.
  const MEASURES = [
    ["a month", one => one.costs.perMonth, Words.dollars, true],
    ["max on disk", one => one.totals.maxLocalBytes, Words.bytes, true],
    ["max in bucket", one => one.totals.maxRemoteBytes, Words.bytes, true],
    ["oldest record at the end", one => Math.max(0, one.totals.endOldestRecordAgeMs), Words.age, false],
    ["missed records", one => one.totals.missedRecords, Words.count, true],
    ["requests", one => one.totals.requests, Words.count, true],
  ];

  function change(before, after, lessIsBetter) {
    const text = before === 0 ? "from none" : `${after > before ? "+" : "−"}${Math.abs(100 * (after - before) / before).toFixed(1)} %`;
    return element("span", { class: lessIsBetter ? (after < before ? "better" : "worse") : "" }, text);
  }

  function cell(value, words, lessIsBetter, pair) {
    const [before, after] = pair.map(policy => value(policy.summary));
    return before === after
      ? [words(after), element("span", { class: "quiet" }, " both")]
      : [`${words(before)} → ${words(after)} `, change(before, after, lessIsBetter)];
  }

  function verdicts(pair) {
    const names = [...new Set(pair.flatMap(policy => policy.summary.constraints.map(one => one.constraint)))];
    if (!names.length) return [element("span", { class: "quiet" }, "none demanded")];
    return names.map(name => {
      const [before, after] = pair.map(policy => policy.summary.constraints.find(one => one.constraint === name));
      const words = one => one ? `${one.satisfied ? "pass" : "fail"}, ${Words.measured(one.measured, one.unit)}` : "not demanded";
      return element("span", { class: `check ${after ? after.satisfied ? "pass" : "fail" : "quiet"}` },
        words(before) === words(after) ? `${name}: ${words(after)}, both` : `${name}: ${words(before)} → ${words(after)}`);
    });
  }

  function table() {
    const pairs = data.names.map(name => sides.map(side => ofName(side, name)));
    const measures = MEASURES.filter(([name, value]) => pairs.flat().some(policy => value(policy.summary)));
    main.append(element("h2", null, "Policies"),
      element("p", { class: "quiet small" }, `${data.firstName} → ${data.secondName}`));
    Table.policies(main, measures.map(([name]) => name), pairs.map((pair, i) => ({
      rank: null,
      name: [data.names[i]],
      cells: measures.map(([name, value, words, less]) => cell(value, words, less, pair)),
      checks: verdicts(pair),
    })));
    const alone = [[data.onlyFirst, data.firstName], [data.onlySecond, data.secondName]].filter(([names]) => names.length);
    alone.forEach(([names, where]) => main.append(
      element("p", { class: "quiet" }, `Only in ${where}: ${names.join(", ")}.`)));
  }

  function charts() {
    const parent = element("div", { class: "charts", id: "one-policy" });
    const select = element("select", { id: "policy", onchange: () => draw(parent, select.value) },
      data.names.map(name => element("option", { value: name }, name)));
    main.append(element("h2", null, "One policy over time"),
      element("div", { class: "choices" }, element("label", null, "policy", select)), element("p", { class: "quiet small on-screen" }, Zoom.HELP),
      Zoom.makeBar(true), parent);
    draw(parent, data.names[0]);
    Zoom.reset();
  }

  function draw(parent, name) {
    Page.forget(parent);
    const overlay = (id, title, text, unit, values) => {
      const series = sides.map(side => {
        const policy = ofName(side, name);
        const { x, y } = values(policy);
        return { name: side.name, line: side.line, x: x.map(time => time - side.run.experiment.startMs), y };
      });
      if (series.some(one => Parts.any(one.y))) {
        new Chart.TimeChart(parent, { id, title, text, unit, series, elapsed: true, group: "sides" });
      }
    };
    const sampled = column => policy => ({ x: policy.samples.time_ms, y: policy.samples[column] });
    overlay("local-bytes", "Bytes on the local disk", "Since the begin of each run.", "bytes", sampled("local_bytes"));
    overlay("remote-bytes", "Bytes in the bucket", "Since the begin of each run.", "bytes", sampled("remote_bytes"));
    overlay("oldest-record", "Age of the oldest readable record", "Since the begin of each run.", "age", sampled("oldest_record_age_ms"));
    overlay("cost", "Cost so far", "Dollars since the begin of each run.", "dollars", sampled("cost"));
    overlay("backlog", "Bytes that wait for their upload", "In sealed segments.", "bytes", sampled("backlog_bytes"));
    overlay("requests", "Requests to the bucket", "Between samples, of all kinds.", "count", policy =>
      Parts.byTime(Parts.rows(policy.requests), (sum, row) => (sum || 0) + row.requests));
    overlay("missed", "Records missed so far", "By all consumers.", "count", missed);
    overlay("lag", "How far the last consumer is behind", "Age of the next record to read.", "age", policy =>
      Parts.byTime(Parts.rows(policy.reads), (ms, row) => Math.max(ms || 0, row.lag_ms)));
    Page.pairUp(parent);
  }

  function missed(policy) {
    const all = Parts.rows(policy.misses);
    let next = 0;
    let sum = 0;
    return { x: policy.samples.time_ms, y: policy.samples.time_ms.map(time => {
      for (; next < all.length && all[next].time_ms <= time; next++) sum += all[next].records;
      return sum;
    }) };
  }

  header();
  table();
  charts();
  const merged = sides.map(side => [side.name, Parts.merged(side.run.sizes)]).filter(([name, text]) => text);
  main.append(element("footer", null, merged.map(([name, text]) => element("p", null, `${name}: ${text}`)),
    element("p", null, "The numbers are those of result.json and the CSV files of each run. Charts: uPlot, MIT licence.")));
})();
