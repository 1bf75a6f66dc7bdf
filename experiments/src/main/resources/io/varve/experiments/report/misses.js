"use strict";

/** Draws when which consumer found records deleted: a lane for each policy and consumer, a disc for each finding. */
const Misses = (() => {
  const { element, colour } = Page;
  const LANE = 32;

  class MissChart {
    /**
     * @param lanes [{name, line, misses}], where misses are rows
     * @param options startMs, endMs of the run, text
     */
    constructor(parent, lanes, options) {
      this.lanes = lanes;
      this.options = options;
      this.largest = Math.max(...lanes.flatMap(lane => lane.misses.map(miss => miss.records)));
      this.place = element("div", { class: "plot", role: "img", "aria-label": "Records that consumers missed" });
      this.tip = element("div", { class: "tip", hidden: true });
      const sums = lanes.map(lane => {
        const sum = lane.misses.reduce((all, miss) => all + miss.records, 0);
        return element("span", { class: "key" }, Page.swatch(lane.line, true), `${lane.name}: ${Words.count(sum)} records`);
      });
      parent.append(element("figure", { class: "chart wide", id: "misses" },
        element("figcaption", null, element("h3", null, "Records that consumers missed"),
          element("p", { class: "quiet small" }, options.text)),
        this.place, element("div", { class: "legend" }, sums)));
      this.draw();
      Page.keep(this);
    }

    height() {
      return this.lanes.length * LANE + 56;
    }

    draw() {
      if (this.u) this.u.destroy();
      const { startMs, endMs } = this.options;
      this.u = new uPlot({
        width: this.place.clientWidth, height: this.height(), ms: 1, tzDate: Chart.utc, legend: { show: false },
        padding: [8, 24, 0, 24],
        scales: { x: { time: true }, y: { dir: -1, range: () => [-0.5, this.lanes.length - 0.5] } },
        axes: [Chart.timeAxis(false), { show: false }],
        series: [{}, { stroke: "transparent", points: { show: false } }],
        cursor: Zoom.cursor({ points: { show: false } }),
        hooks: { draw: [u => this.paint(u)], setSelect: [Zoom.selected] },
      }, [[startMs, endMs], [0, 0]], this.place);
      this.place.append(this.tip);
      this.u.over.addEventListener("mousemove", event => this.hover(event));
      this.u.over.addEventListener("mouseleave", () => { this.tip.hidden = true; });
      Zoom.watch(this);
    }

    /** The area says the number of records. */
    radius(miss) {
      return Math.max(3, (LANE / 2 - 1) * Math.sqrt(miss.records / this.largest));
    }

    paint(u) {
      const { ctx, bbox } = u;
      ctx.save();
      this.lanes.forEach((lane, row) => {
        const y = u.valToPos(row, "y", true);
        ctx.strokeStyle = colour("--grid");
        ctx.lineWidth = devicePixelRatio;
        ctx.beginPath();
        ctx.moveTo(bbox.left, y);
        ctx.lineTo(bbox.left + bbox.width, y);
        ctx.stroke();
        ctx.fillStyle = colour("--quiet");
        ctx.font = `${12 * devicePixelRatio}px ${Chart.FONT_FAMILY}`;
        ctx.textAlign = "left";
        ctx.textBaseline = "alphabetic";
        ctx.fillText(lane.name, bbox.left, y - 4 * devicePixelRatio);
        ctx.fillStyle = colour(lane.line.colour);
        ctx.strokeStyle = colour("--page");
        for (const miss of lane.misses) {
          ctx.beginPath();
          ctx.arc(u.valToPos(miss.time_ms, "x", true), y, this.radius(miss) * devicePixelRatio, 0, 2 * Math.PI);
          ctx.fill();
          ctx.stroke();
        }
      });
      ctx.restore();
    }

    hover(event) {
      const box = this.u.over.getBoundingClientRect();
      const x = event.clientX - box.left;
      const lane = this.lanes[Math.round(this.u.posToVal(event.clientY - box.top, "y"))];
      const near = !lane ? [] : lane.misses.filter(miss =>
        Math.abs(this.u.valToPos(miss.time_ms, "x") - x) <= Math.max(6, this.radius(miss)));
      if (!near.length) {
        this.tip.hidden = true;
        return;
      }
      this.tip.replaceChildren(element("span", { class: "quiet" }, Words.time(near[0].time_ms)),
        element("div", null, lane.name),
        ...near.slice(0, 8).map(miss => Page.tipLine(null, `${miss.topic}-${miss.partition}`, `${Words.count(miss.records)} records`)),
        near.length > 8 ? element("div", null, `and ${near.length - 8} more`) : "");
      const plot = this.place.getBoundingClientRect();
      Page.showTip(this.tip, this.place, event.clientX - plot.left, event.clientY - plot.top);
    }

    resize() {
      if (this.place.clientWidth !== this.u.width) this.u.setSize({ width: this.place.clientWidth, height: this.height() });
    }

    destroy() {
      this.u.destroy();
    }
  }

  return { MissChart };
})();
