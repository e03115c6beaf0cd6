import { join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { publicFaults } from './public-faults.js';

const ENTRIES = { wardline: 'src/index.ts', 'wardline/testing': 'src/testing/index.ts' };

/** The declarations of a source, as the compiler emits them. */
function emitter(program: ts.Program): (source: ts.SourceFile) => ts.SourceFile {
  const known = new Map<string, ts.SourceFile>();
  return (source) => {
    const found = known.get(source.fileName);
    if (found) return found;
    let text = '';
    program.emit(source, (name, content) => (text = name.endsWith('.d.ts') ? content : text), undefined, true);
    const emitted = ts.createSourceFile(source.fileName, text, ts.ScriptTarget.Latest, true);
    known.set(source.fileName, emitted);
    return emitted;
  };
}

function isNamed(statement: ts.Statement, name: string): boolean {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.some((one) => one.name.getText() === name);
  return (statement as Partial<ts.DeclarationStatement>).name?.getText() === name;
}

/** A declaration without comments, and without members that nobody outside can name. */
function render(statement: ts.Statement): string {
  const strip: ts.TransformerFactory<ts.Node> = (context) => (root) => {
    const visit = (node: ts.Node): ts.Node | undefined => {
      const isPrivate = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
      const isInternal = ts.isClassElement(node) && ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
      if (ts.isClassElement(node) && (isPrivate === true || isInternal)) return undefined;
      return ts.visitEachChild(node, visit, context);
    };
    return ts.visitNode(root, visit) ?? root;
  };
  const { transformed } = ts.transform<ts.Node>(statement, [strip]);
  const printer = ts.createPrinter({ removeComments: true });
  return printer.printNode(ts.EmitHint.Unspecified, transformed[0] ?? statement, statement.getSourceFile());
}

let made: ts.Program | undefined;

/** The program of the public names: made once, for it takes seconds. */
function publicProgram(): ts.Program {
  return (made ??= makeProgram());
}

function makeProgram(): ts.Program {
  const { config } = ts.readConfigFile(join(packageRoot(), 'tsconfig.json'), (file) => ts.sys.readFile(file)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, packageRoot());
  const files = Object.values(ENTRIES).map((entry) => join(packageRoot(), entry));
  return ts.createProgram(files, { ...options, declaration: true, noEmit: false, incremental: false, composite: false });
}

/** The faults of the public names. */
export function findPublicFaults(): string[] {
  return publicFaults(publicProgram(), Object.values(ENTRIES));
}

/** docs/reference/public-api.md: every public name with its declaration, so that a change of the promise shows in a diff. */
export function renderPublicApi(): string {
  const program = publicProgram();
  const checker = program.getTypeChecker();
  const emit = emitter(program);
  const lines = [
    '# The public names',
    '',
    'Written by `npm run generate` from the sources; do not edit. These names and their types are the promise of the package.',
  ];
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const source = program.getSourceFile(join(packageRoot(), entry));
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${entry} exports nothing`);
    lines.push('', `## \`${name}\``);
    for (const exported of checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const texts = new Set<string>();
      for (const declaration of symbol.declarations ?? []) {
        const file = declaration.getSourceFile();
        if (file === declaration) texts.add(emit(file).statements.filter(ts.isFunctionDeclaration).map(render).join('\n'));
        else for (const statement of emit(file).statements) if (isNamed(statement, symbol.name)) texts.add(render(statement));
      }
      lines.push('', `### \`${exported.name}\``, '', '```ts', ...texts, '```');
    }
  }
  return `${lines.join('\n')}\n`;
}
