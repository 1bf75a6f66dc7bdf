"use strict";

/** Words numbers as a person reads them. Every function takes null, which stands for "not measured". */
const Words = (() => {
  const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  /** Three significant digits, and no digit of a whole number lost. */
  function digits(number) {
    const size = Math.abs(number);
    return number.toFixed(size >= 100 || Number.isInteger(number) ? 0 : size >= 10 ? 1 : 2);
  }

  function bytes(number) {
    if (number == null) return "none";
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = 0;
    let value = number;
    while (Math.abs(value) >= 1023.5 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return `${digits(value)} ${units[unit]}`;
  }

  function age(ms) {
    if (ms == null) return "none";
    const size = Math.abs(ms);
    if (size >= DAY) return `${digits(ms / DAY)} d`;
    if (size >= HOUR) return `${digits(ms / HOUR)} h`;
    if (size >= MINUTE) return `${digits(ms / MINUTE)} min`;
    return size >= SECOND ? `${digits(ms / SECOND)} s` : `${digits(ms)} ms`;
  }

  function dollars(number) {
    if (number == null) return "none";
    const size = Math.abs(number);
    return (number < 0 ? "-$" : "$") + size.toFixed(size === 0 || size >= 0.1 ? 2 : size >= 0.001 ? 4 : 6);
  }

  function count(number) {
    return number == null ? "none" : Math.round(number).toLocaleString("en-US");
  }

  /** A count where there is little space: 1500 as 1.5k. */
  function briefly(number) {
    const units = ["", "k", "M", "G", "T"];
    let unit = 0;
    let value = number;
    while (Math.abs(value) >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return `${Number(value.toPrecision(3))}${units[unit]}`;
  }

  function ratio(number) {
    return number == null ? "none" : number.toFixed(2);
  }

  const two = number => String(number).padStart(2, "0");

  function day(ms) {
    const date = new Date(ms);
    return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  }

  function clock(ms) {
    const date = new Date(ms);
    return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  }

  function time(ms) {
    if (ms == null) return "never";
    const date = new Date(ms);
    const seconds = date.getUTCSeconds() ? `:${two(date.getUTCSeconds())}` : "";
    return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${clock(ms)}${seconds} UTC`;
  }

  /** A constraint's measured number in its unit, as results name it. */
  function measured(number, unit) {
    switch (unit) {
      case "records": return `${count(number)} records`;
      case "ms": return number < 0 ? "none" : age(number);
      case "bytes": return bytes(number);
      case "$/month": return `${dollars(number)} a month`;
      default: return `${digits(number)} ${unit}`;
    }
  }

  /** The engine's explanation, with its times and sizes readable beside the numbers. */
  function explanation(reason) {
    return reason
      .replace(/\buntil (\d{12,14})\b/g, (all, ms) => `until ${time(Number(ms))}`)
      .replace(/\b((?:\w+\.)*retention\.ms)=(\d+)/g, (all, key, ms) => `${key}=${ms} (${age(Number(ms))})`)
      .replace(/\b((?:\w+\.)*retention\.bytes)=(\d+)/g, (all, key, size) => `${key}=${size} (${bytes(Number(size))})`);
  }

  return { SECOND, MINUTE, HOUR, DAY, MONTHS, bytes, age, dollars, count, briefly, ratio, day, clock, time, measured, explanation };
})();
