// Writes kubernetes.json and compose.json anew, from what npm packages say of the types:
//   npm install --ignore-scripts --no-save typescript@5 kubernetes-models@5.1.0 dclint@3.1.0 \
//     @kubernetes-models/keda@2.0.0 @kubernetes-models/prometheus-operator@6.0.0
//   node make.mjs
// Strict on purpose: what a type does not name is refused, as `kubectl apply` does.
import fs from 'node:fs';
import ts from 'typescript';

const KINDS = {
  'kubernetes-models/v1': ['Namespace', 'ServiceAccount', 'Service', 'ConfigMap', 'Secret'],
  'kubernetes-models/apps/v1': ['Deployment'],
  'kubernetes-models/policy/v1': ['PodDisruptionBudget'],
  'kubernetes-models/networking.k8s.io/v1': ['NetworkPolicy', 'Ingress'],
  'kubernetes-models/autoscaling/v2': ['HorizontalPodAutoscaler'],
  '@kubernetes-models/keda/keda.sh/v1alpha1': ['ScaledObject', 'TriggerAuthentication'],
  '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1': ['ServiceMonitor', 'PrometheusRule'],
};
const roots = Object.entries(KINDS).flatMap(([folder, names]) =>
  names.map((name) => ({ name, file: `node_modules/${folder}/${name}.d.ts` })));
const program = ts.createProgram(roots.map((root) => root.file),
  { strict: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext });
const checker = program.getTypeChecker();
const defs = {};

function nameOf(symbol) { // the file tells types of one name apart
  const file = symbol.declarations[0].getSourceFile().fileName.replace(/.*node_modules\//, '');
  return file.replace(/\.d\.ts$/, '').replace(/^(@kubernetes-models|kubernetes-models)\//, '').replaceAll('/', '.');
}

function schemaOfObject(type) {
  const properties = {}, required = [];
  for (const property of type.getProperties()) {
    if (property.name === 'status') continue;
    properties[property.name] = schemaOf(checker.getTypeOfSymbol(property));
    if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
  }
  return { type: 'object', properties, ...(required.length && { required }), additionalProperties: false };
}

function schemaOfUnion(types) {
  const literals = types.filter((type) => type.isStringLiteral()).map((type) => type.value);
  const booleans = types.some((type) => type.flags & ts.TypeFlags.BooleanLiteral) ? [{ type: 'boolean' }] : [];
  const others = types.filter((type) =>
    !type.isStringLiteral() && !(type.flags & (ts.TypeFlags.BooleanLiteral | ts.TypeFlags.Undefined)));
  const all = [...(literals.length ? [{ enum: literals.sort() }] : []), ...booleans, ...others.map(schemaOf)];
  return all.length === 1 ? all[0] : { anyOf: all };
}

function schemaOf(type) {
  if (type.isUnion()) return schemaOfUnion(type.types);
  if (type.isStringLiteral()) return { const: type.value };
  if (type.flags & ts.TypeFlags.String) return { type: 'string' };
  if (type.flags & ts.TypeFlags.Number) return { type: 'integer' };
  if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) return true;
  if (checker.isArrayType(type)) return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
  const values = type.getStringIndexType();
  if (values) return { type: 'object', additionalProperties: schemaOf(values) };
  if (type.getProperties().length === 0) return { type: 'object' };
  const declared = type.symbol.declarations[0];
  if (!ts.isInterfaceDeclaration(declared)) return schemaOfObject(type);
  const name = nameOf(type.symbol);
  if (!(name in defs)) {
    defs[name] = {};
    defs[name] = schemaOfObject(type);
  }
  return { $ref: `#/$defs/${name}` };
}

const kinds = {};
for (const { name, file } of roots) {
  const source = checker.getSymbolAtLocation(program.getSourceFile(file));
  const type = checker.getDeclaredTypeOfSymbol(checker.getExportsOfModule(source).find((one) => one.name === `I${name}`));
  const reference = schemaOf(type);
  const apiVersion = checker.getTypeOfSymbol(type.getProperty('apiVersion')).value;
  kinds[`${apiVersion} ${name}`] = reference.$ref;
}
const sorted = Object.fromEntries(Object.entries(defs).sort(([a], [b]) => (a < b ? -1 : 1)));
const lines = Object.entries(sorted).map(([name, schema]) => `  ${JSON.stringify(name)}: ${JSON.stringify(schema)}`);
fs.writeFileSync('kubernetes.json',
  `{"$schema": "https://json-schema.org/draft/2020-12/schema",\n "x-kinds": ${JSON.stringify(kinds, null, 2)},\n` +
  ` "$defs": {\n${lines.join(',\n')}\n}}\n`);

const compose = JSON.parse(fs.readFileSync('node_modules/dclint/schemas/compose.schema.json'));
compose.$schema = 'http://json-schema.org/draft-07/schema#';
delete compose.$id;
fs.writeFileSync('compose.json', JSON.stringify(compose, (key, value) =>
  key === 'description' && typeof value === 'string' ? undefined : value, 1) + '\n');
