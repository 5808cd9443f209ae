// Evaluates expressions with the npm package `jsonata`: reads [[expression, data, variables], ...] as JSON, writes one answer each:
// {"value": ...}, {} for undefined, or {"code": ...}. Functions are dropped; numbers that JSON does not have become text.
const jsonata = require("jsonata");
process.on("unhandledRejection", () => {}); // of values that are evaluated side by side, one is reported

const plain = (key, value) => {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value && (value._jsonata_lambda || value._jsonata_function)) return undefined;
  return value;
};

const bounded = (expression) => {
  const deadline = Date.now() + 1000;
  let depth = 0;
  const stop = () => {
    if (depth > 400 || Date.now() > deadline) throw { code: "U1001" };
  };
  expression.assign(Symbol.for("jsonata.__evaluate_entry"), () => { depth++; stop(); });
  expression.assign(Symbol.for("jsonata.__evaluate_exit"), () => { depth--; stop(); });
  return expression;
};

const answer = async ([text, data, variables]) => {
  try {
    const value = await bounded(jsonata(text)).evaluate(data, variables || {});
    const written = JSON.stringify(value, plain);
    return written === undefined ? {} : { value: JSON.parse(written) };
  } catch (error) {
    return { code: (error && (error.code || error.name)) || "none" };
  }
};

(async () => {
  const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const answers = [];
  for (const each of cases) answers.push(await answer(each));
  process.stdout.write(JSON.stringify(answers));
})();
