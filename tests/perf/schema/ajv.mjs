// What ajv needs for the work of `bench schema`: node ajv.mjs SCHEMA SMALL LARGE prints seconds per
// operation as JSON, each the best of many short batches.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const [schemaText, smallText, largeText] = process.argv.slice(2).map((file) => readFileSync(file, "utf8"));
const schema = JSON.parse(schemaText);
const validate = new Ajv2020().compile(schema);

function must(valid) {
  if (!valid) throw new Error("ajv refuses the document: " + JSON.stringify(validate.errors));
}

// The best of `batches` batches after half a second of warming up.
function seconds(operation, perBatch, batches = 60) {
  const begin = process.hrtime.bigint();
  while (process.hrtime.bigint() - begin < 500_000_000n) operation();
  const times = [];
  for (let batch = 0; batch < batches; ++batch) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < perBatch; ++i) operation();
    times.push(Number(process.hrtime.bigint() - start) / 1e9 / perBatch);
  }
  return Math.min(...times);
}

const small = JSON.parse(smallText);
const large = JSON.parse(largeText);
console.log(
  JSON.stringify({
    validate_small: seconds(() => must(validate(small)), 2_000),
    validate_large: seconds(() => must(validate(large)), 1),
    parse_small: seconds(() => must(validate(JSON.parse(smallText))), 1_000),
    parse_large: seconds(() => must(validate(JSON.parse(largeText))), 1),
    compile: seconds(() => new Ajv2020().compile(schema), 3),
  }),
);
