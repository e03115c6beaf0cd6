import { open, rename } from 'node:fs/promises';

/** Writes a file so that there is either the old one or the whole new one, whenever the power goes. */
export async function writeWhole(file: string, content: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(`${file}.new`, 'w', mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
