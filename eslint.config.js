import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import wardline from './tools/eslint/comment-heads.mjs';

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      'examples/',
      '**/.vitepress/cache/',
      'node_modules/',
      'var/',
      'coverage/',
      '*.cjs',
      'packages/client/src/generated/',
    ],
  },
  js.configs.recommended,
  { plugins: { wardline }, rules: { 'wardline/comment-heads': 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Event payloads are declared by extending what the schemas say.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      // Injected classes must stay value imports, or Nest loses their types.
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Nest and TypeORM declare their options as classes and take object literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config reads the environment; main hands it over.' },
      ],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MethodDefinition[kind='constructor'] > FunctionExpression[params.length>6]",
          message: 'A class has at most six dependencies: split it.',
        },
      ],
    },
  },
  {
    files: ['src/platform/config/environment.ts', 'tools/**/*.ts', 'test/**/*.ts', 'vitest.config.ts'],
    rules: {
      'no-restricted-properties': 'off',
      'no-console': 'off',
    },
  },
  {
    // Examples run as they are, in a browser and in Node.js.
    files: ['packages/client/examples/*'],
    languageOptions: {
      globals: Object.fromEntries(
        ['alert', 'console', 'document', 'FormData', 'localStorage', 'location', 'process'].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    // The client runs in browsers, and has a project of its own.
    files: ['packages/client/src/**/*.ts'],
    languageOptions: { parserOptions: { project: './packages/client/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  {
    // The screens: browsers, too.
    files: ['web/**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './web/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      // The budget of the first card: what is heavier belongs into a lazy route.
      'no-restricted-imports': ['error', { patterns: [{ group: ['react-aria-components', 'uplot'], message: 'In a lazy route only.' }] }],
    },
  },
  // One line a text.
  { files: ['web/src/*/messages/*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['test/**/*.ts', '**/*.spec.ts', '**/*.spec.tsx'],
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
