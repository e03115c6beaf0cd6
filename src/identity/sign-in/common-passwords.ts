/** Shorter ones are refused for their length. */
const MIN_LENGTH = 10;
const SEQUENCES = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz'];

let common: ReadonlySet<string> | undefined;

/** From lists of leaked passwords, the most common 49,000: a superset of the first 10,000. The first new password loads it: it takes 15 MB. */
async function commonPasswords(): Promise<ReadonlySet<string>> {
  if (common) return common;
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return (common = new Set(dictionary['passwords-common'].filter((one) => one.length >= MIN_LENGTH)));
}

/** `aaaaaaaaaa`, `abcabcabcabc`: one to three characters, over and over. */
function isRepetition(text: string): boolean {
  return [1, 2, 3].some(
    (length) =>
      text ===
      text
        .slice(0, length)
        .repeat(Math.ceil(text.length / length))
        .slice(0, text.length),
  );
}

/** `0987654321`, `abcdefghij`. */
function isSequence(text: string): boolean {
  const backwards = Array.from(text).reverse().join('');
  return SEQUENCES.some((sequence) => sequence.includes(text) || sequence.includes(backwards));
}

/** True when the password is one of those that everybody tries first, in whatever case. */
export async function isCommonPassword(password: string): Promise<boolean> {
  const text = password.toLowerCase();
  return isRepetition(text) || isSequence(text) || (await commonPasswords()).has(text);
}
