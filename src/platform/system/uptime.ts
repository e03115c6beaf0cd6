/** Whole seconds since this process, and so its node, started. A step of the clock does not change them. */
export const uptimeSec = () => Math.floor(process.uptime());
export const uptimeMs = () => Math.round(process.uptime() * 1000);
