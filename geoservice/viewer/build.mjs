// Bundles the viewer into dist/: one script, one style sheet, the font, and index.html naming them by content.
import {build, context} from 'esbuild';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {fileURLToPath} from 'node:url';

const dist = fileURLToPath(new URL('dist/', import.meta.url));

const page = {
  name: 'page',
  setup(bundler) {
    bundler.onStart(() => {
      rmSync(dist, {recursive: true, force: true});
      mkdirSync(dist, {recursive: true});
    });
    bundler.onEnd((result) => {
      if (result.errors.length) return;
      const made = Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint);
      const html = readFileSync(new URL('src/index.html', import.meta.url), 'utf8')
        .replace('{script}', basename(made[0]))
        .replace('{styles}', basename(made[1].cssBundle));
      writeFileSync(`${dist}index.html`, html);
    });
  },
};

const options = {
  absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
  entryPoints: ['src/main.js'],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  outdir: 'dist',
  entryNames: 'viewer-[hash]',
  assetNames: '[name]-[hash]',
  loader: {'.woff2': 'file'},
  metafile: true,
  legalComments: 'linked',
  logLevel: 'info',
  plugins: [page],
};

if (process.argv.includes('--watch')) {
  await (await context(options)).watch();
} else {
  const {warnings} = await build(options);
  process.exitCode = warnings.length ? 1 : 0;
}
