// Small tools of the page's scripts: elements, words, times. All parts are one function, in the order of viewer/page.py.
const data = JSON.parse(document.getElementById("data").textContent);
const texts = document.getElementById("values").textContent.replaceAll("\ue000", "<").split("\n");
const { executions, machines, kinds } = data;
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}
const by = (id) => document.getElementById(id);
const counted = (count, word, many = word + "s") => `${count.toLocaleString("en")} ${count === 1 ? word : many}`;
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g; // as in viewer/values.py
const visible = (text) => text.replace(UNSEEN, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
const named = (name) => (name.trim() ? name : `\u201c${name}\u201d`); // an empty name is seen too
const pad = (number, width = 2) => String(number).padStart(width, "0");

function clock(micros) { // +1d 00:00:07.5, as in the timeline
  const seconds = Math.floor(micros / 1e6), fraction = micros % 1e6;
  const days = Math.floor(seconds / 86400);
  const [hour, minute] = [3600, 60].map((unit) => pad(Math.floor(seconds / unit) % (unit === 3600 ? 24 : 60)));
  const text = `+${days ? days + "d " : ""}${hour}:${minute}:${pad(seconds % 60)}`;
  return fraction ? `${text}.${pad(fraction, 6)}`.replace(/0+$/, "") : text;
}
function duration(micros) {
  let seconds = Math.floor(micros / 1e6);
  const fraction = micros % 1e6, parts = [];
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) parts.push(`${Math.floor(seconds / size).toLocaleString("en")} ${unit}`);
    seconds %= size;
  }
  if (seconds || fraction || !parts.length) parts.push(`${+(seconds + fraction / 1e6).toFixed(6)} s`);
  return parts.join(" ");
}
function stamp(execution, micros) { // of an event, to the millisecond as AWS's console shows it
  return new Date(Date.parse(execution.started) + micros / 1000).toISOString().replace("T", " ").replace("Z", "");
}
