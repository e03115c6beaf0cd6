/** Words that no sentence of a comment begins with: a sentence begins with its subject, or with a verb about the code below. */
const HEADS = [
  ...['Who', 'What', 'Of', 'Whose', 'Whom', 'Whoever', 'Whatever', 'Where', 'Which', 'Whether'],
  ...['Told', 'Asked', 'Beside', 'Anew', 'Stands', 'Tells'],
];
const SENTENCE = new RegExp(`(?:^|[.!] )(${HEADS.join('|')})(?= )`);

/** The text of a comment in one line, without its stars. */
const textOf = (comment) =>
  comment.value
    .replace(/^\s*\*+ ?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** Line comments on lines that follow each other are one text. */
function joinLines(comments) {
  const blocks = [];
  for (const comment of comments) {
    const last = blocks.at(-1);
    const follows = last?.type === 'Line' && comment.type === 'Line' && last.end.loc.start.line + 1 === comment.loc.start.line;
    if (follows) Object.assign(last, { text: `${last.text} ${textOf(comment)}`, end: comment });
    else blocks.push({ type: comment.type, text: textOf(comment), start: comment, end: comment });
  }
  return blocks;
}

/** ESLint rule: refuses comments with a sentence that begins with a relative clause ("Who is on duty", "Of these the first"). */
export const commentHeads = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { head: 'A comment names its subject first; "{{head}} …" does not. See CONTRIBUTING.md, "Language".' },
  },
  create(context) {
    return {
      Program() {
        for (const { text, start, end } of joinLines(context.sourceCode.getAllComments())) {
          const head = SENTENCE.exec(text)?.[1];
          if (head) context.report({ loc: { start: start.loc.start, end: end.loc.end }, messageId: 'head', data: { head } });
        }
      },
    };
  },
};

export default { rules: { 'comment-heads': commentHeads } };
