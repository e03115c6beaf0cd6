import { describe, expect, it } from 'vitest';
import { SETTING_NAMES } from './config.js';
import { parseEnvFile } from './env-file.js';

const read = (text: string) => parseEnvFile(text, (name) => SETTING_NAMES.includes(name), SETTING_NAMES);

describe('the file .env', () => {
  it('is read as Node reads it: comments, quotes, values over lines, export', () => {
    const text = '# a comment\n\nPORT=9000 # behind it\nexport HOST="::1"\r\nSESSION_SECRETS=\'a\nb=c\'\n  LOG_LEVEL = warn\nREDIS_URL=\n';
    expect(read(text)).toEqual({
      values: { PORT: '9000', HOST: '::1', SESSION_SECRETS: 'a\nb=c', LOG_LEVEL: 'warn', REDIS_URL: '' },
      problems: [],
    });
  });

  it('may begin with a byte order mark, which is no part of a name', () => {
    expect(read('\uFEFFPORT=9000\n')).toEqual({ values: { PORT: '9000' }, problems: [] });
  });

  it.each([
    ['ESCALATION_L1_SECS=60', 'line 1: ESCALATION_L1_SECS is not a setting; the nearest is ESCALATION_L1_SEC'],
    ['PROT=8443', 'line 1: PROT is not a setting; the nearest is PORT'],
    ['database_url=x', 'line 1: database_url is not a setting; the nearest is DATABASE_URL'],
    ['PORT=1\nMAX_CONECTIONS=5', 'line 2: MAX_CONECTIONS is not a setting; the nearest is MAX_CONNECTIONS'],
    ['PORT 8443', 'line 1: has no =; example: PORT=8443'],
    ['PORT: 8443', 'line 1: has no =; example: PORT=8443'],
    ['=8443', 'line 1: has no readable name; example: PORT=8443'],
    ['LISTEN-PORT=8443', 'line 1: has no readable name; example: PORT=8443'],
    ['PORT=1\nHOST="::1\nLOG_LEVEL=warn', 'line 2: HOST has a quote that is not closed; example: HOST="..."'],
  ])('%j is refused in one line', (text, problem) => {
    expect(read(text)).toEqual({ values: {}, problems: [problem] });
  });

  it('has each mistake named, and no value repeated', () => {
    const { problems } = read('SESSION_SECRET=hunter2\nhunter2\nMETRICS_TOKEN="hunter2\n');
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('hunter2');
  });
});
