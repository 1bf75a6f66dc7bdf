"use strict";

/** Draws the lives of a partition's segments by tier, one under another, and explains the one that is clicked. */
const Segments = (() => {
  const { element, colour } = Page;
  const STAGES = [
    { name: "being written", line: { colour: "--writing" } },
    { name: "on this machine", line: { colour: "--local" } },
    { name: "on this machine and in the bucket", line: { colour: "--both" } },
    { name: "in the bucket", line: { colour: "--remote" } },
  ];

  /** Finds the parts of a segment's life: [stage, from, to), in ms. */
  function parts(life, endMs) {
    const end = life.deleted_ms ?? endMs;
    const sealed = Math.min(life.sealed_ms ?? end, end);
    const uploaded = Math.min(life.uploaded_ms ?? end, end);
    const remote = Math.min(life.local_gone_ms ?? end, end);
    return [[0, life.created_ms, sealed], [1, sealed, uploaded], [2, Math.max(sealed, uploaded), remote],
      [3, Math.max(sealed, remote), end]].filter(part => part[2] > part[1]);
  }

  class SegmentChart {
    /**
     * @param lives rows of a partition in the order of their offsets, each a segment's life
     * @param options startMs, endMs of the run, text
     */
    constructor(parent, lives, options) {
      this.lives = lives;
      this.options = options;
      this.parts = lives.map(life => parts(life, options.endMs));
      const stages = new Set(this.parts.flat().map(part => part[0]));
      this.place = element("div", { class: "plot", role: "img", "aria-label": "Lives of segments" });
      this.tip = element("div", { class: "tip", hidden: true });
      this.why = element("div", { class: "why", id: "segment", "aria-live": "polite" },
        element("p", { class: "quiet" }, "Click a segment: the engine says why it lived, and when it went."));
      parent.append(element("figure", { class: "chart wide", id: "segments" },
        element("figcaption", null, element("h3", null, "Lives of segments"),
          element("p", { class: "quiet small" }, options.text)),
        this.place,
        element("div", { class: "legend" }, STAGES.filter((stage, i) => stages.has(i))
          .map(stage => element("span", { class: "key" }, Page.swatch(stage.line, true), stage.name))),
        this.why));
      this.selected = -1;
      this.draw();
      Page.keep(this);
    }

    draw() {
      if (this.u) this.u.destroy();
      const { startMs, endMs } = this.options;
      this.u = new uPlot({
        width: this.place.clientWidth, height: 380, ms: 1, tzDate: Chart.utc, legend: { show: false },
        padding: [8, 22, 0, 0],
        scales: {
          x: { time: true, range: (u, min, max) => [min ?? startMs, max ?? endMs] },
          y: { dir: -1, range: u => this.rows(u.scales.x.min ?? startMs, u.scales.x.max ?? endMs) },
        },
        axes: [Chart.timeAxis(false), {
          font: Chart.FONT, stroke: colour("--quiet"), grid: { show: false }, ticks: { show: false }, size: Chart.labelled(86), space: 34,
          values: (u, splits) => splits.map(row => Number.isInteger(row) && this.lives[row]
            ? Words.count(this.lives[row].base_offset) : ""),
        }],
        series: [{}, { stroke: "transparent", points: { show: false } }],
        cursor: Zoom.cursor({ points: { show: false } }),
        hooks: { draw: [u => this.paint(u)], setSelect: [Zoom.selected] },
      }, [[startMs, endMs], [0, this.lives.length]], this.place);
      this.place.append(this.tip);
      const over = this.u.over;
      over.addEventListener("mousemove", event => this.hover(event));
      over.addEventListener("mouseleave", () => { this.tip.hidden = true; });
      over.addEventListener("mousedown", event => { this.pressed = event.clientX; });
      over.addEventListener("click", event => {
        const row = Math.abs(event.clientX - this.pressed) < 4 ? this.rowAt(event) : -1;
        if (row >= 0) this.select(row);
      });
      Zoom.watch(this);
    }

    /** The range of rows that live in a range of time. */
    rows(fromMs, toMs) {
      const living = this.lives.map((life, row) => row).filter(row =>
        this.lives[row].created_ms <= toMs && (this.lives[row].deleted_ms ?? Infinity) >= fromMs);
      return living.length ? [living[0] - 0.5, living[living.length - 1] + 0.5] : [-0.5, 0.5];
    }

    paint(u) {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      const colours = STAGES.map(stage => colour(stage.line.colour));
      const height = Math.abs(u.valToPos(1, "y", true) - u.valToPos(0, "y", true));
      const gap = height > 4 ? 1 : 0;
      this.parts.forEach((own, row) => {
        // Whole pixels: parts of them would make stripes.
        const top = Math.round(u.valToPos(row - 0.5, "y", true));
        const thick = Math.max(1, Math.round(u.valToPos(row + 0.5, "y", true)) - top - gap);
        for (const [stage, from, to] of own) {
          const left = u.valToPos(from, "x", true);
          ctx.fillStyle = colours[stage];
          ctx.fillRect(left, top, Math.max(1, u.valToPos(to, "x", true) - left), thick);
        }
      });
      if (this.selected >= 0) this.frame(u, this.selected, Math.max(height - gap, 3));
      ctx.restore();
    }

    frame(u, row, thick) {
      const life = this.lives[row];
      const left = u.valToPos(life.created_ms, "x", true);
      const right = u.valToPos(life.deleted_ms ?? this.options.endMs, "x", true);
      u.ctx.strokeStyle = colour("--ink");
      u.ctx.lineWidth = 2 * devicePixelRatio;
      u.ctx.strokeRect(left, u.valToPos(row, "y", true) - thick / 2, right - left, thick);
    }

    /** The row whose segment is under the pointer, or within 4 pixels of it; -1 if there is none. */
    rowAt(event) {
      const box = this.u.over.getBoundingClientRect();
      const time = this.u.posToVal(event.clientX - box.left, "x");
      const y = event.clientY - box.top;
      const exact = Math.round(this.u.posToVal(y, "y"));
      const near = [y - 4, y + 4].map(pixel => Math.round(this.u.posToVal(pixel, "y"))).sort((a, b) => a - b);
      let found = -1;
      for (let row = Math.max(0, near[0]); row <= Math.min(this.lives.length - 1, near[1]); row++) {
        const life = this.lives[row];
        const living = life.created_ms <= time && time <= (life.deleted_ms ?? this.options.endMs);
        if (living && (found < 0 || Math.abs(row - exact) < Math.abs(found - exact))) found = row;
      }
      return found;
    }

    hover(event) {
      const row = this.rowAt(event);
      this.u.over.style.cursor = row < 0 ? "default" : "pointer";
      if (row < 0) {
        this.tip.hidden = true;
        return;
      }
      const life = this.lives[row];
      this.tip.replaceChildren(element("span", { class: "quiet" }, `from offset ${Words.count(life.base_offset)}`),
        Page.tipLine(null, "size", Words.bytes(life.bytes)),
        Page.tipLine(null, "created", Words.time(life.created_ms)),
        Page.tipLine(null, life.deleted_ms == null ? "there at the end" : "lived", this.lived(life)));
      const box = this.place.getBoundingClientRect();
      Page.showTip(this.tip, this.place, event.clientX - box.left, event.clientY - box.top);
    }

    lived(life) {
      return Words.age((life.deleted_ms ?? this.options.endMs) - life.created_ms);
    }

    select(row) {
      this.selected = row;
      this.u.redraw(false, false);
      const life = this.lives[row];
      const step = (name, to) => element("button",
        { type: "button", disabled: !this.lives[to], onclick: () => this.select(to) }, name);
      const times = [["created", life.created_ms], ["sealed", life.sealed_ms], ["in the bucket", life.uploaded_ms],
        ["local copy dropped", life.local_gone_ms], ["deleted", life.deleted_ms]]
        .filter(([name, ms]) => ms != null).map(([name, ms]) => `${name} ${Words.time(ms)}`);
      this.why.replaceChildren(
        element("p", null, element("b", null, `${life.topic}-${life.partition}`),
          `, offsets ${Words.count(life.base_offset)} to ${Words.count(life.end_offset - 1)}, ${Words.bytes(life.bytes)}, `,
          life.deleted_ms == null ? `there at the end, after ${this.lived(life)}` : `lived ${this.lived(life)}`),
        element("p", { class: "quiet small steps" }, times.join(" → ")),
        element("p", { class: "reason" }, life.deleted_ms == null ? "" : "Went: ", Words.explanation(life.reason)),
        element("p", null, step("← earlier", row - 1), " ", step("later →", row + 1)));
    }

    resize() {
      if (this.place.clientWidth !== this.u.width) this.u.setSize({ width: this.place.clientWidth, height: 380 });
    }

    destroy() {
      this.u.destroy();
    }
  }

  return { SegmentChart };
})();
