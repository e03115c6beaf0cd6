import { join, resolve } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../src/platform/system/package-root.js';

type Files = ReadonlyMap<string, string>;

/** A host that has the emitted declarations, wherever they would be written. */
function hostOf(files: Files, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const original = { ...host };
  // The folders need not be there.
  delete host.directoryExists;
  host.fileExists = (name) => files.has(resolve(name)) || original.fileExists(name);
  host.readFile = (name) => files.get(resolve(name)) ?? original.readFile(name);
  host.getSourceFile = (name, ...others) => {
    const text = files.get(resolve(name));
    return text === undefined ? original.getSourceFile(name, ...others) : ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  };
  return host;
}

/** Constructors are called by Nest, and internal members by Wardline; the type of a value (`typeof`) has no name. */
function isOfNobody(node: ts.Node): boolean {
  if (ts.isConstructorDeclaration(node) || ts.isTypeQueryNode(node)) return true;
  return (ts.isClassElement(node) || ts.isTypeElement(node)) && ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
}

function isTopLevel(declaration: ts.Declaration): boolean {
  if (ts.isSourceFile(declaration)) return false;
  const holder = ts.isVariableDeclaration(declaration) ? declaration.parent.parent.parent : declaration.parent;
  return ts.isSourceFile(holder);
}

/**
 * The faults of public names: one that nobody has explained, and one whose declaration mentions a name that nobody outside can import.
 * @param program of the sources
 * @param entries files of the program that export the public names
 * @returns a line for each
 */
export function publicFaults(program: ts.Program, entries: readonly string[]): string[] {
  const files = new Map<string, string>();
  program.emit(undefined, (name, text) => files.set(resolve(name), text), undefined, true);
  const options = program.getCompilerOptions();
  const emitted = entries.map((entry) => resolve(options.outDir ?? '', entry.replace(/\.ts$/, '.d.ts')));
  const declarations = ts.createProgram(emitted, options, hostOf(files, options));
  const checker = declarations.getTypeChecker();
  const targetOf = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

  const known = new Set<ts.Symbol>();
  const add = (module: ts.Symbol): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const target = targetOf(exported);
      if (known.has(target)) continue;
      known.add(target);
      if (target.flags & ts.SymbolFlags.ValueModule) add(target);
    }
  };
  for (const entry of emitted) {
    const source = declarations.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${join(packageRoot(), entry)} exports nothing`);
    add(module);
  }

  const faults = new Set<string>();
  for (const symbol of known) {
    const { name, declarations: all = [] } = symbol;
    if (symbol.getJsDocTags(checker).some((tag) => tag.name === 'internal')) continue;
    if (symbol.getDocumentationComment(checker).length === 0 && !all.some(ts.isSourceFile)) faults.add(`${name} has no comment`);
    const visit = (node: ts.Node): void => {
      if (isOfNobody(node)) return;
      const found = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
      const target = found && targetOf(found);
      const isOurs = target?.declarations?.some((one) => isTopLevel(one) && files.has(resolve(one.getSourceFile().fileName)));
      if (target && isOurs === true && !known.has(target)) faults.add(`${name} mentions ${target.name}, which nobody can import`);
      ts.forEachChild(node, visit);
    };
    for (const one of all) if (!ts.isSourceFile(one) && files.has(resolve(one.getSourceFile().fileName))) visit(one);
  }
  return [...faults].sort();
}
