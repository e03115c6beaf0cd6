interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (input: string) => string }): { createScriptURL(input: string): string };
}

const WORKER = '/sw.js';

/** The one address that the policy makes, whatever it is asked for. */
function workerAddress(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  return trustedTypes ? trustedTypes.createPolicy('wardline', { createScriptURL: () => WORKER }).createScriptURL('') : WORKER;
}

/** Installs the service worker. Without one (no HTTPS, a certificate that the browser does not trust) the screens work as well. */
export function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  navigator.serviceWorker.register(workerAddress(), { scope: '/', updateViaCache: 'none' }).catch(() => undefined);
}
