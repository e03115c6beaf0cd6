import { bootstrap } from 'wardline';

await bootstrap(new URL('./hospital.js', import.meta.url));
